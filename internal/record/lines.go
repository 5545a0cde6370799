package record

import (
	"encoding/json"
	"fmt"
	"io"
	"time"

	"elevnet/internal/elevator"
	"elevnet/internal/node"
	"elevnet/internal/web"
	"elevnet/worldview"
)

// Lines writes what was recorded as a story for people: presses, lamps, doors,
// motors, what the nodes say, and what else changed; datagrams only if all is set.
type Lines struct {
	out    io.Writer
	all    bool
	start  int64 // moment from which times count
	tracks map[*Track]*told
	dec    worldview.Decoder
	err    error
}

// told is what was told of a track.
type told struct {
	in      elevator.Inputs
	out     elevator.Outputs
	stepped bool
}

// NewLines returns a writer of stories that count from a moment.
func NewLines(out io.Writer, start int64, all bool) *Lines {
	return &Lines{out: out, all: all, start: start, tracks: make(map[*Track]*told)}
}

// Feed tells of a record, and returns the first error of writing.
func (l *Lines) Feed(rec *Record) error {
	switch rec.Kind {
	case Noted:
		l.note(rec)
	case Lost:
		l.lost(rec)
	}
	if rec.Track == nil || rec.Kind == Lost {
		return l.err
	}
	t := l.tracks[rec.Track]
	if t == nil {
		t = &told{in: elevator.Inputs{Floor: elevator.NoFloor}, out: elevator.Outputs{Indicator: elevator.NoFloor}}
		l.tracks[rec.Track] = t
	}
	switch rec.Kind {
	case Started:
		l.started(rec)
	case Stepped:
		l.step(rec, t)
	case Dropped:
		if l.all || rec.Drop.Reason != "repeated" {
			l.say(rec, "dropped %s from %s: %s, %d bytes", times(rec.Times, "datagram"), rec.Drop.From, rec.Drop.Reason, rec.Drop.Bytes)
		}
	case Ended:
		how := "ends"
		if rec.End.Crashed {
			how = "crashes"
		}
		if rec.End.Err != nil {
			how += ": " + rec.End.Err.Error()
		}
		l.say(rec, "%s", how)
	}
	return l.err
}

