package demo

import (
	"fmt"
	"math/bits"
	"slices"
	"strings"
	"time"

	"elevnet/internal/elevator"
)

// captionLimit is how long a caption waits for what it is to tell.
const captionLimit = 20 * time.Second

// caption is one sentence about what was seen, with the time that it took; timed
// is off where there is nothing to measure.
type caption struct {
	at    time.Duration
	text  string
	took  time.Duration
	timed bool
}

// captions write one sentence for each trouble and each recovery, when what it
// is about has been seen. They decide from moments alone, and know no clock.
type captions struct {
	ids     []elevator.ID
	sight   *sight
	pending []*awaited
}

// awaited is a caption to come.
type awaited struct {
	trouble trouble
	since   time.Duration
	// done returns the sentence, but for the time, once it can be told.
	done func(s *sight) (sentence, bool)
	late string // what is said if that never comes
}

// sentence is a caption with a %s where the time belongs, if anywhere.
type sentence string

func newCaptions(ids []elevator.ID, s *sight) *captions { return &captions{ids: ids, sight: s} }

// observe takes in a moment that the sight has seen, and returns what can be
// told now.
func (c *captions) observe(m moment) []caption {
	var told []caption
	if m.kind == troubleBegan || m.kind == troubleEnded {
		c.drop(m.trouble)
		var a *awaited
		switch {
		case m.trouble.quiet:
		case m.kind == troubleBegan:
			a = c.began(m)
		default:
			a = c.ended(m)
		}
		if a != nil {
			a.trouble, a.since = m.trouble, m.at
			c.pending = append(c.pending, a)
		}
	}
	left := c.pending[:0]
	for _, a := range c.pending {
		text, ok := a.done(c.sight)
		switch {
		case ok:
			told = append(told, text.caption(m.at, m.at-a.since))
		case m.at-a.since > captionLimit:
			told = append(told, caption{at: m.at, text: a.late})
		default:
			left = append(left, a)
		}
	}
	clear(c.pending[len(left):])
	c.pending = left
	return told
}

func (t sentence) caption(at, took time.Duration) caption {
	if !strings.Contains(string(t), "%s") {
		return caption{at: at, text: string(t)}
	}
	took = max(took, 0)
	return caption{at: at, text: fmt.Sprintf(string(t), measured(took)), took: took, timed: true}
}

// measured writes a measured time with as many digits as mean something.
func measured(d time.Duration) string {
	switch {
	case d < 10*time.Millisecond:
		return fmt.Sprintf("%.1f ms", float64(d.Microseconds())/1000)
	case d < 100*time.Millisecond:
		return fmt.Sprintf("%d ms", d.Round(time.Millisecond).Milliseconds())
	case d < 10*time.Second:
		return fmt.Sprintf("%.2f s", d.Seconds())
	}
	return fmt.Sprintf("%.1f s", d.Seconds())
}

// drop forgets what a new trouble makes untrue.
func (c *captions) drop(t trouble) {
	c.pending = slices.DeleteFunc(c.pending, func(a *awaited) bool {
		switch {
		case t.kind == anything || t.kind == blackout:
			return true
		case t.kind == lossy:
			return a.trouble.kind == lossy
		case a.trouble.kind == lossy || a.trouble.kind == blackout || a.trouble.kind == anything:
			return false
		case t.kind == unlinked && a.trouble.kind == unlinked:
			return a.trouble.node == t.node && a.trouble.peer == t.peer
		}
		return a.trouble.node == t.node
	})
}

