package bcast

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// FuzzKeyFile: any file is a key of proper length that is in it, or an error.
func FuzzKeyFile(f *testing.F) {
	f.Add([]byte("0123456789abcdef\n"))
	path := filepath.Join(f.TempDir(), "key")
	f.Fuzz(func(t *testing.T, content []byte) {
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		key, exposed, err := ReadKeyFile(path)
		if exposed {
			t.Fatal("nobody else may read it")
		}
		want := bytes.TrimRight(content, " \t\r\n")
		fits := len(want) >= MinKey && len(want) <= MaxKey && len(content) <= MaxKey+64
		if fits != (err == nil) || err == nil && !bytes.Equal(key, want) || err != nil && key != nil {
			t.Fatalf("of %d bytes, %d without white space: a key of %d, error %v", len(content), len(want), len(key), err)
		}
		if err == nil && NewSealer(key).KeyID() == 0 {
			t.Fatal("a key without a name")
		}
	})
}
