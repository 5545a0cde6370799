package store_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"elevnet/internal/store"
)

// tmpfs mounts a small file system that is made for the test, or skips it.
func tmpfs(t *testing.T) string {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("mounting a small tmpfs needs root; the same is tested on a simulated disk")
	}
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=64k,mode=700"); err != nil {
		t.Skipf("a tmpfs can't be mounted here (%v); the same is tested on a simulated disk", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Errorf("unmount %s: %v", dir, err)
		}
	})
	return dir
}

// F6: the disk is really full.
func TestRealDiskFull(t *testing.T) {
	dir := tmpfs(t)
	s, _ := open(t, store.OS(), dir)
	commit(t, s, "a")
	ballast := filepath.Join(dir, "ballast")
	if err := os.WriteFile(ballast, make([]byte, 1<<20), 0o600); !errors.Is(err, syscall.ENOSPC) {
		t.Fatalf("filling the disk: %v", err)
	}
	commit(t, s, "b", "c") // in place
	long := strings.Repeat("x", 5000)
	for range 2 {
		if err := s.Commit([]byte(long)); !errors.Is(err, syscall.ENOSPC) || !strings.Contains(err.Error(), "make room") {
			t.Fatalf("commit on a full disk: %v", err)
		}
	}
	commit(t, s, "d")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	// A start on a full disk reads what is there, and waits for room.
	s, r := open(t, store.OS(), dir)
	wantPayloads(t, r, "d", "c")
	if err := s.Commit([]byte("e")); !errors.Is(err, syscall.ENOSPC) {
		t.Fatalf("first commit on a full disk: %v", err)
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	commit(t, s, long)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s, r = open(t, store.OS(), dir)
	wantPayloads(t, r, long)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestRealReadOnlyDisk(t *testing.T) {
	dir := tmpfs(t)
	if err := syscall.Mount("", dir, "", syscall.MS_REMOUNT|syscall.MS_RDONLY, ""); err != nil {
		t.Skipf("a tmpfs can't be made read-only here: %v", err)
	}
	for _, d := range []string{dir, filepath.Join(dir, "a", "b")} {
		_, _, err := store.Open(store.OS(), d, stateName)
		if !errors.Is(err, syscall.EROFS) || !strings.Contains(err.Error(), "mount it for writing") || !strings.Contains(err.Error(), d) {
			t.Errorf("a read-only disk: %v", err)
		}
	}
}