// began returns the caption of a trouble.
func (c *captions) began(m moment) *awaited {
	t := m.trouble
	name := c.node(t.node)
	switch t.kind {
	case died:
		return c.taken(t.node, name+" was killed", c.unlinkedFromAll(t.node))
	case frozenNode:
		return c.taken(t.node, name+" was frozen", c.unlinkedFromAll(t.node))
	case unplugged:
		what := name + "'s cable is out"
		switch {
		case !t.out:
			what = name + " hears nobody, and all hear it"
		case !t.in:
			what = name + " is heard by nobody, and hears all"
		}
		return c.taken(t.node, what, c.unlinkedFromAll(t.node))
	case unlinked:
		return c.noticed(c.node(t.node)+" doesn't hear "+strings.ToLower(c.node(t.peer))+" any more", func(s *sight) bool {
			return s.spaces[t.node].speech.linked&(1<<t.peer) == 0 && s.spaces[t.peer].speech.linked&(1<<t.node) == 0
		})
	case powerless:
		if c.idle(t.node) {
			return said(c.elevator(t.node) + " has no motor power, which nobody can notice before it is to move.")
		}
		return c.taken(t.node, c.elevator(t.node)+" lost its motor power", c.unavailable(t.node))
	case obstructed:
		if !c.sight.spaces[t.node].door {
			return said(c.elevator(t.node) + "'s obstruction switch is on: its door will stay open where it opens next.")
		}
		return c.taken(t.node, c.elevator(t.node)+"'s door is obstructed", c.unavailable(t.node))
	case serverless:
		return c.taken(t.node, c.node(t.node)+" lost its elevator server", c.unavailable(t.node))
	case stopped:
		return c.taken(t.node, c.elevator(t.node)+" was stopped by its button", c.unavailable(t.node))
	case lossy:
		return c.lit(t.percent)
	case blackout:
		return said(fmt.Sprintf("All %d nodes were killed at once, with %s lit.", len(c.ids), counted(c.promises(), "call")))
	}
	return nil
}

// ended returns the caption of a recovery.
func (c *captions) ended(m moment) *awaited {
	t := m.trouble
	switch t.kind {
	case died, wiped:
		return c.back(t)
	case frozenNode:
		return c.agreed(t.node, lower(c.node(t.node))+" went on")
	case unplugged:
		return c.agreed(t.node, "the cable was back")
	case unlinked:
		return c.agreed(t.node, "the link was back")
	case lossy:
		return c.agreed(lowest(c.sight.running()), "the loss was over")
	case powerless:
		return c.available(t.node, "its motor had power again")
	case obstructed:
		return c.available(t.node, "its door was free again")
	case serverless:
		return c.available(t.node, "its elevator server was back")
	case stopped:
		return c.available(t.node, "its stop button was pressed again")
	case blackout:
		return c.allBack("")
	case anything:
		return c.allBack("everything was mended")
	}
	return nil
}

// said is a caption that can be told at once.
func said(text string) *awaited {
	return &awaited{done: func(*sight) (sentence, bool) { return sentence(text), true }}
}

// taken is told when others have taken the hall calls that a node was to serve;
// if it had none, when those that must have noticed.
func (c *captions) taken(node int, what string, notice func(*sight) bool) *awaited {
	calls := c.sight.spaces[node].serves.Hall()
	if calls.Empty() || len(c.ids) == 1 {
		return c.noticed(what, notice)
	}
	return &awaited{late: what + fmt.Sprintf("; nobody took its calls within %v.", captionLimit), done: func(s *sight) (sentence, bool) {
		var takers []int
		for f, b := range calls.All() {
			k := key(node, f, b)
			if s.calls[k] == nil {
				continue // served
			}
			by := lowest(s.who(k) &^ (1 << node))
			if by < 0 {
				return "", false
			}
			if !slices.Contains(takers, by) {
				takers = append(takers, by)
			}
		}
		if len(takers) == 0 {
			return sentence(what + "; its calls had just been served."), true
		}
		slices.Sort(takers)
		return sentence(fmt.Sprintf("%s; %s took %s after %%s.", what, lower(c.nodes(takers)), callNames(calls))), true
	}}
}

