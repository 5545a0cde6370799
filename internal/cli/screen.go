package cli

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"elevnet/internal/elevator"
	"elevnet/worldview"
)

// What a terminal is told: lines that are too long are cut while the screen is
// shown, and each is written over the one that was there, without flicker.
const (
	screenBegin = "\x1b[?7l\x1b[2J"
	screenEnd   = "\x1b[?7h"
	home        = "\x1b[H"
	endOfLine   = "\x1b[K\n"
	clearBelow  = "\x1b[J"
)

func printScreen(out io.Writer, _ watched, text string) error {
	text += "\nCtrl-C ends\n"
	_, err := io.WriteString(out, home+strings.ReplaceAll(text, "\n", endOfLine)+clearBelow)
	return err
}

// text shows the worldview to a person.
func (w watched) text() string {
	var b strings.Builder
	switch agree := "all hold the same calls"; {
	case len(w.Heard) == 0:
		fmt.Fprintf(&b, "building %q: no node is heard\n", w.Building)
	default:
		if !w.Agree {
			agree = "not all hold the same calls yet"
		}
		if len(w.Heard) == 1 {
			agree = "alone"
		}
		fmt.Fprintf(&b, "building %q, %d floors: %s heard, %s\n", w.Building, w.Floors, counted(len(w.Heard), "node"), agree)
		w.hallText(&b)
		w.nodesText(&b)
	}
	if len(w.notes) > 0 {
		b.WriteString("\nNOTES\n")
		for _, n := range w.notes {
			fmt.Fprintf(&b, "  %s\n", n)
		}
	}
	return b.String()
}

func (w watched) hallText(b *strings.Builder) {
	b.WriteString("\nHALL CALLS\n")
	if len(w.Hall) == 0 {
		b.WriteString("  none\n")
		return
	}
	table := newTable(b)
	fmt.Fprintln(table, "  FLOOR\tCALL\tLAMP\tWAITING\tPRESSED AT")
	for _, h := range w.Hall {
		fmt.Fprintf(table, "  %d\t%s\t%s\t%d s\t%s\n", h.Floor, strings.TrimPrefix(h.Button, "hall-"), lamp(h.Phase), h.AgeSeconds, join(h.Origins))
	}
	table.Flush() //nolint:errcheck // a strings.Builder doesn't fail
}

func (w watched) nodesText(b *strings.Builder) {
	address := make(map[elevator.ID]string)
	for _, h := range w.Heard {
		address[h.ID] = h.Address
	}
	b.WriteString("\nNODES\n")
	table := newTable(b)
	fmt.Fprintln(table, "  ID\tADDRESS\tFLOOR\tELEVATOR\tCAB CALLS\tHEARS\tREMARKS")
	for _, n := range w.Nodes {
		at, isHeard := address[n.ID]
		switch {
		case !n.Known && !isHeard:
			fmt.Fprintf(table, "  %s\t-\t-\t-\t%s\t-\tnever heard; known from the others\n", n.ID, cabText(n.Cab))
		case !n.Known:
			fmt.Fprintf(table, "  %s\t%s\t-\t-\t%s\t-\tjoining\n", n.ID, at, cabText(n.Cab))
		case !isHeard:
			fmt.Fprintf(table, "  %s\t-\t%d\t-\t%s\t-\tnot heard any more\n", n.ID, n.Floor, cabText(n.Cab))
		default:
			fmt.Fprintf(table, "  %s\t%s\t%d\t%s\t%s\t%s\t%s\n", n.ID, at, n.Floor, elevatorText(n), cabText(n.Cab), join(n.Links), remarks(n))
		}
	}
	table.Flush() //nolint:errcheck // a strings.Builder doesn't fail
}

func newTable(b *strings.Builder) *tabwriter.Writer { return tabwriter.NewWriter(b, 0, 0, 2, ' ', 0) }

// lamp says what a call's phase means for the lamp in its button.
func lamp(phase string) string {
	if phase == "confirmed" {
		return "lit"
	}
	return "not yet"
}

// elevatorText is what an elevator does: "idle", "moving up", "door-open down", or
// "parking up" if it goes to where it waits.
func elevatorText(n worldview.NodeView) string {
	if n.Parking && n.Behaviour == elevator.Moving.String() {
		return "parking " + n.Direction
	}
	if n.Direction == "" || n.Direction == elevator.Stop.String() {
		return n.Behaviour
	}
	return n.Behaviour + " " + n.Direction
}

func cabText(calls []worldview.CabView) string {
	if len(calls) == 0 {
		return "-"
	}
	s := make([]string, len(calls))
	for i, c := range calls {
		s[i] = fmt.Sprint(c.Floor)
		if lamp(c.Phase) != "lit" {
			s[i] += "?"
		}
	}
	return strings.Join(s, " ")
}

func remarks(n worldview.NodeView) string {
	var r []string
	if !n.Available {
		r = append(r, "takes no hall calls: "+strings.Join(n.Unavailable, ", "))
	}
	if n.Disk != worldview.DiskWorks.String() {
		r = append(r, "disk: "+n.Disk)
	}
	return strings.Join(r, "; ")
}

func join(ids []elevator.ID) string {
	if len(ids) == 0 {
		return "-"
	}
	s := make([]string, len(ids))
	for i, id := range ids {
		s[i] = string(id)
	}
	return strings.Join(s, " ")
}

func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
