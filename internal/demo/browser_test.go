package demo

import (
	"slices"
	"testing"
)

func TestBrowserCommand(t *testing.T) {
	const url = "http://127.0.0.1:8146/"
	for _, c := range []struct {
		system string
		env    map[string]string
		want   []string
	}{
		{"linux", map[string]string{"DISPLAY": ":0"}, []string{"xdg-open", url}},
		{"linux", map[string]string{"WAYLAND_DISPLAY": "w"}, []string{"xdg-open", url}},
		{"linux", nil, nil},
		{"linux", map[string]string{"DISPLAY": ":0", "CI": "true"}, nil},
		{"linux", map[string]string{"DISPLAY": ":10", "SSH_CONNECTION": "x"}, nil},
		{"darwin", nil, []string{"open", url}},
		{"darwin", map[string]string{"CI": "1"}, nil},
		{"windows", nil, []string{"rundll32", "url.dll,FileProtocolHandler", url}},
	} {
		args, ok := browserCommand(c.system, func(k string) string { return c.env[k] }, url)
		if !slices.Equal(args, c.want) || ok != (c.want != nil) {
			t.Errorf("%s %v: %q, %v", c.system, c.env, args, ok)
		}
	}
}