// noticed is told when something was noticed.
func (c *captions) noticed(what string, notice func(*sight) bool) *awaited {
	return &awaited{late: what + fmt.Sprintf("; nobody noticed within %v.", captionLimit), done: func(s *sight) (sentence, bool) {
		if len(c.ids) == 1 {
			return sentence(what + "."), true
		}
		return sentence(what + ", which was noticed after %s."), notice(s)
	}}
}

// unlinkedFromAll reports whether no running node counts on another one any
// more, nor that on them.
func (c *captions) unlinkedFromAll(node int) func(*sight) bool {
	return func(s *sight) bool {
		for i := range s.spaces {
			if i != node && s.spaces[i].running() && s.spaces[i].speech.linked&(1<<node) != 0 {
				return false
			}
		}
		return !s.spaces[node].running() || s.spaces[node].speech.linked == 0
	}
}

func (c *captions) unavailable(node int) func(*sight) bool {
	return func(s *sight) bool { return !s.spaces[node].speech.status.Unavailable.Available() }
}

func (c *captions) idle(node int) bool {
	w := &c.sight.spaces[node]
	return w.serves.Empty() && w.speech.status.Behaviour == elevator.Idle
}

// lit is told when the first press under loss has lit its lamps.
func (c *captions) lit(percent int) *awaited {
	began := c.sight.at
	return &awaited{
		late: fmt.Sprintf("%d %% of all datagrams are lost; nobody has pressed a button for %v.", percent, captionLimit),
		done: func(s *sight) (sentence, bool) {
			for k, call := range s.calls {
				if call.at < began || k.workspace != hall {
					continue
				}
				need := s.group(call.by)
				if need != 0 && call.lit&need == need {
					return sentence(fmt.Sprintf("At %d %% loss, the lamp of %s was lit on %s %s after the press.",
						percent, callName(k.floor, k.button), panels(bits.OnesCount64(need)), measured(call.litAt-call.at))), true
				}
			}
			return "", false
		},
	}
}

// back is told when a node takes part again and shows its cab calls.
func (c *captions) back(t trouble) *awaited {
	cab := c.sight.spaces[t.node].panel.Cab
	how := " is back"
	if t.kind == wiped {
		how = " is back without its disk"
	}
	name := c.node(t.node)
	return &awaited{late: name + fmt.Sprintf(" has not come back within %v.", captionLimit), done: func(s *sight) (sentence, bool) {
		w := &s.spaces[t.node]
		if !w.running() || !w.speech.joined || s.linkable(t.node)&^w.speech.linked != 0 {
			return "", false
		}
		for f := range elevator.MaxFloors {
			if cab.Has(f) && !w.panel.Has(f, elevator.Cab) && s.calls[callKey{t.node, f, elevator.Cab}] != nil {
				return "", false
			}
		}
		if cab.Empty() {
			return sentence(name + how + " after %s."), true
		}
		return sentence(name + how + " with its " + counted(cab.Len(), "cab call") + " after %s."), true
	}}
}

// agreed is told when the nodes that are connected hold the same again.
func (c *captions) agreed(node int, what string) *awaited {
	if node < 0 {
		return nil
	}
	if group := c.sight.group(node); c.sight.agree(node) && bits.OnesCount64(group) > 1 {
		return said(c.nodes(members(group)) + " have agreed all the time; nothing is to be made up for.")
	}
	return &awaited{late: fmt.Sprintf("The nodes don't agree %v after %s.", captionLimit, what), done: func(s *sight) (sentence, bool) {
		group := s.group(node)
		switch {
		case !s.agree(node):
			return "", false
		case bits.OnesCount64(group) == 1:
			return sentence(c.node(node) + " is alone, and goes on alone."), true
		}
		return sentence(c.nodes(members(group)) + " agree again %s after " + what + "."), true
	}}
}

