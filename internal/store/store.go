package store

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
)

// Store is one open store. Its methods may be called from several goroutines;
// they wait for each other.
type Store struct {
	mu   sync.Mutex
	fsys FS
	dir  string
	path string
	lock io.Closer // nil once closed

	generation uint64 // of the last attempted commit

	// file is the file that this Store made and in which no call has failed,
	// or nil: the next commit makes a new one.
	file  File
	buf   []byte // one slot, as long as the slots of file
	older int    // the slot of file that the next commit overwrites

	// setAside is what is left to do before anything is replaced: no slot of
	// the file could be read, so keep it under another name.
	setAside bool
	// temp says which of the two temporary names the next new file gets. What
	// is left over under the other one may hold something that is nowhere
	// else, and is removed only when a newer file is durable.
	temp     int
	leftover bool
}

// Recovery is what [Open] found.
type Recovery struct {
	// Payloads holds what every valid slot held, newest first. The caller joins
	// them: the newest may be one whose Commit never returned.
	Payloads [][]byte
	// Damaged has one line for each slot or file that was damaged or couldn't
	// be read, for the log. One such line for a slot or a temporary file is to
	// be expected after a power cut in the middle of a commit.
	Damaged []string
	// Fresh is set if there never was a store of this name.
	Fresh bool
}

const (
	lockSuffix    = ".lock"
	tempSuffix    = ".tmp-"
	damagedSuffix = ".damaged-"

	// maxDamaged is how many damaged files are kept for one name.
	maxDamaged = 8
)

// Open opens the store of that name in dir, both of which are made if need be,
// and returns what it holds. The name is a plain file name, best one that
// [FileName] made. An error says what to do; it wraps [ErrLocked] if the store
// is in use. Damaged contents are no error: see [Recovery].
func Open(fsys FS, dir, name string) (*Store, Recovery, error) {
	if name == "" || name == "." || name == ".." || strings.ContainsAny(name, "/\\\x00") {
		return nil, Recovery{}, fmt.Errorf("store: %q can't be the name of a file", name)
	}
	dir = filepath.Clean(dir)
	if err := makeDir(fsys, dir); err != nil {
		return nil, Recovery{}, explain("make the directory", dir, err)
	}
	s := &Store{fsys: fsys, dir: dir, path: filepath.Join(dir, name)}
	var err error
	if s.lock, err = fsys.Lock(s.path + lockSuffix); err != nil {
		return nil, Recovery{}, explain("lock", s.path+lockSuffix, err)
	}
	r, err := s.recover()
	if err != nil {
		_ = s.lock.Close()
		return nil, Recovery{}, err
	}
	return s, r, nil
}

// makeDir makes dir and what is missing above it, all of it durable.
func makeDir(fsys FS, dir string) error {
	if err := makeMissing(fsys, dir); err != nil {
		return err
	}
	// An earlier process may have made some of these directories and been
	// killed before it could sync them. Most are not ours to open, so no error.
	for parent := filepath.Dir(dir); parent != dir; dir, parent = parent, filepath.Dir(parent) {
		_ = fsys.SyncDir(parent)
	}
	return nil
}

// makeMissing makes dir and what is missing above it, and syncs what it made.
func makeMissing(fsys FS, dir string) error {
	parent := filepath.Dir(dir)
	created, err := fsys.Mkdir(dir)
	if errors.Is(err, fs.ErrNotExist) && parent != dir {
		if err := makeMissing(fsys, parent); err != nil {
			return err
		}
		created, err = fsys.Mkdir(dir)
	}
	if err != nil || !created {
		return err
	}
	if err := fsys.SyncDir(parent); err != nil {
		// So that the next attempt makes it again, and syncs again.
		_ = fsys.Remove(dir)
		return err
	}
	return nil
}

