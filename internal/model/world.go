package model

import "elevnet/worldview"

// begin returns the state from which everything is explored: all nodes have
// been started, have stored their lives, and have joined without having heard
// anybody, or have heard each other, if they are to be acquainted.
func (w *worker) begin() state {
	o := w.opts
	s := state{left: budget{uint8(o.Hall), uint8(o.Cab), uint8(o.Crashes), uint8(o.Losses), uint8(o.Back), uint8(o.Failures)}}
	for i := range o.Nodes {
		n := &s.node[i]
		n.life = 1
		n.led = w.open(i, 1, 0, false)
		if !w.diskless(i) {
			b := w.begun(n.led)
			n.disk, n.led = b.g, w.stored(b.h)
		}
		n.led = w.join(n.led)
		n.flags = joined
	}
	if o.Acquainted {
		for range 2 {
			for a := range o.Nodes {
				for b := range o.Nodes {
					if a != b {
						w.hears(&s, b, a)
					}
				}
			}
		}
	}
	return s
}

// emit is told of each state that follows another one.
type emit func(a act, t *state, broken Property)

// successors tells of everything that can happen in s.
func (w *worker) successors(s *state, tell emit) {
	for i := range w.opts.Nodes {
		n := &s.node[i]
		if !n.up() {
			w.restarts(s, i, tell)
			continue
		}
		w.lives(s, i, tell)
		if n.has(joined) {
			w.presses(s, i, tell)
			w.looks(s, i, tell)
			w.doors(s, i, tell)
		}
		w.commits(s, i, tell)
		w.crashes(s, i, tell)
	}
	w.sends(s, tell)
}

func (w *worker) presses(s *state, i int, tell emit) {
	if s.left.hall > 0 {
		t := w.copy(s)
		t.left.hall--
		if broken, ok := w.pressOn(t, s, i, hall); ok {
			tell(act{kind: actPress, node: int8(i), call: hall}, t, broken)
		}
	}
	if s.left.cab > 0 && i == 0 {
		t := w.copy(s)
		t.left.cab--
		if broken, ok := w.pressOn(t, s, i, cab); ok {
			tell(act{kind: actPress, node: int8(i), call: cab}, t, broken)
		}
	}
}

// pressOn is false if there is no room for another stamp.
func (w *worker) pressOn(t, s *state, i, kind int) (Property, bool) {
	n := &t.node[i]
	n.led = w.pressed(n.led, kind)
	broken, ok := issue(t, i, kind, w.led(n.led).calls[i][kind].P)
	if broken == none {
		broken = w.judge(i, s, t)
	}
	return broken, ok
}

// issue notes that a node has issued a stamp.
func issue(t *state, origin, kind int, stamp worldview.Stamp) (Property, bool) {
	flags := uint8(used | above)
	free := -1
	for k := range t.press {
		p := &t.press[k]
		switch {
		case !p.has(used):
			if free < 0 {
				free = k
			}
		case !p.is(origin, kind):
		case p.stamp == uint64(stamp):
			return Twice, true
		case p.stamp > uint64(stamp):
			flags &^= above
		}
	}
	if free < 0 {
		return none, false
	}
	t.press[free] = press{uint64(stamp), uint8(origin), uint8(kind), flags}
	return none, true
}

// doors lets the door open for a lit call, and what it served be recorded.
func (w *worker) doors(s *state, i int, tell emit) {
	for kind := range kinds {
		if !w.lit(s, i, kind) {
			continue
		}
		t := w.copy(s)
		t.serve(i, kind)
		if !s.node[i].has(door(kind)) {
			t.node[i].flags |= door(kind)
			tell(act{kind: actOpen, node: int8(i), call: int8(kind)}, t, none)
			continue
		}
		t.node[i].flags &^= door(kind)
		t.node[i].led = w.recorded(s.node[i].led, kind)
		tell(act{kind: actServe, node: int8(i), call: int8(kind)}, t, w.judge(i, s, t))
	}
}

// lit reports whether the lamp is on, on the panel of node i.
func (w *worker) lit(s *state, i, kind int) bool {
	e := w.led(s.node[i].led)
	for o := range w.opts.Nodes {
		if e.calls[o][kind].Lit() && (kind == hall || o == i) {
			return true
		}
	}
	return false
}

// serve notes that a door of node i is open: all that were pressed can enter.
func (t *state) serve(i, kind int) {
	for k := range t.press {
		if p := &t.press[k]; p.has(used) && int(p.kind) == kind && (kind == hall || int(p.origin) == i) {
			p.flags |= served
		}
	}
}

