package record

import (
	"net/netip"
	"slices"
	"time"

	"elevnet/assigner"
	"elevnet/bcast"
	"elevnet/internal/elevator"
	"elevnet/internal/host"
	"elevnet/internal/node"
	"elevnet/worldview"
)

// Track is one life of one node.
type Track struct {
	Node  node.Config
	Began int64 // moment of its start, in nanoseconds since 1970
	// Policy names the one of the configuration, which isn't in Node; "" for that
	// of package assigner.
	Policy string
}

// Record is one thing that was recorded.
type Record struct {
	Kind   Kind
	Track  *Track // of which; nil if it is of none, or of all if that is Lost
	Moment int64  // in nanoseconds since 1970
	At     time.Duration
	// Fresh belongs to Started: the track begins here, with Saved. Otherwise it
	// is only named again.
	Fresh bool
	Saved [][]byte
	// Step belongs to Stepped.
	Step Step
	// Drop and Times belong to Dropped.
	Drop  host.TapDrop
	Times uint64
	// End belongs to Ended.
	End host.TapEnd
	// Missing belongs to Lost: how many records. 0 means that nobody knows.
	Missing uint64
	// Note belongs to Noted: JSON.
	Note     []byte
	noteKind byte

	// state and layout belong to kindState.
	state  []byte
	layout uint64
	// program and number belong to kindSegment.
	program string
	number  uint64
}

// Step is one step of a node.
type Step struct {
	Event    node.Event // without its Message: see Received
	From     netip.AddrPort
	Received []byte

	Outputs    elevator.Outputs
	Sent       []byte // nil for none
	Snapshot   []byte // nil for none
	Generation uint64
	Notices    []node.Notice
	// Ask is a question, nil for none. Its input lacks the configuration and how
	// often buttons were pressed.
	Ask  *node.Question
	Exit error
	Over bool
}

// trackKey is what a track is known by in all segments and files.
type trackKey struct {
	id    elevator.ID
	boot  uint64
	began int64
}

// decoder takes bodies apart. It remembers the tracks of the segment.
type decoder struct {
	all    map[trackKey]*Track
	tracks map[uint64]*Track
	pens   map[uint64]*pen
	layout uint64
	policy string // of the configuration that was read last

	r         reader
	payloads  [][]byte
	addresses []netip.AddrPort
	rec       Record
}

// newDecoder returns a decoder that shares what it knows of tracks with others.
func newDecoder(all map[trackKey]*Track) *decoder {
	return &decoder{all: all, tracks: make(map[uint64]*Track), pens: make(map[uint64]*pen)}
}

// body hands on the records of a body, until see returns false, which it then
// returns as well. A record is valid until the next one. The error is for what
// no recorder writes.
func (d *decoder) body(b []byte, kind byte, see func(*Record) bool) (bool, error) {
	if kind == frameFirst {
		clear(d.tracks)
		d.layout = 0
	}
	d.r = reader{b: b}
	d.payloads, d.addresses = d.payloads[:0], d.addresses[:0]
	clear(d.pens)
	for len(d.r.b) > 0 {
		known := d.record()
		if d.r.err != nil {
			return true, d.r.err
		}
		if known && !see(&d.rec) {
			return false, nil
		}
	}
	return true, nil
}

