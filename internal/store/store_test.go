package store_test

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"elevnet/internal/store"
	"elevnet/internal/store/storetest"
)

var statePath = filepath.Join(stateDir, stateName)

func open(t *testing.T, fsys store.FS, dir string) (*store.Store, store.Recovery) {
	t.Helper()
	s, r, err := store.Open(fsys, dir, stateName)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s, r
}

func commit(t *testing.T, s *store.Store, payloads ...string) {
	t.Helper()
	for _, p := range payloads {
		if err := s.Commit([]byte(p)); err != nil {
			t.Fatal(err)
		}
	}
}

// wantPayloads checks what was recovered, newest first.
func wantPayloads(t *testing.T, r store.Recovery, want ...string) {
	t.Helper()
	var got []string
	for _, p := range r.Payloads {
		got = append(got, string(p))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("recovered payloads, newest first (-want +got):\n%s", diff)
	}
}

// wantDamaged checks that there is one line for each of the given words.
func wantDamaged(t *testing.T, r store.Recovery, words ...string) {
	t.Helper()
	if len(r.Damaged) != len(words) {
		t.Fatalf("damaged: %q, want %d lines with %q", r.Damaged, len(words), words)
	}
	for i, w := range words {
		if line := r.Damaged[i]; !strings.Contains(line, w) || !strings.HasPrefix(line, statePath) || strings.Contains(line, "\n") {
			t.Errorf("damaged: %q doesn't say %q of a file", line, w)
		}
	}
}

func TestCommitAndRecover(t *testing.T) {
	d := storetest.New()
	s, r := open(t, d, stateDir)
	if !r.Fresh || len(r.Payloads) != 0 || len(r.Damaged) != 0 {
		t.Errorf("a new store recovers %+v", r)
	}
	commit(t, s, "a", "b", "", "d")
	d.PowerCut(nil)
	s, r = open(t, d, stateDir)
	wantPayloads(t, r, "d", "")
	wantDamaged(t, r)
	if r.Fresh {
		t.Error("fresh although there was a store")
	}
	// Generations go on from the recovered ones, in a new file.
	commit(t, s, "e")
	d.PowerCut(nil)
	_, r = open(t, d, stateDir)
	wantPayloads(t, r, "e")
	if diff := cmp.Diff([]string{statePath}, d.Paths()); diff != "" {
		t.Error(diff)
	}
}

func TestRecoveredPayloadsAreCopies(t *testing.T) {
	d := storetest.New()
	s, _ := open(t, d, stateDir)
	mine := []byte("abc")
	for range 2 {
		if err := s.Commit(mine); err != nil {
			t.Fatal(err)
		}
	}
	mine[0] = 'x'
	d.PowerCut(nil)
	s, r := open(t, d, stateDir)
	commit(t, s, "zzz", "zzz")
	wantPayloads(t, r, "abc", "abc")
}

// The calls of a commit in the steady state are one write and one sync.
func TestSteadyStateIsOneWriteAndOneSync(t *testing.T) {
	d := storetest.New()
	s, _ := open(t, d, stateDir)
	commit(t, s, strings.Repeat("a", 1000))
	var calls []string
	d.SetFaults(func(c storetest.Call) storetest.Fault {
		calls = append(calls, fmt.Sprint(c.Op, " ", c.Bytes))
		return storetest.Fault{}
	})
	commit(t, s, strings.Repeat("b", 1000), strings.Repeat("c", 1900))
	if diff := cmp.Diff([]string{"write 4096", "sync 0", "write 4096", "sync 0"}, calls); diff != "" {
		t.Error(diff)
	}
}

func TestLengths(t *testing.T) {
	d := storetest.New()
	s, _ := open(t, d, stateDir)
	longest := bytes.Repeat([]byte{7}, store.MaxPayload)
	commit(t, s, "small", string(longest), "small again")
	err := s.Commit(append(longest, 7))
	if err == nil || !strings.Contains(err.Error(), "16777217 bytes") {
		t.Errorf("a payload that is too long: %v", err)
	}
	// It has cost nothing: the next commit is in place.
	before := d.Calls()
	commit(t, s, "small once more")
	if n := d.Calls() - before; n != 2 {
		t.Errorf("the commit after a refused one took %d calls, want 2", n)
	}
	d.PowerCut(nil)
	_, r := open(t, d, stateDir)
	wantPayloads(t, r, "small once more", "small again")
}

