package cli

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// FuzzSettings reads any file of settings: it is refused with one line that says
// where, or taken; and what was taken, written down as a file, means the same.
func FuzzSettings(f *testing.F) {
	f.Add("floors = 4\n")
	path := filepath.Join(f.TempDir(), "settings")
	f.Fuzz(func(t *testing.T, text string) {
		values, err := readSettings(t, path, text)
		var bad usageError
		if err != nil {
			if !errors.As(err, &bad) {
				t.Fatalf("an error of another kind: %v", err)
			}
			if strings.Contains(err.Error(), "\n") || !strings.Contains(err.Error(), path) {
				t.Fatalf("not one line that names the file: %q", err)
			}
			return
		}
		var again strings.Builder
		for name, value := range values {
			if name == "config" || strings.ContainsAny(value, "\"\n\r") || strings.TrimSpace(value) != value || len(value) > 60_000 {
				return // can't be written in a file
			}
			again.WriteString(name + " = \"" + value + "\"\n")
		}
		second, err := readSettings(t, path, again.String())
		if err != nil {
			t.Fatalf("%q is written as\n%s\nand refused: %v", text, again.String(), err)
		}
		for name, value := range values {
			if second[name] != value {
				t.Fatalf("%s = %q is read back as %q", name, value, second[name])
			}
		}
	})
}

// readSettings returns the settings of a node that differ from the defaults.
func readSettings(t *testing.T, path, text string) (map[string]string, error) {
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	fl, _ := nodeFlags()
	if err := fl.readFile(path, map[string]bool{}); err != nil {
		return nil, err
	}
	values := map[string]string{}
	fl.VisitAll(func(x *flag.Flag) {
		if v := x.Value.String(); v != x.DefValue {
			values[x.Name] = v
		}
	})
	return values, nil
}