func times(n uint64, what string) string {
	if n == 1 {
		return "a " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

func (l *Lines) say(rec *Record, format string, args ...any) {
	who := "-"
	if rec.Track != nil {
		who = string(rec.Track.Node.ID)
	}
	l.line(rec.Moment, who, fmt.Sprintf(format, args...))
}

func (l *Lines) line(moment int64, who, text string) {
	if l.err != nil {
		return
	}
	_, l.err = fmt.Fprintf(l.out, "%12.6f  %-6s  %s\n", time.Duration(moment-l.start).Seconds(), who, text)
}

func (l *Lines) lost(rec *Record) {
	if rec.Track == nil {
		l.say(rec, "something can't be read here")
		return
	}
	if rec.Moment == 0 {
		rec.Moment = l.start
	}
	l.say(rec, "%s missing here", times(rec.Missing, "record"))
}

func (l *Lines) started(rec *Record) {
	c := rec.Track.Node
	if !rec.Fresh {
		return
	}
	disk := "no disk"
	if c.Disk {
		disk = "an empty disk"
		if n := uint64(len(rec.Saved)); n > 0 {
			disk = "a disk that holds " + times(n, "state")
		}
	}
	l.say(rec, "starts: building %s, %d floors, boot %016x, %s", c.Building, c.Elevator.Floors, c.Boot, disk)
}

// step tells of one step what has changed.
func (l *Lines) step(rec *Record, t *told) {
	s := &rec.Step
	switch s.Event.Kind {
	case node.Inputs:
		l.inputs(rec, t)
	case node.Datagram:
		if l.all {
			l.datagram(rec, "got", s.Received)
		}
	case node.Stored:
		switch {
		case s.Event.Err != nil:
			l.say(rec, "commit %d fails: %v", s.Event.Generation, s.Event.Err)
		case l.all:
			l.say(rec, "commit %d is durable", s.Event.Generation)
		}
	case node.Recovered:
		l.say(rec, "the disk works now, and held %s", times(uint64(len(s.Event.Saved)), "state"))
	case node.Advice:
		l.say(rec, "%s", eventText(&s.Event))
	case node.Tick:
	}
	if t.out != s.Outputs || !t.stepped {
		l.outputs(rec, t.out, s.Outputs)
		t.out, t.stepped = s.Outputs, true
	}
	for _, n := range s.Notices {
		l.say(rec, "says: %s", noticeText(n))
	}
	if s.Exit != nil {
		l.say(rec, "ends itself: %v", s.Exit)
	}
	if l.all {
		if s.Sent != nil {
			l.datagram(rec, "sent", s.Sent)
		}
		if s.Snapshot != nil {
			l.say(rec, "commit %d begins: %d bytes", s.Generation, len(s.Snapshot))
		}
	}
}

func (l *Lines) inputs(rec *Record, t *told) {
	was, is := t.in, rec.Step.Event.Inputs
	t.in = is
	switch {
	case was.Connected && !is.Connected:
		l.say(rec, "the elevator server is gone")
	case !was.Connected && is.Connected:
		l.say(rec, "the elevator server is there")
	}
	if !is.Connected {
		return
	}
	for f, b := range is.Buttons.AndNot(was.Buttons).All() {
		l.say(rec, "button %v %d pressed", b, f)
	}
	for f, b := range was.Buttons.AndNot(is.Buttons).All() {
		l.say(rec, "button %v %d let go", b, f)
	}
	if was.Floor != is.Floor {
		l.say(rec, "the car is %s", floorWord(is.Floor))
	}
	if was.Obstruction != is.Obstruction {
		l.say(rec, "obstruction %s", onOff(is.Obstruction))
	}
	if was.Stop != is.Stop {
		l.say(rec, "stop button %s", onOff(is.Stop))
	}
}

func (l *Lines) outputs(rec *Record, was, is elevator.Outputs) {
	if was.Motor != is.Motor {
		l.say(rec, "motor %v", is.Motor)
	} else if was.MotorNudge != is.MotorNudge {
		l.say(rec, "motor %v, said again", is.Motor)
	}
	if was.Door != is.Door {
		l.say(rec, "the door %s", map[bool]string{true: "opens", false: "closes"}[is.Door])
	}
	if was.StopLamp != is.StopLamp {
		l.say(rec, "stop lamp %s", onOff(is.StopLamp))
	}
	for f, b := range was.Lamps.AndNot(is.Lamps).All() {
		l.say(rec, "lamp %v %d dark", b, f)
	}
	for f, b := range is.Lamps.AndNot(was.Lamps).All() {
		l.say(rec, "lamp %v %d lit", b, f)
	}
}

func (l *Lines) datagram(rec *Record, what string, payload []byte) {
	m, err := l.dec.Decode(payload)
	if err != nil {
		l.say(rec, "%s a datagram of %d bytes: %v", what, len(payload), err)
		return
	}
	from := ""
	if what == "got" {
		from = fmt.Sprintf(" of %s", m.ID)
	}
	l.say(rec, "%s datagram %d%s, %d bytes", what, m.Seq, from, len(payload))
}

func (l *Lines) note(rec *Record) {
	var h web.Happen
	if rec.noteKind != noteHappen || json.Unmarshal(rec.Note, &h) != nil || h.Text == "" {
		return
	}
	who := h.ID
	if who == "" {
		who = "-"
	}
	l.line(rec.Moment, who, h.Kind+": "+oneLine(h.Text))
}

// oneLine keeps control characters out of what comes from a file.
func oneLine(s string) string {
	out := []rune(s)
	for k, c := range out {
		if c < ' ' || c == 0x7f {
			out[k] = ' '
		}
	}
	return string(out)
}

func floorWord(f int) string {
	if f == elevator.NoFloor {
		return "between floors"
	}
	return fmt.Sprintf("at floor %d", f)
}

func onOff(on bool) string {
	if on {
		return "on"
	}
	return "off"
}
