package cli

import (
	"slices"
	"strings"
	"testing"
)

// --http stands alone, or with an address in any of the usual ways.
func TestHTTPFlagMayStandAlone(t *testing.T) {
	for args, want := range map[string]pageAddr{
		"--id 1":                        {},
		"--id 1 --http":                 {on: true},
		"--http --id 1":                 {on: true},
		"--http 8200 --id 1":            {on: true, addr: "8200"},
		"-http :8200 --id 1":            {on: true, addr: ":8200"},
		"--http=10.0.0.1:8200 --id 1":   {on: true, addr: "10.0.0.1:8200"},
		"--http none --id 1":            {},
		"--id 1 --http 0.0.0.0":         {on: true, addr: "0.0.0.0"},
		"--http --http-token x --id 1":  {on: true},
		"--http=8200 --http=true":       {on: true},
		"--http 8200 --http=false":      {},
		"--http [::1]:8200 --floors 12": {on: true, addr: "[::1]:8200"},
	} {
		f, s := nodeFlags()
		if err := f.parse(joinPageAddr(strings.Fields(args)), nil); err != nil {
			t.Errorf("%s: %v", args, err)
		} else if *s.page.addr != want {
			t.Errorf("%s: %+v", args, *s.page.addr)
		}
	}
	given := []string{"--http", "8200"}
	if joinPageAddr(given); !slices.Equal(given, []string{"--http", "8200"}) {
		t.Error("the arguments were changed")
	}
}
