package store_test

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"elevnet/internal/store"
)

// childDir is the environment variable that makes the test binary a child that
// commits for ever.
const childDir = "ELEVNET_STORE_TEST_CHILD"

func TestMain(m *testing.M) {
	if dir := os.Getenv(childDir); dir != "" {
		commitForEver(dir)
	}
	os.Exit(m.Run())
}

// sizeOf makes the payloads of the child grow now and then, so that it is also
// killed while it changes files.
func sizeOf(n int) int { return 8 + n*37%1800 + n/16*700%9000 }

// commitForEver commits numbered payloads, from the number after the newest
// recovered one on, and prints each number that was acknowledged.
func commitForEver(dir string) {
	s, r, err := store.Open(store.OS(), dir, stateName)
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	for n := newest(r) + 1; ; n++ {
		if err := s.Commit(payload(n, sizeOf(n))); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		fmt.Println(n)
	}
}

// newest returns the number of the newest payload, -1 if there is none, -2 if
// one of them isn't as the child writes them.
func newest(r store.Recovery) int {
	n := -1
	for _, b := range r.Payloads {
		i := int(b[0]) | int(b[1])<<8 | int(b[2])<<16
		if !bytes.Equal(b, payload(i, sizeOf(i))) {
			return -2
		}
		n = max(n, i)
	}
	return n
}

// F2: a process killed in the middle of its commits has kept every promise,
// and its lock is free.
func TestKilledProcess(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "b")
	acked := -1
	for round := range 6 {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), childDir+"="+dir)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		more := 20 + 7*round
		for i := 0; i < more && lines.Scan(); i++ {
			if acked, err = strconv.Atoi(lines.Text()); err != nil {
				t.Errorf("the child says %q", lines.Text())
				break
			}
			if i == 0 && round == 0 {
				_, _, err := store.Open(store.OS(), dir, stateName)
				if !errors.Is(err, store.ErrLocked) {
					t.Errorf("opened while the child has it: %v", err)
				} else if want := fmt.Sprint("process ", cmd.Process.Pid); runtime.GOOS != "windows" && !strings.Contains(err.Error(), want) {
					t.Errorf("%q doesn't name %s", err, want)
				}
			}
		}
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		// It may have acknowledged more before it died.
		for lines.Scan() {
			if n, err := strconv.Atoi(lines.Text()); err == nil {
				acked = n
			}
		}
		_ = cmd.Wait()
		s, r, err := store.Open(store.OS(), dir, stateName)
		if err != nil {
			t.Fatal(err)
		}
		if n := newest(r); n < acked || n > acked+1 {
			t.Fatalf("round %d: %d was acknowledged, recovered %d; damaged: %q", round, acked, n, r.Damaged)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if acked < 100 {
		t.Errorf("only %d commits in all", acked)
	}
}

func TestRealFiles(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "not", "there", "yet")
	s, r := open(t, store.OS(), dir)
	if !r.Fresh {
		t.Error("not fresh")
	}
	commit(t, s, "a", strings.Repeat("b", 10000), "c", "d")

	// Two in one process exclude each other as two processes do.
	_, _, err := store.Open(store.OS(), dir, stateName)
	if !errors.Is(err, store.ErrLocked) || !strings.Contains(err.Error(), fmt.Sprintf("this process (%d)", os.Getpid())) {
		t.Errorf("opened twice: %v", err)
	}
	other, _, err := store.Open(store.OS(), dir, "another")
	if err != nil {
		t.Fatalf("another name in the same directory: %v", err)
	}
	if err := other.Close(); err != nil {
		t.Fatal(err)
	}
	commit(t, s, "e")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	_, r = open(t, store.OS(), dir)
	wantPayloads(t, r, "e", "d")
}

func TestRealErrors(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, d := range []string{file, filepath.Join(file, "below")} {
		_, _, err := store.Open(store.OS(), d, stateName)
		if err == nil || !strings.Contains(err.Error(), d) || !strings.Contains(err.Error(), "another directory") {
			t.Errorf("a file for a directory: %v", err)
		}
	}
	t.Run("permission", func(t *testing.T) {
		if os.Geteuid() == 0 || runtime.GOOS == "windows" {
			t.Skip("the permissions of a directory don't bind this user")
		}
		locked := filepath.Join(dir, "locked")
		if err := os.Mkdir(locked, 0o500); err != nil {
			t.Fatal(err)
		}
		_, _, err := store.Open(store.OS(), locked, stateName)
		if !errors.Is(err, os.ErrPermission) || !strings.Contains(err.Error(), "the right to write") {
			t.Errorf("a directory without permission: %v", err)
		}
	})
}

func TestCommitDoesNotAllocate(t *testing.T) {
	s, _ := open(t, store.OS(), t.TempDir())
	b := payload(1, 1000)
	var err error
	n := testing.AllocsPerRun(20, func() {
		if e := s.Commit(b); e != nil {
			err = e
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if n != 0 {
		t.Errorf("%v allocations per commit", n)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}
