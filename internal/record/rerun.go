package record

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"elevnet/internal/elevator"
	"elevnet/internal/node"
	"elevnet/worldview"
)

// Difference is where a node that is run again decides something else than was
// recorded.
type Difference struct {
	Track  *Track
	Moment int64
	At     time.Duration
	Event  string // what had happened
	What   string // is different
	Was    string // as recorded
	Is     string // as decided now
}

func (d *Difference) String() string {
	return fmt.Sprintf("at %s, %.6f s after its start, on %s: %s: recorded %s, now %s",
		clock(d.Moment), d.At.Seconds(), d.Event, d.What, d.Was, d.Is)
}

// clock writes a moment.
func clock(moment int64) string { return time.Unix(0, moment).Format("2006-01-02 15:04:05.000000") }

// Run is one track that is run again.
type Run struct {
	Track *Track
	// Node is the node in the state after the last record, nil while that isn't
	// known. It must only be read.
	Node *node.Node
	// Steps were recorded, and Compared of them run again.
	Steps, Compared uint64
	// Difference is the first, nil if there is none so far. What comes behind it
	// is not compared.
	Difference *Difference
	// Why says why not all was run again, "" if it was.
	Why string
	// Over is set when the track has ended.
	Over bool

	// Event and Actions are those of the last step, as decided now. The Message
	// of each is valid until the next step.
	Event   node.Event
	Actions node.Actions
	sent    []byte
	buf     []byte
	cfg     node.Config
	unknown bool // its policy

	dec worldview.Decoder
	enc worldview.Encoder
}

// Rerun runs the tracks of a recording again. Feed it with all records in order.
// The zero value is ready.
type Rerun struct {
	Runs []*Run
	// Policy returns the policy of a name, nil for one that this program doesn't
	// have.
	Policy func(name string) node.Policy

	index map[*Track]*Run
}

// Feed takes a record. It returns the run to which it belongs, nil if it is none.
func (x *Rerun) Feed(rec *Record) *Run {
	if rec.Track == nil {
		if rec.Kind == Lost {
			for _, r := range x.Runs {
				r.lose("something can't be read")
			}
		}
		return nil
	}
	r := x.index[rec.Track]
	if r == nil {
		r = &Run{Track: rec.Track, cfg: rec.Track.Node}
		if name := rec.Track.Policy; name != "" {
			if x.Policy != nil {
				r.cfg.Policy = x.Policy(name)
			}
			if r.unknown = r.cfg.Policy == nil; r.unknown {
				r.Why = "the policy " + name + " isn't known here"
			}
		}
		if x.index == nil {
			x.index = make(map[*Track]*Run)
		}
		x.index[rec.Track] = r
		x.Runs = append(x.Runs, r)
		if !rec.Fresh && r.Why == "" {
			r.Why = "its beginning isn't in the recording"
		}
	}
	switch rec.Kind {
	case Started:
		if rec.Fresh {
			r.begin(rec)
		}
	case Lost:
		r.lose("records are missing")
	case kindState:
		r.thaw(rec)
	case Stepped:
		r.step(rec)
	case Ended:
		r.end(rec)
	}
	return r
}

func (r *Run) lose(why string) {
	if r.Over {
		return
	}
	r.Node = nil
	if r.Why == "" {
		r.Why = why
	}
}

// begin starts the node anew.
func (r *Run) begin(rec *Record) {
	if r.unknown {
		return
	}
	defer r.caught(rec)
	var err error
	if r.Node, err = node.New(r.cfg, clone(rec.Saved)); err != nil {
		r.Node = nil
		r.Why = err.Error()
	}
}

// clone copies what a node may keep.
func clone(all [][]byte) [][]byte {
	out := make([][]byte, len(all))
	for k, b := range all {
		out[k] = bytes.Clone(b)
	}
	return out
}

// thaw puts the node into the state that was recorded, if it has none.
func (r *Run) thaw(rec *Record) {
	if r.Node != nil || r.Difference != nil || r.unknown {
		return
	}
	if rec.layout != layout() {
		r.Why = "its beginning isn't in the recording, and another program made it: take that one"
		return
	}
	n, err := thaw(r.cfg, rec.state)
	if err != nil {
		r.Why = err.Error()
		return
	}
	r.Node = n
}