// record reads one record, and reports whether it can be told: what belongs to
// a track that nothing has named can't.
func (d *decoder) record() bool {
	kind := Kind(d.r.byte())
	d.rec = Record{Kind: kind}
	switch kind {
	case kindSegment:
		d.rec.program = d.r.string()
		d.layout = d.r.uvarint()
		d.rec.layout, d.rec.number = d.layout, d.r.uvarint()
		return true
	case Started:
		d.started()
		return true
	case Noted:
		d.rec.Moment = d.r.varint()
		d.rec.noteKind = d.r.byte()
		d.rec.Note = d.r.bytes()
		return true
	case kindDropped:
		d.r.uvarint()
		d.r.uvarint()
		d.r.varint()
		return false
	}
	number := d.r.uvarint()
	d.rec.Track = d.tracks[number]
	if kind == Lost {
		d.rec.Missing = max(d.r.uvarint(), 1)
		return d.rec.Track != nil
	}
	p := d.pens[number]
	if p == nil {
		p = new(pen)
		d.pens[number] = p
	}
	p.at += time.Duration(d.r.varint())
	d.rec.At = p.at
	if d.rec.Track != nil {
		d.rec.Moment = d.rec.Track.Began + int64(p.at)
	}
	switch kind {
	case kindState:
		d.rec.state, d.rec.layout = d.r.bytes(), d.layout
	case Stepped:
		d.step(p)
	case Dropped:
		d.rec.Drop = host.TapDrop{At: p.at, Reason: d.r.string(), From: d.address(), Bytes: int(d.r.below(bcast.MaxDatagram + 1))}
		d.rec.Times = d.r.uvarint()
	case Ended:
		d.rec.End = host.TapEnd{At: p.at, Crashed: d.r.bool(), Err: d.r.error(), Snapshot: d.r.bytes()}
	default:
		d.r.fail()
	}
	return d.rec.Track != nil
}

func (d *decoder) started() {
	number := d.r.uvarint()
	t := Track{Began: d.r.varint(), Node: d.config()}
	t.Policy = d.policy
	if d.rec.Fresh = d.r.bool(); d.rec.Fresh {
		d.rec.Saved = d.list()
	}
	if d.r.err != nil {
		return
	}
	key := trackKey{t.Node.ID, t.Node.Boot, t.Began}
	if d.all[key] == nil {
		d.all[key] = &t
	}
	d.tracks[number] = d.all[key]
	d.rec.Track, d.rec.Moment = d.tracks[number], t.Began
}

func (d *decoder) config() node.Config {
	r := &d.r
	c := node.Config{ID: elevator.ID(r.string()), Building: r.string(), KeyID: uint32(r.below(1 << 32))}
	if _, err := elevator.ParseID(string(c.ID)); err != nil {
		r.fail()
	}
	c.Elevator.Floors = int(r.below(elevator.MaxFloors + 1))
	for _, t := range []*time.Duration{&c.Elevator.Door, &c.Elevator.Travel, &c.Elevator.Pass, &c.Elevator.MotorTimeout, &c.Interval} {
		*t = time.Duration(r.varint())
	}
	c.Boot, c.Second, c.Disk = r.uvarint(), uint32(r.below(1<<32)), r.bool()
	c.Park, c.Advised = r.bool(), r.bool()
	d.policy = r.string()
	if c.Elevator.Validate() != nil {
		r.fail()
	}
	return c
}

func (d *decoder) list() [][]byte {
	n := d.r.below(uint64(len(d.r.b)) + 1)
	var all [][]byte
	for range n {
		all = append(all, d.r.bytes())
	}
	return all
}

// payload reads a datagram without its trailer.
func (d *decoder) payload() []byte {
	k := d.r.below(uint64(len(d.payloads)) + 1)
	if k > 0 {
		return d.payloads[k-1]
	}
	b := d.r.bytes()
	if len(b) > worldview.Limit {
		d.r.fail()
	}
	d.payloads = append(d.payloads, b)
	return b
}

func (d *decoder) address() netip.AddrPort {
	k := d.r.below(uint64(len(d.addresses)) + 1)
	if k > 0 {
		return d.addresses[k-1]
	}
	var a netip.AddrPort
	if err := a.UnmarshalText(d.r.bytes()); err != nil {
		d.r.fail()
	}
	d.addresses = append(d.addresses, a)
	return a
}

// floor reads a floor, or NoFloor.
func (d *decoder) floor() int { return int(d.r.below(elevator.MaxFloors+1)) - 1 }

