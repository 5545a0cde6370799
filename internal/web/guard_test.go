package web

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// A site that makes its name mean 127.0.0.1 gets a browser to ask this server,
// under the site's name.
func TestDNSRebindingIsRefused(t *testing.T) {
	s := newServer(t, Options{Source: newFake()})
	for host, want := range map[string]int{
		s.listen.Addr().String():  http.StatusOK,
		"127.0.0.1":               http.StatusOK,
		"127.0.0.1:9999":          http.StatusOK, // a tunnel
		"LOCALHOST:8146":          http.StatusOK,
		"[::1]:8146":              http.StatusOK,
		"[::1]":                   http.StatusOK,
		"evil.example":            http.StatusMisdirectedRequest,
		"evil.example:8146":       http.StatusMisdirectedRequest,
		"localhost.evil.example":  http.StatusMisdirectedRequest,
		"127.0.0.1.evil.example":  http.StatusMisdirectedRequest,
		"10.0.0.1:8146":           http.StatusMisdirectedRequest,
		"localhost:x":             http.StatusMisdirectedRequest,
		"evil.example@localhost":  http.StatusMisdirectedRequest,
		"":                        http.StatusMisdirectedRequest,
		"[::1":                    http.StatusOK, // no name of anybody's
		strings.Repeat("a", 9999): http.StatusMisdirectedRequest,
	} {
		for _, path := range []string{"/api/history", "/index.html"} {
			if got := s.ask(http.MethodGet, path, "", http.Header{"Host": {host}}).Code; got != want {
				t.Errorf("%s for host %.40q: %d, want %d", path, host, got, want)
			}
		}
	}
}

func TestOrdersOfOtherSitesAreRefused(t *testing.T) {
	const body = `{"id":"1","button":"up","floor":1}`
	for _, c := range []struct {
		name   string
		header http.Header
		want   int
	}{
		{"the page itself", http.Header{"Sec-Fetch-Site": {"same-origin"}, "Origin": {"http://HOST"}}, http.StatusNoContent},
		{"no browser", nil, http.StatusNoContent},
		{"another site", http.Header{"Sec-Fetch-Site": {"cross-site"}, "Origin": {"http://evil.example"}}, http.StatusForbidden},
		{"another site, origin alone", http.Header{"Origin": {"http://evil.example"}}, http.StatusForbidden},
		{"another port of this computer", http.Header{"Sec-Fetch-Site": {"same-site"}, "Origin": {"http://127.0.0.1:1"}}, http.StatusForbidden},
		{"another site, fetch metadata alone", http.Header{"Sec-Fetch-Site": {"cross-site"}}, http.StatusForbidden},
		{"typed by hand", http.Header{"Sec-Fetch-Site": {"none"}}, http.StatusForbidden},
		{"something unknown", http.Header{"Sec-Fetch-Site": {"same-planet"}}, http.StatusForbidden},
		{"a sandboxed frame", http.Header{"Origin": {"null"}}, http.StatusForbidden},
		{"https of the same name", http.Header{"Origin": {"https://HOST"}}, http.StatusForbidden},
		{"two origins", http.Header{"Origin": {"http://HOST", "http://evil.example"}}, http.StatusForbidden},
		{"a navigation", http.Header{"Sec-Fetch-Site": {"cross-site"}, "Sec-Fetch-Mode": {"navigate"}, "Sec-Fetch-Dest": {"document"}}, http.StatusForbidden},
		{"a form", http.Header{"Content-Type": {"text/plain"}}, http.StatusUnsupportedMediaType},
		{"a form with fields", http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}, http.StatusUnsupportedMediaType},
		{"no type", http.Header{"Content-Type": {""}}, http.StatusUnsupportedMediaType},
		{"json with a charset", http.Header{"Content-Type": {"application/json; charset=utf-8"}}, http.StatusNoContent},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := &hands{}
			s := newServer(t, Options{Source: newFake(), Hands: h})
			for i, o := range c.header["Origin"] {
				c.header["Origin"][i] = strings.Replace(o, "HOST", s.listen.Addr().String(), 1)
			}
			if got := s.ask(http.MethodPost, "/api/press", body, c.header).Code; got != c.want {
				t.Errorf("answered %d, want %d", got, c.want)
			}
			if got, want := h.count(), c.want == http.StatusNoContent; (got == 1) != want {
				t.Errorf("%d orders were carried out", got)
			}
		})
	}
}

// Another site must not even take the places of streams.
func TestOtherSitesCannotRead(t *testing.T) {
	s := newServer(t, Options{Source: newFake()})
	for _, path := range []string{"/api/stream", "/api/history", "/app/main.js"} {
		for _, site := range []string{"cross-site", "same-site"} {
			w := s.ask(http.MethodGet, path, "", http.Header{"Sec-Fetch-Site": {site}, "Sec-Fetch-Mode": {"no-cors"}})
			if w.Code != http.StatusForbidden {
				t.Errorf("%s, %s: %d", path, site, w.Code)
			}
		}
	}
	visit := http.Header{"Sec-Fetch-Site": {"cross-site"}, "Sec-Fetch-Mode": {"navigate"}, "Sec-Fetch-Dest": {"document"}}
	if w := s.ask(http.MethodGet, "/", "", visit); w.Code != http.StatusOK {
		t.Errorf("a link to the page: %d", w.Code)
	}
	visit["Sec-Fetch-Dest"] = []string{"iframe"}
	if w := s.ask(http.MethodGet, "/", "", visit); w.Code != http.StatusForbidden {
		t.Errorf("a frame around the page: %d", w.Code)
	}
}

