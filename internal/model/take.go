package model

import (
	"fmt"
	"time"

	"elevnet/internal/ledger"
	"elevnet/peers"
	"elevnet/worldview"
)

// operation is a step of one ledger.
type operation uint8

const (
	opOpen operation = iota
	opJoin
	opPress
	opCompose
	opReceive
	opLive
	opConfirm
	opServe
	opBegin
	opCommitted
	opDisk
	opRecover
)

// step is an operation with all that it depends on.
type step struct {
	on, with handle
	op       operation
	x, y     uint8
	seqs     uint32
}

// outcome is what a step leads to.
type outcome struct {
	h, g handle
	x    uint8
	seqs seqs
}

// take returns what a step leads to. It is taken but once.
func (w *worker) take(s step, do func(s step) outcome) outcome {
	key := s.key()
	if o, ok := w.taken.find(key); ok {
		return o
	}
	o := do(s)
	w.taken.put(key, o)
	return o
}

// key is s as two numbers; no step has the key 0, 0.
func (s step) key() [2]uint64 {
	return [2]uint64{
		uint64(s.on)<<32 | uint64(s.with),
		uint64(s.seqs)<<32 | uint64(s.x)<<16 | uint64(s.y)<<8 | uint64(s.op) + 1,
	}
}

func (w *worker) clone(h handle) *ledger.Ledger { return w.led(h).led.Clone(nil) }

// open starts node n for the life-th time.
func (w *worker) open(n int, life uint8, disk handle, back bool) handle {
	s := step{with: disk, op: opOpen, x: uint8(n), y: life}
	if back {
		s.seqs = 1
	}
	return w.take(s, func(s step) outcome {
		cfg := ledger.Config{
			ID: ids[n], Floors: floors, Boot: w.opts.rules.boots[life],
			Second: second(life, back), Disk: !w.diskless(n),
		}
		var saved [][]byte
		if disk != 0 {
			saved = [][]byte{w.disk(disk).bytes}
		}
		l, err := w.opts.rules.open(cfg, saved)
		if err != nil {
			panic(fmt.Sprintf("a snapshot can't be restored: %v", err))
		}
		return outcome{h: w.addLedger(l)}
	}).h
}

func (w *worker) diskless(n int) bool { return n >= w.opts.Nodes-w.opts.Diskless }

func (w *worker) join(led handle) handle {
	return w.take(step{on: led, op: opJoin}, func(step) outcome {
		l := w.clone(led)
		l.LiveAbove(l.OwnLife())
		return outcome{h: w.addLedger(l)}
	}).h
}

func (w *worker) pressed(led handle, kind int) handle {
	return w.take(step{on: led, op: opPress, x: uint8(kind)}, func(step) outcome {
		l := w.clone(led)
		w.opts.rules.press(l, numbers[kind])
		return outcome{h: w.addLedger(l)}
	}).h
}

func (w *worker) recorded(led handle, kind int) handle {
	return w.take(step{on: led, op: opServe, x: uint8(kind)}, func(step) outcome {
		l := w.clone(led)
		w.opts.rules.serve(l, numbers[kind])
		return outcome{h: w.addLedger(l)}
	}).h
}

// compose returns the datagram that node n sends.
func (w *worker) compose(n int, node *nodeState) handle {
	led, boot := node.led, w.opts.rules.boots[node.life]
	joining := !node.has(joined)
	s := step{on: led, op: opCompose}
	if joining {
		s.x = 1
	}
	return w.take(s, func(step) outcome {
		l := w.led(led).led
		var composer worldview.Composer
		m := composer.Compose(l.View(), worldview.Header{
			Joining: joining, Floors: floors, Boot: boot, Digest: l.View().Digest(), ID: ids[n],
		}, l.Me(), echoes{l}, false)
		return outcome{h: w.addMessage(w.encoder.Append(nil, m), n)}
	}).h
}

// newest stands for the newest sequence number of a node that receives: it is
// above all that a state holds.
const newest = 15

