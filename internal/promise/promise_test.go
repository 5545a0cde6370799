package promise

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"elevnet/internal/elevator"
)

// three workspaces of four floors, whose nodes have joined and settled.
const ready = `
0s 0 sensor 0
0s 1 sensor 0
0s 2 sensor 0
0s 0 node started
0s 1 node started
0s 2 node started
`

func parse(t testing.TB, trace string) []Event {
	t.Helper()
	events, err := Parse(trace)
	if err != nil {
		t.Fatal(err)
	}
	return events
}

func checker(t testing.TB, change func(*Config)) *Checker {
	t.Helper()
	cfg := Config{Workspaces: 3, Elevator: elevator.DefaultConfig()}
	cfg.Bounds.Sole = time.Hour   // the traces tell of little, and their people wait: see TestSoleCall
	cfg.Bounds.Motive = time.Hour // and of doors without lamps: see TestMotive
	if change != nil {
		change(&cfg)
	}
	c, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// scenario is a trace and the requirements that it breaks, in order.
type scenario struct {
	name   string
	trace  string
	until  time.Duration // 0 for ten minutes
	want   string
	change func(*Config)
	finish bool
}

func (s scenario) run(t *testing.T) {
	t.Helper()
	c := checker(t, s.change)
	for _, e := range parse(t, ready+s.trace) {
		c.Observe(e)
	}
	if s.until == 0 {
		s.until = 10 * time.Minute
	}
	c.Advance(s.until)
	if s.finish {
		c.Finish(s.until)
	}
	var got []string
	for _, v := range c.Violations() {
		got = append(got, v.Requirement)
		if v.At < 0 || v.At > s.until || v.Text == "" || v.Workspace < 0 || v.Workspace >= 3 || strings.Contains(v.Text, "%!") {
			t.Errorf("ill-formed violation %+v", v)
		}
	}
	if diff := cmp.Diff(strings.Fields(s.want), got, cmp.Transformer("", func(s []string) string { return strings.Join(s, " ") })); diff != "" {
		t.Errorf("requirements broken (-want +got)\n%s\n%v", diff, c.Violations())
	}
}

func runAll(t *testing.T, scenarios []scenario) {
	t.Helper()
	for _, s := range scenarios {
		t.Run(s.name, func(t *testing.T) { s.run(t) })
	}
}

// lit is a press of hall-up at floor 2 that is lit everywhere.
const lit = `
10s 0 button hall-up 2 pressed
10.02s 0 lamp hall-up 2 on
10.02s 1 lamp hall-up 2 on
10.02s 2 lamp hall-up 2 on
10.2s 0 button hall-up 2 released
`

// served is the car of workspace 1 coming for it.
const served = `
10.1s 1 motor up
15s 1 sensor 2
15.01s 1 motor stop
15.01s 1 door open
15.03s 1 lamp hall-up 2 off
15.04s 0 lamp hall-up 2 off
15.04s 2 lamp hall-up 2 off
18.01s 1 door closed
`

func TestServedCall(t *testing.T) {
	runAll(t, []scenario{
		{name: "served", trace: lit + served, finish: true},
		{name: "not served", trace: lit, want: "S1 S1 S1"},
		{name: "not served at the end", trace: lit, until: time.Minute, finish: true, want: "S1 S1 S1"},
		{name: "lamp off with no door", trace: lit + `
			12s 0 lamp hall-up 2 off
			12s 1 lamp hall-up 2 off
			12s 2 lamp hall-up 2 off`, want: "S1 S1 S1"},
		{name: "lamp blinks", trace: lit + `
			10.1s 0 lamp hall-up 2 off
			10.11s 0 lamp hall-up 2 on` + served, want: "S1"},
		{name: "lamp blinks where a clock was wrong", trace: `
			9s 2 clock wrong
			9.1s 2 clock right
			9.2s 2 disk-fault on
			9.3s 2 disk-fault off` + lit + `
			10.1s 0 lamp hall-up 2 off
			10.11s 0 lamp hall-up 2 on` + served},
		{name: "lamp blinks where a clock was wrong and the disk is well", trace: `
			9s 2 clock wrong` + lit + `
			10.1s 0 lamp hall-up 2 off
			10.11s 0 lamp hall-up 2 on` + served, want: "S1"},
		{name: "lamp goes off where a clock was wrong", trace: `
			9s 2 clock wrong
			9.1s 2 disk-lost` + lit + `
			10.1s 0 lamp hall-up 2 off` + served, want: "S1 S2"},
		{name: "lamp off for a door at another floor", trace: lit + `
			11.5s 1 sensor 1
			11.5s 1 door open
			12s 0 lamp hall-up 2 off
			12s 1 lamp hall-up 2 off
			12s 2 lamp hall-up 2 off
			15s 1 door closed`, want: "S1 S1 S1"},
		{name: "lamp off for a door that was there before the press", trace: `
			6s 1 sensor 2
			6s 1 door open
			9.9s 1 door closed` + lit + `
			10.5s 0 lamp hall-up 2 off
			10.5s 1 lamp hall-up 2 off
			10.5s 2 lamp hall-up 2 off`, want: "S1 S1 S1"},
		{name: "lamp off long after the door", trace: lit + `
			10.1s 1 sensor 2
			10.1s 1 door open
			13.2s 1 door closed
			20s 0 lamp hall-up 2 off
			20s 1 lamp hall-up 2 off
			20s 2 lamp hall-up 2 off`, want: "S1 S1 S1"},
		{name: "door told of a little late", trace: lit + `
			14s 1 sensor 2
			15s 0 lamp hall-up 2 off
			15s 2 lamp hall-up 2 off
			15.04s 1 door open
			15.05s 1 lamp hall-up 2 off
			18.04s 1 door closed`, finish: true},
		{name: "door told of too late", trace: lit + `
			14s 1 sensor 2
			15s 0 lamp hall-up 2 off
			15s 2 lamp hall-up 2 off
			15.06s 1 door open
			15.07s 1 lamp hall-up 2 off
			18.06s 1 door closed`, want: "S1 S1"},
		{name: "held open and pressed", trace: `
			9s 1 sensor 2
			9s 1 door open` + lit + `
			10.3s 1 lamp hall-up 2 off
			10.3s 0 lamp hall-up 2 off
			10.3s 2 lamp hall-up 2 off
			13s 1 door closed`, finish: true},
		{name: "served where a sensor had lied until just now", trace: lit + `
			11s 1 sensor-fault on
			11s 1 sensor 2
			15s 1 sensor-fault off
			15s 1 sensor -
			15.01s 1 door open
			15.02s 1 lamp hall-up 2 off
			15.03s 0 lamp hall-up 2 off
			15.03s 2 lamp hall-up 2 off
			18.02s 1 door closed`, finish: true},
		{name: "not served where a sensor lied long ago", trace: lit + `
			11s 1 sensor-fault on
			11s 1 sensor 2
			14s 1 sensor-fault off
			14s 1 sensor -
			15s 1 door open
			15.02s 1 lamp hall-up 2 off
			15.03s 0 lamp hall-up 2 off
			15.03s 2 lamp hall-up 2 off
			18.02s 1 door closed`, want: "E1 S1 S1 S1"},
		{name: "cut off, learns late", trace: lit + `
			11s 0 link 1 off
			11s 0 link 2 off
			11s 1 link 0 off
			11s 2 link 0 off
			15s 1 sensor 2
			15s 1 door open
			15.1s 1 lamp hall-up 2 off
			15.1s 2 lamp hall-up 2 off
			18s 1 door closed
			60s 0 link 1 on
			60s 0 link 2 on
			60s 1 link 0 on
			60s 2 link 0 on
			60.1s 0 lamp hall-up 2 off`, finish: true},
		{name: "the press after an unseen service is lost", trace: lit + `
			11s 0 link 1 off
			11s 0 link 2 off
			11s 1 link 0 off
			11s 2 link 0 off
			15s 1 sensor 2
			15s 1 door open
			15.1s 1 lamp hall-up 2 off
			15.1s 2 lamp hall-up 2 off
			18s 1 door closed
			59s 0 button hall-up 2 pressed
			59.2s 0 button hall-up 2 released
			60s 0 link 1 on
			60s 0 link 2 on
			60s 1 link 0 on
			60s 2 link 0 on
			60.1s 0 lamp hall-up 2 off`, want: "S1"},
		{name: "the press after an unseen service is lit again", trace: lit + `
			11s 0 link 1 off
			11s 0 link 2 off
			11s 1 link 0 off
			11s 2 link 0 off
			15s 1 sensor 2
			15s 1 door open
			15.1s 1 lamp hall-up 2 off
			15.1s 2 lamp hall-up 2 off
			18s 1 door closed
			59s 0 button hall-up 2 pressed
			59.2s 0 button hall-up 2 released
			60s 0 link 1 on
			60s 0 link 2 on
			60s 1 link 0 on
			60s 2 link 0 on
			60.1s 0 lamp hall-up 2 off
			60.2s 0 lamp hall-up 2 on
			60.2s 1 lamp hall-up 2 on
			60.2s 2 lamp hall-up 2 on
			62s 1 door open
			62.1s 1 lamp hall-up 2 off
			62.1s 0 lamp hall-up 2 off
			62.1s 2 lamp hall-up 2 off
			65s 1 door closed`, finish: true},
	})
}

func TestCabCalls(t *testing.T) {
	press := `
		10s 0 button cab 3 pressed
		10.02s 0 lamp cab 3 on
		10.2s 0 button cab 3 released
		`
	runAll(t, []scenario{
		{name: "served by its own", trace: press + `
			15s 0 sensor 3
			15s 0 door open
			15.1s 0 lamp cab 3 off
			18s 0 door closed`, finish: true},
		{name: "another's door", trace: press + `
			15s 1 sensor 3
			15s 1 door open
			15.1s 0 lamp cab 3 off
			18s 1 door closed`, want: "S5"},
		{name: "another's button", trace: press + `
			10.02s 1 lamp cab 3 on
			15s 0 sensor 3
			15s 1 sensor 3
			15s 0 door open
			15s 1 door open
			15.1s 0 lamp cab 3 off
			15.1s 1 lamp cab 3 off
			18s 0 door closed
			18s 1 door closed`, want: "S5"},
		{name: "given back by its peers", trace: press + `
			12s 0 node killed
			12s 0 disk-lost
			40s 0 node started
			40.1s 0 lamp cab 3 off
			41s 0 lamp cab 3 on
			45s 0 sensor 3
			45s 0 door open
			45.1s 0 lamp cab 3 off
			48s 0 door closed`, finish: true},
		{name: "not given back", trace: press + `
			12s 0 node killed
			12s 0 disk-lost
			40s 0 node started
			40.1s 0 lamp cab 3 off`, want: "R7"},
		{name: "not yet returned", trace: press + "12s 0 node killed\n", finish: true},
		{name: "nobody to give it back", trace: `
			5s 1 node killed
			5s 2 node killed` + press + `
			12s 0 node killed
			12s 0 disk-lost
			40s 0 node started
			40.1s 0 lamp cab 3 off`, finish: true},
		{name: "alone with its disk, forgets", trace: `
			5s 1 node killed
			5s 2 node killed` + press + `
			12s 0 node killed
			40s 0 node started
			40.1s 0 lamp cab 3 off`, want: "R7"},
		{name: "alone without a disk", change: func(c *Config) { c.NoDisk = true }, trace: `
			5s 1 node killed
			5s 2 node killed` + press + `
			12s 0 node killed
			40s 0 node started
			40.1s 0 lamp cab 3 off`, finish: true},
		{name: "handed from peer to peer", change: func(c *Config) { c.NoDisk = true }, trace: press + `
			12s 0 node killed
			20s 1 node killed
			30s 1 node started
			50s 2 node killed
			60s 2 node started
			80s 0 node started
			80s 0 lamp cab 3 off`, want: "R7"},
		{name: "all that held it are gone", change: func(c *Config) { c.NoDisk = true }, trace: press + `
			12s 0 node killed
			20s 1 node killed
			20.1s 2 node killed
			30s 1 node started
			50s 2 node started
			80s 0 node started
			80s 0 lamp cab 3 off`, finish: true},
	})
}

func TestKilledAndStarted(t *testing.T) {
	runAll(t, []scenario{
		{name: "F4: all at once, all forget", trace: lit + `
			12s 0 node killed
			12s 1 node killed
			12s 2 node killed
			20s 0 node started
			20s 1 node started
			20s 2 node started
			20.1s 0 lamp hall-up 2 off
			20.1s 1 lamp hall-up 2 off
			20.1s 2 lamp hall-up 2 off`, want: "S1 S1 S1"},
		{name: "F4: all at once, comes back alone and forgets", trace: lit + `
			12s 0 node killed
			12s 1 node killed
			12s 2 node killed
			20s 2 node started
			20.1s 2 lamp hall-up 2 off`, want: "F4"},
		{name: "F4: all at once, all remember", trace: lit + `
			12s 0 node killed
			12s 1 node killed
			12s 2 node killed
			20s 0 node started
			20s 1 node started
			20s 2 node started
			30s 1 sensor 2
			30s 1 door open
			30.1s 0 lamp hall-up 2 off
			30.1s 1 lamp hall-up 2 off
			30.1s 2 lamp hall-up 2 off
			33s 1 door closed`, finish: true},
		{name: "all at once, all disks lost", trace: lit + `
			12s 0 node killed
			12s 1 node killed
			12s 2 node killed
			13s 0 disk-lost
			13s 1 disk-lost
			13s 2 disk-lost
			20s 0 node started
			20s 1 node started
			20s 2 node started
			20.1s 0 lamp hall-up 2 off
			20.1s 1 lamp hall-up 2 off
			20.1s 2 lamp hall-up 2 off`, finish: true},
		{name: "its panel lit it and died: the others must show it", trace: `
			10s 0 button hall-up 2 pressed
			10.02s 0 lamp hall-up 2 on
			10.03s 0 node killed`, want: "S1 S1"},
		{name: "its panel lit it and died: the others show it", trace: `
			10s 0 button hall-up 2 pressed
			10.02s 0 lamp hall-up 2 on
			10.03s 0 node killed
			10.2s 1 lamp hall-up 2 on
			10.2s 2 lamp hall-up 2 on
			15s 1 sensor 2
			15s 1 door open
			15.1s 1 lamp hall-up 2 off
			15.1s 2 lamp hall-up 2 off
			18s 1 door closed`, finish: true},
		{name: "R6: comes back and revives", trace: lit + "12s 0 node killed\n12s 0 lamp hall-up 2 off" + strings.ReplaceAll(served, "15.04s 0 lamp", "15.04s 2 lamp") + `
			40s 0 node started
			50s 0 lamp hall-up 2 on
			50s 1 lamp hall-up 2 on
			50s 2 lamp hall-up 2 on
			52s 1 door open
			52.1s 0 lamp hall-up 2 off
			52.1s 1 lamp hall-up 2 off
			52.1s 2 lamp hall-up 2 off
			55s 1 door closed`, want: "R6"},
		{name: "comes back alone with an old call, and serves it", trace: lit + `
			12s 0 node killed` + served + `
			60s 1 node killed
			60s 2 node killed
			70s 0 node started
			80s 0 sensor 2
			80s 0 door open
			80.1s 0 lamp hall-up 2 off
			83s 0 door closed`, finish: true},
	})
}

func TestSamePanels(t *testing.T) {
	runAll(t, []scenario{
		{name: "S2: one stays dark", trace: `
			10s 0 button hall-up 2 pressed
			10.02s 0 lamp hall-up 2 on
			10.02s 1 lamp hall-up 2 on
			12s 1 sensor 2
			12s 1 door open
			12.1s 1 lamp hall-up 2 off
			12.1s 0 lamp hall-up 2 off
			15s 1 door closed`, want: "S1 S2"},
		{name: "S2: one stays lit", trace: lit + strings.ReplaceAll(served, "15.04s 0 lamp hall-up 2 off", "") + `
			30s 2 sensor 2
			30s 2 door open
			30.1s 0 lamp hall-up 2 off
			33s 2 door closed`, want: "S2"},
		{name: "not connected", trace: `
			5s 0 link 1 off
			5s 1 link 2 off
			5s 2 link 0 off
			10s 0 button hall-up 2 pressed
			10.02s 0 lamp hall-up 2 on
			12s 0 sensor 2
			12s 0 door open
			15.1s 0 lamp hall-up 2 off
			15.3s 0 door closed`, finish: true},
		{name: "connected through another", trace: `
			5s 0 link 2 off
			10s 0 button hall-up 2 pressed
			10.02s 0 lamp hall-up 2 on
			10.02s 1 lamp hall-up 2 on
			15s 0 sensor 2
			15s 0 door open
			15.1s 0 lamp hall-up 2 off
			15.1s 1 lamp hall-up 2 off
			18.1s 0 door closed`, want: "S1 S2"},
		{name: "in time under loss", trace: `
			5s 0 loss 80
			10s 0 button hall-up 2 pressed
			10.6s 0 lamp hall-up 2 on
			13s 1 lamp hall-up 2 on
			14s 2 lamp hall-up 2 on
			15s 0 sensor 2
			15s 0 door open
			15.1s 0 lamp hall-up 2 off
			16.1s 1 lamp hall-up 2 off
			18.1s 0 door closed
			19s 2 lamp hall-up 2 off`, finish: true},
		{name: "too late under loss", trace: `
			5s 0 loss 80
			10s 0 button hall-up 2 pressed
			10.6s 0 lamp hall-up 2 on
			13s 1 lamp hall-up 2 on
			15.7s 2 lamp hall-up 2 on
			25s 0 sensor 2
			25s 0 door open
			25.1s 0 lamp hall-up 2 off
			25.1s 1 lamp hall-up 2 off
			25.1s 2 lamp hall-up 2 off
			28.1s 0 door closed`, want: "S2"},
		{name: "its server is away", trace: `
			5s 2 server off
			10s 0 button hall-up 2 pressed
			10.02s 0 lamp hall-up 2 on
			10.02s 1 lamp hall-up 2 on
			13s 1 sensor 2
			13s 1 door open
			13.1s 0 lamp hall-up 2 off
			13.1s 1 lamp hall-up 2 off
			16.1s 1 door closed`, finish: true},
		{name: "served while its server is away", trace: lit + "12s 2 server off" + strings.ReplaceAll(served, "15.04s 2 lamp hall-up 2 off", "") + `
			40s 2 server on
			40.1s 2 lamp hall-up 2 off`, finish: true},
		{name: "served and pressed again while its server is away", trace: lit + "12s 2 server off" + strings.ReplaceAll(served, "15.04s 2 lamp hall-up 2 off", "") + `
			39.9s 0 button hall-up 2 pressed
			39.92s 0 lamp hall-up 2 on
			39.92s 1 lamp hall-up 2 on
			40s 2 server on
			40.1s 2 lamp hall-up 2 off
			40.2s 2 lamp hall-up 2 on
			42s 1 door open
			42.1s 1 lamp hall-up 2 off
			42.1s 0 lamp hall-up 2 off
			42.1s 2 lamp hall-up 2 off
			45.1s 1 door closed`, finish: true},
		{name: "E5: its server is back and its lamps aren't", trace: `
			5s 2 server off
			10s 0 button hall-up 2 pressed
			10.02s 0 lamp hall-up 2 on
			10.02s 1 lamp hall-up 2 on
			13s 2 server on
			30s 1 sensor 2
			30s 1 door open
			30.1s 0 lamp hall-up 2 off
			30.1s 1 lamp hall-up 2 off
			33.1s 1 door closed`, want: "S2"},
	})
}

func TestPresses(t *testing.T) {
	off := `
		20s 0 sensor 2
		20s 0 door open
		20.3s 0 lamp hall-up 2 off
		20.3s 1 lamp hall-up 2 off
		20.3s 2 lamp hall-up 2 off
		23s 0 door closed`
	runAll(t, []scenario{
		{name: "stays dark", trace: "10s 0 button hall-up 2 pressed\n10.2s 0 button hall-up 2 released", want: "S3"},
		{name: "stays dark while held", trace: "10s 0 button hall-up 2 pressed", want: "S3"},
		{name: "too short to be seen", trace: "10s 0 button hall-up 2 pressed\n10.04s 0 button hall-up 2 released"},
		{name: "no such button", trace: "10s 0 button hall-down 0 pressed\n10.2s 0 button hall-down 0 released"},
		{name: "lit late", trace: strings.ReplaceAll(lit, "10.02s", "10.101s") + off, want: "S3"},
		{name: "lit in time", trace: strings.ReplaceAll(lit, "10.02s", "10.1s") + off},
		{name: "a peer has just died", trace: "9.5s 2 node killed" + strings.ReplaceAll(lit, "10.02s", "10.7s") + off},
		{name: "a peer dies now", trace: strings.Replace(strings.ReplaceAll(lit, "10.02s", "10.7s"), "pressed", "pressed\n10.05s 2 node killed", 1) + off},
		{name: "a peer has died long ago", trace: "7s 2 node killed" + strings.ReplaceAll(lit, "10.02s", "10.7s") + off, want: "S3"},
		{name: "dark under loss", trace: "5s 0 loss 50\n10s 0 button hall-up 2 pressed\n10.2s 0 button hall-up 2 released", want: "S3"},
		{name: "pressed while joining", trace: `
			9s 0 node killed
			10s 0 node started` + strings.ReplaceAll(strings.ReplaceAll(lit, "10s", "10.1s"), "10.02s", "13s") + off},
		{name: "pressed while joining, and never lit", trace: `
			9s 0 node killed
			10s 0 node started
			10.1s 0 button hall-up 2 pressed
			10.4s 0 button hall-up 2 released`, want: "S3"},
		{name: "pressed while frozen", trace: `
			9s 0 process frozen
			10s 0 button hall-up 2 pressed
			10.2s 0 button hall-up 2 released
			12s 0 process thawed`},
		{name: "killed before it is lit", trace: `
			10s 0 button hall-up 2 pressed
			10.06s 0 node killed`},
		{name: "in front of an open door", trace: `
			9s 1 sensor 2
			9s 1 door open
			10s 0 button hall-up 2 pressed
			10.2s 0 button hall-up 2 released
			12s 1 door closed`},
		{name: "no finger is that fast", trace: lit + `
			10.25s 0 sensor 2
			10.25s 0 door open
			10.26s 0 lamp hall-up 2 off
			10.26s 1 lamp hall-up 2 off
			10.26s 2 lamp hall-up 2 off
			13.26s 0 door closed
			14s 0 button hall-up 2 pressed
			14.01s 0 button hall-up 2 released
			14.05s 0 button hall-up 2 pressed
			14.3s 0 button hall-up 2 released`},
		{name: "slow disk", trace: "5s 0 disk-fault on" + strings.ReplaceAll(lit, "10.02s", "12.5s") + off},
		{name: "slow disk, much too late", trace: "5s 0 disk-fault on" + strings.ReplaceAll(lit, "10.02s", "14.5s") + off, want: "S3"},
	})
}

func TestGhosts(t *testing.T) {
	on := `
		60s 1 lamp hall-up 2 on
		60s 0 lamp hall-up 2 on
		60s 2 lamp hall-up 2 on
		65s 1 sensor 2
		65s 1 door open
		65.1s 1 lamp hall-up 2 off
		65.1s 0 lamp hall-up 2 off
		65.1s 2 lamp hall-up 2 off
		68.1s 1 door closed`
	runAll(t, []scenario{
		{name: "never pressed", trace: on, want: "R6"},
		{name: "served", trace: lit + served + on, want: "R6"},
		{name: "pressed again", trace: lit + served + "59.95s 2 button hall-up 2 pressed" + on},
		{name: "one of them was away", trace: lit + "12s 2 node killed" + served + "58s 2 node started" + on},
		{name: "one of them was away, and has been back for long", trace: lit + "12s 2 node killed" + served + "50s 2 node started" + on, want: "R6"},
		{name: "one of them was away and lost its disk", trace: lit + "12s 2 node killed" + served + "54s 2 disk-lost\n58s 2 node started" + on, want: "R6"},
		{name: "one of them was cut off", trace: lit + `
			12s 2 link 0 off
			12s 2 link 1 off
			12s 0 link 2 off
			12s 1 link 2 off` + strings.ReplaceAll(served, "15.04s 2 lamp hall-up 2 off", "") + "59s 2 link 0 on" + on},
		{name: "one of them was frozen, and only speaks", trace: lit + `
			10.5s 2 process frozen
			11s 0 link 2 off
			11s 1 link 2 off` + strings.ReplaceAll(served, "15.04s 2 lamp hall-up 2 off", "") + "59.9s 2 process thawed" + on},
		{name: "hardly anything gets through", until: time.Minute, trace: `
			10s 0 loss 95
			20s 0 button hall-up 2 pressed
			20.02s 0 lamp hall-up 2 on
			40s 1 lamp hall-up 2 on`},
		{name: "nothing gets through", until: time.Minute, trace: `
			10s 0 loss 100
			20s 0 button hall-up 2 pressed
			20.02s 0 lamp hall-up 2 on
			40s 1 lamp hall-up 2 on`, want: "R6"},
		{name: "the only way is slow", until: time.Minute, trace: `
			10s 1 link 0 off
			10s 1 link 2 off
			10s 2 link 1 off
			20s 0 button hall-up 2 pressed
			20.02s 0 lamp hall-up 2 on
			20.02s 2 lamp hall-up 2 on
			40s 1 lamp hall-up 2 on`},
		{name: "held until its server is back", trace: `
			10s 1 server off
			11s 1 button hall-up 2 pressed
			59.9s 1 server on` + on},
		{name: "a button that doesn't exist", trace: "10s 0 lamp hall-down 0 on\n20s 0 door open\n20.1s 0 lamp hall-down 0 off\n23s 0 door closed\n", want: "R6 S1 S1 S2"},
	})
}

func TestStops(t *testing.T) {
	both := lit + `
		10s 0 button hall-down 2 pressed
		10.02s 0 lamp hall-down 2 on
		10.02s 1 lamp hall-down 2 on
		10.02s 2 lamp hall-down 2 on
		15s 1 sensor 2
		15s 1 door open
		15.1s 1 lamp hall-up 2 off
		15.1s 0 lamp hall-up 2 off
		15.1s 2 lamp hall-up 2 off
		`
	down := func(at, close string) string {
		return "\n" + at + " 1 lamp hall-down 2 off\n" + at + " 0 lamp hall-down 2 off\n" + at + " 2 lamp hall-down 2 off\n" + close + " 1 door closed"
	}
	runAll(t, []scenario{
		{name: "S4: one after the other", trace: both + down("18s", "21s"), finish: true},
		{name: "S4: both at once", trace: both + down("15.1s", "18.2s"), want: "S4"},
		{name: "S4: too early", trace: both + down("17s", "21s"), want: "S4"},
		{name: "S4: closed too early", trace: both + down("18s", "20s"), want: "S4"},
		{name: "S4: turned unseen, while a link was cut", trace: both + `
			17.9s 0 link 2 off
			17.95s 0 link 2 on
			18s 1 lamp hall-down 2 off
			18s 0 lamp hall-down 2 off
			18s 2 lamp hall-down 2 off
			19s 0 button hall-down 2 pressed
			19.02s 0 lamp hall-down 2 on
			19.02s 1 lamp hall-down 2 on
			19.02s 2 lamp hall-down 2 on
			19.2s 0 button hall-down 2 released` + down("19.3s", "21.1s"), finish: true},
		{name: "S4: two cars", trace: lit + `
			10s 0 button hall-down 2 pressed
			10.02s 0 lamp hall-down 2 on
			10.02s 1 lamp hall-down 2 on
			10.02s 2 lamp hall-down 2 on
			14s 0 sensor 2
			14s 0 door open
			15s 1 sensor 2
			15s 1 door open
			15.1s 1 lamp hall-up 2 off
			15.1s 0 lamp hall-up 2 off
			15.1s 2 lamp hall-up 2 off
			17s 0 door closed` + down("15.2s", "18.2s"), finish: true},
	})
}

func TestDoors(t *testing.T) {
	runAll(t, []scenario{
		{name: "well", trace: "10s 0 door open\n13s 0 door closed"},
		{name: "too short", trace: "10s 0 door open\n12.9s 0 door closed", want: "E1"},
		{name: "motor before the door closes", trace: "10s 0 door open\n13s 0 motor up\n13s 0 door closed", want: "E1"},
		{name: "door before the motor stops", trace: "8s 0 motor up\n9s 0 sensor 1\n9s 0 door open\n9s 0 motor stop\n12s 0 door closed", want: "E1"},
		{name: "in order", trace: "8s 0 motor up\n9s 0 sensor 1\n9s 0 motor stop\n9s 0 door open\n12s 0 door closed\n12s 0 motor up"},
		{name: "between floors", trace: "8s 0 motor up\n8.5s 0 sensor -\n9s 0 motor stop\n9s 0 door open\n12s 0 door closed", want: "E1"},
		{name: "opened by what a broken sensor had shown", trace: "8s 0 motor up\n8.5s 0 sensor-fault on\n8.5s 0 sensor 1\n9s 0 sensor-fault off\n9s 0 sensor -\n9.005s 0 motor stop\n9.005s 0 door open\n9.01s 0 door closed"},
		{name: "opened at the wrong floor by it", trace: "7s 0 sensor 1\n8.5s 0 sensor-fault on\n8.5s 0 sensor 0\n9s 0 sensor 1\n9s 0 sensor-fault off\n9.005s 0 door open\n9.01s 0 door closed"},
		{name: "opened between floors, long after it was repaired", trace: "8s 0 motor up\n8.5s 0 sensor-fault on\n8.5s 0 sensor 1\n9s 0 sensor-fault off\n9s 0 sensor -\n9.1s 0 motor stop\n9.1s 0 door open\n9.11s 0 door closed", want: "E1 E1"},
		{name: "the car slips away", trace: "10s 0 door open\n11s 0 sensor -\n13s 0 door closed", want: "E1"},
		{name: "moved by hand", trace: "10s 0 door open\n11s 0 sensor -\n11s 0 placed\n11.1s 0 door closed"},
		{name: "obstructed and open", trace: "10s 0 door open\n11s 0 obstruction on\n20s 0 obstruction off\n23s 0 door closed"},
		{name: "obstructed and closed", trace: "10s 0 door open\n11s 0 obstruction on\n13s 0 door closed", want: "E1"},
		{name: "obstructed at the last moment", trace: "10s 0 door open\n12.98s 0 obstruction on\n13s 0 door closed"},
		{name: "closed after a restart", trace: "10s 0 door open\n11s 0 node killed\n11.5s 0 node started\n11.6s 0 door closed"},
		{name: "held open after a restart, and closed on somebody", trace: "10s 0 door open\n11s 0 node killed\n11.5s 0 node started\n15s 0 obstruction on\n16s 0 door closed", want: "E1"},
	})
}

func TestShaft(t *testing.T) {
	runAll(t, []scenario{
		{name: "up from the top", trace: "10s 0 sensor 3\n11s 0 motor up", want: "E2"},
		{name: "down from the bottom", trace: "11s 0 motor down", want: "E2"},
		{name: "told at the moment of arrival", trace: "10s 0 sensor 3\n10.01s 0 motor up\n10.02s 0 motor stop"},
		{name: "out of the shaft", trace: "10s 0 sensor 3\n11s 0 out-of-bounds 3", want: "E2"},
		{name: "while frozen", trace: "10s 0 process frozen\n11s 0 out-of-bounds 3\n12s 0 process thawed"},
		{name: "with a broken sensor", trace: "9s 0 sensor-fault on\n11s 0 out-of-bounds 3"},
	})
}

func TestStopButton(t *testing.T) {
	stop := "10s 0 stop pressed\n10.2s 0 stop released\n"
	again := "20s 0 stop pressed\n20.2s 0 stop released\n"
	runAll(t, []scenario{
		{name: "stops and goes on", trace: "9s 0 motor up\n" + stop + "10.1s 0 stop-lamp on\n10.1s 0 motor stop\n" + again + "20.1s 0 motor up\n20.1s 0 stop-lamp off"},
		{name: "no lamp", trace: stop, want: "E6"},
		{name: "motor runs on", trace: "9s 0 motor up\n" + stop + "10.1s 0 stop-lamp on", want: "E6"},
		{name: "motor starts", trace: stop + "10.1s 0 stop-lamp on\n15s 0 motor up", want: "E6"},
		{name: "can't be let go", trace: stop + "10.1s 0 stop-lamp on\n" + again, want: "E6"},
		{name: "too short to be seen", trace: "10s 0 stop pressed\n10.02s 0 stop released"},
		{name: "node killed", trace: stop + "10.21s 0 node killed"},
		{name: "in a row", trace: stop + "10.22s 0 stop pressed\n10.23s 0 stop released"},
	})
}

// TestUnserved shows which requirement a call that nobody comes for is laid to.
func TestUnserved(t *testing.T) {
	alone := `
		5s 0 link 1 off
		5s 0 link 2 off
		5s 1 link 0 off
		5s 2 link 0 off
		10s 0 button hall-up 2 pressed
		10.02s 0 lamp hall-up 2 on
		10.2s 0 button hall-up 2 released
		`
	cab := `
		10s 0 button cab 2 pressed
		10.02s 0 lamp cab 2 on
		10.2s 0 button cab 2 released
		`
	runAll(t, []scenario{
		{name: "E3: held by another", trace: "9s 1 sensor 1\n9s 1 door open\n9s 1 obstruction on" + lit, want: "E3 E3"},
		{name: "E3: all are held", trace: "9s 0 obstruction on\n9s 1 obstruction on\n9s 2 obstruction on" + lit},
		{name: "E3: held again and again", trace: "9s 1 node killed\n9s 2 node killed\n" + cab + "100s 0 obstruction on\n101s 0 obstruction off\n228s 0 obstruction on\n229s 0 obstruction off\n", until: 350 * time.Second},
		{name: "E4: another has no power", trace: "9s 1 power off" + lit, want: "E4 E4"},
		{name: "E4: comes back", trace: cab + "11s 0 power off\n100s 0 power on", want: "E4"},
		{name: "E5: another has no server", trace: "9s 1 server off" + lit, want: "E5 E5", change: nil},
		{name: "E5: comes back", trace: cab + "11s 0 server off\n100s 0 server on", want: "E5"},
		{name: "E6: another is stopped", trace: "9s 1 stop-lamp on" + lit, want: "E6 E6"},
		{name: "F2: thawed", trace: cab + "11s 0 process frozen\n100s 0 process thawed", want: "F2"},
		{name: "F2: restarted", trace: cab + "11s 0 node killed\n100s 0 node started", want: "F2"},
		{name: "F8: alone", trace: alone, want: "F8"},
	})
}

func TestSummary(t *testing.T) {
	c := checker(t, nil)
	for _, e := range parse(t, ready+lit+served) {
		c.Observe(e)
	}
	got := c.Summary()
	want := Summary{
		Events: 6 + 5 + 8, Presses: 1, Served: 1,
		Lamp:     Times{1, 20 * time.Millisecond, 20 * time.Millisecond, 20 * time.Millisecond},
		AllLamps: Times{1, 20 * time.Millisecond, 20 * time.Millisecond, 20 * time.Millisecond},
		Wait:     Times{1, 5030 * time.Millisecond, 5030 * time.Millisecond, 5030 * time.Millisecond},
	}
	want.Counted.Lamp.Add(20 * time.Millisecond)
	want.Counted.AllLamps.Add(20 * time.Millisecond)
	want.Counted.Wait.Add(5030 * time.Millisecond)
	for _, p := range []*Times{&got.Lamp, &got.AllLamps, &got.Wait} {
		if d := p.Worst - p.Median; d < 0 || d > p.Worst/25 {
			t.Errorf("median %v of one value %v", p.Median, p.Worst)
		}
		if p.P99 != p.Median {
			t.Errorf("99 of 100 within %v, and half within %v, of one value", p.P99, p.Median)
		}
		p.Median, p.P99 = p.Worst, p.Worst
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestLimit(t *testing.T) {
	c := checker(t, func(c *Config) { c.MaxViolations = 2 })
	for _, e := range parse(t, ready+strings.Repeat("10s 0 door open\n10s 0 door closed\n", 5)) {
		c.Observe(e)
	}
	if len(c.Violations()) != 2 || c.Summary().Violations != 5 {
		t.Errorf("%d kept of %d", len(c.Violations()), c.Summary().Violations)
	}
}

func TestNewRefuses(t *testing.T) {
	for _, cfg := range []Config{
		{Workspaces: 0, Elevator: elevator.DefaultConfig()},
		{Workspaces: 65, Elevator: elevator.DefaultConfig()},
		{Workspaces: 3},
	} {
		if _, err := New(cfg); err == nil {
			t.Errorf("%+v is accepted", cfg)
		}
	}
}
