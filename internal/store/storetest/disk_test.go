package storetest_test

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"elevnet/internal/store"
	"elevnet/internal/store/storetest"
)

func path(s string) string { return filepath.FromSlash(s) }

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func write(t *testing.T, f store.File, at int64, b []byte) {
	t.Helper()
	if n, err := f.WriteAt(b, at); n != len(b) || err != nil {
		t.Fatalf("WriteAt = %d, %v", n, err)
	}
}

func sectors(bs ...byte) []byte {
	var out []byte
	for _, b := range bs {
		out = append(out, bytes.Repeat([]byte{b}, storetest.SectorSize)...)
	}
	return out
}

func TestPowerCutKeepsSyncedAndChosen(t *testing.T) {
	d := storetest.New()
	f := must(d.Create(path("/f")))
	write(t, f, 0, sectors(1, 1, 1))
	if err := errors.Join(f.Sync(), d.SyncDir(path("/"))); err != nil {
		t.Fatal(err)
	}
	write(t, f, 0, sectors(2, 2, 2))
	if d.Pending() != 3 {
		t.Fatalf("Pending = %d, want 3", d.Pending())
	}
	d.PowerCut(func(i int) bool { return i == 1 })
	if diff := cmp.Diff(sectors(1, 2, 1), d.Contents(path("/f"))); diff != "" {
		t.Error(diff)
	}
	if _, err := f.WriteAt([]byte{1}, 0); !errors.Is(err, fs.ErrClosed) {
		t.Errorf("a file of the dead process can be written: %v", err)
	}
}

func TestNamesAreLostWithoutSyncDir(t *testing.T) {
	d := storetest.New()
	must(d.Mkdir(path("/a")))
	f := must(d.Create(path("/a/f")))
	write(t, f, 0, sectors(1))
	if err := errors.Join(f.Sync(), d.SyncDir(path("/a"))); err != nil {
		t.Fatal(err)
	}
	c := d.Clone()
	c.PowerCut(nil)
	if got := c.Paths(); len(got) != 0 {
		t.Errorf("%v survived although /a didn't", got)
	}
	if err := d.SyncDir(path("/")); err != nil {
		t.Fatal(err)
	}
	if err := d.Rename(path("/a/f"), path("/a/g")); err != nil {
		t.Fatal(err)
	}
	d.PowerCut(nil)
	if diff := cmp.Diff([]string{path("/a/f")}, d.Paths()); diff != "" {
		t.Error(diff)
	}
}

func TestDroppedPagesAreSeenAndNotDurable(t *testing.T) {
	d := storetest.New()
	d.Put(path("/f"), sectors(1))
	f := must(d.Open(path("/f")))
	write(t, f, 0, sectors(2))
	d.SetFaults(func(c storetest.Call) storetest.Fault {
		if c.Op == storetest.Sync {
			return storetest.Fault{Err: syscall.EIO, Drop: true}
		}
		return storetest.Fault{}
	})
	if err := f.Sync(); !errors.Is(err, syscall.EIO) {
		t.Fatal(err)
	}
	d.SetFaults(nil)
	if err := f.Sync(); err != nil {
		t.Fatalf("the second sync reports the error again: %v", err)
	}
	if got := d.Contents(path("/f")); got[0] != 2 {
		t.Error("the dropped sector isn't seen")
	}
	e := d.Clone()
	e.Evict()
	d.PowerCut(func(int) bool { return true })
	for _, d := range []*storetest.Disk{d, e} {
		if got := d.Contents(path("/f")); got[0] != 1 {
			t.Error("the dropped sector is durable")
		}
	}
}

func TestSpace(t *testing.T) {
	d := storetest.New()
	d.SetSpace(2 * storetest.SectorSize)
	f := must(d.Create(path("/f")))
	n, err := f.WriteAt(sectors(1, 1, 1), 0)
	if n != 2*storetest.SectorSize || !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("WriteAt = %d, %v", n, err)
	}
	write(t, f, 0, sectors(2, 2))
	if err := d.Remove(path("/f")); err != nil {
		t.Fatal(err)
	}
	write(t, must(d.Create(path("/g"))), 0, sectors(1, 1))
}

func TestLockFaultsAndBits(t *testing.T) {
	d := storetest.New()
	l := must(d.Lock(path("/l")))
	if _, err := d.Lock(path("/l")); !errors.Is(err, store.ErrLocked) {
		t.Errorf("locked twice: %v", err)
	}
	d.Kill()
	must(d.Lock(path("/l")))
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Lock(path("/l")); !errors.Is(err, store.ErrLocked) {
		t.Error("the lock of a dead process was given back in place of a living one's")
	}

	d.Put(path("/a/f"), []byte{0, 0})
	if !d.Flip(path("/a/f"), 9) || d.Flip(path("/a/f"), 16) || d.Flip(path("/a/g"), 0) {
		t.Error("Flip says the wrong thing about what it did")
	}
	f := must(d.Open(path("/a/f")))
	buf := make([]byte, 3)
	if n, err := f.ReadAt(buf, 0); n != 2 || err != io.EOF || buf[1] != 2 {
		t.Errorf("ReadAt = %d, %v, %v", n, err, buf)
	}

	d.SetFaults(func(c storetest.Call) storetest.Fault {
		return storetest.Fault{Crash: c.Op == storetest.Exists, Delay: time.Second}
	})
	_, _ = d.Exists(path("/a"))
	if _, err := f.Size(); !errors.Is(err, storetest.ErrPowerLost) {
		t.Errorf("a call after the crash: %v", err)
	}
	if d.Elapsed() != time.Second {
		t.Errorf("Elapsed = %v", d.Elapsed())
	}
}
