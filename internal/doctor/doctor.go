// Package doctor examines whether a node would do well here: the elevator
// server, the network, the disk, the clock, and the other nodes that can be
// heard. Each finding says what to do about it.
//
// It disturbs nobody. To the elevator server it sends questions alone: nothing
// moves, no lamp changes. On the network it sends probes, which nodes drop
// without a word (see [bcast.AppendProbe]), and otherwise only listens. In the
// state directory it makes one file and removes it; a directory that isn't there
// is not made.
package doctor

import (
	"context"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"elevnet/bcast"
	"elevnet/internal/elevator"
)

// Options say what to examine.
type Options struct {
	// ID is the node's, "" if it isn't decided yet.
	ID       elevator.ID
	Building string
	Elevator elevator.Config
	// Server is the address of the elevator server.
	Server string
	// Key authenticates datagrams; empty for none.
	Key []byte
	// Transport is open on the port of the nodes; Examine closes it. Without
	// one TransportErr says why.
	Transport    bcast.Transport
	TransportErr error
	// KeyErr is why the key can't be read.
	KeyErr error
	Port   int
	// Local is set if nodes on this computer are all that matters.
	Local bool
	// StateDir is where the state is kept, "" for nowhere.
	StateDir string
	// Listen is for how long to listen to the network.
	Listen time.Duration
	// Nonce tells the probes from those of others.
	Nonce uint64
	// Warnings are what else was noticed.
	Warnings []string
}

// Status is how serious a finding is.
type Status string

// The statuses. Only Fail means that a node wouldn't work.
const (
	OK   Status = "ok"
	Warn Status = "warn"
	Fail Status = "fail"
)

// Finding is what one check found.
type Finding struct {
	// Check names what was looked at.
	Check  string `json:"check"`
	Status Status `json:"status"`
	Text   string `json:"text"`
	// Remedy is what to do, "" if nothing has to be done.
	Remedy string `json:"remedy,omitempty"`
}

// Report is everything that was found.
type Report struct {
	OK       bool      `json:"ok"` // nothing fails
	Warnings int       `json:"warnings"`
	Failures int       `json:"failures"`
	Findings []Finding `json:"findings"`
}

// findings gathers them, in order.
type findings []Finding

func (f *findings) add(check string, s Status, remedy, format string, args ...any) {
	*f = append(*f, Finding{Check: check, Status: s, Text: printable(fmt.Sprintf(format, args...)), Remedy: printable(remedy)})
}

// printable keeps what comes from outside on one line of a terminal.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, s)
}

// Examine looks at everything. It takes little longer than Options.Listen, or
// until whatever hangs has had its time-out.
func Examine(ctx context.Context, o Options) Report {
	var net, here findings
	var wg sync.WaitGroup
	held := make(chan string, 1)
	wg.Go(func() {
		var disk, server findings
		holder := examineDisk(&disk, o)
		held <- holder
		examineServer(ctx, &server, o, holder)
		here = append(server, disk...)
	})
	wg.Go(func() { examineNetwork(ctx, &net, o, held) })
	wg.Wait()

	r := Report{Findings: append(here, net...)}
	for _, w := range o.Warnings {
		r.Findings = append(r.Findings, Finding{Check: "settings", Status: Warn, Text: printable(w)})
	}
	for _, f := range r.Findings {
		switch f.Status {
		case Warn:
			r.Warnings++
		case Fail:
			r.Failures++
		}
	}
	r.OK = r.Failures == 0
	return r
}

// Print writes a report for people.
func (r Report) Print(w io.Writer) error {
	width := 0
	for _, f := range r.Findings {
		width = max(width, len(f.Check))
	}
	for _, f := range r.Findings {
		if _, err := fmt.Fprintf(w, "%-5s %-*s  %s\n", f.Status, width, f.Check, f.Text); err != nil {
			return err
		}
		if f.Remedy == "" {
			continue
		}
		if _, err := fmt.Fprintf(w, "%-5s %-*s  -> %s\n", "", width, "", f.Remedy); err != nil {
			return err
		}
	}
	verdict := "all is well"
	if r.Warnings > 0 {
		verdict = counted(r.Warnings, "warning")
	}
	if r.Failures > 0 {
		verdict = counted(r.Failures, "failure") + ", " + counted(r.Warnings, "warning")
	}
	_, err := fmt.Fprintln(w, verdict)
	return err
}

func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
