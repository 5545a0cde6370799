package model

import (
	"encoding/binary"
	"fmt"

	"elevnet/internal/elevator"
	"elevnet/internal/ledger"
	"elevnet/peers"
	"elevnet/worldview"
)

// ledgerEntry is an interned ledger. It never changes.
type ledgerEntry struct {
	led   *ledger.Ledger
	hash  hashes
	calls [maxNodes][kinds]worldview.Call
	// heard is which life of each node it takes for the present one; 0: none.
	heard [maxNodes]uint8
	disk  worldview.Disk
	// behind: a commit would make something safer.
	behind bool
}

// diskEntry is an interned snapshot.
type diskEntry struct {
	bytes []byte
	hash  hashes
	calls [maxNodes][kinds]worldview.Call
}

// messageEntry is an interned datagram. Its sequence numbers stand in the state.
type messageEntry struct {
	msg  *worldview.Message
	hash hashes
	from int
	life uint8
	// echo is which life of each node it echoes; 0: none.
	echo [maxNodes]uint8
}

// library is what the workers have interned by the end of the last round. All of
// them read it.
type library struct {
	ledgers  [][]*ledgerEntry
	disks    [][]*diskEntry
	messages [][]*messageEntry
}

// worker explores a part of the states. It interns by itself: one thing may have
// a handle with each worker, but only one fingerprint.
type worker struct {
	me   int
	opts *Options
	lib  *library

	ledgers  []*ledgerEntry
	disks    []*diskEntry
	messages []*messageEntry

	ledgerAt  map[content]handle
	diskAt    map[content]handle
	messageAt map[content]handle

	taken memo

	encoder worldview.Encoder
	buf     []byte
	scratch state

	bytes uint64 // that its things take, about
}

func newWorker(me int, opts *Options, lib *library) *worker {
	return &worker{
		me: me, opts: opts, lib: lib,
		ledgerAt: make(map[content]handle), diskAt: make(map[content]handle), messageAt: make(map[content]handle),
		taken: newMemo(),
	}
}

func (w *worker) handle(n int) handle { return handle(n*w.opts.Workers+w.me) + 1 }

// split says whose thing h is, and which.
func (w *worker) split(h handle) (worker, at int) {
	n := int(h) - 1
	return n % w.opts.Workers, n / w.opts.Workers
}

func (w *worker) led(h handle) *ledgerEntry {
	who, at := w.split(h)
	if who == w.me {
		return w.ledgers[at]
	}
	return w.lib.ledgers[who][at]
}

func (w *worker) disk(h handle) *diskEntry {
	who, at := w.split(h)
	if who == w.me {
		return w.disks[at]
	}
	return w.lib.disks[who][at]
}

func (w *worker) msg(h handle) *messageEntry {
	who, at := w.split(h)
	if who == w.me {
		return w.messages[at]
	}
	return w.lib.messages[who][at]
}

// publish lets the others read what w has interned.
func (w *worker) publish() {
	w.lib.ledgers[w.me] = w.ledgers[:len(w.ledgers):len(w.ledgers)]
	w.lib.disks[w.me] = w.disks[:len(w.disks):len(w.disks)]
	w.lib.messages[w.me] = w.messages[:len(w.messages):len(w.messages)]
}

func (w *worker) addLedger(l *ledger.Ledger) handle {
	for i := range l.View().Len() {
		l.Renumber(i, peers.Seqs{})
	}
	key, all := w.hash(func(b []byte, order []int) []byte {
		var names [maxNodes]elevator.ID
		for place, o := range order {
			names[place] = ids[o]
		}
		return l.AppendStateOf(b, names[:len(order)])
	}, w.ledgerAt)
	if all == nil {
		return w.ledgerAt[key]
	}
	e := &ledgerEntry{led: l, hash: *all, disk: l.Disk()}
	for o, id := range ids[:w.opts.Nodes] {
		i, ok := l.View().Lookup(id)
		if !ok {
			continue
		}
		e.heard[o] = w.opts.rules.lifeOf(l.Peers().Boot(i))
		for k, number := range numbers {
			c := l.View().Call(i, number)
			e.calls[o][k] = idle(c)
			e.behind = e.behind || c.Active() && l.Durable(i, number) != c.P
		}
	}
	w.ledgers = append(w.ledgers, e)
	h := w.handle(len(w.ledgers) - 1)
	w.ledgerAt[key] = h
	w.bytes += 2600
	return h
}

