package trial

import (
	"os"
	"path/filepath"
	"testing"
)

// TestKept runs the scenarios that once broke a promise, or seemed to. They are
// kept for ever: see the package documentation.
func TestKept(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("testdata", "*.txt"))
	if err != nil || len(files) == 0 {
		t.Fatal("nothing is kept", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			r, err := Play(string(data), Options{})
			if err != nil {
				t.Fatal(err)
			}
			for _, v := range r.Violations {
				t.Error(v)
			}
			if r.Presses == 0 || r.Faults() == 0 {
				t.Errorf("%d presses and %d faults: there is nothing to it", r.Presses, r.Faults())
			}
		})
	}
}