// Commit stores payload in place of all earlier ones and returns nil only when
// it is durable. It may take as long as the disk does: milliseconds as a rule,
// seconds when the disk is busy.
//
// After an error what was durable before still is, and the payload may or may
// not be found by the next Open. Commit can be called again at once and for
// ever; it needs nothing else to recover when the disk does. A payload longer
// than [MaxPayload] is refused, and nothing else is changed by it.
func (s *Store) Commit(payload []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.lock == nil:
		return fmt.Errorf("store: can't commit to %s: %w", s.path, fs.ErrClosed)
	case len(payload) > MaxPayload:
		return fmt.Errorf("store: can't commit %d bytes to %s: at most %d are allowed", len(payload), s.path, MaxPayload)
	case s.generation >= maxGeneration:
		return fmt.Errorf("store: can't commit to %s: it has been written %d times, which can't be; remove it", s.path, s.generation)
	}
	s.generation++
	if s.file == nil || headerSize+len(payload) > len(s.buf) {
		return s.replace(payload)
	}
	return s.overwrite(payload)
}

// overwrite commits in place: one write and one sync.
func (s *Store) overwrite(payload []byte) error {
	b := encodeSlot(s.buf, s.older, s.generation, payload)
	if _, err := s.file.WriteAt(b, int64(s.older)*int64(len(s.buf))); err != nil {
		s.distrust()
		return explain("write", s.path, err)
	}
	if err := s.file.Sync(); err != nil {
		s.distrust()
		return explain("sync", s.path, err)
	}
	s.older = 1 - s.older
	return nil
}

// distrust gives the present file up: what its name stands for stays on the
// disk and can be recovered, and nothing will be written to it again.
func (s *Store) distrust() {
	if s.file != nil {
		_ = s.file.Close()
	}
	s.file = nil
}

// replace commits by means of a new file.
func (s *Store) replace(payload []byte) error {
	if _, err := s.keepDamaged(); err != nil {
		return err
	}
	temp := s.tempPath(s.temp)
	// What has that name is removed and not overwritten, so that no file that
	// ever had another name can be hit.
	if err := s.fsys.Remove(temp); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return explain("remove", temp, err)
	}
	buf := make([]byte, slotSizeFor(len(payload)))
	if err := s.writeNew(temp, buf, payload); err != nil {
		// It may be what fills the disk.
		_ = s.fsys.Remove(temp)
		return err
	}
	// From here on the name may stand for either file, also if the call fails.
	// (Windows wants both to be closed as well.)
	s.distrust()
	if err := s.fsys.Rename(temp, s.path); err != nil {
		return explain("rename "+temp+" to", s.path, err)
	}
	if err := s.fsys.SyncDir(s.dir); err != nil {
		return explain("sync the directory", s.dir, err)
	}
	if s.leftover {
		_ = s.fsys.Remove(s.tempPath(1 - s.temp))
		s.leftover = false
	}
	// The payload is durable. If the file can't be opened again, the next
	// commit makes another one.
	if f, err := s.fsys.Open(s.path); err == nil {
		s.file, s.buf, s.older = f, buf, 1
	}
	return nil
}

func (s *Store) tempPath(i int) string { return s.path + tempSuffix + strconv.Itoa(i) }

// writeNew writes a whole file of two slots and returns when it is durable.
// buf is one slot long and all zeros.
func (s *Store) writeNew(path string, buf, payload []byte) error {
	f, err := s.fsys.Create(path)
	if err != nil {
		return explain("create", path, err)
	}
	// The blank slot first: then buf ends up as the image of the slot with the
	// payload, with zeros behind, and both are written to their full size.
	encodeSlot(buf, 1, 0, nil)
	if _, err = f.WriteAt(buf, int64(len(buf))); err == nil {
		encodeSlot(buf, 0, s.generation, payload)
		_, err = f.WriteAt(buf, 0)
	}
	if err != nil {
		_ = f.Close()
		return explain("write", path, err)
	}
	if err := f.Sync(); err != nil {
		_ = f.Close()
		return explain("sync", path, err)
	}
	if err := f.Close(); err != nil {
		return explain("close", path, err)
	}
	return nil
}

// Close closes the store and gives its lock back. All that was committed is
// durable already. Closing twice is allowed.
func (s *Store) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.lock == nil {
		return nil
	}
	s.distrust()
	err := s.lock.Close()
	s.lock = nil
	if err != nil {
		return explain("unlock", s.path+lockSuffix, err)
	}
	return nil
}
