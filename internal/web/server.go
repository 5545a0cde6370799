package web

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// DefaultAddr is where a page is served if nothing else is said: on this
// computer alone.
const DefaultAddr = "127.0.0.1:8146"

// portsTried is how many ports are tried, one after the other, if the default one
// is taken.
const portsTried = 20

// Limits of what browsers can take of the server.
const (
	maxConnections = 256
	headPatience   = 5 * time.Second
	bodyPatience   = 10 * time.Second
	idlePatience   = time.Minute
	maxHead        = 16 << 10
	maxOrder       = 4 << 10 // bytes of a POST
	// orderPatience is for how long an order may take.
	orderPatience = 30 * time.Second
	atOnceReading = 4 // requests about the past
	atOnceDoing   = 8 // orders
)

// Options say what to serve.
type Options struct {
	// Source is what the page shows. If it is a [Past] as well, it is asked about
	// the past; otherwise the server remembers what it has seen, for half an hour
	// as a rule, and in 32 MB at the most.
	Source Source
	// Hands do what the page asks for; nil if it can only look.
	Hands Hands
	// Incidents give recordings; nil if there are none.
	Incidents Incidents
	// Token is what a browser must know, 16 characters at the least. If it is ""
	// a random one is made where one is needed: beyond this computer.
	Token string
	// Static replaces the page that is built in, for those who work on it.
	Static fs.FS
}

// Server serves one page. Make it with [Listen].
type Server struct {
	opts    Options
	guard   guard
	static  fs.FS
	past    Past // the source, if it is one
	ring    *ring
	hub     *hub
	http    *http.Server
	listen  net.Listener
	moved   int // the port that was taken, 0 if none
	readers chan struct{}
	doers   chan struct{}
	// patience is for how long a page may keep a stream waiting.
	patience time.Duration
}

// Listen opens the port of a page: at addr, which may leave out the host or the
// port, or at [DefaultAddr] if it is "". If the default port is taken it is the
// next free one, and [Server.Moved] says so.
func Listen(addr string, opts Options) (*Server, error) {
	if opts.Source == nil {
		return nil, errors.New("web: a page needs a source")
	}
	if opts.Token != "" && len(opts.Token) < minToken {
		return nil, fmt.Errorf("the token of the page must have %d characters at the least", minToken)
	}
	host, port, err := splitAddr(addr)
	if err != nil {
		return nil, err
	}
	s := &Server{
		opts: opts, static: opts.Static, ring: newRing(ringBytes, ringSpan),
		patience: writePatience,
		readers:  make(chan struct{}, atOnceReading), doers: make(chan struct{}, atOnceDoing),
	}
	if s.static == nil {
		s.static = page()
	}
	s.past, _ = opts.Source.(Past)
	if err := s.open(host, port, defaultPort()); err != nil {
		return nil, err
	}
	s.guard, err = newGuard(s.listen.Addr(), host, opts.Token)
	if err != nil {
		return nil, errors.Join(err, s.listen.Close())
	}
	s.hub = newHub(opts.Source, s.ring, s.dress)
	s.http = &http.Server{
		Handler:           s.guard.wrap(s.routes()),
		ReadHeaderTimeout: headPatience,
		ReadTimeout:       bodyPatience,
		WriteTimeout:      orderPatience + bodyPatience,
		IdleTimeout:       idlePatience,
		MaxHeaderBytes:    maxHead,
		ErrorLog:          log.New(io.Discard, "", 0), // anybody can cause an error per request
	}
	return s, nil
}

// open opens the port, or the first free one from first on if port is "".
func (s *Server) open(host, port string, first int) error {
	fixed := port != ""
	if fixed {
		first, _ = strconv.Atoi(port) // splitAddr has looked at it
	}
	var err error
	for p := first; p < first+portsTried && p <= 65535; p++ {
		var l net.Listener
		l, err = net.Listen("tcp", net.JoinHostPort(host, strconv.Itoa(p)))
		if err == nil {
			s.listen = newLimited(l, maxConnections)
			if p != first {
				s.moved = first
			}
			return nil
		}
		if fixed || !errors.Is(err, syscall.EADDRINUSE) && !inUse(err) {
			break
		}
	}
	if fixed && (errors.Is(err, syscall.EADDRINUSE) || inUse(err)) {
		return fmt.Errorf("port %d for the page is taken by another program: give another one, or 0 for any", first)
	}
	return fmt.Errorf("open a port for the page: %w", err)
}

// inUse recognizes Windows' way to say that a port is taken, or reserved.
func inUse(err error) bool {
	const wsaeaddrinuse, wsaeacces = syscall.Errno(10048), syscall.Errno(10013)
	return errors.Is(err, wsaeaddrinuse) || errors.Is(err, wsaeacces)
}

