package promise

import (
	"testing"
	"time"
)

// TestMotive: a car sets out, and a door opens, for a lamp; one that parks may
// set out without, and opens no door.
func TestMotive(t *testing.T) {
	strict := func(c *Config) { c.Bounds.Motive = 0 }
	parks := func(c *Config) { c.Bounds.Motive, c.Parks = 0, 1 }
	for _, s := range []scenario{{
		name: "for a lamp",
		trace: `
10s 0 button cab 1 pressed
10.02s 0 lamp cab 1 on
10.02s 0 motor up
10.1s 0 button cab 1 released
10.5s 0 sensor -
12.5s 0 sensor 1
12.5s 0 motor stop
12.5s 0 door open
12.7s 0 lamp cab 1 off
15.5s 0 door closed
`, change: strict,
	}, {
		name: "the lamp is told of later",
		trace: `
10s 0 button cab 0 pressed
10.02s 0 door open
10.05s 0 lamp cab 0 on
10.1s 0 button cab 0 released
10.3s 0 lamp cab 0 off
13.02s 0 door closed
`, change: strict,
	}, {
		name: "sets out for nothing",
		trace: `
10s 0 motor up
`, change: strict, want: "E2",
	}, {
		name: "sets out to park",
		trace: `
10s 0 motor up
10.5s 0 sensor -
12.5s 0 sensor 1
12.5s 0 motor stop
`, change: parks,
	}, {
		name: "another one doesn't park",
		trace: `
10s 1 motor up
`, change: parks, want: "E2",
	}, {
		name: "sets out to park, and something gets into the doorway",
		trace: `
9s 0 obstruction on
20s 0 obstruction off
30s 0 motor up
30.01s 0 obstruction on
30.5s 0 sensor -
32.5s 0 sensor 1
32.5s 0 motor stop
`, change: parks,
	}, {
		name: "sets out to park with something in the doorway",
		trace: `
9s 0 obstruction on
20s 0 motor up
`, change: parks, want: "E2",
	}, {
		name: "parks, and opens its door",
		trace: `
10s 0 motor up
10.5s 0 sensor -
12.5s 0 sensor 1
12.5s 0 motor stop
12.5s 0 door open
15.5s 0 door closed
`, change: parks, want: "E2",
	}, {
		name: "the call was served by another one just now",
		trace: `
10s 0 button hall-up 1 pressed
10.02s 0 lamp hall-up 1 on
10.1s 0 button hall-up 1 released
11s 1 sensor 1
11s 1 door open
11.2s 0 lamp hall-up 1 off
11.25s 0 motor up
14s 1 door closed
`, change: func(c *Config) { strict(c); c.Workspaces = 3 }, want: "E2",
	}} {
		t.Run(s.name, func(t *testing.T) {
			s.until = time.Minute
			s.run(t)
		})
	}
}