// looks is the step that lights lamps.
func (w *worker) looks(s *state, i int, tell emit) {
	n := &s.node[i]
	e := w.led(n.led)
	var unlit [maxNodes * kinds]uint8
	count, all := 0, uint8(0)
	for o := range w.opts.Nodes {
		for k := range kinds {
			if c := e.calls[o][k]; c.Active() && c.C != c.P {
				unlit[count] = 1 << (o*kinds + k)
				all |= unlit[count]
				count++
			}
		}
	}
	if count == 0 {
		return
	}
	live := w.live(n.led, n.echo)
	look := func(set, late uint8) {
		led := w.confirmed(n.led, set, late)
		if led == n.led {
			return
		}
		t := w.copy(s)
		t.node[i].led = led
		tell(act{kind: actConfirm, node: int8(i), live: set, late: late}, t, w.judgeLight(i, set, late, set == live, s, t))
	}
	for set := live; ; set = (set - 1) & live { // all subsets
		look(set, 0)
		look(set, all)
		for k := range count {
			if count > 1 {
				look(set, unlit[k])
			}
		}
		if set == 0 {
			return
		}
	}
}

// commits lets a commit begin and end.
func (w *worker) commits(s *state, i int, tell emit) {
	n := &s.node[i]
	if w.diskless(i) {
		return
	}
	e := w.led(n.led)
	failed := e.disk == worldview.DiskFailed
	if n.has(blind) {
		t := w.copy(s)
		t.node[i].flags &^= blind
		t.node[i].led = w.recovered(n.led, n.disk)
		broken, ok := w.reissued(i, w.disk(n.disk).calls[i], s, t)
		if broken == none {
			broken = w.judge(i, s, t)
		}
		if ok {
			tell(act{kind: actRecover, node: int8(i)}, t, broken)
		}
		return
	}
	if n.pending == 0 {
		b := w.begun(n.led)
		if e.behind || failed || !n.has(joined|committed) || w.disk(b.g).hash[0] != w.diskHash(n.disk) {
			t := w.copy(s)
			t.node[i].led, t.node[i].pending = b.h, b.g
			tell(act{kind: actBegin, node: int8(i)}, t, w.judge(i, s, t))
		}
		return
	}
	t := w.copy(s)
	t.node[i].disk, t.node[i].pending = n.pending, 0
	if !n.has(joined) {
		t.node[i].flags |= committed
	}
	t.node[i].led = w.stored(n.led)
	tell(act{kind: actStored, node: int8(i)}, t, w.judge(i, s, t))
	if s.left.failures == 0 {
		return
	}
	t = w.copy(s)
	t.left.failures--
	t.node[i].led = w.failed(n.led)
	t.node[i].flags |= forgot
	if !failed {
		tell(act{kind: actSlow, node: int8(i)}, t, w.judge(i, s, t))
	}
	t.node[i].pending = 0
	tell(act{kind: actFail, node: int8(i), kept: true}, t, w.judge(i, s, t))
	t.node[i].disk = n.pending
	tell(act{kind: actFail, node: int8(i)}, t, w.judge(i, s, t))
}

func (w *worker) diskHash(h handle) uint64 {
	if h == 0 {
		return 0
	}
	return w.disk(h).hash[0]
}

// crashes ends the process of node i.
func (w *worker) crashes(s *state, i int, tell emit) {
	if s.left.crashes == 0 {
		return
	}
	n := &s.node[i]
	down := func(disk handle, a act) {
		t := w.copy(s)
		t.left.crashes--
		if a.lost {
			t.left.losses--
		}
		t.node[i] = nodeState{disk: disk, life: n.life, flags: n.flags & lasting}
		if a.lost {
			t.node[i].flags |= forgot
		}
		w.renumber(t)
		a.kind, a.node = actCrash, int8(i)
		tell(a, t, w.judgeCrash(i, a.lost, s, t))
	}
	down(n.disk, act{kept: true})
	if n.pending != 0 {
		down(n.pending, act{})
	}
	if s.left.losses > 0 && n.disk != 0 {
		down(0, act{lost: true})
	}
}

func (w *worker) restarts(s *state, i int, tell emit) {
	start := func(back, unreadable bool) {
		t := w.copy(s)
		n := &t.node[i]
		n.life++
		if unreadable {
			n.led = w.failed(w.open(i, n.life, 0, back))
			n.flags |= blind | forgot
			t.left.failures--
		} else {
			n.led = w.open(i, n.life, n.disk, back)
		}
		if back {
			t.left.back--
		}
		for p := range t.node {
			if peer := &s.node[p]; w.opts.Saved > 0 && p != i {
				n.since[p] = peer.life
				if !peer.up() {
					n.since[p]++
				}
			}
		}
		tell(act{kind: actRestart, node: int8(i), back: back, lost: unreadable}, t, w.judge(i, s, t))
	}
	start(false, false)
	if s.left.back > 0 {
		start(true, false)
	}
	if s.left.failures > 0 && s.node[i].disk != 0 {
		start(false, true)
		if s.left.back > 0 {
			start(true, true)
		}
	}
}

// lives lets a node that only listens take part.
func (w *worker) lives(s *state, i int, tell emit) {
	n := &s.node[i]
	if n.has(joined) || !n.has(committed) && w.led(n.led).disk == worldview.DiskWorks {
		return
	}
	t := w.copy(s)
	t.node[i].flags = n.flags&(blind|lasting) | joined
	t.node[i].led = w.join(n.led)
	tell(act{kind: actJoin, node: int8(i)}, t, w.judge(i, s, t))
}

