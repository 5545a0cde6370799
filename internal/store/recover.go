package store

import (
	"cmp"
	"errors"
	"io/fs"
	"slices"
	"strconv"
)

// recover reads all that is there. Nothing is changed, except that a file
// without any valid slot is set aside.
func (s *Store) recover() (Recovery, error) {
	var r Recovery
	found, exists, err := s.load(s.path, &r)
	if err != nil {
		return Recovery{}, err
	}
	s.setAside = exists && len(found) == 0
	r.Fresh = !exists

	var newest [2]uint64
	for i := range newest {
		temp, exists, err := s.load(s.tempPath(i), &r)
		if err != nil {
			return Recovery{}, err
		}
		for _, slot := range temp {
			newest[i] = max(newest[i], slot.generation)
		}
		found = append(found, temp...)
		s.leftover = s.leftover || exists
		r.Fresh = r.Fresh && !exists
	}
	if newest[0] > newest[1] {
		s.temp = 1
	}

	slices.SortStableFunc(found, func(a, b slot) int { return cmp.Compare(b.generation, a.generation) })
	for _, slot := range found {
		s.generation = max(s.generation, slot.generation)
		r.Payloads = append(r.Payloads, slot.payload)
	}
	s.reportDamaged(&r)
	if r.Fresh {
		// A file that an earlier process set aside tells of a loss.
		kept, err := s.fsys.Exists(s.path + damagedSuffix + "1")
		r.Fresh = err == nil && !kept
	}
	return r, nil
}

// reportDamaged sets a file without any valid slot aside and says so.
func (s *Store) reportDamaged(r *Recovery) {
	if !s.setAside {
		return
	}
	kept, err := s.keepDamaged()
	switch {
	case err != nil:
		r.say(s.path, "it holds nothing that can be read, and will be kept under another name before anything is stored: "+err.Error())
	case kept == "":
		r.say(s.path, "it holds nothing that can be read, and will be replaced: "+strconv.Itoa(maxDamaged)+
			" damaged files are kept here already; look at them and remove them")
	default:
		r.say(s.path, "it holds nothing that can be read, and is kept as "+kept)
	}
}

// say adds a line about one file to what is damaged.
func (r *Recovery) say(path, what string) { r.Damaged = append(r.Damaged, path+": "+what) }

// load returns the slots of one file that hold a payload, and whether the file
// is there. Only a file that can't be opened is an error: it may be whole, and
// must not be replaced.
func (s *Store) load(path string, r *Recovery) (found []slot, exists bool, err error) {
	f, err := s.fsys.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, false, nil
	}
	if err != nil {
		return nil, true, explain("open", path, err)
	}
	defer f.Close()
	size, err := f.Size()
	if err != nil {
		return nil, true, explain("open", path, err)
	}
	valid, bad := readSlots(f, size)
	for _, slot := range valid {
		if slot.generation > 0 {
			found = append(found, slot)
		}
	}
	for _, err := range bad {
		if path == s.path {
			r.say(path, err.Error())
		} else {
			r.say(path, "a new file that was never finished: "+err.Error())
		}
	}
	return found, true, nil
}

// keepDamaged sets the file aside if that is still to be done, and returns the
// name under which it is kept. It can be repeated after an error.
func (s *Store) keepDamaged() (kept string, err error) {
	if !s.setAside {
		return "", nil
	}
	if kept, err = s.freeDamagedName(); err != nil {
		return "", explain("look for a name to keep "+s.path+" under, in", s.dir, err)
	}
	if kept != "" {
		// A file that isn't there was renamed by an attempt that reported an
		// error.
		if err := s.fsys.Rename(s.path, kept); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return "", explain("rename "+s.path+" to", kept, err)
		}
		// Of two renames in a row a crash may leave the second alone, and that
		// would replace this file.
		if err := s.fsys.SyncDir(s.dir); err != nil {
			return "", explain("sync the directory", s.dir, err)
		}
	}
	s.setAside = false
	return kept, nil
}

// freeDamagedName returns the next free name for a damaged file, "" if there
// are enough of them.
func (s *Store) freeDamagedName() (string, error) {
	for i := 1; i <= maxDamaged; i++ {
		name := s.path + damagedSuffix + strconv.Itoa(i)
		taken, err := s.fsys.Exists(name)
		if err != nil {
			return "", err
		}
		if !taken {
			return name, nil
		}
	}
	return "", nil
}
