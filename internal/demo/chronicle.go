package demo

import (
	"context"
	"errors"
	"sync"
	"time"

	"elevnet/internal/elevator"
)

// chronicle takes in moments from everywhere, as they come, keeps what is to be
// seen, writes captions, and tells whoever waits for something.
type chronicle struct {
	// onMoment and onCaption, if set, are told of each, one at a time. They must
	// return at once and not call the chronicle.
	onMoment  func(moment)
	onCaption func(caption)

	mu       sync.Mutex
	sight    *sight
	captions *captions
	waiting  []*waiter
}

// waiter waits for something to be seen.
type waiter struct {
	until func(*sight) bool
	seen  chan time.Duration
}

// newChronicle returns a chronicle that hands captions on to written as well, if
// there is room.
func newChronicle(ids []elevator.ID, news newsreader, written chan<- caption) *chronicle {
	c := &chronicle{sight: newSight(len(ids))}
	c.captions = newCaptions(ids, c.sight)
	c.onCaption = func(told caption) {
		if news != nil {
			news.caption(told)
		}
		select {
		case written <- told:
		default: // nobody reads so many
		}
	}
	if news != nil {
		c.onMoment = news.moment
	}
	return c
}

// wireNews hands on what a wire sees.
type wireNews struct {
	story *chronicle
	news  newsreader // may be nil
}

func (n *wireNews) sent(d *datagram) {
	if n.news != nil {
		n.news.sent(d)
	}
}

func (n *wireNews) fated(d *datagram, to int, at time.Duration, fate fate) {
	if n.news != nil {
		n.news.fated(d, to, at, fate)
	}
}

func (n *wireNews) said(node int, at time.Duration, s speech) {
	n.story.add(moment{at: at, kind: nodeSays, node: node, speech: s})
}

func (n *wireNews) held(node, peer int, at time.Duration, floor int, b elevator.Button) {
	n.story.add(moment{at: at, kind: peerHolds, node: node, peer: peer, floor: floor, button: b})
}

func (n *wireNews) serves(node int, at time.Duration, calls elevator.Calls) {
	n.story.add(moment{at: at, kind: nodeServes, node: node, calls: calls})
}

// add takes in a moment.
func (c *chronicle) add(m moment) {
	c.mu.Lock()
	defer c.mu.Unlock()
	found, served := c.sight.apply(m)
	if m.kind == doorChanged {
		m.floor = c.sight.spaces[m.node].floor
	}
	if m.kind == lampChanged && m.on || m.kind == peerHolds {
		if k := c.sight.calls[key(m.node, m.floor, m.button)]; k != nil && k.pressed {
			m.since = k.at
		}
	}
	c.tell(m)
	if served {
		c.tell(found)
	}
	left := c.waiting[:0]
	for _, w := range c.waiting {
		if w.until(c.sight) {
			w.seen <- m.at
			continue
		}
		left = append(left, w)
	}
	clear(c.waiting[len(left):])
	c.waiting = left
}

func (c *chronicle) tell(m moment) {
	if c.onMoment != nil {
		c.onMoment(m)
	}
	for _, told := range c.captions.observe(m) {
		if c.onCaption != nil {
			c.onCaption(told)
		}
	}
}

// look shows what is to be seen now.
func (c *chronicle) look(see func(*sight)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	see(c.sight)
}

var errTooLate = errors.New("it didn't happen in time")

// await waits until something is to be seen and returns when that was, by the
// moment that showed it. It gives up after a limit.
func (c *chronicle) await(ctx context.Context, limit time.Duration, until func(*sight) bool) (time.Duration, error) {
	w := &waiter{until: until, seen: make(chan time.Duration, 1)}
	c.mu.Lock()
	if until(c.sight) {
		at := c.sight.at
		c.mu.Unlock()
		return at, nil
	}
	c.waiting = append(c.waiting, w)
	c.mu.Unlock()
	t := time.NewTimer(limit)
	defer t.Stop()
	var err error
	select {
	case at := <-w.seen:
		return at, nil
	case <-ctx.Done():
		err = ctx.Err()
	case <-t.C:
		err = errTooLate
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for i, o := range c.waiting {
		if o == w {
			c.waiting = append(c.waiting[:i], c.waiting[i+1:]...)
			break
		}
	}
	return 0, err
}
