package web

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"elevnet/internal/elevator"
)

// patience is how long a test waits for what should come at once.
const patience = 30 * time.Second

// fake is a source that shows what a test says.
type fake struct {
	log Log

	mu      sync.Mutex
	frame   Frame
	started time.Time
}

func newFake() *fake { return &fake{started: time.Now()} }

func (f *fake) Hello() Hello {
	return Hello{Mode: ModeDemo, Floors: 4, Nodes: []elevator.ID{"1"}, StartedAt: f.started, Scenes: []Scene{{ID: "s"}}, T: f.now()}
}

func (f *fake) now() Ms { return Millis(time.Since(f.started)) }

func (f *fake) Frame() *Frame {
	f.mu.Lock()
	defer f.mu.Unlock()
	c := f.frame
	c.T = f.now()
	return &c
}

func (f *fake) Happens() []Happen { return f.log.Take() }

func (f *fake) set(change func(*Frame)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	change(&f.frame)
}

// hands note what they are asked for.
type hands struct {
	mu     sync.Mutex
	orders []any
	err    error
}

func (h *hands) note(x any) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.orders = append(h.orders, x)
	return h.err
}

func (h *hands) Press(p Press) error          { return h.note(p) }
func (h *hands) Fault(f Fault) error          { return h.note(f) }
func (h *hands) Scene(o SceneOrder) error     { return h.note(o) }
func (h *hands) Traffic(o TrafficOrder) error { return h.note(o) }
func (h *hands) Kinds() []string              { return []string{FaultKill} }

func (h *hands) count() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.orders)
}

// newServer returns a server that isn't served yet, on a free port.
func newServer(t testing.TB, opts Options) *Server {
	t.Helper()
	s, err := Listen("127.0.0.1:0", opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// serve serves until the test ends.
func serve(t testing.TB, s *Server) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(ctx) }()
	t.Cleanup(func() {
		cancel()
		select {
		case err := <-ended:
			if err != nil {
				t.Error(err)
			}
		case <-time.After(patience):
			t.Error("Serve hasn't returned")
		}
	})
}

// ask sends one request through guard and routes, without a network.
func (s *Server) ask(method, path, body string, header http.Header) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "http://"+s.listen.Addr().String()+path, strings.NewReader(body))
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/json")
	}
	for name, values := range header {
		if name == "Host" {
			r.Host = values[0]
			continue
		}
		r.Header[name] = values
	}
	w := httptest.NewRecorder()
	s.http.Handler.ServeHTTP(w, r)
	return w
}

// event is one event as a browser gets it.
type event struct {
	name string
	data string
}

// streamClient reads a stream as a browser does.
type streamClient struct {
	t      testing.TB
	cancel context.CancelFunc
	events chan event
	done   chan struct{}
}

// newTransport returns a transport whose connections end with the test.
func newTransport(t testing.TB) *http.Transport {
	tr := &http.Transport{DialContext: (&net.Dialer{}).DialContext, MaxIdleConnsPerHost: 4}
	t.Cleanup(tr.CloseIdleConnections)
	return tr
}

// watch opens a stream.
func watch(t testing.TB, s *Server) *streamClient {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+s.listen.Addr().String()+"/api/stream", nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := (&http.Client{Transport: newTransport(t)}).Do(req)
	if err != nil {
		cancel()
		t.Fatal(err)
	}
	c := &streamClient{t: t, cancel: cancel, events: make(chan event, 10000), done: make(chan struct{})}
	if res.StatusCode != http.StatusOK || res.Header.Get("Content-Type") != "text/event-stream" {
		t.Errorf("stream: %s, %s", res.Status, res.Header.Get("Content-Type"))
	}
	go c.read(res.Body)
	t.Cleanup(c.close)
	return c
}

func (c *streamClient) read(body io.ReadCloser) {
	defer close(c.done)
	defer close(c.events)
	defer body.Close()
	lines := bufio.NewScanner(body)
	lines.Buffer(nil, 4<<20)
	var e event
	for lines.Scan() {
		name, value, _ := strings.Cut(lines.Text(), ": ")
		switch name {
		case "event":
			e.name = value
		case "data":
			e.data = value
		case "":
			if e.name != "" {
				c.events <- e
			}
			e = event{}
		}
	}
}

func (c *streamClient) close() {
	c.cancel()
	for range c.events { // so that it can end
	}
	<-c.done
}

var errEnd = errors.New("the stream has ended")

// next returns the next event of a name, passing over others.
func (c *streamClient) next(name string) (event, error) {
	limit := time.After(patience)
	for {
		select {
		case e, ok := <-c.events:
			if !ok {
				return e, errEnd
			}
			if name == "" || e.name == name {
				return e, nil
			}
		case <-limit:
			return event{}, errors.New("no " + name + " has come")
		}
	}
}

func (c *streamClient) must(name string) event {
	c.t.Helper()
	e, err := c.next(name)
	if err != nil {
		c.t.Fatal(err)
	}
	return e
}

// decode reads JSON of the contract.
func decode[T any](t testing.TB, text string) T {
	t.Helper()
	var x T
	d := json.NewDecoder(strings.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&x); err != nil {
		t.Fatalf("%v in %.200s", err, text)
	}
	return x
}
