package record

import (
	"encoding/binary"
	"net/netip"
	"time"

	"elevnet/internal/elevator"
	"elevnet/internal/host"
	"elevnet/internal/node"
)

// body is the frame that is being filled, before compression.
type body struct {
	b           []byte
	first, last int64 // moments of the records
	payloads    []span
	byName      map[payloadName]int // the newest payload with that name, from 1
	addresses   map[netip.AddrPort]int
}

// span is where a payload stands in the body.
type span struct{ from, to int }

// payloadName is a guess at which payloads are equal: the end of the header is
// where datagrams differ.
type payloadName struct{ boot, seq uint64 }

func (b *body) reset() {
	b.b, b.payloads = b.b[:0], b.payloads[:0]
	b.first, b.last = 0, 0
	if b.byName == nil {
		b.byName = make(map[payloadName]int)
		b.addresses = make(map[netip.AddrPort]int)
	}
	clear(b.byName)
	clear(b.addresses)
}

// empty reports whether nothing that has a time was recorded.
func (b *body) empty() bool { return b.first == 0 }

// at notes the moment of a record.
func (b *body) at(moment int64) {
	if b.first == 0 || moment < b.first {
		b.first = moment
	}
	b.last = max(b.last, moment)
}

func (b *body) kind(k Kind)            { b.b = append(b.b, byte(k)) }
func (b *body) uvarint(v uint64)       { b.b = binary.AppendUvarint(b.b, v) }
func (b *body) varint(v int64)         { b.b = binary.AppendVarint(b.b, v) }
func (b *body) string(v string)        { b.b = appendString(b.b, v) }
func (b *body) bytes(v []byte)         { b.b = appendBytes(b.b, v) }
func (b *body) error(err error)        { b.b = appendError(b.b, err) }
func (b *body) calls(c elevator.Calls) { b.b = appendCalls(b.b, c) }

// list puts a number of byte strings.
func (b *body) list(all [][]byte) {
	b.uvarint(uint64(len(all)))
	for _, v := range all {
		b.bytes(v)
	}
}

// payload puts a datagram, by its number if it is in this frame already.
func (b *body) payload(boot, seq uint64, payload []byte) {
	name := payloadName{boot, seq}
	if k := b.byName[name]; k > 0 {
		if s := b.payloads[k-1]; string(b.b[s.from:s.to]) == string(payload) {
			b.uvarint(uint64(k))
			return
		}
	}
	b.uvarint(0)
	b.bytes(payload)
	b.payloads = append(b.payloads, span{len(b.b) - len(payload), len(b.b)})
	b.byName[name] = len(b.payloads)
}

// address puts a sender's address.
func (b *body) address(a netip.AddrPort) {
	if k := b.addresses[a]; k > 0 {
		b.uvarint(uint64(k))
		return
	}
	b.uvarint(0)
	text, _ := a.MarshalText() // never fails
	b.bytes(text)
	b.addresses[a] = len(b.addresses) + 1
}

func (b *body) inputs(in elevator.Inputs) {
	flags := byte(0)
	if in.Connected {
		flags |= 1
	}
	if in.Stop {
		flags |= 2
	}
	if in.Obstruction {
		flags |= 4
	}
	b.b = append(b.b, flags)
	b.uvarint(uint64(in.Link))
	b.uvarint(uint64(in.Floor + 1))
	b.calls(in.Buttons)
}

func (b *body) outputs(o elevator.Outputs) {
	flags := byte(o.Motor+1) << 2
	if o.Door {
		flags |= 1
	}
	if o.StopLamp {
		flags |= 2
	}
	b.b = append(b.b, flags)
	b.uvarint(uint64(o.Link))
	b.uvarint(uint64(o.MotorNudge))
	b.uvarint(uint64(o.Indicator + 1))
	b.calls(o.Lamps)
}

func (b *body) notices(all []node.Notice) {
	b.uvarint(uint64(len(all)))
	for _, n := range all {
		b.b = append(b.b, byte(n.Kind))
		b.string(string(n.Peer))
		b.varint(int64(n.Count))
		b.b = append(b.b, byte(n.Reasons))
		b.error(n.Err)
	}
}

