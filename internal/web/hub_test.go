package web

import (
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// stepped returns a hub that a test steps by hand.
func stepped(f Source) *hub { return newHub(f, newRing(ringBytes, ringSpan), func(*Hello) {}) }

func names(list []message) string {
	var all []string
	for _, m := range list {
		first, _, _ := strings.Cut(string(m), "\n")
		all = append(all, strings.TrimPrefix(first, "event: "))
	}
	return strings.Join(all, " ")
}

func TestFramesComeOnlyWhenSomethingChanged(t *testing.T) {
	f := newFake()
	h := stepped(f)
	now := time.Now()
	if pause := h.look(now); pause != unwatchedEvery {
		t.Errorf("nobody watches: %v", pause)
	}
	c, err := h.join()
	if err != nil {
		t.Fatal(err)
	}
	if got := names(c.take()); got != "hello frame" {
		t.Errorf("a page begins with %s", got)
	}
	for range 10 {
		now = now.Add(time.Millisecond)
		if pause := h.look(now); pause != watchedEvery {
			t.Errorf("somebody watches: %v", pause)
		}
	}
	if got := names(c.take()); got != "" {
		t.Errorf("nothing changes and %s comes", got)
	}
	f.set(func(x *Frame) { x.Loss = 5 })
	f.log.Add(Happen{T: 2, Kind: HappenLamp})
	f.log.Add(Happen{T: 1, Kind: HappenPress})
	h.look(now.Add(2 * time.Millisecond))
	list := c.take()
	if got := names(list); got != "happen frame" || !strings.Contains(string(list[0]), `[{"t":1,"kind":"press"},{"t":2,"kind":"lamp"}]`) {
		t.Errorf("%s: %s", got, list)
	}
	h.look(now.Add(2*time.Millisecond + beatEvery))
	if got := names(c.take()); got != "beat" {
		t.Errorf("after a quiet second comes %s", got)
	}
	h.leave(c)
	if pause := h.look(now); pause != unwatchedEvery {
		t.Errorf("nobody watches any more: %v", pause)
	}
}

// changing is a source whose hello changes.
type changing struct {
	*fake
	floors int
}

func (c *changing) Hello() Hello { h := c.fake.Hello(); h.Floors = c.floors; return h }

func TestHelloComesAgainWhenItHasChanged(t *testing.T) {
	f := &changing{fake: newFake(), floors: 4}
	h := stepped(f)
	now := time.Now()
	h.look(now)
	c, err := h.join()
	if err != nil {
		t.Fatal(err)
	}
	c.take()
	h.look(now.Add(2 * helloEvery))
	if got := names(c.take()); got != "beat" {
		t.Errorf("the same hello: %s", got)
	}
	f.floors = 5
	h.look(now.Add(3 * helloEvery))
	if list := c.take(); names(list) != "hello" || !strings.Contains(string(list[0]), `"floors":5`) {
		t.Errorf("another hello: %s", list)
	}
}

// A page that doesn't read gets the newest state and is told of the gap. What
// waits for it stays bounded.
func TestSlowPageKeepsTheNewestState(t *testing.T) {
	f := newFake()
	h := stepped(f)
	h.look(time.Now())
	c, err := h.join()
	if err != nil {
		t.Fatal(err)
	}
	for n := range 10 * queueLength {
		f.set(func(x *Frame) { x.Loss = n })
		f.log.Add(Happen{Kind: HappenSent})
		h.look(time.Now())
		if len(c.queue) > queueLength || c.bytes > queueBytes {
			t.Fatalf("%d messages of %d bytes wait", len(c.queue), c.bytes)
		}
	}
	list := c.take()
	last := ""
	for _, m := range list {
		if strings.HasPrefix(string(m), "event: frame") {
			last = string(m)
		}
	}
	if !strings.HasPrefix(names(list), "gap frame") || !strings.Contains(last, `"loss":2559`) {
		t.Errorf("%.60s … %s", names(list), last)
	}
	if got := names(c.take()); got != "" {
		t.Errorf("then comes %s", got)
	}
}

// Large messages are bounded by their bytes, however few they are; one alone is
// always let through.
func TestQueueIsBoundedInBytes(t *testing.T) {
	c := newClient()
	big := newMessage("frame", make([]byte, queueBytes/2+1))
	for range 5 {
		c.put(big, true)
		if c.bytes > 2*len(big) {
			t.Fatalf("%d bytes wait", c.bytes)
		}
	}
	huge := newClient()
	huge.put(newMessage("frame", make([]byte, 3*queueBytes)), true)
	if got := names(huge.take()); got != "frame" {
		t.Errorf("a huge frame: %s", got)
	}
}

// A page whose connection is stuck holds up nobody and is given up.
func TestStuckPageIsDropped(t *testing.T) {
	t.Parallel()
	f := newFake()
	s := newServer(t, Options{Source: f})
	s.patience = 200 * time.Millisecond
	serve(t, s)
	stuck, err := net.Dial("tcp", s.listen.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer stuck.Close()
	if err := stuck.(*net.TCPConn).SetReadBuffer(4096); err != nil {
		t.Fatal(err)
	}
	if _, err := stuck.Write([]byte("GET /api/stream HTTP/1.1\r\nHost: localhost\r\n\r\n")); err != nil {
		t.Fatal(err)
	}
	good := watch(t, s)
	text := strings.Repeat("x", 400_000)
	began := time.Now()
	for n := 0; ; n++ {
		f.set(func(x *Frame) { x.Loss, x.Scene = n, text })
		good.must("frame")
		s.hub.mu.Lock()
		open := len(s.hub.clients)
		s.hub.mu.Unlock()
		if open == 1 && n > 0 {
			break
		}
		if time.Since(began) > patience {
			t.Fatalf("%d pages are open", open)
		}
	}
}

func TestFiftyPages(t *testing.T) {
	t.Parallel()
	f := newFake()
	s := newServer(t, Options{Source: f, Hands: &hands{}})
	serve(t, s)
	var wg sync.WaitGroup
	for range 50 {
		c := watch(t, s)
		wg.Go(func() {
			if e, err := c.next(""); err != nil || e.name != "hello" {
				t.Errorf("a page begins with %v, %v", e, err)
			}
			for {
				e, err := c.next("frame")
				if err != nil {
					t.Error(err)
					return
				}
				if strings.Contains(e.data, `"loss":77`) {
					return
				}
			}
		})
	}
	f.set(func(x *Frame) { x.Loss = 77 })
	wg.Wait()
}

func TestOnePageTooMany(t *testing.T) {
	h := stepped(newFake())
	s := newServer(t, Options{Source: newFake()})
	s.hub = h
	var last *client
	for range MaxClients {
		c, err := h.join()
		if err != nil {
			t.Fatal(err)
		}
		last = c
	}
	if w := s.ask(http.MethodGet, "/api/stream", "", nil); w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" {
		t.Errorf("one more: %d", w.Code)
	}
	h.leave(last)
	if _, err := h.join(); err != nil {
		t.Errorf("after one has left: %v", err)
	}
}

func TestStreamsEndWithTheServer(t *testing.T) {
	s := newServer(t, Options{Source: newFake()})
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(ctx) }()
	c := watch(t, s)
	c.must("hello")
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	for {
		if _, err := c.next(""); err == errEnd {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
	if w := s.ask(http.MethodGet, "/api/stream", "", nil); w.Code != http.StatusServiceUnavailable {
		t.Errorf("a stream of a server that has ended: %d", w.Code)
	}
}

// A page that goes away leaves nothing behind.
func TestPagesComeAndGo(t *testing.T) {
	s := newServer(t, Options{Source: newFake()})
	serve(t, s)
	for range 20 {
		c := watch(t, s)
		c.must("hello")
		c.close()
	}
	for began := time.Now(); ; time.Sleep(time.Millisecond) {
		s.hub.mu.Lock()
		open := len(s.hub.clients)
		s.hub.mu.Unlock()
		if open == 0 {
			return
		}
		if time.Since(began) > patience {
			t.Fatalf("%d pages are still open", open)
		}
	}
}

func TestNextFreePort(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	port := taken.Addr().(*net.TCPAddr).Port
	s := &Server{}
	if err := s.open("127.0.0.1", "", port); err != nil {
		t.Skip(err) // twenty ports in a row are taken, or the last one is
	}
	defer s.Close()
	if got := s.listen.Addr().(*net.TCPAddr).Port; got <= port || s.Moved() != port {
		t.Errorf("port %d, moved from %d, for %d", got, s.Moved(), port)
	}
	if _, err := Listen(taken.Addr().String(), Options{Source: newFake()}); err == nil || !strings.Contains(err.Error(), "taken") || strings.Contains(err.Error(), "\n") {
		t.Errorf("a port that was asked for and is taken: %v", err)
	}
}

// A source that panics, as a bug would, must not be able to do so by what a
// browser sends: requests alone never reach it but through Hello.
func TestHandsThatPanicDoNotEndTheServer(t *testing.T) {
	s := newServer(t, Options{Source: newFake(), Hands: panicking{&hands{}}})
	serve(t, s)
	client := &http.Client{Transport: newTransport(t)}
	for range 3 {
		res, err := client.Post("http://"+s.listen.Addr().String()+"/api/scene", "application/json", strings.NewReader(`{"id":"x"}`))
		if err == nil {
			res.Body.Close()
			t.Errorf("answered %s", res.Status)
		}
	}
	res, err := client.Get("http://" + s.listen.Addr().String() + "/")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if _, err := io.Copy(io.Discard, res.Body); err != nil || res.StatusCode != http.StatusOK {
		t.Errorf("then: %s, %v", res.Status, err)
	}
	if len(s.doers) != 0 {
		t.Error("a place is taken for ever")
	}
}

type panicking struct{ *hands }

func (panicking) Scene(SceneOrder) error { panic("a bug") }

// laborious is a source that takes its time.
type laborious struct {
	*fake
	takes time.Duration
	looks atomic.Int64
}

func (l *laborious) Frame() *Frame {
	time.Sleep(l.takes)
	l.looks.Add(1)
	return l.fake.Frame()
}

// A large building costs no more than its share, a small one is looked at twenty
// times a second, and four times while nobody watches.
func TestLookingHasItsShare(t *testing.T) {
	for _, c := range []struct {
		name    string
		takes   time.Duration
		watched bool
		looks   int // in ten seconds
	}{
		{"small", time.Millisecond, true, 200},
		{"nobody watches", time.Millisecond, false, 40},
		{"large", 40 * time.Millisecond, true, 50},
		{"huge", time.Second, true, 7},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				src := &laborious{fake: newFake(), takes: c.takes}
				h := stepped(src)
				if c.watched {
					if _, err := h.join(); err != nil {
						t.Fatal(err)
					}
				}
				ctx, cancel := context.WithCancel(t.Context())
				go h.run(ctx)
				time.Sleep(10 * time.Second)
				if n := int(src.looks.Load()); n < c.looks*9/10-1 || n > c.looks*11/10+2 {
					t.Errorf("%d looks in ten seconds, want about %d", n, c.looks)
				}
				cancel()
				synctest.Wait()
				time.Sleep(2 * time.Second) // a look that is under way ends
			})
		})
	}
}
