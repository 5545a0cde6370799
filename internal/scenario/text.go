package scenario

import (
	"fmt"
	"strings"

	"elevnet/internal/elevator"
	"elevnet/internal/node"
)

// String returns the entry as one line with its time.
func (e Entry) String() string { return fmt.Sprintf("%9.3fs  %s", e.At.Seconds(), e.Text()) }

// Text returns the entry as one line without its time.
func (e Entry) Text() string {
	who := Name(e.Who)
	switch e.Kind {
	case Did:
		return "> " + e.Command.String()
	case Said:
		return who + ": " + said(e.Notice)
	case Lamp:
		return fmt.Sprintf("%v %d %s on %s", e.Button, e.Floor, choose(e.On, "lit", "dark"), who)
	case Door:
		if !e.On {
			return who + " closes"
		}
		return fmt.Sprintf("%s opens at %d", who, e.Floor)
	case Motor:
		if e.Direction == elevator.Stop {
			return who + " stops"
		}
		return who + " goes " + e.Direction.String()
	case StopLight:
		return who + ": the stop lamp is " + choose(e.On, "on", "off")
	case Ended:
		return who + " ends: " + e.Err.Error()
	default:
		return who + " ran out of the shaft"
	}
}

func choose(on bool, yes, no string) string {
	if on {
		return yes
	}
	return no
}

// count writes a number of things.
func count(n int, things string) string {
	if n == 1 {
		things = strings.TrimSuffix(things, "s")
	}
	return fmt.Sprint(n, " ", things)
}

// said returns a notice as people read it in a story.
func said(n node.Notice) string {
	text := "something unknown"
	if int(n.Kind) < len(sayings) && sayings[n.Kind] != "" {
		text = sayings[n.Kind]
	}
	text = strings.NewReplacer("PEER", string(n.Peer), "COUNT", count(n.Count, counted[n.Kind]),
		"REASONS", strings.Join(n.Reasons.Names(), ", ")).Replace(text)
	if n.Err != nil {
		text += ": " + n.Err.Error()
	}
	return text
}

var sayings = [...]string{
	node.Joined:          "joined, COUNT heard",
	node.Restored:        "COUNT back from the disk",
	node.SavedUnreadable: "the disk holds something that makes no sense",
	node.PeerFound:       "found PEER",
	node.PeerLost:        "lost PEER",
	node.Alone:           "alone",
	node.CallsReturned:   "COUNT back from peers",
	node.DuplicateStays:  "another PEER was started later, and ends",
	node.DuplicateEnds:   "another PEER was here before",
	node.OtherFloors:     "PEER has COUNT, and is ignored",
	node.OtherTimings:    "PEER has other timings",
	node.TooManyNodes:    "PEER is one too many",
	node.DiskFailed:      "the disk fails",
	node.DiskWorks:       "the disk works",
	node.ServerLost:      "the elevator server is gone",
	node.ServerFound:     "the elevator server is there",
	node.Unavailable:     "unavailable: REASONS",
	node.Available:       "available",
	node.Escalated:       "COUNT waited too long: every elevator goes",
}

// counted is what the notices count.
var counted = map[node.NoticeKind]string{
	node.Joined: "others", node.Restored: "calls", node.CallsReturned: "cab calls",
	node.Escalated: "hall calls", node.OtherFloors: "floors",
}
