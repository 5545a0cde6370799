package web

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"sync"
	"time"
)

// How often the source is looked at.
const (
	// watchedEvery is the time between two looks while somebody watches.
	watchedEvery = 50 * time.Millisecond
	// unwatchedEvery is the same while nobody does: for the history alone.
	unwatchedEvery = 250 * time.Millisecond
	// share bounds what looking may cost: a look that takes long, because the
	// building is large, is followed by a pause so many times as long.
	share = 4
	// longest is the longest such pause.
	longest = 500 * time.Millisecond
	// beatEvery is how often a page hears something, if nothing changes.
	beatEvery = time.Second
	// helloEvery is how often it is looked whether the hello has changed.
	helloEvery = time.Second
)

// MaxClients is how many pages may be open at once.
const MaxClients = 64

var errTooMany = errors.New("too many pages are open: close one")

// message is one server-sent event, as it goes over the wire.
type message []byte

// newMessage makes an event of data, which must be JSON in one line.
func newMessage(event string, data []byte) message {
	m := make(message, 0, len(event)+len(data)+20)
	m = append(m, "event: "...)
	m = append(m, event...)
	m = append(m, "\ndata: "...)
	m = append(m, data...)
	return append(m, "\n\n"...)
}

// hub looks at the source and hands what is new to all pages and to the history.
type hub struct {
	past *ring
	wake chan struct{} // somebody has come

	mu      sync.Mutex
	source  Source
	dress   func(*Hello) // fills in what the server knows
	clients map[*client]struct{}
	state   []byte // the last frame, without its time
	frame   message
	hello   []byte    // the last hello, without its time
	asked   time.Time // when hello was looked at
	spoke   time.Time // when something was last sent to all
	now     Ms        // the time of the last look
	closed  bool
}

func newHub(source Source, past *ring, dress func(*Hello)) *hub {
	return &hub{
		source: source, past: past, dress: dress,
		wake: make(chan struct{}, 1), clients: make(map[*client]struct{}),
	}
}

// run looks at the source until ctx is done, and then lets all pages go.
func (h *hub) run(ctx context.Context) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			h.close()
			return
		case <-timer.C:
		case <-h.wake:
		}
		began := time.Now()
		pause := h.look(began)
		timer.Reset(max(pause, min(share*time.Since(began), longest)))
	}
}

// look takes one look at the source and returns when to take the next.
func (h *hub) look(now time.Time) time.Duration {
	h.mu.Lock()
	defer h.mu.Unlock()
	if now.Sub(h.asked) >= helloEvery {
		h.asked = now
		h.greet(now)
	}
	happens := h.source.Happens()
	frame := h.source.Frame()
	if len(happens) > 0 {
		h.tellHappens(happens, now)
	}
	if frame != nil {
		h.now = frame.T
		h.tellFrame(frame, now)
	}
	if now.Sub(h.spoke) >= beatEvery && len(h.clients) > 0 {
		data, _ := json.Marshal(struct {
			T Ms `json:"t"`
		}{h.now})
		h.spoke = now
		h.send(newMessage("beat", data), false)
	}
	if len(h.clients) == 0 {
		return unwatchedEvery
	}
	return watchedEvery
}

// greet looks whether the hello has changed, and says so. h.mu is held.
func (h *hub) greet(now time.Time) {
	hello, data := h.ask()
	hello.T, hello.StartedAt = 0, time.Time{}
	bare, err := json.Marshal(hello)
	if err != nil || bytes.Equal(bare, h.hello) {
		return
	}
	first := h.hello == nil
	h.hello = bare
	if !first {
		h.spoke = now
		h.send(newMessage("hello", data), false)
	}
}

// ask returns the hello as it is now. h.mu is held.
func (h *hub) ask() (Hello, []byte) {
	hello := h.source.Hello()
	h.dress(&hello)
	data, err := json.Marshal(hello)
	if err != nil {
		return hello, []byte("{}") // a time that JSON doesn't know, such as the year 10000
	}
	return hello, data
}

func (h *hub) tellHappens(list []Happen, now time.Time) {
	all := make([][]byte, 0, len(list))
	for _, x := range list {
		data, err := json.Marshal(x)
		if err != nil {
			continue // a number that JSON doesn't know
		}
		h.past.add(happenEntry, x.T, data)
		all = append(all, data)
	}
	if len(h.clients) > 0 && len(all) > 0 {
		h.spoke = now
		h.send(newMessage("happen", jsonList(all)), false)
	}
}

func jsonList(all [][]byte) []byte {
	b := append([]byte{'['}, bytes.Join(all, []byte{','})...)
	return append(b, ']')
}

// tellFrame tells a frame if it differs from the one before by more than its
// time.
func (h *hub) tellFrame(f *Frame, now time.Time) {
	t := f.T
	f.T = 0
	if f.Workspaces == nil {
		f.Workspaces = []Workspace{}
	}
	state, err := json.Marshal(f)
	f.T = t
	if err != nil || bytes.Equal(state, h.state) {
		return
	}
	h.state = state
	data := timed(state, t)
	h.past.add(frameEntry, t, data)
	h.frame = newMessage("frame", data)
	h.spoke = now
	h.send(h.frame, true)
}

// timed puts the time into an encoded frame that has 0 there.
func timed(state []byte, t Ms) []byte {
	const zero = `{"t":0`
	b := make([]byte, 0, len(state)+16)
	b = append(b, `{"t":`...)
	at, _ := t.MarshalJSON() // never fails
	b = append(b, at...)
	return append(b, state[len(zero):]...)
}

// send gives a message to all pages. h.mu is held.
func (h *hub) send(m message, frame bool) {
	for c := range h.clients {
		c.put(m, frame)
	}
}

// join opens a page: it gets a hello and the whole state first.
func (h *hub) join() (*client, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case h.closed:
		return nil, errors.New("the page is being closed")
	case len(h.clients) >= MaxClients:
		return nil, errTooMany
	}
	c := newClient()
	_, data := h.ask()
	c.put(newMessage("hello", data), false)
	if h.frame != nil {
		c.put(h.frame, true)
	}
	h.clients[c] = struct{}{}
	select {
	case h.wake <- struct{}{}:
	default:
	}
	return c, nil
}

func (h *hub) leave(c *client) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.clients, c)
}

func (h *hub) close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	for c := range h.clients {
		c.end()
	}
}

// greeting returns the hello as it is now.
func (h *hub) greeting() []byte {
	h.mu.Lock()
	defer h.mu.Unlock()
	_, data := h.ask()
	return data
}