func (b *body) config(c node.Config) {
	b.string(string(c.ID))
	b.string(c.Building)
	b.uvarint(uint64(c.KeyID))
	b.uvarint(uint64(c.Elevator.Floors))
	for _, d := range []time.Duration{c.Elevator.Door, c.Elevator.Travel, c.Elevator.Pass, c.Elevator.MotorTimeout, c.Interval} {
		b.varint(int64(d))
	}
	b.uvarint(c.Boot)
	b.uvarint(uint64(c.Second))
	b.b = appendBool(b.b, c.Disk)
	b.b = appendBool(b.b, c.Park)
	b.b = appendBool(b.b, c.Advised)
	b.string(PolicyName(c.Policy))
}

// question puts what is asked of an adviser, but for the configuration and how
// often buttons were pressed.
func (b *body) question(q *node.Question) {
	b.uvarint(q.Number)
	b.uvarint(uint64(len(q.Input.Cars)))
	for _, c := range q.Input.Cars {
		b.string(string(c.ID))
		b.uvarint(uint64(c.State.Floor + 1))
		b.b = append(b.b, byte(c.State.Direction+1), byte(c.State.Behaviour), byte(c.State.Unavailable))
		b.b = append(appendBool(b.b, c.State.Parking), byte(c.Goal))
		b.b = appendFloors(b.b, c.Cab)
	}
	b.uvarint(uint64(len(q.Input.Calls)))
	for _, c := range q.Input.Calls {
		b.uvarint(uint64(c.Floor))
		b.b = append(b.b, byte(c.Button))
		b.uvarint(uint64(c.Age))
	}
}

func (b *body) advice(ev *node.Event) {
	q := ev.Question
	if q == nil {
		q = new(node.Question)
	}
	b.question(q)
	b.uvarint(uint64(len(ev.Assigned)))
	for _, c := range ev.Assigned {
		b.calls(c)
	}
	b.error(ev.Err)
}

// pen is where a track's records have come to in the present frame.
type pen struct {
	frame   int // whose; another one begins anew
	at      time.Duration
	shown   bool // outputs were written
	outputs elevator.Outputs
}

func (b *body) time(p *pen, at time.Duration) {
	b.varint(int64(at - p.at))
	p.at = at
}

// step puts a step.
func (b *body) step(track int, p *pen, s *host.TapStep) {
	b.kind(Stepped)
	b.uvarint(uint64(track))
	b.time(p, s.At)
	a := &s.Actions
	outputs := !p.shown || a.Outputs != p.outputs
	head := uint64(s.Event.Kind)
	for _, f := range [...]struct {
		on   bool
		flag uint64
	}{
		{outputs, withOutputs}, {s.Sent != nil, withSent}, {a.Snapshot != nil, withSnapshot}, {a.Notices != nil, withNotices},
		{s.Over || a.Exit != nil, whenOver}, {a.Ask != nil, withQuestion},
	} {
		if f.on {
			head |= f.flag
		}
	}
	b.uvarint(head)
	if head&whenOver != 0 {
		b.error(a.Exit)
	}
	switch s.Event.Kind {
	case node.Inputs:
		b.inputs(s.Event.Inputs)
	case node.Datagram:
		b.address(s.From)
		b.payload(s.Event.Message.Boot, s.Event.Message.Seq, s.Received)
	case node.Stored:
		b.uvarint(s.Event.Generation)
		b.error(s.Event.Err)
	case node.Recovered:
		b.list(s.Event.Saved)
	case node.Advice:
		b.advice(&s.Event)
	}
	if outputs {
		b.outputs(a.Outputs)
		p.shown, p.outputs = true, a.Outputs
	}
	if s.Sent != nil {
		b.payload(a.Message.Boot, a.Message.Seq, s.Sent)
	}
	if a.Snapshot != nil {
		b.uvarint(a.Generation)
		b.bytes(a.Snapshot)
	}
	if a.Notices != nil {
		b.notices(a.Notices)
	}
	if a.Ask != nil {
		b.question(a.Ask)
	}
}
