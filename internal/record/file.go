package record

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"
)

// Create returns a recorder that writes to a file. A recording that is there
// already is continued: its end, if that is torn, is cut off first. The file is
// never larger than Options.Limit; while it drops older parts there is a copy of
// the newer half beside it for a moment, with the ending ".new".
func Create(path string, opts Options) (*Recorder, error) {
	if opts.Limit <= 0 {
		opts.Limit = DefaultLimit
	}
	if opts.Limit < MinLimit {
		return nil, fmt.Errorf("a recording needs at least %d bytes, not %d", MinLimit, opts.Limit)
	}
	f := &file{path: path, limit: opts.Limit, warn: opts.Warn}
	if err := f.open(); err != nil {
		return nil, err
	}
	// A crash may have left it.
	if err := ignoreMissing(os.Remove(f.beside())); err != nil {
		return nil, errors.Join(err, f.close())
	}
	return newRecorder(opts, f), nil
}

// ErrInUse is returned for a file to which another process records.
var ErrInUse = errors.New("another process records to it")

// segmentsInFile is how many segments the largest file has.
const segmentsInFile = 16

// file is a recording on disk.
type file struct {
	path  string
	limit int64
	warn  func(string)

	f        *os.File
	size     int64
	segments []int64 // where they begin
	began    int64   // where the present one begins
	missing  Missing
	told     bool
	again    time.Time // when to try to drop older parts, if that failed
}

// retryRotate is the pause after older parts could not be dropped: it costs a copy
// of half the file.
const retryRotate = time.Minute

// open opens the file and looks at what it holds.
func (f *file) open() error {
	file, err := os.OpenFile(f.path, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return err
	}
	if err = lock(file); err != nil {
		err = fmt.Errorf("%s: %w", f.path, err)
	} else {
		f.f = file
		err = f.scan()
	}
	if err != nil {
		f.f = nil
		return errors.Join(err, file.Close())
	}
	return nil
}

// scan finds the segments and the end, and cuts off what is torn.
func (f *file) scan() error {
	info, err := f.f.Stat()
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("%s is not a file", f.path)
	}
	f.size, f.segments = 0, nil
	end, err := scan(io.NewSectionReader(f.f, 0, info.Size()), func(h frameHead, at int64, frame []byte) error {
		switch h.kind {
		case frameFirst:
			f.segments = append(f.segments, at)
		case frameDropped:
			if body, _, err := unpack(frame); err == nil {
				f.missing.join(readMissing(body))
			}
		}
		return nil
	})
	if err != nil {
		front := make([]byte, min(info.Size(), int64(headerSize)))
		if _, err := f.f.ReadAt(front, 0); err != nil {
			return err
		}
		if !tornHeader(front) {
			return fmt.Errorf("%s: %w", f.path, err)
		}
		if err := f.f.Truncate(0); err != nil {
			return err
		}
		if _, err := f.f.WriteAt(fileHeader(), 0); err != nil {
			return err
		}
		f.size = int64(headerSize)
		return nil
	}
	f.size = end
	if end < info.Size() {
		if f.warn != nil {
			f.warn(fmt.Sprintf("%s: the last %d bytes are torn and were cut off", f.path, info.Size()-end))
		}
		return f.f.Truncate(end)
	}
	return nil
}

func (f *file) append(frame []byte, head frameHead) error {
	if f.f == nil {
		if err := f.open(); err != nil {
			return err
		}
	}
	if f.size+int64(len(frame)) > f.limit {
		if time.Now().Before(f.again) {
			return fmt.Errorf("the limit of %d bytes is reached", f.limit)
		}
		if err := f.rotate(); err != nil {
			f.again = time.Now().Add(retryRotate)
			return fmt.Errorf("drop older parts of the recording: %w", err)
		}
		if f.size+int64(len(frame)) > f.limit {
			return fmt.Errorf("the limit of %d bytes is reached", f.limit)
		}
	}
	if _, err := f.f.WriteAt(frame, f.size); err != nil {
		return errors.Join(err, f.f.Truncate(f.size))
	}
	if head.kind == frameFirst {
		f.segments = append(f.segments, f.size)
		f.began = f.size
	}
	f.size += int64(len(frame))
	return nil
}

func (f *file) next() bool { return f.size-f.began >= f.limit/segmentsInFile }

// rotate drops the older half: it writes a new file and puts it in the place of
// the old one.
func (f *file) rotate() error {
	from := int64(0)
	for _, at := range f.segments {
		if from = at; f.size-at <= f.limit/2 {
			break
		}
	}
	if f.size-from > f.limit/2 {
		from = f.size // the last segment is too long as well
	}
	missing := f.missing
	if _, err := scan(io.NewSectionReader(f.f, 0, from), func(h frameHead, _ int64, _ []byte) error {
		if h.kind != frameDropped {
			missing.add(h)
		}
		return nil
	}); err != nil {
		return err
	}
	note, err := missing.frame()
	if err != nil {
		return err
	}
	beside := f.beside()
	if err := f.copy(beside, append(fileHeader(), note...), from); err != nil {
		return errors.Join(err, ignoreMissing(os.Remove(beside)))
	}
	err = f.f.Close() // some systems don't replace open files
	f.f = nil
	if err == nil {
		err = os.Rename(beside, f.path)
	}
	f.missing = Missing{} // open reads it
	if err = errors.Join(err, f.open()); err != nil {
		return err
	}
	f.began = 0
	if n := len(f.segments); n > 0 {
		f.began = f.segments[n-1]
	}
	if !f.told && f.warn != nil {
		f.told = true
		f.warn(fmt.Sprintf("%s has reached its limit of %d MB: older parts are dropped from now on", f.path, f.limit>>20))
	}
	return nil
}

// beside is the name of the new file while it is written.
func (f *file) beside() string { return f.path + ".new" }

// copy writes a new file: some bytes, and those of the old one from an offset on.
func (f *file) copy(path string, front []byte, from int64) error {
	to, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o644)
	if err != nil {
		return err
	}
	_, err = to.Write(front)
	if err == nil {
		_, err = io.Copy(to, io.NewSectionReader(f.f, from, f.size-from))
	}
	if err == nil {
		err = to.Sync()
	}
	return errors.Join(err, to.Close())
}

func ignoreMissing(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

func (f *file) close() error {
	if f.f == nil {
		return nil
	}
	return errors.Join(f.f.Sync(), f.f.Close())
}
