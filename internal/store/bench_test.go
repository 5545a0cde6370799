package store_test

import (
	"os"
	"path/filepath"
	"testing"

	"elevnet/internal/store"
	"elevnet/internal/store/storetest"
)

// BenchmarkCommit measures 1 kB commits: in place, as the store does; with a
// new file each time, as it does after an error and as is usual elsewhere; and
// without a disk, which is what the store itself costs.
func BenchmarkCommit(b *testing.B) {
	data := payload(1, 1000)
	b.Run("in-place", func(b *testing.B) {
		s, _, err := store.Open(store.OS(), b.TempDir(), stateName)
		if err != nil {
			b.Fatal(err)
		}
		defer s.Close()
		if err := s.Commit(data); err != nil {
			b.Fatal(err)
		}
		b.ReportAllocs()
		for b.Loop() {
			if err := s.Commit(data); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("new-file", func(b *testing.B) {
		dir, fsys := b.TempDir(), store.OS()
		b.ReportAllocs()
		for b.Loop() {
			if err := rewrite(fsys, dir, data); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("no-disk", func(b *testing.B) {
		s, _, err := store.Open(storetest.New(), stateDir, stateName)
		if err != nil {
			b.Fatal(err)
		}
		for b.Loop() {
			if err := s.Commit(data); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// rewrite stores data by a new file, a rename and a sync of the directory.
func rewrite(fsys store.FS, dir string, data []byte) error {
	temp, path := filepath.Join(dir, "new"), filepath.Join(dir, "file")
	f, err := fsys.Create(temp)
	if err != nil {
		return err
	}
	if _, err := f.WriteAt(data, 0); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	if err := fsys.Rename(temp, path); err != nil {
		return err
	}
	return fsys.SyncDir(dir)
}

// BenchmarkOpen measures the recovery of 10 kB.
func BenchmarkOpen(b *testing.B) {
	dir := b.TempDir()
	for b.Loop() {
		s, _, err := store.Open(store.OS(), dir, stateName)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := os.Stat(filepath.Join(dir, stateName)); err != nil {
			if err := s.Commit(payload(1, 10000)); err != nil {
				b.Fatal(err)
			}
		}
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
	}
}
