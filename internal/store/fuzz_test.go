package store_test

import (
	"bytes"
	"runtime"
	"testing"

	"elevnet/internal/store"
	"elevnet/internal/store/storetest"
)

// FuzzOpen is F6: a store is opened on any three files. It never refuses, makes
// nothing up that isn't in them, keeps what it can't read, takes little memory,
// and goes on from there.
func FuzzOpen(f *testing.F) {
	f.Add([]byte(nil), []byte(nil), []byte(nil), byte(7))
	f.Fuzz(func(t *testing.T, file, temp0, temp1 []byte, there byte) {
		d := storetest.New()
		files := map[string][]byte{}
		for i, b := range [][]byte{file, temp0, temp1} {
			if there&(1<<i) != 0 {
				path := statePath + []string{"", ".tmp-0", ".tmp-1"}[i]
				files[path] = b
				d.Put(path, b)
			}
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		s, r, err := store.Open(d, stateDir, stateName)
		runtime.ReadMemStats(&after)
		if err != nil {
			t.Fatal(err)
		}
		if size := uint64(len(file) + len(temp0) + len(temp1)); after.TotalAlloc-before.TotalAlloc > 64<<10+4*size {
			t.Fatalf("%d bytes allocated for files of %d", after.TotalAlloc-before.TotalAlloc, size)
		}
		if len(r.Payloads) > 6 || len(r.Damaged) > 7 || r.Fresh != (len(files) == 0) {
			t.Fatalf("of %d files: %d payloads, damaged %q, fresh %v", len(files), len(r.Payloads), r.Damaged, r.Fresh)
		}
		for _, p := range r.Payloads {
			found := false
			for _, b := range files {
				found = found || bytes.Contains(b, p)
			}
			if !found {
				t.Fatalf("recovered %x, which is in no file", p)
			}
		}
		for path, b := range files {
			if bytes.Equal(d.Contents(path), b) || bytes.Equal(d.Contents(path+".damaged-1"), b) {
				continue
			}
			t.Fatalf("%s is gone", path)
		}
		// The first commit makes all of it history, through a power cut (which may
		// bring back a file that was removed).
		next := []byte("what counts from now on")
		if err := s.Commit(next); err != nil {
			t.Fatal(err)
		}
		d.PowerCut(nil)
		_, r, err = store.Open(d, stateDir, stateName)
		if err != nil || len(r.Payloads) == 0 || !bytes.Equal(r.Payloads[0], next) {
			t.Fatalf("after a commit: %v, %d payloads, damaged %q", err, len(r.Payloads), r.Damaged)
		}
	})
}
