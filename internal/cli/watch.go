package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/netip"
	"sort"
	"strings"
	"time"

	"elevnet/bcast"
	"elevnet/internal/elevator"
	"elevnet/worldview"
)

// heard is what a listener knows of one node.
type heard struct {
	ID      elevator.ID           `json:"id"`
	Address string                `json:"address"`
	Digest  worldview.DigestValue `json:"digest"`
	Joining bool                  `json:"joining"`
	// LossPercent is the worst loss that this node sees on its input.
	LossPercent int   `json:"lossPercent"`
	AgeMs       int64 `json:"ageMs"` // since it was last heard
	at          time.Time
}

// watched is what watch prints.
type watched struct {
	Building string `json:"building"`
	// Agree is set when all nodes heard hold the same calls.
	Agree bool    `json:"agree"`
	Heard []heard `json:"heard"`
	worldview.View
}

// listener joins silently: it sends nothing, and so nobody waits for it.
type listener struct {
	building string
	key      []byte
	log      *slog.Logger
	floors   int
	view     *worldview.Worldview
	heard    map[elevator.ID]heard
	opener   *bcast.Sealer
	dec      worldview.Decoder
	warned   map[string]bool
}

func runWatch(ctx context.Context, args []string, std stdio) (int, error) {
	f := newFlags("watch", "  elevnet watch                     live\n  elevnet watch --once              as JSON, once\n  elevnet watch --json              as JSON, a line for each change\n")
	network := addNetworkFlags(f)
	once := f.Bool("once", false, "print the worldview as JSON, once, and end")
	lines := f.Bool("json", false, "print the worldview as a line of JSON at each change")
	wait := f.duration("wait", 3*time.Second, 100*time.Millisecond, time.Hour, "TIME: to wait for a node, with --once")
	level, format := logFlags(f)
	if err := f.parse(args, std.out); err != nil {
		return exitUsage, err
	}
	log := newLogger(std.err, *level, *format)
	key, transport, err := network.open(func(text string) { log.Warn(text) })
	if err != nil {
		return exitUsage, err
	}
	defer transport.Close()
	l := &listener{
		building: *network.building, key: key, log: log,
		heard: make(map[elevator.ID]heard), opener: bcast.NewSealer(key), warned: make(map[string]bool),
	}
	packets := make(chan packet, 64)
	go readPackets(ctx, transport, packets)
	if *once {
		return l.once(ctx, packets, *wait, *network.udpPort, std.out)
	}
	return l.live(ctx, packets, *lines, std.out)
}

type packet struct {
	data []byte
	from netip.AddrPort
}

func readPackets(ctx context.Context, t bcast.Transport, to chan<- packet) {
	defer close(to)
	buf := make([]byte, worldview.Limit+1)
	for {
		n, from, err := t.Receive(buf)
		if err != nil {
			return
		}
		select {
		case to <- packet{append([]byte(nil), buf[:n]...), from}:
		case <-ctx.Done():
			return
		}
	}
}

// take merges a datagram and reports whether it was one of ours.
func (l *listener) take(p packet) bool {
	payload, ok := l.opener.Open(p.data)
	if !ok {
		l.diagnose(p)
		return false
	}
	m, err := l.dec.Decode(payload)
	if err != nil || m.Building != worldview.HashBuilding(l.building) {
		return false
	}
	if l.view == nil {
		l.view = worldview.New(m.Floors)
	}
	if _, err := l.view.Merge(m, nil); err != nil {
		l.warn(fmt.Sprintf("node %s at %s: %v: left out", m.ID, p.from.Addr(), err))
		return false
	}
	l.heard[m.ID] = heard{
		ID: m.ID, Address: p.from.Addr().String(), Digest: worldview.DigestValue(m.Digest),
		Joining: m.Joining, LossPercent: int(m.Loss), at: time.Now(),
	}
	return true
}

func (l *listener) diagnose(p packet) {
	h, err := l.dec.Peek(p.data)
	if err == nil && h.Building == worldview.HashBuilding(l.building) && h.KeyID != bcast.NewSealer(l.key).KeyID() {
		l.warn(fmt.Sprintf("node %s at %s uses another key: give watch the same --key-file", h.ID, p.from.Addr()))
	}
}

// warn says something once.
func (l *listener) warn(text string) {
	if !l.warned[text] && len(l.warned) < 100 {
		l.warned[text] = true
		l.log.Warn(text)
	}
}

// silentAfter is how long a node is shown after it was last heard.
const silentAfter = 2 * time.Second

