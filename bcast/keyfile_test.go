package bcast

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

func TestReadKeyFile(t *testing.T) {
	const sixteen = "0123456789abcdef"
	tests := []struct {
		name, content, key, failure string
	}{
		{"bare", sixteen, sixteen, ""},
		{"newline", sixteen + "\n", sixteen, ""},
		{"windows newline", sixteen + "\r\n", sixteen, ""},
		{"much white space", sixteen + " \t\n\n", sixteen, ""},
		{"white space inside and before", " 0123456 89abcdef\n", " 0123456 89abcdef", ""},
		{"binary", strings.Repeat("\x00\xff", 8), strings.Repeat("\x00\xff", 8), ""},
		{"longest", strings.Repeat("k", MaxKey) + "\n", strings.Repeat("k", MaxKey), ""},
		{"empty", "", "", "holds 0 bytes, a key needs at least 16; make one with: head -c 32 /dev/urandom | base64 > building.key"},
		{"white space alone", strings.Repeat(" ", 40), "", "holds 0 bytes"},
		{"short", "0123456789abcde\n", "", "holds 15 bytes, a key needs at least 16"},
		{"too long", strings.Repeat("k", MaxKey+1), "", "is too long: a key has at most 4096 bytes"},
		{"far too long", strings.Repeat("k", 1<<20), "", "is too long"},
		{"endless white space", sixteen + strings.Repeat(" ", 1<<20), "", "is too long"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "building.key")
			if err := os.WriteFile(path, []byte(test.content), 0o600); err != nil {
				t.Fatal(err)
			}
			key, exposed, err := ReadKeyFile(path)
			if test.failure == "" {
				if string(key) != test.key || exposed || err != nil {
					t.Errorf("key %q, exposed %v, error %v", key, exposed, err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), test.failure) || !strings.Contains(err.Error(), path) {
				t.Errorf("error %v, want %q", err, test.failure)
			}
			if key != nil {
				t.Errorf("a key in spite of the error")
			}
		})
	}
}

func TestReadKeyFileMissing(t *testing.T) {
	_, _, err := ReadKeyFile(filepath.Join(t.TempDir(), "none"))
	if !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "make one with") {
		t.Errorf("error %v", err)
	}
	if _, _, err := ReadKeyFile(t.TempDir()); err == nil {
		t.Error("a folder is a key")
	}
}

func TestReadKeyFileExposed(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no file modes")
	}
	path := filepath.Join(t.TempDir(), "building.key")
	if err := os.WriteFile(path, []byte("0123456789abcdef"), 0o600); err != nil {
		t.Fatal(err)
	}
	for mode, want := range map[os.FileMode]bool{0o600: false, 0o640: false, 0o644: true, 0o604: true} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		if _, exposed, err := ReadKeyFile(path); exposed != want || err != nil {
			t.Errorf("mode %o: exposed %v, %v", mode, exposed, err)
		}
	}
}