func defaultPort() int {
	_, port, _ := net.SplitHostPort(DefaultAddr) // a constant
	n, _ := strconv.Atoi(port)
	return n
}

// splitAddr takes HOST:PORT, HOST, :PORT or PORT apart. A missing host is this
// computer, but for ":PORT", which is every address, as it is elsewhere. The port
// is "" if none was given.
func splitAddr(addr string) (host, port string, err error) {
	def, _, _ := net.SplitHostPort(DefaultAddr)
	switch {
	case addr == "":
		return def, "", nil
	case isNumber(addr):
		host, port = def, addr
	case !strings.Contains(addr, ":"), strings.HasPrefix(addr, "[") && strings.HasSuffix(addr, "]"), net.ParseIP(addr) != nil:
		return strings.Trim(addr, "[]"), "", nil
	default:
		if host, port, err = net.SplitHostPort(addr); err != nil {
			return "", "", fmt.Errorf("%.60q isn't an address for the page: write HOST:PORT, such as %s", addr, DefaultAddr)
		}
	}
	if n, err := strconv.Atoi(port); err != nil || n < 0 || n > 65535 {
		return "", "", fmt.Errorf("%.60q isn't an address for the page: the port must be 0 to 65535", addr)
	}
	return host, port, nil
}

func isNumber(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// URL returns the address to open in a browser, with the token if there is one.
func (s *Server) URL() string { return s.guard.url() }

// Moved returns the port that was asked for by default and taken, 0 if none was.
func (s *Server) Moved() int { return s.moved }

// Guarded reports whether a browser must know the token.
func (s *Server) Guarded() bool { return s.guard.token != "" }

// Serve serves the page until ctx is done, and then ends all that it has begun.
// It is to be called once.
func (s *Server) Serve(ctx context.Context) error {
	looking, stop := context.WithCancel(context.Background())
	defer stop()
	var wg sync.WaitGroup
	wg.Go(func() { s.hub.run(looking) })
	failed := make(chan error, 1)
	go func() { failed <- s.http.Serve(s.listen) }()
	var err error
	select {
	case <-ctx.Done():
	case err = <-failed:
		failed <- err
	}
	stop() // the streams end
	wg.Wait()
	short, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if s.http.Shutdown(short) != nil {
		_ = s.http.Close() // somebody is slow
	}
	<-failed
	if err != nil {
		return fmt.Errorf("serve the page: %w", err)
	}
	return nil
}

// Close gives the port back if Serve was never called.
func (s *Server) Close() error { return s.listen.Close() }

// dress fills in what the server knows of itself.
func (s *Server) dress(h *Hello) {
	h.Version = ContractVersion
	h.Press = s.opts.Hands != nil
	h.Faults = s.opts.Hands != nil
	h.Incident = s.opts.Incidents != nil
	h.Kinds = []string{}
	if s.opts.Hands != nil {
		h.Kinds = s.opts.Hands.Kinds()
	} else {
		h.Scenes = nil
	}
	if h.Scenes == nil {
		h.Scenes = []Scene{}
	}
}

// routes are all that there is.
func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/stream", s.stream)
	mux.HandleFunc("GET /api/history", s.history)
	mux.HandleFunc("GET /api/incident", s.incident)
	mux.HandleFunc("POST /api/press", order(s, validPress, Hands.Press))
	mux.HandleFunc("POST /api/fault", order(s, validFault, Hands.Fault))
	mux.HandleFunc("POST /api/scene", order(s, validScene, Hands.Scene))
	mux.HandleFunc("POST /api/traffic", order(s, validTraffic, Hands.Traffic))
	mux.HandleFunc("/api/", notHere)
	mux.HandleFunc("/", s.file)
	return mux
}

// methods says what may be done where, for those who do something else.
var methods = map[string]string{
	"/api/stream": http.MethodGet, "/api/history": http.MethodGet, "/api/incident": http.MethodGet,
	"/api/press": http.MethodPost, "/api/fault": http.MethodPost, "/api/scene": http.MethodPost,
	"/api/traffic": http.MethodPost,
}

func notHere(w http.ResponseWriter, r *http.Request) {
	if allowed, ok := methods[r.URL.Path]; ok {
		notThus(w, allowed)
		return
	}
	fail(w, http.StatusNotFound, "there is no such thing")
}

func notThus(w http.ResponseWriter, allowed string) {
	w.Header().Set("Allow", allowed)
	fail(w, http.StatusMethodNotAllowed, "only "+allowed+" is possible here")
}

// enter takes a place, if one is free.
func (s *Server) enter(places chan struct{}) bool {
	select {
	case places <- struct{}{}:
		return true
	default:
		return false
	}
}

func (s *Server) exit(places chan struct{}) { <-places }
