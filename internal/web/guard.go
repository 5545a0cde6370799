package web

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"mime"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
)

// guard decides who may talk to the server, before anything else is done.
//
//   - The Host header must name the server as its user does: on this computer
//     alone, an address or name of this computer; elsewhere an address, or the
//     name that was given. So another site can't make a browser take this server
//     for its own (DNS rebinding).
//   - Requests that another site made a browser send are refused, by
//     Sec-Fetch-Site and by Origin; only the page itself may be opened by a link.
//     A request without both doesn't come from a browser of these days.
//   - An order must be JSON by its Content-Type, which no form of another site
//     can send.
//   - Where others than this computer reach the server, and wherever a token was
//     given, one must know the token. It comes once, in the address that the
//     program prints; then a cookie holds it that only this site gets.
type guard struct {
	addr     netip.AddrPort
	name     string // that was given for the host; "" if it was an address
	loopback bool
	token    string // "" if none is needed
	hash     [sha256.Size]byte
	proof    string // what the cookie holds: it doesn't tell the token
}

// minToken is the shortest token.
const minToken = 16

// newGuard returns the guard of a server that listens at an address, for which
// the user wrote host.
func newGuard(at net.Addr, host, token string) (guard, error) {
	tcp, ok := at.(*net.TCPAddr)
	if !ok {
		return guard{}, fmt.Errorf("web: %v isn't a TCP address", at)
	}
	addr := tcp.AddrPort()
	g := guard{addr: netip.AddrPortFrom(addr.Addr().Unmap().WithZone(""), addr.Port()), token: token}
	g.loopback = g.addr.Addr().IsLoopback()
	if _, err := netip.ParseAddr(host); err != nil {
		g.name = strings.ToLower(host)
	}
	if g.token == "" && !g.loopback {
		g.token = rand.Text()
	}
	g.hash = sha256.Sum256([]byte(g.token))
	g.proof = fmt.Sprintf("%x", sha256.Sum256([]byte("cookie of "+g.token)))
	return g, nil
}

// url returns the address to open in a browser.
func (g *guard) url() string {
	host := g.addr.Addr().String()
	switch {
	case g.name != "":
		host = g.name
	case g.addr.Addr().IsUnspecified():
		host = outward()
	}
	u := url.URL{Scheme: "http", Host: net.JoinHostPort(host, strconv.Itoa(int(g.addr.Port()))), Path: "/"}
	if g.token != "" {
		u.RawQuery = url.Values{"token": {g.token}}.Encode()
	}
	return u.String()
}

// outward returns an address of this computer by which others may reach it.
func outward() string {
	addrs, err := net.InterfaceAddrs()
	if err == nil {
		for _, a := range addrs {
			if n, ok := a.(*net.IPNet); ok && n.IP.IsGlobalUnicast() && n.IP.To4() != nil {
				return n.IP.String()
			}
		}
	}
	return "localhost"
}

// cookie is the name of the cookie. Servers on several ports of one computer
// share its cookies.
func (g *guard) cookie() string { return "elevnet_" + strconv.Itoa(int(g.addr.Port())) }

// wrap returns h behind the guard.
func (g *guard) wrap(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		g.headers(w.Header())
		if code, err := g.check(r); err != nil {
			fail(w, code, err.Error())
			return
		}
		if g.token != "" {
			switch {
			case r.Method == http.MethodGet && r.URL.Path == "/" && r.URL.Query().Has("token"):
				g.exchange(w, r)
				return
			case !g.knows(r):
				fail(w, http.StatusUnauthorized, "open the address that the program printed: it holds a token")
				return
			}
		}
		h.ServeHTTP(w, r)
	})
}

// headers tell browsers what the page may do: nothing beyond this server.
func (g *guard) headers(h http.Header) {
	h.Set("Content-Security-Policy", "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
}

var (
	errHost    = errors.New("this server has another name: open it by the address that the program printed")
	errForeign = errors.New("another site asks: refused")
	errOrigin  = errors.New("the order comes from another page: refused")
	errMedia   = errors.New("an order must be application/json")
)

// check looks at who asks.
func (g *guard) check(r *http.Request) (int, error) {
	if !g.isHost(r.Host) {
		return http.StatusMisdirectedRequest, errHost
	}
	api := strings.HasPrefix(r.URL.Path, "/api/")
	site := r.Header.Get("Sec-Fetch-Site")
	reads := r.Method == http.MethodGet || r.Method == http.MethodHead
	if site != "" && site != "same-origin" && !(site == "none" && reads) && !g.isVisit(r, api) {
		return http.StatusForbidden, errForeign
	}
	if origins := r.Header.Values("Origin"); len(origins) > 0 && !(len(origins) == 1 && origins[0] == "http://"+r.Host) {
		return http.StatusForbidden, errOrigin
	}
	if reads {
		return 0, nil
	}
	if media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || media != "application/json" {
		return http.StatusUnsupportedMediaType, errMedia
	}
	return 0, nil
}

// isVisit reports whether somebody follows a link of another site to the page.
func (g *guard) isVisit(r *http.Request, api bool) bool {
	return r.Method == http.MethodGet && !api && r.Header.Get("Sec-Fetch-Mode") == "navigate" &&
		r.Header.Get("Sec-Fetch-Dest") == "document"
}

// isHost reports whether a Host header means this server. Its port may be
// another one: that of a tunnel.
func (g *guard) isHost(host string) bool {
	name := host
	if h, port, err := net.SplitHostPort(host); err == nil {
		if !isNumber(port) {
			return false
		}
		name = h
	} else {
		name = strings.TrimSuffix(strings.TrimPrefix(name, "["), "]")
	}
	name = strings.ToLower(name)
	if name == "localhost" || name != "" && name == g.name {
		return true
	}
	addr, err := netip.ParseAddr(name)
	if err != nil {
		return false
	}
	return !g.loopback || addr.Unmap().IsLoopback()
}

// is compares a token with the right one, in a time that doesn't depend on it.
func (g *guard) is(token string) bool {
	h := sha256.Sum256([]byte(token))
	return subtle.ConstantTimeCompare(h[:], g.hash[:]) == 1
}

// knows reports whether a request holds the token.
func (g *guard) knows(r *http.Request) bool {
	if token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		return g.is(token)
	}
	c, err := r.Cookie(g.cookie())
	return err == nil && subtle.ConstantTimeCompare([]byte(c.Value), []byte(g.proof)) == 1
}

// exchange takes the token out of the address and into a cookie. The next step
// is made by a page of this site, because a strict cookie doesn't come along
// where another site, or a mail, had the link.
func (g *guard) exchange(w http.ResponseWriter, r *http.Request) {
	if !g.is(r.URL.Query().Get("token")) {
		fail(w, http.StatusUnauthorized, "this token isn't, or no longer, the right one")
		return
	}
	http.SetCookie(w, &http.Cookie{
		Name: g.cookie(), Value: g.proof, Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode,
	})
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write([]byte("<!doctype html><title>elevnet</title><meta http-equiv=\"refresh\" content=\"0; url=/\"><a href=\"/\">elevnet</a>\n"))
}