func (w *worker) addDisk(bytes []byte) handle {
	view := worldview.New(floors)
	life, err := view.Restore(bytes)
	if err != nil {
		panic(fmt.Sprintf("a snapshot can't be read: %v", err))
	}
	e := &diskEntry{bytes: bytes}
	for o, id := range ids {
		if i, ok := view.Lookup(id); ok {
			for k, number := range numbers {
				e.calls[o][k] = idle(view.Call(i, number))
			}
		}
	}
	key, all := w.hash(func(b []byte, order []int) []byte {
		b = binary.AppendUvarint(b, uint64(life))
		for _, o := range order {
			for _, c := range e.calls[o] {
				b = appendCall(b, c, false)
			}
		}
		return b
	}, w.diskAt)
	if all == nil {
		return w.diskAt[key]
	}
	e.hash = *all
	w.disks = append(w.disks, e)
	h := w.handle(len(w.disks) - 1)
	w.diskAt[key] = h
	w.bytes += 600
	return h
}

func appendCall(b []byte, c worldview.Call, held bool) []byte {
	b = binary.AppendUvarint(b, uint64(c.P))
	b = binary.AppendUvarint(b, uint64(c.C))
	b = binary.AppendUvarint(b, uint64(c.S))
	if held {
		return append(b, 1)
	}
	return append(b, 0)
}

// hashes are the fingerprints of something, under each order of the nodes.
type hashes [6]uint64

// hash returns the content of something, as appendTo writes it with the nodes in
// their own order, and its hashes; nil if at has that content already.
func (w *worker) hash(appendTo func(b []byte, order []int) []byte, at map[content]handle) (key content, all *hashes) {
	w.buf = appendTo(w.buf[:0], w.opts.orders[0])
	key = hashBytes(w.buf)
	if _, ok := at[key]; ok {
		return key, nil
	}
	all = &hashes{key[0] ^ key[1]}
	for k, order := range w.opts.orders[1:] {
		w.buf = appendTo(w.buf[:0], order)
		h := hashBytes(w.buf)
		all[k+1] = h[0] ^ h[1]
	}
	return key, all
}

// orders are the ways to exchange nodes that are alike.
func orders(o *Options) [][]int {
	switch {
	case o.Cab > 0 || o.Diskless > 0:
		return [][]int{[]int{0, 1, 2}[:o.Nodes]}
	case o.Nodes == 2:
		return [][]int{{0, 1}, {1, 0}}
	default:
		return [][]int{{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}}
	}
}

// idle returns a call without what its service has made idle: C up to S.
func idle(c worldview.Call) worldview.Call {
	if c.C <= c.S {
		c.C = 0
	}
	return c
}

// addMessage interns what encoded holds.
func (w *worker) addMessage(encoded []byte, from int) handle {
	var d worldview.Decoder
	m, err := d.Decode(encoded)
	if err != nil {
		panic(fmt.Sprintf("a datagram can't be read: %v", err))
	}
	e := &messageEntry{msg: m, from: from, life: w.opts.rules.lifeOf(m.Boot)}
	for o, id := range ids[:w.opts.Nodes] {
		if s := m.Section(id); s != nil && s.HasEcho {
			e.echo[o] = w.opts.rules.lifeOf(s.Echo.Boot)
		}
	}
	key, all := w.hash(func(b []byte, order []int) []byte {
		b = append(b, e.life)
		if m.Joining {
			b = append(b, 'j')
		}
		for place, o := range order {
			if o == from {
				b = append(b, 'f', byte(place))
			}
			b = append(b, e.echo[o])
			s := m.Section(ids[o])
			if s == nil {
				continue
			}
			for _, c := range s.Calls {
				b = appendCall(append(b, 'c', byte(c.Number)), idle(c.Call), c.Held)
			}
		}
		return b
	}, w.messageAt)
	if all == nil {
		return w.messageAt[key]
	}
	e.hash = *all
	w.messages = append(w.messages, e)
	h := w.handle(len(w.messages) - 1)
	w.messageAt[key] = h
	w.bytes += 1500
	return h
}

// known are the nodes by their place in ids that l knows, as its local numbers.
func known(l *ledger.Ledger, set uint8) elevator.NodeSet {
	var s elevator.NodeSet
	for o, id := range ids {
		if i, ok := l.View().Lookup(id); ok && set&(1<<o) != 0 {
			s.Put(i, true)
		}
	}
	return s
}

// places is the reverse of known.
func places(l *ledger.Ledger, s elevator.NodeSet) (set uint8) {
	for o, id := range ids {
		if i, ok := l.View().Lookup(id); ok && s.Has(i) {
			set |= 1 << o
		}
	}
	return set
}
