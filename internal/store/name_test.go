package store

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestFileName(t *testing.T) {
	tests := []struct{ building, id, want string }{
		{"default", "1", "state-default.1"},
		{"Lab", "node_2", "state-_4cab.node_5f2"},
		{"lab", "a.b", "state-lab.a_2eb"},
		{"con", "nul", "state-con.nul"},
		{"", "", "state-_._"},
		{"../..", "/", "state-_2e_2e_2f_2e_2e._2f"},
		{"å", "1", "state-_c3_a5.1"},
	}
	for _, tt := range tests {
		if got := FileName(tt.building, tt.id); got != tt.want {
			t.Errorf("FileName(%q, %q) = %q, want %q", tt.building, tt.id, got, tt.want)
		}
	}
	if a, b := FileName(strings.Repeat("a", 200), "1"), FileName(strings.Repeat("a", 199), "a1"); a == b || len(a) > maxName {
		t.Errorf("long names %q and %q", a, b)
	}
}

func TestFileNameIsSafeAndInjective(t *testing.T) {
	safe := regexp.MustCompile(`^(state|hash)-[a-z0-9._-]+[a-z0-9_-]$`)
	rapid.Check(t, func(t *rapid.T) {
		part := rapid.OneOf(rapid.String(), rapid.StringMatching(`[aA_.-]{0,4}`), rapid.StringN(30, 80, -1))
		b1, i1 := part.Draw(t, "building 1"), part.Draw(t, "id 1")
		b2, i2 := part.Draw(t, "building 2"), part.Draw(t, "id 2")
		n1, n2 := FileName(b1, i1), FileName(b2, i2)
		if !safe.MatchString(n1) || len(n1) > maxName {
			t.Fatalf("FileName(%q, %q) = %q", b1, i1, n1)
		}
		if (n1 == n2) != (b1 == b2 && i1 == i2) {
			t.Fatalf("(%q, %q) and (%q, %q) are %q and %q", b1, i1, b2, i2, n1, n2)
		}
	})
}

func TestDefaultDir(t *testing.T) {
	abs, err := filepath.Abs("x")
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		goos string
		env  map[string]string
		want string // "" for an error
	}{
		{"linux", map[string]string{"HOME": "/home/a"}, "/home/a/.local/state/elevnet"},
		{"linux", map[string]string{"HOME": "/home/a", "XDG_STATE_HOME": abs}, abs + "/elevnet"},
		{"linux", map[string]string{"HOME": "/home/a", "XDG_STATE_HOME": "relative"}, "/home/a/.local/state/elevnet"},
		{"linux", map[string]string{"XDG_STATE_HOME": abs}, abs + "/elevnet"},
		{"linux", nil, ""},
		{"darwin", map[string]string{"HOME": "/Users/a", "XDG_STATE_HOME": abs}, "/Users/a/Library/Application Support/elevnet"},
		{"darwin", nil, ""},
		{"windows", map[string]string{"LocalAppData": "/l", "HOME": "/h"}, "/l/elevnet"},
		{"windows", map[string]string{"HOME": "/h"}, ""},
	}
	for _, tt := range tests {
		got, err := defaultDir(tt.goos, func(k string) string { return tt.env[k] })
		if got != filepath.FromSlash(tt.want) || (err != nil) != (tt.want == "") {
			t.Errorf("%s, %v: %q, %v, want %q", tt.goos, tt.env, got, err, tt.want)
		}
		if err != nil && !strings.Contains(err.Error(), "set") {
			t.Errorf("%s: the error %q doesn't say what to do", tt.goos, err)
		}
	}
}