func (d *decoder) inputs() elevator.Inputs {
	flags := d.r.byte()
	return elevator.Inputs{
		Connected: flags&1 != 0, Stop: flags&2 != 0, Obstruction: flags&4 != 0,
		Link: uint32(d.r.below(1 << 32)), Floor: d.floor(), Buttons: d.r.calls(),
	}
}

func (d *decoder) outputs() elevator.Outputs {
	flags := d.r.byte()
	return elevator.Outputs{
		Door: flags&1 != 0, StopLamp: flags&2 != 0, Motor: elevator.Direction(flags>>2&3) - 1,
		Link: uint32(d.r.below(1 << 32)), MotorNudge: uint32(d.r.below(1 << 32)), Indicator: d.floor(), Lamps: d.r.calls(),
	}
}

func (d *decoder) notices() []node.Notice {
	n := d.r.below(uint64(len(d.r.b)) + 1)
	var all []node.Notice
	for range n {
		if d.r.err != nil {
			return nil
		}
		all = append(all, node.Notice{
			Kind: node.NoticeKind(d.r.byte()), Peer: elevator.ID(d.r.string()), Count: int(d.r.varint()),
			Reasons: elevator.Reasons(d.r.byte()), Err: d.r.error(),
		})
	}
	return all
}

func (d *decoder) question() *node.Question {
	r := &d.r
	q := &node.Question{Number: r.uvarint()}
	for range r.below(elevator.MaxNodes + 1) {
		c := assigner.Car{ID: elevator.ID(r.string())}
		c.State.Floor = d.floor()
		c.State.Direction = elevator.Direction(r.below(3)) - 1
		c.State.Behaviour = elevator.Behaviour(r.below(elevator.Behaviours))
		c.State.Unavailable = elevator.Reasons(r.byte())
		c.State.Parking, c.Goal, c.Cab = r.bool(), elevator.Goal(r.byte()), r.floors()
		q.Input.Cars = append(q.Input.Cars, c)
	}
	for range r.below(2*elevator.MaxFloors + 1) {
		c := assigner.HallCall{Floor: int(r.below(elevator.MaxFloors)), Button: elevator.Button(r.below(elevator.Buttons))}
		c.Age = uint16(r.below(1 << 16))
		q.Input.Calls = append(q.Input.Calls, c)
	}
	return q
}

func (d *decoder) step(p *pen) {
	s := &d.rec.Step
	head := d.r.below(2 * withQuestion)
	if head&whenOver != 0 {
		s.Exit = d.r.error()
		s.Over = s.Exit == nil
	}
	s.Event.Kind = node.Kind(head & eventMask)
	switch s.Event.Kind {
	case node.Tick:
	case node.Inputs:
		s.Event.Inputs = d.inputs()
	case node.Datagram:
		s.From, s.Received = d.address(), d.payload()
	case node.Stored:
		s.Event.Generation, s.Event.Err = d.r.uvarint(), d.r.error()
	case node.Recovered:
		s.Event.Saved = d.list()
	case node.Advice:
		s.Event.Question = d.question()
		for range d.r.below(elevator.MaxNodes + 1) {
			s.Event.Assigned = append(s.Event.Assigned, d.r.calls())
		}
		s.Event.Err = d.r.error()
	default:
		d.r.fail()
	}
	if head&withOutputs != 0 {
		p.outputs, p.shown = d.outputs(), true
	}
	if !p.shown {
		d.r.fail() // the first of a track in a frame has them
	}
	s.Outputs = p.outputs
	if head&withSent != 0 {
		s.Sent = d.payload()
	}
	if head&withSnapshot != 0 {
		s.Generation, s.Snapshot = d.r.uvarint(), slices.Clip(d.r.bytes())
	}
	if head&withNotices != 0 {
		s.Notices = d.notices()
	}
	if head&withQuestion != 0 {
		s.Ask = d.question()
	}
}