func TestHeadersForbidWhatThePageDoesNotNeed(t *testing.T) {
	s := newServer(t, Options{Source: newFake()})
	for _, path := range []string{"/", "/api/history", "/api/nothing", "/nothing"} {
		h := s.ask(http.MethodGet, path, "", nil).Header()
		for name, want := range map[string]string{
			"Content-Security-Policy": "default-src 'self'", "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store",
			"X-Frame-Options": "DENY", "Referrer-Policy": "no-referrer", "Cross-Origin-Resource-Policy": "same-origin",
		} {
			if !strings.HasPrefix(h.Get(name), want) {
				t.Errorf("%s: %s is %q", path, name, h.Get(name))
			}
		}
		if strings.Contains(h.Get("Content-Security-Policy"), "unsafe") || h.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%s allows too much: %v", path, h)
		}
	}
}

// beyond returns a server as others than this computer would reach it.
func beyond(t *testing.T, token string) *Server {
	t.Helper()
	s := newServer(t, Options{Source: newFake(), Hands: &hands{}, Token: token})
	addr := &net.TCPAddr{IP: net.IPv4(192, 0, 2, 7), Port: 8146}
	g, err := newGuard(addr, "192.0.2.7", token)
	if err != nil {
		t.Fatal(err)
	}
	s.guard = g
	s.http.Handler = s.guard.wrap(s.routes())
	return s
}

func TestBeyondThisComputerATokenIsNeeded(t *testing.T) {
	host := http.Header{"Host": {"192.0.2.7:8146"}}
	with := func(name, value string) http.Header { return http.Header{"Host": host["Host"], name: {value}} }
	s := beyond(t, "")
	u, err := url.Parse(s.URL())
	if err != nil {
		t.Fatal(err)
	}
	token := u.Query().Get("token")
	if len(token) < minToken || u.Host != "192.0.2.7:8146" || !s.Guarded() {
		t.Fatalf("the address is %s", u)
	}
	if other := beyond(t, "").guard.token; other == token {
		t.Error("two servers have one token")
	}
	for _, path := range []string{"/", "/index.html", "/api/stream", "/api/history", "/api/incident", "/?token=", "/?token=" + token[1:], "/api/history?token=" + token} {
		if w := s.ask(http.MethodGet, path, "", host); w.Code != http.StatusUnauthorized || strings.Contains(w.Body.String(), token) {
			t.Errorf("%s without the token: %d %s", path, w.Code, w.Body)
		}
	}
	for _, h := range []http.Header{
		host, with("Cookie", s.guard.cookie()+"="), with("Cookie", s.guard.cookie()+"="+token), with("Authorization", "Bearer x"),
		with("Cookie", s.guard.cookie()+"="+s.guard.proof[1:]),
	} {
		if w := s.ask(http.MethodPost, "/api/press", `{"id":"1","button":"up","floor":1}`, h); w.Code != http.StatusUnauthorized {
			t.Errorf("a press with %v: %d", h, w.Code)
		}
	}

	w := s.ask(http.MethodGet, "/?token="+token, "", host)
	cookies := w.Result().Cookies()
	if w.Code != http.StatusOK || len(cookies) != 1 || strings.Contains(w.Body.String(), token) {
		t.Fatalf("the token was answered with %d, %v, %s", w.Code, cookies, w.Body)
	}
	c := cookies[0]
	if c.SameSite != http.SameSiteStrictMode || !c.HttpOnly || c.Path != "/" || strings.Contains(c.Value, token) {
		t.Errorf("the cookie is %v", c)
	}
	for _, h := range []http.Header{with("Cookie", c.Name+"="+c.Value), with("Authorization", "Bearer "+token)} {
		if w := s.ask(http.MethodGet, "/", "", h); w.Code != http.StatusOK {
			t.Errorf("the page with %v: %d", h, w.Code)
		}
		if w := s.ask(http.MethodPost, "/api/press", `{"id":"1","button":"up","floor":1}`, h); w.Code != http.StatusNoContent {
			t.Errorf("a press with %v: %d %s", h, w.Code, w.Body)
		}
	}
	if w := s.ask(http.MethodGet, "/", "", http.Header{"Host": {"evil.example"}, "Cookie": {c.Name + "=" + c.Value}}); w.Code != http.StatusMisdirectedRequest {
		t.Errorf("the cookie under another name: %d", w.Code)
	}
}

