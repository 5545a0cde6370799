package web

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"elevnet/internal/elevator"
	"elevnet/internal/host"
	"elevnet/worldview"
)

// NodeOptions describe the node of a [NodeSource].
type NodeOptions struct {
	ID       elevator.ID
	Program  string
	Building string
	Network  string
	Elevator elevator.Config
}

// NodeSource shows what one node knows: its own elevator and panel, what it has
// heard of all others, and who hears whom. Give its Tap to the host and then the
// host to Attach.
type NodeSource struct {
	opts  NodeOptions
	start time.Time
	log   Log
	tap   *watched
	host  atomic.Pointer[host.Host]

	// What follows belongs to the goroutine that looks.
	viewer Viewer
	meter  meter
}

// NewNodeSource returns the source for a node that is about to be started.
func NewNodeSource(opts NodeOptions) *NodeSource {
	n := &NodeSource{opts: opts, start: time.Now()}
	n.tap = &watched{witness: newWitness(&n.log, n.start)}
	return n
}

// Tap returns what the host is to tell; see host.Options.
func (n *NodeSource) Tap() host.Tap { return n.tap }

// Attach gives the source its node.
func (n *NodeSource) Attach(h *host.Host) { n.host.Store(h) }

// Logs returns a handler that also shows on the page what is logged.
func (n *NodeSource) Logs(next slog.Handler) slog.Handler {
	return &logs{next: next, source: n}
}

// Hello implements [Source].
func (n *NodeSource) Hello() Hello {
	c := n.opts.Elevator
	return Hello{
		Program: n.opts.Program, Mode: ModeNode, Network: n.opts.Network, Building: n.opts.Building,
		Floors: c.Floors, TravelMs: Millis(c.Travel), PassMs: Millis(c.Pass), DoorMs: Millis(c.Door),
		Nodes: []elevator.ID{n.opts.ID}, Self: n.opts.ID,
		StartedAt: n.start, T: n.now(),
	}
}

func (n *NodeSource) now() Ms { return Millis(time.Since(n.start)) }

// Happens implements [Source].
func (n *NodeSource) Happens() []Happen { return n.log.Take() }

// Frame implements [Source].
func (n *NodeSource) Frame() *Frame {
	f := &Frame{T: n.now()}
	h := n.host.Load()
	if h == nil {
		return f
	}
	x := h.Inspect(n.viewer.Also(f.T))
	for _, v := range x.View.Nodes {
		w := Known(v, x)
		if v.ID == n.opts.ID {
			Own(&w, x, n.tap.inputs())
			w.View = n.viewer.View(x.View.Digest, x.Calls)
			w.Rates = n.meter.read(time.Now(), x.Observation)
		}
		f.Workspaces = append(f.Workspaces, w)
	}
	return f
}

// Known returns what the node of which x was told knows of another node, v.
func Known(v worldview.NodeView, x host.Insight) Workspace {
	has := func(reason string) bool { return slices.Contains(v.Unavailable, reason) }
	w := Workspace{
		ID: v.ID, Alive: slices.Contains(x.Live, v.ID), Joined: v.Known,
		Pos: float64(v.Floor), Floor: v.Floor, Behaviour: behaviourOf(v.Behaviour), Dir: dirOf(v.Direction),
		Door: v.Behaviour == elevator.DoorOpen.String(), Obstructed: has("obstructed"), Motor: !has("motor-lost"),
		Server: !has("server-lost"), Stop: has("stopped"), Disk: diskOf(v.Disk), Parking: v.Parking,
		Unavailable: words(v.Unavailable), CutFrom: []elevator.ID{}, Hears: ids(v.Links), Linked: ids(v.Links),
		Lamps: CallsOf(elevator.Calls{}), Held: CallsOf(elevator.Calls{}), Escalated: CallsOf(elevator.Calls{}),
	}
	var serves elevator.Calls
	for _, k := range x.Calls {
		if k.Assigned == v.ID || k.Owner == v.ID && slices.ContainsFunc(k.Slots, lit) {
			serves.Put(k.Floor, k.Button, true)
		}
	}
	w.Serves = CallsOf(serves)
	return w
}