func (l *listener) now() watched {
	w := watched{Building: l.building, Heard: []heard{}}
	if l.view != nil {
		w.View = l.view.View()
	}
	w.Agree = true
	for _, h := range l.heard {
		since := time.Since(h.at)
		if since > silentAfter {
			continue
		}
		h.AgeMs = since.Milliseconds()
		w.Heard = append(w.Heard, h)
	}
	sort.Slice(w.Heard, func(i, j int) bool { return w.Heard[i].ID < w.Heard[j].ID })
	for _, h := range w.Heard {
		w.Agree = w.Agree && h.Digest == w.View.Digest
	}
	return w
}

// once waits until everybody heard agrees with what was merged, or for a moment
// more when they don't.
func (l *listener) once(ctx context.Context, packets <-chan packet, wait time.Duration, port int, out io.Writer) (int, error) {
	const gather = 300 * time.Millisecond // every node has sent several times by then
	deadline := time.After(wait)
	var first time.Time
	for {
		select {
		case p, ok := <-packets:
			if !ok {
				return exitOK, nil
			}
			if l.take(p) && first.IsZero() {
				first = time.Now()
			}
			if first.IsZero() || time.Since(first) < gather || !l.now().Agree {
				continue
			}
		case <-deadline:
			if first.IsZero() {
				return exitFailed, fmt.Errorf("no node of building %q was heard on udp port %d within %v; is one running there, with the same --udp-port, --building and --key-file?", l.building, port, wait)
			}
		case <-ctx.Done():
			return exitOK, nil
		}
		enc := json.NewEncoder(out)
		enc.SetIndent("", "  ")
		return exitOK, enc.Encode(l.now())
	}
}

// live prints whenever something changes, at most ten times a second.
func (l *listener) live(ctx context.Context, packets <-chan packet, lines bool, out io.Writer) (int, error) {
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	screen := !lines && isTerminal(out)
	before := ""
	for {
		select {
		case p, ok := <-packets:
			if !ok {
				return exitOK, nil
			}
			l.take(p)
			continue
		case <-ctx.Done():
			return exitOK, nil
		case <-tick.C:
		}
		w := l.now()
		text := w.text()
		if text == before {
			continue
		}
		before = text
		switch {
		case lines:
			if err := json.NewEncoder(out).Encode(w); err != nil {
				return exitFailed, err
			}
		case screen:
			fmt.Fprint(out, "\x1b[H\x1b[2J", text)
		default:
			fmt.Fprintln(out, text)
		}
	}
}

// text shows the worldview to a person.
func (w watched) text() string {
	var b strings.Builder
	if len(w.Heard) == 0 {
		fmt.Fprintf(&b, "building %q: no node is heard\n", w.Building)
		return b.String()
	}
	agree := "all hold the same calls"
	if !w.Agree {
		agree = "not all hold the same calls yet"
	}
	fmt.Fprintf(&b, "building %q, %d floors: %d nodes heard, %s\n\n", w.Building, w.Floors, len(w.Heard), agree)
	b.WriteString("hall calls\n")
	if len(w.Hall) == 0 {
		b.WriteString("  none\n")
	}
	for _, h := range w.Hall {
		fmt.Fprintf(&b, "  floor %-3d %-9s %-11s %3d s  pressed on %s\n", h.Floor, h.Button, h.Phase, h.AgeSeconds, join(h.Origins))
	}
	b.WriteString("\nnodes\n")
	address := make(map[elevator.ID]string)
	for _, h := range w.Heard {
		address[h.ID] = h.Address
	}
	for _, n := range w.Nodes {
		fmt.Fprintf(&b, "  %-10s ", n.ID)
		at, isHeard := address[n.ID]
		switch {
		case !n.Known:
			b.WriteString("never heard from")
		case !isHeard:
			fmt.Fprintf(&b, "silent; last at floor %d", n.Floor)
		default:
			fmt.Fprintf(&b, "%-15s floor %-3d %-9s %-5s links %-8s", at, n.Floor, n.Behaviour, n.Direction, join(n.Links))
			if !n.Available {
				b.WriteString(" unavailable: " + strings.Join(n.Unavailable, ", "))
			}
			if n.Disk != worldview.DiskWorks.String() {
				b.WriteString(" disk: " + n.Disk)
			}
		}
		for _, c := range n.Cab {
			fmt.Fprintf(&b, "  cab %d %s", c.Floor, c.Phase)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func join(ids []elevator.ID) string {
	if len(ids) == 0 {
		return "-"
	}
	s := make([]string, len(ids))
	for i, id := range ids {
		s[i] = string(id)
	}
	return strings.Join(s, ",")
}