// sends lets datagrams be sent, be kept by the network, and arrive.
func (w *worker) sends(s *state, tell emit) {
	free := -1
	for k := w.opts.Saved - 1; k >= 0; k-- {
		if s.saved[k].msg == 0 {
			free = k
		}
	}
	for a := range w.opts.Nodes {
		from := &s.node[a]
		if !from.up() {
			continue
		}
		msg := w.compose(a, from)
		seq := w.next(s, a)
		for b := range w.opts.Nodes {
			if b == a || !s.node[b].up() {
				continue
			}
			w.arrives(s, b, msg, seq, from.seen[b], act{kind: actDeliver, node: int8(b), peer: int8(a)}, tell)
		}
		if free >= 0 {
			t := w.copy(s)
			t.saved[free] = savedState{msg: msg, seq: seq, echo: from.seen}
			t.saved[free].echo[a] = 0
			w.renumber(t)
			tell(act{kind: actSave, node: int8(a)}, t, none)
		}
	}
	for k := range s.saved {
		v := &s.saved[k]
		if v.msg == 0 {
			continue
		}
		m := w.msg(v.msg)
		for b := range w.opts.Nodes {
			if !s.node[b].up() || m.from == b && m.life == s.node[b].life {
				continue
			}
			w.arrives(s, b, v.msg, v.seq, v.echo[b], act{kind: actLate, node: int8(b), peer: int8(k)}, tell)
		}
	}
}

// arrives lets node b receive a datagram, be its sender's former life silent or
// not.
func (w *worker) arrives(s *state, b int, msg handle, seq, echo uint8, a act, tell emit) {
	t := w.copy(s)
	if broken, ok := w.receive(s, t, b, msg, seq, echo, false); ok && *t != *s {
		tell(a, t, broken)
	}
	m, heard := w.msg(msg), w.led(s.node[b].led).heard
	if heard[m.from] == 0 || heard[m.from] == m.life {
		return
	}
	a.silent = true
	before := *t
	t = w.copy(s)
	if broken, ok := w.receive(s, t, b, msg, seq, echo, true); ok && *t != before && *t != *s {
		tell(a, t, broken)
	}
}

// copy returns a copy of s that is good until the next one.
func (w *worker) copy(s *state) *state {
	w.scratch = *s
	return &w.scratch
}

// receive makes of t, a copy of s, what follows when node b receives a datagram.
// It is false if there is no room for the stamp that was issued.
func (w *worker) receive(s, t *state, b int, msg handle, seq, echo uint8, silent bool) (broken Property, ok bool) {
	n := &t.node[b]
	m := w.msg(msg)
	if m.echo[b] == 0 {
		echo = 0
	}
	o := w.received(n.led, msg, seq, echo, n.of(m.from), silent)
	ok = true
	if o.h == n.led && o.seqs == n.of(m.from) {
		return none, ok
	}
	if o.seqs.sent == newest {
		o.seqs.sent = max(w.next(s, b)-1, 1)
	}
	n.led = o.h
	n.seen[m.from], n.sent[m.from], n.echo[m.from] = o.seqs.heard, o.seqs.sent, min(o.seqs.echoed, 1)
	heard := w.led(n.led).heard[m.from]
	if w.opts.Saved > 0 && m.from != b {
		if n.echo[m.from] != 0 && n.since[m.from] > heard && s.node[b].life > 1 && n.since[m.from] > w.led(s.node[b].led).heard[m.from] {
			return Stale, true
		}
		n.since[m.from] = max(n.since[m.from], heard)
	}
	w.renumber(t)
	if s.node[b].led != n.led {
		broken, ok = w.repaired(b, msg, s, t)
		if broken == none {
			broken = w.judge(b, s, t)
		}
	}
	return broken, ok
}

// repaired notes the presses that node b has made by itself when it received a
// datagram (rule 7).
func (w *worker) repaired(b int, msg handle, s, t *state) (Property, bool) {
	var shown [kinds]worldview.Call
	if section := w.msg(msg).msg.Section(ids[b]); section != nil {
		for k := range kinds {
			for _, e := range section.Calls {
				if e.Number == numbers[k] {
					shown[k] = e.Call
				}
			}
		}
	}
	return w.reissued(b, shown, s, t)
}

// reissued notes the presses that node b has made by itself when it was shown
// its own slots.
func (w *worker) reissued(b int, shown [kinds]worldview.Call, s, t *state) (Property, bool) {
	before, after := w.led(s.node[b].led), w.led(t.node[b].led)
	for k := range kinds {
		was, is := before.calls[b][k].P, after.calls[b][k].P
		if is == max(was, shown[k].P) {
			continue
		}
		carried := uint8(0)
		for j := range t.press {
			if p := &t.press[j]; p.is(b, k) && p.stamp <= uint64(was) {
				carried |= p.flags & promise
				p.flags |= moved
			}
		}
		if broken, ok := issue(t, b, k, is); broken != none || !ok {
			return broken, ok
		}
		for j := range t.press {
			if p := &t.press[j]; p.is(b, k) && p.stamp == uint64(is) {
				p.flags |= carried
			}
		}
	}
	return none, true
}