// available is told when an elevator takes hall calls again.
func (c *captions) available(node int, what string) *awaited {
	if c.sight.spaces[node].speech.status.Unavailable.Available() {
		what = strings.NewReplacer("its ", "Its ").Replace(what[:1]) + what[1:]
		return said(c.elevator(node) + " missed nothing: " + lower(what) + " before it mattered.")
	}
	return &awaited{late: c.elevator(node) + fmt.Sprintf(" takes no calls, %v after %s.", captionLimit, what), done: func(s *sight) (sentence, bool) {
		return sentence(c.elevator(node) + " takes calls again %s after " + what + "."), s.spaces[node].running() && !c.unavailable(node)(s)
	}}
}

// allBack is told when all nodes run, agree, and show every call that was lit.
func (c *captions) allBack(after string) *awaited {
	if all := uint64(1)<<len(c.ids) - 1; after != "" && c.sight.group(0) == all && c.sight.agree(0) {
		return said("Everything is mended; all nodes agree.")
	}
	var promised []callKey
	for k := range c.sight.calls {
		if c.sight.litOn(k) != 0 {
			promised = append(promised, k)
		}
	}
	return &awaited{late: fmt.Sprintf("Not all nodes are back and agree within %v.", captionLimit), done: func(s *sight) (sentence, bool) {
		all := uint64(1)<<len(s.spaces) - 1
		if s.group(0) != all || !s.agree(0) {
			return "", false
		}
		for _, k := range promised {
			need := all
			if k.workspace != hall {
				need = 1 << k.workspace
			}
			if s.calls[k] != nil && s.litOn(k)&need != need {
				return "", false
			}
		}
		switch {
		case after != "":
			return sentence("All nodes agree %s after " + after + "."), true
		case len(promised) == 0:
			return sentence(fmt.Sprintf("All %d nodes are back after %%s; no call was lit.", len(c.ids))), true
		}
		return sentence(fmt.Sprintf("All %d nodes are back after %%s, and %s.", len(c.ids), keptCalls(len(promised)))), true
	}}
}

func keptCalls(calls int) string {
	if calls == 1 {
		return "the call that was lit is not lost"
	}
	return fmt.Sprintf("none of the %d calls that were lit is lost", calls)
}

// promises counts the calls that are lit somewhere.
func (c *captions) promises() (n int) {
	for k := range c.sight.calls {
		if c.sight.litOn(k) != 0 {
			n++
		}
	}
	return n
}

func (c *captions) node(i int) string     { return "Node " + string(c.ids[i]) }
func (c *captions) elevator(i int) string { return "Elevator " + string(c.ids[i]) }

// nodes names some nodes: "Node 1", "Nodes 1 and 3", "Nodes 1, 2 and 3".
func (c *captions) nodes(list []int) string { return nodeNames(c.ids, list) }

func nodeNames(ids []elevator.ID, list []int) string {
	names := make([]string, len(list))
	for i, n := range list {
		names[i] = string(ids[n])
	}
	if len(names) == 1 {
		return "Node " + names[0]
	}
	return "Nodes " + listed(names)
}

func listed(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}

// lower makes the first letter small, for the middle of a sentence.
func lower(s string) string { return strings.ToLower(s[:1]) + s[1:] }

// callName names a call: "hall up 2", "cab call 3".
func callName(floor int, b elevator.Button) string {
	return fmt.Sprintf("%s %d", [...]string{"hall up", "hall down", "cab call"}[b%3], floor)
}

func callNames(calls elevator.Calls) string {
	var names []string
	for f, b := range calls.All() {
		names = append(names, callName(f, b))
	}
	return listed(names)
}

func panels(n int) string {
	if n == 1 {
		return "its panel"
	}
	return fmt.Sprintf("all %d panels", n)
}

func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

func lowest(set uint64) int {
	if set == 0 {
		return -1
	}
	return bits.TrailingZeros64(set)
}

func members(set uint64) []int {
	var list []int
	for ; set != 0; set &= set - 1 {
		list = append(list, bits.TrailingZeros64(set))
	}
	return list
}