// F6: one damaged slot costs what it held, and is said.
func TestOneDamagedSlot(t *testing.T) {
	for i, want := range []string{"b", "c"} {
		d := storetest.New()
		s, _ := open(t, d, stateDir)
		commit(t, s, "a", "b", "c") // c is in slot 0
		d.Kill()
		d.Flip(statePath, (int64(i)*4096+64)*8)
		s, r := open(t, d, stateDir)
		wantPayloads(t, r, want)
		wantDamaged(t, r, fmt.Sprintf("slot %d: its checksum is wrong", i))
		commit(t, s, "d")
		d.PowerCut(nil)
		_, r = open(t, d, stateDir)
		wantPayloads(t, r, "d")
		wantDamaged(t, r)
	}
}

// F6: files in which nothing can be read are kept, none over another, and not
// without end.
func TestDamagedFilesAreKept(t *testing.T) {
	d := storetest.New()
	for i := range 10 {
		junk := []byte(fmt.Sprint("junk ", i))
		d.Put(statePath, junk)
		d.Kill()
		s, r := open(t, d, stateDir)
		wantPayloads(t, r)
		if i < 8 {
			kept := fmt.Sprint(statePath, ".damaged-", i+1)
			wantDamaged(t, r, "slot 0", "slot 1", "kept as "+kept)
			if diff := cmp.Diff(junk, d.Contents(kept)); diff != "" {
				t.Error(diff)
			}
		} else {
			wantDamaged(t, r, "slot 0", "slot 1", "look at them and remove them")
			if diff := cmp.Diff(junk, d.Contents(statePath)); diff != "" {
				t.Errorf("gone before something better was stored: %s", diff)
			}
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff([]byte("junk 0"), d.Contents(statePath+".damaged-1")); diff != "" {
		t.Error(diff)
	}
	s, _ := open(t, d, stateDir)
	commit(t, s, "a")
	d.PowerCut(nil)
	_, r := open(t, d, stateDir)
	wantPayloads(t, r, "a")
}

func TestDamagedFileIsKeptBeforeTheNextCommit(t *testing.T) {
	d := storetest.New()
	d.Put(statePath, []byte("junk"))
	broken := true
	d.SetFaults(func(c storetest.Call) storetest.Fault {
		if c.Op == storetest.Rename && broken {
			return storetest.Fault{Err: syscall.EIO}
		}
		return storetest.Fault{}
	})
	s, r := open(t, d, stateDir)
	wantDamaged(t, r, "slot 0", "slot 1", "input/output error")
	if err := s.Commit([]byte("a")); !errors.Is(err, syscall.EIO) {
		t.Fatalf("commit over a file that should be kept: %v", err)
	}
	broken = false
	commit(t, s, "b")
	d.PowerCut(nil)
	_, r = open(t, d, stateDir)
	wantPayloads(t, r, "b")
	if diff := cmp.Diff([]byte("junk"), d.Contents(statePath+".damaged-1")); diff != "" {
		t.Error(diff)
	}
}

// A power cut doesn't cost a damaged file that is being set aside.
func TestDamagedFileSurvivesPowerCuts(t *testing.T) {
	junk := []byte("junk")
	d := storetest.New()
	d.Put(statePath, junk)
	cuts := 0
	d.SetFaults(func(c storetest.Call) storetest.Fault {
		for mask := range 1 << min(d.Pending(), 5) {
			e := d.Clone()
			// The last changes are those of names.
			first := d.Pending() - 5
			e.PowerCut(func(i int) bool { return i < first || mask&(1<<(i-max(first, 0))) != 0 })
			cuts++
			if !bytes.Equal(e.Contents(statePath), junk) && !bytes.Equal(e.Contents(statePath+".damaged-1"), junk) {
				t.Fatalf("power cut before %v: the damaged file is gone, there are %q", c, e.Paths())
			}
		}
		return storetest.Fault{}
	})
	s, _ := open(t, d, stateDir)
	commit(t, s, "a", "b")
	if cuts < 30 {
		t.Errorf("only %d power cuts", cuts)
	}
}

// Fresh means that there's nothing to have been lost.
func TestFresh(t *testing.T) {
	d := storetest.New()
	d.Put(statePath, []byte("junk"))
	_, r := open(t, d, stateDir)
	if r.Fresh {
		t.Error("fresh with a damaged file")
	}
	d.Kill()
	_, r = open(t, d, stateDir)
	if r.Fresh {
		t.Error("fresh after a damaged file was set aside")
	}
	d = storetest.New()
	d.Put(statePath+".tmp-1", nil)
	_, r = open(t, d, stateDir)
	if r.Fresh {
		t.Error("fresh with the remains of a first commit")
	}
	wantDamaged(t, r, "never finished", "never finished")
}

// A file that was whole but hadn't its name yet is read, kept until there is
// a newer one, and then removed.
func TestLeftovers(t *testing.T) {
	// file returns the bytes of a file that holds the payloads.
	file := func(payloads ...string) []byte {
		d := storetest.New()
		s, _ := open(t, d, stateDir)
		commit(t, s, payloads...)
		return d.Contents(statePath)
	}
	for _, ending := range []string{".tmp-0", ".tmp-1"} {
		d := storetest.New()
		d.Put(statePath, file("a", "b"))
		d.Put(statePath+ending, file("a", "b", "c"))
		s, r := open(t, d, stateDir)
		wantPayloads(t, r, "c", "b", "b", "a")
		wantDamaged(t, r)
		d.SetFaults(func(c storetest.Call) storetest.Fault {
			if d.Contents(statePath+ending) == nil && c.Op != storetest.Open && c.Op != storetest.Close {
				t.Errorf("%v: %s is gone already", c, ending)
			}
			return storetest.Fault{}
		})
		commit(t, s, "d")
		d.SetFaults(nil)
		if diff := cmp.Diff([]string{statePath}, d.Paths()); diff != "" {
			t.Error(diff)
		}
		commit(t, s, "e")
		d.Kill()
		_, r = open(t, d, stateDir)
		wantPayloads(t, r, "e", "d")
	}
}

// F6: a full disk stops nothing that fits in place, is said, loses nothing,
// and is over when there is room.
func TestDiskFull(t *testing.T) {
	d := storetest.New()
	s, _ := open(t, d, stateDir)
	commit(t, s, "a")
	d.SetSpace(8192)
	commit(t, s, "b", "c")
	long := strings.Repeat("x", 5000)
	for range 3 {
		err := s.Commit([]byte(long))
		if !errors.Is(err, syscall.ENOSPC) || !strings.Contains(err.Error(), "make room") || !strings.Contains(err.Error(), statePath) {
			t.Fatalf("commit on a full disk: %v", err)
		}
		if diff := cmp.Diff([]string{statePath}, d.Paths()); diff != "" {
			t.Fatal(diff)
		}
	}
	commit(t, s, "d")
	e := d.Clone()
	e.PowerCut(nil)
	_, r := open(t, e, stateDir)
	wantPayloads(t, r, "d", "c")
	d.SetSpace(-1)
	commit(t, s, long)
	d.PowerCut(nil)
	_, r = open(t, d, stateDir)
	wantPayloads(t, r, long)
}

// F6: after a failed sync the file isn't written any more, though it may be
// asked to; the disk may be away for as long as it likes.
func TestFailedSyncMeansNewFile(t *testing.T) {
	d := storetest.New()
	s, _ := open(t, d, stateDir)
	commit(t, s, "a", "b")
	away := true
	var written []string
	d.SetFaults(func(c storetest.Call) storetest.Fault {
		if c.Op == storetest.Write {
			written = append(written, c.Path)
		}
		if away && c.Op == storetest.Sync {
			return storetest.Fault{Err: syscall.EIO, Drop: true}
		}
		return storetest.Fault{}
	})
	for i := range 5 {
		if err := s.Commit([]byte("c")); !errors.Is(err, syscall.EIO) || !strings.Contains(err.Error(), "can't sync "+statePath) {
			t.Fatalf("commit %d: %v", i, err)
		}
	}
	if slices.Contains(written[1:], statePath) {
		t.Errorf("written after the error: %q", written)
	}
	e := d.Clone()
	e.SetFaults(nil)
	e.PowerCut(nil)
	_, r := open(t, e, stateDir)
	wantPayloads(t, r, "b", "a")
	away = false
	commit(t, s, "d", "e")
	d.PowerCut(nil)
	_, r = open(t, d, stateDir)
	wantPayloads(t, r, "e", "d")
}

func TestOpenErrors(t *testing.T) {
	fail := func(op storetest.Op, err error) func(d *storetest.Disk) {
		return func(d *storetest.Disk) {
			d.SetFaults(func(c storetest.Call) storetest.Fault {
				if c.Op == op {
					return storetest.Fault{Err: err}
				}
				return storetest.Fault{}
			})
		}
	}
	tests := []struct {
		name    string
		prepare func(d *storetest.Disk)
		want    []string
	}{
		{"directory is a file", func(d *storetest.Disk) { d.Put(stateDir, nil) }, []string{"directory " + stateDir, "another directory"}},
		{"no permission", fail(storetest.Lock, syscall.EACCES), []string{"lock " + statePath + ".lock", "permission denied", "the right to write"}},
		{"read-only", fail(storetest.Mkdir, syscall.EROFS), []string{"directory " + stateDir, "read-only", "mount it for writing"}},
		{"file unreadable", func(d *storetest.Disk) {
			d.Put(statePath, nil)
			fail(storetest.Open, syscall.EACCES)(d)
		}, []string{"open " + statePath, "the right to write"}},
		{"file is a directory", func(d *storetest.Disk) { d.Put(filepath.Join(statePath, "x"), nil) }, []string{"open " + statePath}},
		{"in use", func(d *storetest.Disk) { open(t, d, stateDir) }, []string{"lock " + statePath, "in use", "another id"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := storetest.New()
			tt.prepare(d)
			_, _, err := store.Open(d, stateDir, stateName)
			if err == nil {
				t.Fatal("opened")
			}
			t.Log(err)
			for _, w := range tt.want {
				if !strings.Contains(err.Error(), w) {
					t.Errorf("%q doesn't say %q", err, w)
				}
			}
			if tt.name == "in use" && !errors.Is(err, store.ErrLocked) {
				t.Errorf("%v isn't ErrLocked", err)
			}
			// Whatever it was, it isn't left locked.
			d.SetFaults(nil)
			if tt.name == "file unreadable" {
				open(t, d, stateDir)
			}
		})
	}
	for _, name := range []string{"", ".", "..", "a/b", `a\b`, "a\x00"} {
		if _, _, err := store.Open(storetest.New(), stateDir, name); err == nil {
			t.Errorf("opened with the name %q", name)
		}
	}
}

// A sector that can't be read costs its slot.
func TestReadError(t *testing.T) {
	d := storetest.New()
	s, _ := open(t, d, stateDir)
	commit(t, s, "a", "b")
	d.Kill()
	reads := 0
	d.SetFaults(func(c storetest.Call) storetest.Fault {
		if c.Op == storetest.Read {
			if reads++; reads == 1 {
				return storetest.Fault{Err: syscall.EIO}
			}
		}
		return storetest.Fault{}
	})
	_, r := open(t, d, stateDir)
	wantPayloads(t, r, "b")
	wantDamaged(t, r, "slot 0: it can't be read")
}

func TestClose(t *testing.T) {
	d := storetest.New()
	s, _ := open(t, d, stateDir)
	commit(t, s, "a")
	for range 2 {
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Commit(nil); !errors.Is(err, fs.ErrClosed) {
		t.Errorf("commit after close: %v", err)
	}
	s, _ = open(t, d, stateDir)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}