// caught turns a panic of a node, which no state and no event that was recorded
// brings about, into a difference.
func (r *Run) caught(rec *Record) {
	if p := recover(); p != nil {
		r.Node = nil
		event := "the start"
		if rec.Kind == Stepped {
			event = eventText(&r.Event)
		}
		r.differ(rec, event, "the node", "went on", fmt.Sprintf("panics: %v", p))
	}
}

func (r *Run) differ(rec *Record, event, what, was, is string) {
	if r.Difference == nil {
		r.Difference = &Difference{r.Track, rec.Moment, rec.At, event, what, was, is}
	}
}

// step runs one step again and compares what the node decides.
func (r *Run) step(rec *Record) {
	r.Steps++
	if r.Node == nil {
		return
	}
	s := &rec.Step
	r.Event = s.Event
	if s.Event.Kind == node.Datagram {
		m, err := r.dec.Decode(s.Received)
		if err != nil {
			r.Node = nil
			r.differ(rec, eventText(&r.Event), "the datagram", "was read", "is refused: "+err.Error())
			return
		}
		r.Event.Message = m
	}
	r.Event.Saved = clone(s.Event.Saved)
	defer r.caught(rec)
	r.Actions = r.Node.Step(r.Event, rec.At)
	r.sent = nil
	if m := r.Actions.Message; m != nil {
		r.buf = r.enc.Append(r.buf[:0], m)
		r.sent = r.buf
	}
	if r.Difference == nil {
		r.Compared++
		r.compare(rec)
	}
}

func (r *Run) compare(rec *Record) {
	s, a := &rec.Step, &r.Actions
	differs := func(what, was, is string) { r.differ(rec, eventText(&r.Event), what, was, is) }
	switch {
	case s.Outputs != a.Outputs:
		differs(outputsDiffer(s.Outputs, a.Outputs))
	case !bytes.Equal(s.Sent, r.sent) || (s.Sent == nil) != (a.Message == nil):
		differs(datagramsDiffer(s.Sent, r.sent))
	case (s.Snapshot == nil) != (a.Snapshot == nil):
		differs("what is to be stored", present(s.Snapshot), present(a.Snapshot))
	case !bytes.Equal(s.Snapshot, a.Snapshot) || s.Snapshot != nil && s.Generation != a.Generation:
		differs("what is to be stored", fmt.Sprintf("%x", s.Snapshot), fmt.Sprintf("%x", a.Snapshot))
	case errText(s.Exit) != errText(a.Exit):
		differs("whether the node ends itself", errText(s.Exit), errText(a.Exit))
	case !sameQuestion(s.Ask, a.Ask):
		differs("what an adviser is asked", questionText(s.Ask), questionText(a.Ask))
	case !slices.EqualFunc(s.Notices, a.Notices, sameNotice):
		differs("what the node says", noticesText(s.Notices), noticesText(a.Notices))
	}
}

// end compares the state in which the node ended.
func (r *Run) end(rec *Record) {
	r.Over = true
	if r.Node == nil || r.Difference != nil {
		return
	}
	if now := r.Node.Snapshot(); !bytes.Equal(now, rec.End.Snapshot) {
		r.differ(rec, "the end", "the state", fmt.Sprintf("%x", rec.End.Snapshot), fmt.Sprintf("%x", now))
	}
}

func present(b []byte) string {
	if b == nil {
		return "nothing"
	}
	return fmt.Sprintf("%d bytes", len(b))
}

func errText(err error) string {
	if err == nil {
		return "no"
	}
	return err.Error()
}

func sameNotice(a, b node.Notice) bool {
	return a.Kind == b.Kind && a.Peer == b.Peer && a.Count == b.Count && a.Reasons == b.Reasons && errText(a.Err) == errText(b.Err)
}

// sameQuestion compares what is recorded of questions.
func sameQuestion(a, b *node.Question) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Number == b.Number && slices.Equal(a.Input.Cars, b.Input.Cars) && slices.Equal(a.Input.Calls, b.Input.Calls)
}

