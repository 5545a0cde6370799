package model

// handle names something that a worker has interned; 0 is nothing.
type handle uint32

// state is one state of the world.
type state struct {
	node  [maxNodes]nodeState
	saved [maxSaved]savedState
	press [maxStamps]press
	left  budget
}

// nodeState is one node and its disk.
type nodeState struct {
	led     handle // 0: not running
	disk    handle // what it holds; 0: nothing
	pending handle // what the commit under way will put there; 0: none is
	life    uint8  // how often it was started
	flags   uint8
	// seen is the newest sequence number that was heard from a peer's present
	// life, and sent its own newest one then; 0 is never. Numbers of one life of
	// one node are kept as their order.
	seen, sent [maxNodes]uint8
	// echo is 1 if that life has echoed anything of this one. It isn't asked
	// what it was: that says how long ago, and here everything is live or not as
	// it pleases.
	echo [maxNodes]uint8
	// since is the first life of a peer that can acknowledge anything to this
	// life: one that has run at the same time, and not before one of which this
	// node has heard. It is noted where datagrams can be late.
	since [maxNodes]uint8
}

const (
	joined    = 1 << iota // takes part
	committed             // only listens yet, but has made its life durable
	blind                 // the disk can't be read yet
	doorHall              // the door has opened for the call, which isn't recorded yet
	doorCab
	forgot // its disk was lost, or failed, once: it may not know its former lives

	lasting = forgot // beyond the end of the process
)

func door(kind int) uint8 { return doorHall << kind }

// savedState is a datagram that the network keeps.
type savedState struct {
	msg  handle
	seq  uint8
	echo [maxNodes]uint8
}

// press is what people know of one press, and the stamp that stands for it.
type press struct {
	stamp  uint64
	origin uint8
	kind   uint8
	flags  uint8
}

const (
	used    = 1 << iota
	served  // a door has been open there since
	moved   // pressed again by its node, under another stamp (rule 7)
	above   // its stamp is above all earlier ones of its slot
	promise // some lamp was lit for it that two nodes or a disk held
)

// seqs are the sequence numbers that a node remembers of a peer.
type seqs struct{ heard, sent, echoed uint8 }

func (n *nodeState) of(peer int) seqs { return seqs{n.seen[peer], n.sent[peer], n.echo[peer]} }

// budget is what may still happen.
type budget struct{ hall, cab, crashes, losses, back, failures uint8 }

func (n *nodeState) up() bool            { return n.led != 0 }
func (n *nodeState) has(flag uint8) bool { return n.flags&flag != 0 }
func (p *press) has(flag uint8) bool     { return p.flags&flag != 0 }
func (p *press) is(origin, kind int) bool {
	return p.has(used) && int(p.origin) == origin && int(p.kind) == kind
}
func (p *press) open() bool { return p.flags&(used|served) == used }

// fingerprint identifies a state, whatever the names of its nodes.
func (w *worker) fingerprint(s *state) uint64 {
	least := w.fingerprintIn(s, 0)
	for k := range w.opts.orders[1:] {
		least = min(least, w.fingerprintIn(s, k+1))
	}
	return max(least, 1)
}

