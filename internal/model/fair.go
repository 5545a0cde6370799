package model

import "elevnet/worldview"

// patienceRounds is how often everybody hears everybody before progress is given
// up. Four are enough: to meet, to hold, to light, to serve.
const patienceRounds = 12

// settles reports whether all is served, and all agree, when from s on all
// faults end: whoever is down is started again, commits end well, everything
// that is sent arrives, and doors open where a lamp is lit. First in a fixed
// order, then in one that is shuffled.
func (w *worker) settles(s *state, seed uint64) bool {
	return w.settlesIn(s, 0) && w.settlesIn(s, seed|1)
}

func (w *worker) settlesIn(s *state, chance uint64) bool {
	held := w.promised(s)
	t := *s
	n := w.opts.Nodes
	for range patienceRounds {
		before := t
		for k := range n {
			if i := (k + int(chance>>7%uint64(n))) % n; !w.calm(&t, i) {
				return true // no room for another stamp
			}
		}
		for k := range n * n {
			from, to := k/n, k%n
			if chance != 0 {
				chance = mum(chance, k2) | 1
				from, to = int(chance>>9%uint64(n)), int(chance>>29%uint64(n))
			}
			if from != to && !w.hears(&t, to, from) {
				return true
			}
		}
		if chance == 0 && t == before {
			break
		}
	}
	for range 2 * patienceRounds { // the shuffled one may have left something out
		for i := range n {
			if !w.calm(&t, i) {
				return true
			}
			for from := range n {
				if from != i && !w.hears(&t, i, from) {
					return true
				}
			}
		}
		if w.settled(&t, held) {
			return true
		}
	}
	return w.settled(&t, held)
}

// promised returns the presses that were promised, aren't served, and are held
// by somebody.
func (w *worker) promised(s *state) (held [maxStamps]bool) {
	for j := range s.press {
		p := &s.press[j]
		held[j] = p.open() && !p.has(moved) && p.has(promise) && w.known(s, p)
	}
	return held
}

// known reports whether some memory or disk holds an open press. One that has
// heard of a former life of its node, and that all of that was served, doesn't.
func (w *worker) known(s *state, p *press) bool {
	holds := func(c worldview.Call) bool {
		return c.P >= worldview.Stamp(p.stamp) && (c.Active() || !w.blinks(s, p))
	}
	for i := range w.opts.Nodes {
		n := &s.node[i]
		if n.up() && holds(w.led(n.led).calls[p.origin][p.kind]) || n.disk != 0 && holds(w.disk(n.disk).calls[p.origin][p.kind]) {
			return true
		}
	}
	return false
}

// settled reports whether nothing is open, all agree, and all that was promised
// has been kept.
func (w *worker) settled(t *state, held [maxStamps]bool) bool {
	first := w.led(t.node[0].led)
	for i := range w.opts.Nodes {
		e := w.led(t.node[i].led)
		for o := range w.opts.Nodes {
			for k := range kinds {
				a, b := first.calls[o][k], e.calls[o][k]
				if b.Active() || a.P != b.P || a.S != b.S {
					return false
				}
			}
		}
	}
	for j := range t.press {
		if p := &t.press[j]; held[j] && p.open() && !p.has(moved) {
			return false
		}
	}
	return true
}

// calm lets node i do all that it can do by itself; false if there is no room for
// the stamp that was issued.
func (w *worker) calm(t *state, i int) bool {
	n := &t.node[i]
	if !n.up() {
		n.life++
		n.led = w.open(i, n.life, n.disk, false)
	}
	if n.has(blind) {
		before := *t
		n.flags &^= blind
		n.led = w.recovered(n.led, n.disk)
		if _, ok := w.reissued(i, w.disk(n.disk).calls[i], &before, t); !ok {
			return false
		}
	}
	if !w.diskless(i) {
		if n.pending != 0 { // it may hold less than there is now
			n.disk, n.pending, n.led = n.pending, 0, w.stored(n.led)
		}
		b := w.begun(n.led)
		n.disk, n.led = b.g, w.stored(b.h)
	}
	if !n.has(joined) {
		n.flags = n.flags&lasting | joined
		n.led = w.join(n.led)
	}
	n.led = w.confirmed(n.led, w.live(n.led, n.echo), 0)
	for kind := range kinds {
		if w.lit(t, i, kind) {
			t.serve(i, kind)
			n.flags &^= door(kind)
			n.led = w.recorded(n.led, kind)
		}
	}
	return true
}

// hears lets node b receive the present datagram of node a; false if there is no
// room for the stamp that was issued.
func (w *worker) hears(t *state, b, a int) bool {
	from := &t.node[a]
	msg, seq, echo := w.compose(a, from), w.next(t, a), from.seen[b]
	u := *t
	_, ok := w.receive(t, &u, b, msg, seq, echo, false)
	if ok && w.led(u.node[b].led).heard[a] != from.life {
		u = *t
		_, ok = w.receive(t, &u, b, msg, seq, echo, true)
	}
	if ok {
		*t = u
	}
	return ok
}