// received lets node n receive a datagram of which it remembers the given
// sequence numbers. silent: nothing has been heard for long from the life of the
// sender that n knows.
func (w *worker) received(led, msg handle, seq, echo uint8, of seqs, silent bool) outcome {
	s := step{on: led, with: msg, op: opReceive,
		seqs: uint32(seq)<<16 | uint32(echo)<<12 | uint32(of.heard)<<8 | uint32(of.sent)<<4 | uint32(of.echoed)}
	if silent {
		s.x = 1
	}
	return w.take(s, func(step) outcome {
		e, l := w.msg(msg), w.clone(led)
		if from, ok := l.View().Lookup(ids[e.from]); ok {
			l.Renumber(from, peers.Seqs{Heard: uint64(of.heard), Sent: uint64(of.sent), Echoed: uint64(of.echoed)})
		}
		m := *e.msg
		m.Seq = uint64(seq)
		m.Sections = append([]worldview.Section(nil), m.Sections...)
		if s := m.Section(l.View().Node(l.Me()).ID); s != nil && s.HasEcho {
			s.Echo.Seq = uint64(echo)
		}
		now := time.Duration(0)
		if silent {
			now = 2 * peers.DefaultTimeout
		}
		l.Receive(&m, newest, now)
		from, _ := l.View().Lookup(ids[e.from])
		r := l.Peers().Seqs(from)
		return outcome{h: w.addLedger(l), seqs: seqs{uint8(r.Heard), uint8(r.Sent), uint8(r.Echoed)}}
	})
}

// live returns the peers, by place, that a node can take for live.
func (w *worker) live(led handle, echoed [maxNodes]uint8) uint8 {
	s := step{on: led, op: opLive}
	for i, e := range echoed {
		if e != 0 {
			s.x |= 1 << i
		}
	}
	return w.take(s, func(step) outcome {
		l := w.clone(led)
		for o, id := range ids {
			if i, ok := l.View().Lookup(id); ok {
				l.Renumber(i, peers.Seqs{Echoed: uint64(s.x >> o & 1)})
			}
		}
		live := l.Peers().AllLive(0)
		live.Put(l.Me(), false)
		return outcome{x: places(l, live)}
	}).x
}

// confirmed lets a node look, to which some peers are live and some calls late.
// Bit origin*kinds+kind of late is a call.
func (w *worker) confirmed(led handle, live, late uint8) handle {
	return w.take(step{on: led, op: opConfirm, x: live, y: late}, func(step) outcome {
		l := w.clone(led)
		w.opts.rules.confirm(l, known(l, live), func(i, number int) bool {
			for o, id := range ids {
				for k := range numbers {
					if numbers[k] == number && l.View().Node(i).ID == id {
						return late&(1<<(o*kinds+k)) != 0
					}
				}
			}
			return false
		})
		return outcome{h: w.addLedger(l)}
	}).h
}

// begun lets a commit begin.
func (w *worker) begun(led handle) outcome {
	return w.take(step{on: led, op: opBegin}, func(step) outcome {
		l := w.clone(led)
		b := l.Snapshot()
		return outcome{h: w.addLedger(l), g: w.addDisk(b)}
	})
}

// stored lets a commit end well.
func (w *worker) stored(led handle) handle {
	return w.take(step{on: led, op: opCommitted}, func(step) outcome {
		l := w.clone(led)
		l.SetDisk(worldview.DiskWorks)
		l.Committed(nil)
		return outcome{h: w.addLedger(l)}
	}).h
}

// failed lets the disk fail.
func (w *worker) failed(led handle) handle {
	return w.take(step{on: led, op: opDisk}, func(step) outcome {
		l := w.clone(led)
		l.SetDisk(worldview.DiskFailed)
		return outcome{h: w.addLedger(l)}
	}).h
}

// recovered lets a node read a disk that it could not read at its start.
func (w *worker) recovered(led, disk handle) handle {
	return w.take(step{on: led, with: disk, op: opRecover}, func(step) outcome {
		l := w.clone(led)
		var saved [][]byte
		if disk != 0 {
			saved = [][]byte{w.disk(disk).bytes}
		}
		if _, err := l.Recover(saved); err != nil {
			panic(fmt.Sprintf("a snapshot can't be restored: %v", err))
		}
		return outcome{h: w.addLedger(l)}
	}).h
}
