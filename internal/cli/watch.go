package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/netip"
	"sort"
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
	notes []string
}

// listener joins silently: it sends nothing, and so nobody waits for it.
type listener struct {
	building string
	key      []byte
	log      *slog.Logger
	view     *worldview.Worldview
	heard    map[elevator.ID]heard
	opener   *bcast.Sealer
	dec      worldview.Decoder
	warned   map[string]bool
	stranger string   // who was heard last that isn't one of ours
	screen   bool     // what is said goes on the screen, not in the log
	notes    []string // what was said
}

func runWatch(ctx context.Context, args []string, std stdio) (int, error) {
	f := newFlags("watch", "  elevnet watch                     live, until Ctrl-C\n  elevnet watch --once              as JSON, once\n  elevnet watch --json              as JSON, a line for each change\n")
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
		l.diagnose(p)
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

// diagnose says why a datagram isn't taken.
func (l *listener) diagnose(p packet) {
	h, err := l.dec.Peek(p.data)
	var version worldview.VersionError
	switch {
	case errors.As(err, &version):
		l.strange(fmt.Sprintf("a node of another version at %s: update one of the two", p.from.Addr()))
	case err != nil:
	case h.Building != worldview.HashBuilding(l.building):
		l.strange(fmt.Sprintf("a node of another building at %s: see --building", p.from.Addr()))
	case h.KeyID != l.opener.KeyID():
		l.strange(fmt.Sprintf("node %s at %s with another key: give watch the same --key-file", h.ID, p.from.Addr()))
	}
}

// strange notes somebody who isn't heard.
func (l *listener) strange(who string) {
	l.stranger = who
	l.warn("not heard: " + who)
}

// maxWarned bounds how many warnings are given in all, and maxNotes how many
// fit on the screen.
const (
	maxWarned = 100
	maxNotes  = 5
)

// warn says something once.
func (l *listener) warn(text string) {
	if l.warned[text] || len(l.warned) >= maxWarned {
		return
	}
	l.warned[text] = true
	if !l.screen {
		l.log.Warn(text)
		return
	}
	if l.notes = append(l.notes, text); len(l.notes) > maxNotes {
		l.notes = l.notes[1:]
	}
}

// silentAfter is how long a node is shown after it was last heard.
const silentAfter = 2 * time.Second

func (l *listener) now() watched {
	w := watched{Building: l.building, Heard: []heard{}, notes: l.notes}
	w.Hall, w.Nodes = []worldview.HallView{}, []worldview.NodeView{}
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
	l.log = slog.New(slog.DiscardHandler) // one line says it all
	deadline := time.After(wait)
	var first time.Time
	for {
		select {
		case p, ok := <-packets:
			if !ok {
				return exitFailed, errInterrupted
			}
			if l.take(p) && first.IsZero() {
				first = time.Now()
			}
			if first.IsZero() || time.Since(first) < gather || !l.now().Agree {
				continue
			}
		case <-deadline:
			if first.IsZero() {
				return exitFailed, l.nobody(port, wait)
			}
		case <-ctx.Done():
			return exitFailed, errInterrupted
		}
		enc := json.NewEncoder(out)
		enc.SetIndent("", "  ")
		return exitOK, enc.Encode(l.now())
	}
}

var errInterrupted = errors.New("interrupted before a node was heard")

// nobody says that no node was heard, and what may be the reason.
func (l *listener) nobody(port int, wait time.Duration) error {
	err := fmt.Errorf("no node of building %q heard on udp port %d within %s", l.building, port, short(wait))
	if l.stranger != "" {
		return fmt.Errorf("%w, but %s", err, l.stranger)
	}
	return fmt.Errorf("%w; is one running, with the same --udp-port?", err)
}

// live prints whenever something changes, at most ten times a second.
func (l *listener) live(ctx context.Context, packets <-chan packet, lines bool, out io.Writer) (int, error) {
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	print := printBlock
	switch {
	case lines:
		print = printJSON
	case isTerminal(out) && enableEscapes(out):
		l.screen = true
		print = printScreen
		fmt.Fprint(out, screenBegin)
		defer fmt.Fprint(out, screenEnd)
	}
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
		if err := print(out, w, text); err != nil {
			return exitFailed, err
		}
	}
}

func printJSON(out io.Writer, w watched, _ string) error { return json.NewEncoder(out).Encode(w) }

func printBlock(out io.Writer, _ watched, text string) error {
	_, err := fmt.Fprintln(out, text)
	return err
}