func questionText(q *node.Question) string {
	if q == nil {
		return "nothing"
	}
	return fmt.Sprintf("%d: %+v, %+v", q.Number, q.Input.Calls, q.Input.Cars)
}

// eventText says what an event is.
func eventText(ev *node.Event) string {
	switch ev.Kind {
	case node.Tick:
		return "a tick"
	case node.Inputs:
		return "inputs " + inputsText(ev.Inputs)
	case node.Datagram:
		if ev.Message == nil {
			return "a datagram"
		}
		return fmt.Sprintf("datagram %d of node %s", ev.Message.Seq, ev.Message.ID)
	case node.Stored:
		return fmt.Sprintf("commit %d (error: %s)", ev.Generation, errText(ev.Err))
	case node.Advice:
		return fmt.Sprintf("the answer to question %d (error: %s)", ev.Question.Number, errText(ev.Err))
	default:
		return "what a disk held that had not worked"
	}
}

func inputsText(in elevator.Inputs) string {
	if !in.Connected {
		return "not connected"
	}
	text := floorText(in.Floor)
	if !in.Buttons.Empty() {
		text += ", buttons " + in.Buttons.String()
	}
	if in.Obstruction {
		text += ", obstruction"
	}
	if in.Stop {
		text += ", stop"
	}
	return text
}

func floorText(f int) string {
	if f == elevator.NoFloor {
		return "between floors"
	}
	return fmt.Sprintf("floor %d", f)
}

// outputsDiffer names the first output that differs, and both values.
func outputsDiffer(was, is elevator.Outputs) (what, a, b string) {
	switch {
	case was.Door != is.Door:
		return "the door", openText(was.Door), openText(is.Door)
	case was.Motor != is.Motor:
		return "the motor", was.Motor.String(), is.Motor.String()
	case was.Lamps != is.Lamps:
		return "the lamps", lampsText(was.Lamps), lampsText(is.Lamps)
	}
	return "what the elevator server is to show", fmt.Sprintf("%+v", was), fmt.Sprintf("%+v", is)
}

func openText(on bool) string {
	if on {
		return "open"
	}
	return "closed"
}

func lampsText(c elevator.Calls) string {
	if c.Empty() {
		return "dark"
	}
	return c.String()
}

// datagramsDiffer says in what two datagrams differ.
func datagramsDiffer(was, is []byte) (what, a, b string) {
	switch {
	case was == nil:
		return "a datagram", "none", "sent"
	case is == nil:
		return "a datagram", "sent", "none"
	}
	var d, e worldview.Decoder
	m, err := d.Decode(was)
	n, err2 := e.Decode(is)
	if err = errors.Join(err, err2); err != nil {
		return "the datagram", fmt.Sprintf("%x", was), fmt.Sprintf("%x", is)
	}
	if m.Header != n.Header {
		return "the header of the datagram", fmt.Sprintf("%+v", m.Header), fmt.Sprintf("%+v", n.Header)
	}
	for _, s := range m.Sections {
		t := n.Section(s.ID)
		if t == nil {
			return "the datagram", "tells of node " + string(s.ID), "doesn't"
		}
		what := "what the datagram says of node " + string(s.ID)
		if was, is := sectionText(&s), sectionText(t); was != is {
			return what, was, is
		}
	}
	return "the datagram", fmt.Sprintf("%d nodes", len(m.Sections)), fmt.Sprintf("%d", len(n.Sections))
}

func sectionText(s *worldview.Section) string {
	var b strings.Builder
	if s.HasEcho {
		fmt.Fprintf(&b, "echo %d ", s.Echo.Seq)
	}
	if s.HasStatus {
		fmt.Fprintf(&b, "%+v ", s.Status)
	}
	for _, e := range s.Calls {
		f, button := worldview.FloorButton(e.Number)
		fmt.Fprintf(&b, "%v %d (P %d C %d S %d age %d held %v) ", button, f, e.Call.P, e.Call.C, e.Call.S, e.Call.Age, e.Held)
	}
	return strings.TrimSpace(b.String())
}
