package web

import "sync"

// What may wait for a page that doesn't read: beyond it everything is dropped,
// and the page is told so and gets the whole state anew.
const (
	queueLength = 256
	queueBytes  = 1 << 20
)

// client is one open page.
type client struct {
	wake chan struct{}
	over chan struct{}
	once sync.Once

	mu     sync.Mutex
	queue  []message
	bytes  int
	newest int // index in queue of its last frame, -1 for none
	gap    bool
}

func newClient() *client {
	return &client{wake: make(chan struct{}, 1), over: make(chan struct{}), newest: -1}
}

// put gives the page one more message; it never waits.
func (c *client) put(m message, frame bool) {
	c.mu.Lock()
	if len(c.queue) >= queueLength || len(c.queue) > 0 && c.bytes+len(m) > queueBytes {
		c.overflow()
	}
	if frame {
		c.newest = len(c.queue)
	}
	c.queue = append(c.queue, m)
	c.bytes += len(m)
	c.mu.Unlock()
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// overflow drops what waits, but for the whole state.
func (c *client) overflow() {
	var keep []message
	if c.newest >= 0 {
		keep = append(keep, c.queue[c.newest])
	}
	c.queue, c.bytes, c.newest, c.gap = keep, 0, len(keep)-1, true
	for _, m := range keep {
		c.bytes += len(m)
	}
}

// take returns what waits.
func (c *client) take() []message {
	c.mu.Lock()
	defer c.mu.Unlock()
	list := c.queue
	if c.gap {
		list = append([]message{newMessage("gap", []byte("{}"))}, list...)
	}
	c.queue, c.bytes, c.newest, c.gap = nil, 0, -1, false
	return list
}

func (c *client) end() { c.once.Do(func() { close(c.over) }) }
