package store_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"elevnet/internal/store"
)

// listing is every file in a directory and what it holds.
func listing(t *testing.T, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, e := range entries {
		text, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		b.WriteString(e.Name() + ": " + string(text) + "\n")
	}
	return b.String()
}

func TestInspectChangesNothing(t *testing.T) {
	dir := t.TempDir()
	if r, err := store.Inspect(store.OS(), dir, "x"); err != nil || !r.Fresh || len(r.Payloads) > 0 {
		t.Errorf("nothing there: %+v, %v", r, err)
	}
	if got := listing(t, dir); got != "" {
		t.Errorf("made %q", got)
	}
	s, _, err := store.Open(store.OS(), dir, "x")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range []string{"one", "two", "three"} {
		if err := s.Commit([]byte(p)); err != nil {
			t.Fatal(err)
		}
	}
	before := listing(t, dir)
	r, err := store.Inspect(store.OS(), dir, "x")
	if err != nil || r.Fresh || len(r.Damaged) > 0 || len(r.Payloads) != 2 || string(r.Payloads[0]) != "three" {
		t.Errorf("open store: %+v, %v", r, err)
	}
	if who, err := store.Holder(store.OS(), dir, "x"); err != nil || !strings.Contains(who, "process") {
		t.Errorf("held by %q, %v", who, err)
	}
	if after := listing(t, dir); after != before {
		t.Errorf("changed from\n%s\nto\n%s", before, after)
	}
	if err := s.Commit([]byte("four")); err != nil {
		t.Error(err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if who, err := store.Holder(store.OS(), dir, "x"); who != "" || err != nil {
		t.Errorf("held by %q, %v after the end", who, err)
	}

	// Nothing that can be read: it is said, and left where it is.
	if err := os.WriteFile(filepath.Join(dir, "x"), []byte("not a store"), 0o600); err != nil {
		t.Fatal(err)
	}
	before = listing(t, dir)
	if r, err := store.Inspect(store.OS(), dir, "x"); err != nil || r.Fresh || len(r.Payloads) > 0 || len(r.Damaged) == 0 {
		t.Errorf("damaged: %+v, %v", r, err)
	}
	if after := listing(t, dir); after != before {
		t.Errorf("changed from\n%s\nto\n%s", before, after)
	}

	// A process that was killed leaves its number in the lock file.
	if err := os.WriteFile(filepath.Join(dir, "x.lock"), []byte("999999\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if who, err := store.Holder(store.OS(), dir, "x"); who != "" || err != nil {
		t.Errorf("held by %q, %v after a kill", who, err)
	}
}
