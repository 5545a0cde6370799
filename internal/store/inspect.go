package store

import (
	"cmp"
	"errors"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
)

// Inspect returns what [Open] would find, and changes nothing: neither is the
// store locked nor is anything made, renamed or removed. While another process
// writes to the store, a slot that it is just writing shows as damaged.
func Inspect(fsys FS, dir, name string) (Recovery, error) {
	s := &Store{fsys: fsys, dir: dir, path: filepath.Join(filepath.Clean(dir), name)}
	r := Recovery{Fresh: true}
	var all []slot
	for _, path := range []string{s.path, s.tempPath(0), s.tempPath(1)} {
		found, exists, err := s.load(path, &r)
		if err != nil {
			return Recovery{}, err
		}
		r.Fresh = r.Fresh && !exists
		all = append(all, found...)
	}
	slices.SortStableFunc(all, func(a, b slot) int { return cmp.Compare(b.generation, a.generation) })
	for _, x := range all {
		r.Payloads = append(r.Payloads, x.payload)
	}
	return r, nil
}

// Holder says who has the store open, "" if nobody has. It looks at the lock
// only if its last owner hasn't given it back: then it takes the lock for an
// instant, in which no other process can.
func Holder(fsys FS, dir, name string) (string, error) {
	path := filepath.Join(filepath.Clean(dir), name) + lockSuffix
	f, err := fsys.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", explain("open", path, err)
	}
	size, err := f.Size()
	_ = f.Close()
	if err != nil {
		return "", explain("open", path, err)
	}
	if size == 0 {
		return "", nil // given back
	}
	lock, err := fsys.Lock(path)
	if errors.Is(err, ErrLocked) {
		_, who, _ := strings.Cut(err.Error(), " by ")
		return who, nil
	}
	if err != nil {
		return "", explain("lock", path, err)
	}
	return "", lock.Close()
}