// fingerprintIn identifies a state with its nodes in the k-th order.
func (w *worker) fingerprintIn(s *state, k int) uint64 {
	order := w.opts.orders[k]
	h := content{k0, k2}
	var place [maxNodes]uint64
	for at, i := range order {
		place[i] = uint64(at)
		n := &s.node[i]
		var led, disk, pending uint64
		if n.led != 0 {
			led = w.led(n.led).hash[k]
		}
		if n.disk != 0 {
			disk = w.disk(n.disk).hash[k]
		}
		if n.pending != 0 {
			pending = w.disk(n.pending).hash[k]
		}
		h.add(led)
		h.add(disk)
		h.add(pending)
		v := uint64(n.life)<<8 | uint64(n.flags)
		for _, j := range order {
			v = v<<16 | uint64(n.seen[j])<<12 | uint64(n.sent[j])<<8 | uint64(n.echo[j])<<4 | uint64(n.since[j])
		}
		h.add(v)
	}
	// What the network keeps, and what people remember, has no order.
	var kept uint64
	for i := range s.saved {
		if v := &s.saved[i]; v.msg != 0 {
			g := content{k1, k3}
			g.add(w.msg(v.msg).hash[k])
			x := uint64(v.seq)
			for _, j := range order {
				x = x<<8 | uint64(v.echo[j])
			}
			g.add(x)
			kept += g[0]
		}
	}
	for i := range s.press {
		if p := &s.press[i]; p.flags != 0 {
			g := content{k2, k1}
			g.add(p.stamp)
			g.add(place[p.origin]<<16 | uint64(p.kind)<<8 | uint64(p.flags))
			kept += g[1]
		}
	}
	h.add(kept)
	b := &s.left
	h.add(uint64(b.hall)<<40 | uint64(b.cab)<<32 | uint64(b.crashes)<<24 | uint64(b.losses)<<16 | uint64(b.back)<<8 | uint64(b.failures))
	return h[0] ^ h[1]
}

// renumber replaces the sequence numbers of each life by as little of their order
// as matters. A number is only ever compared with that of a late datagram, or
// with what a life of a peer has heard of which this node doesn't know yet: it is
// replaced by how many of these it has reached. A datagram that is sent later is
// above all of them in any case, and so is this node's newest number whenever it
// begins to take another life of a peer for the present one.
func (w *worker) renumber(s *state) {
	const room = 2*maxNodes + maxSaved
	for a := range w.opts.Nodes {
		var at [room]*uint8
		var life [room]uint8
		var mark [room]bool
		n := 0
		add := func(x *uint8, l uint8, m bool) {
			if *x != 0 {
				at[n], life[n], mark[n] = x, l, m
				n++
			}
		}
		me := &s.node[a]
		for r := range w.opts.Nodes {
			peer := &s.node[r]
			if peer.up() && peer.seen[a] != 0 {
				unknown := false
				l := w.led(peer.led).heard[a]
				if me.up() && l == me.life {
					known := w.led(me.led).heard[r]
					unknown = known != 0 && known != peer.life
				}
				add(&peer.seen[a], l, unknown)
			}
			if me.up() {
				add(&me.sent[r], me.life, false)
			}
		}
		for k := range s.saved {
			v := &s.saved[k]
			if v.msg == 0 {
				continue
			}
			m := w.msg(v.msg)
			switch {
			case m.from == a:
				add(&v.seq, m.life, true)
			case me.up() && m.echo[a] == me.life:
				add(&v.echo[a], me.life, true)
			default:
				v.echo[a] = min(v.echo[a], 1) // of a life that is over
			}
		}
		var rank [room]uint8
		for i := range n {
			rank[i] = 1
			for j := range n {
				if !mark[j] || life[j] != life[i] || *at[j] > *at[i] {
					continue
				}
				first := true
				for k := range j {
					first = first && !(mark[k] && life[k] == life[j] && *at[k] == *at[j])
				}
				if first {
					rank[i]++
				}
			}
		}
		for i := range n {
			*at[i] = rank[i]
		}
	}
}

// next is the sequence number of the datagram that node a sends now: one that is
// above all that anybody remembers of this life. What it has sent meanwhile and
// nobody has heard makes no difference: nobody can echo it.
func (w *worker) next(s *state, a int) uint8 {
	var newest uint8
	life := s.node[a].life
	for r := range w.opts.Nodes {
		if s.node[r].up() && w.led(s.node[r].led).heard[a] == life {
			newest = max(newest, s.node[r].seen[a])
		}
		newest = max(newest, s.node[a].sent[r])
	}
	for k := range s.saved {
		v := &s.saved[k]
		if v.msg == 0 {
			continue
		}
		m := w.msg(v.msg)
		if m.from == a && m.life == life {
			newest = max(newest, v.seq)
		} else if m.echo[a] == life {
			newest = max(newest, v.echo[a])
		}
	}
	return newest + 1
}
