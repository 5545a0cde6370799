package store

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strconv"
	"strings"
)

// ErrLocked is wrapped by the error of [Open] when the store is open already,
// in this process or in another one.
var ErrLocked = errors.New("in use")

// FS is the few calls that the store makes of a file system, so that a test or
// a simulation can fail, tear or lose each of them. Errors wrap those of
// [io/fs], such as [fs.ErrNotExist], where they apply.
type FS interface {
	// Lock makes the file at path if it isn't there, locks it and keeps it
	// locked until the returned value is closed or the process ends, however
	// it ends. If it is locked already the error wraps [ErrLocked].
	Lock(path string) (io.Closer, error)
	// Mkdir makes one directory and says whether it had to. Something else
	// than a directory at path is an error.
	Mkdir(path string) (created bool, err error)
	// Exists reports whether there is anything at path.
	Exists(path string) (bool, error)
	// Open opens a file that exists, for reading and writing.
	Open(path string) (File, error)
	// Create makes a new file; one that exists is an error, [fs.ErrExist].
	Create(path string) (File, error)
	// Rename gives the file another name, in one step, replacing what had that
	// name.
	Rename(from, to string) error
	// Remove removes a file or an empty directory.
	Remove(path string) error
	// SyncDir returns when the names in a directory are durable.
	SyncDir(path string) error
}

// File is an open file of an [FS].
type File interface {
	io.ReaderAt
	io.WriterAt
	io.Closer
	// Size returns the length of the file in bytes.
	Size() (int64, error)
	// Sync returns when all that was written, and what is needed to find it
	// again, is durable.
	Sync() error
}

// OS returns the file system of the operating system.
func OS() FS { return osFS{} }

type osFS struct{}

func (osFS) Mkdir(path string) (bool, error) {
	err := os.Mkdir(path, 0o700)
	if !errors.Is(err, fs.ErrExist) {
		return err == nil, err
	}
	info, err := os.Stat(path)
	if err == nil && !info.IsDir() {
		err = &fs.PathError{Op: "mkdir", Path: path, Err: errors.New("there is something else than a directory")}
	}
	return false, err
}

func (osFS) Exists(path string) (bool, error) {
	_, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

func (osFS) Open(path string) (File, error) { return openFile(path, os.O_RDWR) }

func (osFS) Create(path string) (File, error) {
	return openFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL)
}

func (osFS) Rename(from, to string) error { return rename(from, to) }

func (osFS) Remove(path string) error { return os.Remove(path) }

func (osFS) SyncDir(path string) error { return syncDir(path) }

func (osFS) Lock(path string) (io.Closer, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := lockFile(f); err != nil {
		if errors.Is(err, ErrLocked) {
			err = fmt.Errorf("%w by %s", ErrLocked, owner(f))
		}
		_ = f.Close()
		return nil, err
	}
	// The process id is a courtesy to the reader of an error message; that it
	// can't be written, on a full disk, is no reason not to start.
	if f.Truncate(0) == nil {
		_, _ = f.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0)
	}
	return lock{f}, nil
}

// lock is a locked file. The file stays when the lock is given back: if it
// were removed, two processes could hold locks on two files of the same name.
type lock struct{ f *os.File }

func (l lock) Close() error {
	_ = l.f.Truncate(0)
	return l.f.Close()
}

// owner says who wrote its process id into a lock file.
func owner(f *os.File) string {
	var buf [32]byte
	n, _ := f.ReadAt(buf[:], 0)
	pid, err := strconv.Atoi(strings.TrimSpace(string(buf[:n])))
	switch {
	case err != nil:
		return "another process"
	case pid == os.Getpid():
		return "this process (" + strconv.Itoa(pid) + ")"
	default:
		return "process " + strconv.Itoa(pid)
	}
}

type osFile struct {
	*os.File
	// fd is kept because asking the File for it costs an allocation.
	fd uintptr
}

func openFile(path string, flag int) (File, error) {
	f, err := os.OpenFile(path, flag, 0o600)
	if err != nil {
		return nil, err
	}
	return &osFile{File: f, fd: f.Fd()}, nil
}

func (f *osFile) Size() (int64, error) {
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}