// Own adds to w, which Known has returned, what that node knows of itself alone:
// its panel, by its inputs and outputs, and whom it hears. What it holds of all
// calls is left to a [Viewer].
func Own(w *Workspace, x host.Insight, in elevator.Inputs) {
	w.Alive, w.Joined = true, x.Joined
	w.Door, w.Stop = x.Outputs.Door, x.Outputs.StopLamp
	w.Obstructed = in.Obstruction
	if in.Connected && in.Floor != elevator.NoFloor {
		w.Pos = float64(in.Floor)
	}
	w.Hears, w.Linked = ids(x.Heard), ids(x.Live)
	w.Panel, w.Lamps, w.Held = true, CallsOf(x.Lamps), CallsOf(in.Buttons)
	w.Serves, w.Escalated = CallsOf(x.Serves), CallsOf(x.Escalated)
}

func behaviourOf(s string) string {
	switch s {
	case elevator.Moving.String():
		return BehaviourMoving
	case elevator.DoorOpen.String():
		return BehaviourDoor
	}
	return BehaviourIdle
}

func dirOf(s string) int {
	switch s {
	case elevator.Up.String():
		return int(elevator.Up)
	case elevator.Down.String():
		return int(elevator.Down)
	}
	return int(elevator.Stop)
}

// diskOf returns the condition of a disk by its name in a worldview.View.
func diskOf(s string) string {
	for _, d := range [...]worldview.Disk{worldview.DiskWorks, worldview.DiskNone} {
		if s == d.String() {
			return DiskText(d)
		}
	}
	return DiskFailing
}

func words(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

// watched is a witness that can be asked for the inputs.
type watched struct {
	mu sync.Mutex
	*witness
}

// Stepped implements host.Tap.
func (w *watched) Stepped(s *host.TapStep) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.witness.Stepped(s)
}

// Started implements host.Tap.
func (w *watched) Started(s host.TapStart) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.witness.Started(s)
}

func (w *watched) inputs() elevator.Inputs {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.in
}

// meterEvery is how often rates are measured: more often they flicker.
const meterEvery = time.Second

// meter measures what goes through a node.
type meter struct {
	at    time.Time
	last  host.Observation
	rates Rates
}

func (m *meter) read(now time.Time, o host.Observation) *Rates {
	if d := now.Sub(m.at); d >= meterEvery {
		per := func(now, before uint64) int { return int(float64(now-before)/d.Seconds() + 0.5) }
		if !m.at.IsZero() {
			m.rates = Rates{
				Sent: per(o.Sent.Datagrams, m.last.Sent.Datagrams), SentBytes: per(o.Sent.Bytes, m.last.Sent.Bytes),
				Got: per(o.Got.Datagrams, m.last.Got.Datagrams), GotBytes: per(o.Got.Bytes, m.last.Got.Bytes),
			}
			for why, n := range o.Dropped {
				if why != "repeated" { // copies are harmless
					m.rates.Dropped += int(n)
				}
			}
		}
		m.at, m.last = now, o
	}
	r := m.rates
	return &r
}

// logs shows on the page what a node logs.
type logs struct {
	next   slog.Handler
	source *NodeSource
	attrs  string
	group  string
}

// Enabled implements slog.Handler.
func (l *logs) Enabled(ctx context.Context, level slog.Level) bool { return l.next.Enabled(ctx, level) }

// Handle implements slog.Handler.
func (l *logs) Handle(ctx context.Context, r slog.Record) error {
	var b strings.Builder
	b.WriteString(r.Message)
	b.WriteString(l.attrs)
	r.Attrs(func(a slog.Attr) bool {
		b.WriteString(l.text(a))
		return true
	})
	why := "info"
	switch {
	case r.Level >= slog.LevelError:
		why = "error"
	case r.Level >= slog.LevelWarn:
		why = "warn"
	}
	l.source.log.Add(Happen{
		T: l.source.now(), Kind: HappenNotice, ID: string(l.source.opts.ID), Text: oneLine(b.String()), Why: why,
	})
	return l.next.Handle(ctx, r)
}

func (l *logs) text(a slog.Attr) string {
	return "  " + l.group + a.Key + "=" + a.Value.Resolve().String()
}

// WithAttrs implements slog.Handler.
func (l *logs) WithAttrs(attrs []slog.Attr) slog.Handler {
	c := *l
	c.next = l.next.WithAttrs(attrs)
	for _, a := range attrs {
		c.attrs += l.text(a)
	}
	return &c
}

// WithGroup implements slog.Handler.
func (l *logs) WithGroup(name string) slog.Handler {
	c := *l
	c.next = l.next.WithGroup(name)
	if name != "" {
		c.group += name + "."
	}
	return &c
}