func TestTokenOfTheUser(t *testing.T) {
	const token = `sesam; "open" & sesam`
	s := beyond(t, token)
	u, err := url.Parse(s.URL())
	if err != nil || u.Query().Get("token") != token {
		t.Fatalf("the address is %s, %v", u, err)
	}
	w := s.ask(http.MethodGet, "/?"+u.RawQuery, "", http.Header{"Host": {"192.0.2.7:8146"}})
	if w.Code != http.StatusOK || len(w.Result().Cookies()) != 1 {
		t.Fatalf("%d", w.Code)
	}
	if _, err := Listen("127.0.0.1:0", Options{Source: newFake(), Token: "short"}); err == nil {
		t.Error("a short token is taken")
	}
	own := newServer(t, Options{Source: newFake(), Token: token})
	if w := own.ask(http.MethodGet, "/", "", nil); w.Code != http.StatusUnauthorized {
		t.Errorf("on this computer, with a token: %d", w.Code)
	}
}

// On this computer alone is what happens if nothing else is said.
func TestDefaultIsThisComputerAlone(t *testing.T) {
	for addr, want := range map[string]string{"": "127.0.0.1", "8146": "127.0.0.1", "localhost:1": "localhost", ":1": "", "[::1]": "::1", "::1": "::1", "0.0.0.0": "0.0.0.0"} {
		if host, _, err := splitAddr(addr); err != nil || host != want {
			t.Errorf("%q is at %q, %v", addr, host, err)
		}
	}
	for _, addr := range []string{"a:b:c", "127.0.0.1:70000", "x:-1", "99999", "x:http"} {
		if _, _, err := splitAddr(addr); err == nil {
			t.Errorf("%q is taken for an address", addr)
		}
	}
	if s := newServer(t, Options{Source: newFake()}); s.Guarded() || !strings.HasPrefix(s.URL(), "http://127.0.0.1:") {
		t.Errorf("%s, guarded %v", s.URL(), s.Guarded())
	}
}

func TestEveryAddressNeedsAToken(t *testing.T) {
	s, err := Listen("0.0.0.0:0", Options{Source: newFake()}) // no request is made, so nothing gets in
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if !s.Guarded() || !strings.Contains(s.URL(), "token=") || strings.Contains(s.URL(), "0.0.0.0") {
		t.Errorf("%s", s.URL())
	}
}

func TestSlowRequestsEnd(t *testing.T) {
	t.Parallel()
	s := newServer(t, Options{Source: newFake(), Hands: &hands{}})
	s.http.ReadHeaderTimeout, s.http.ReadTimeout = 100*time.Millisecond, 200*time.Millisecond
	serve(t, s)
	for _, start := range []string{
		"", "GET / HT", "GET / HTTP/1.1\r\nHost: localhost\r\nX: ",
		"POST /api/press HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{",
	} {
		c, err := net.Dial("tcp", s.listen.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.Write([]byte(start)); err != nil {
			t.Error(err)
		}
		if err := c.SetReadDeadline(time.Now().Add(patience)); err != nil {
			t.Error(err)
		}
		buf := make([]byte, 4096)
		for err == nil { // until the server hangs up
			_, err = c.Read(buf)
		}
		if e, ok := err.(net.Error); ok && e.Timeout() {
			t.Errorf("%q is waited for", start)
		}
		c.Close()
	}
}

// The limits that end slow requests must not end a stream.
func TestStreamsOutliveTheLimitsOfRequests(t *testing.T) {
	t.Parallel()
	f := newFake()
	s := newServer(t, Options{Source: f})
	s.http.ReadHeaderTimeout, s.http.ReadTimeout, s.http.WriteTimeout, s.http.IdleTimeout =
		50*time.Millisecond, 50*time.Millisecond, 50*time.Millisecond, 50*time.Millisecond
	serve(t, s)
	c := watch(t, s)
	for began, n := time.Now(), 0; time.Since(began) < time.Second; n++ {
		f.set(func(x *Frame) { x.Loss = n })
		c.must("frame")
	}
}

func TestTooManyConnectionsAreClosed(t *testing.T) {
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	const most = 5
	l := newLimited(inner, most)
	defer l.Close()
	ctx, cancel := context.WithCancel(context.Background())
	accepted := make(chan net.Conn, 100)
	go func() {
		defer cancel()
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			accepted <- c
		}
	}()
	var open []net.Conn
	for range 3 * most {
		c, err := net.Dial("tcp", inner.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		open = append(open, c)
	}
	for _, c := range open[most:] {
		c.SetReadDeadline(time.Now().Add(patience))
		if _, err := c.Read(make([]byte, 1)); err == nil || strings.Contains(err.Error(), "timeout") {
			t.Errorf("one too many was left open: %v", err)
		}
	}
	for range most {
		c := <-accepted
		c.Close()
		c.Close() // gives one place back
	}
	if l.open.Load() != 0 {
		t.Errorf("%d places are taken by nobody", l.open.Load())
	}
	c, err := net.Dial("tcp", inner.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	(<-accepted).Close()
	l.Close()
	<-ctx.Done()
}
