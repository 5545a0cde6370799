package cli

import (
	"context"
	"log/slog"
	"strconv"
	"strings"

	"elevnet/internal/host"
	"elevnet/internal/record"
	"elevnet/internal/web"
)

// pageRecord is how many bytes of recording the page of a node keeps in memory,
// for somebody who wants to see again what has just happened.
const pageRecord = 16 << 20

// pageFlags say where the page of a node is served.
type pageFlags struct {
	addr  *pageAddr
	token *string
}

func addPageFlags(f *flags) pageFlags {
	addr := new(pageAddr)
	f.Var(addr, "http", "ADDR: serve a page with what this node knows; without an address at "+web.DefaultAddr)
	return pageFlags{
		addr:  addr,
		token: f.String("http-token", "", "TOKEN: that a browser must know; beyond this computer one is made if none is given"),
	}
}

// pageAddr is the value of a flag that may stand alone.
type pageAddr struct {
	on   bool
	addr string
}

// String implements flag.Value.
func (a *pageAddr) String() string {
	if a == nil || !a.on {
		return ""
	}
	return a.addr
}

// Set implements flag.Value.
func (a *pageAddr) Set(s string) error {
	switch s {
	case "true":
		*a = pageAddr{on: true}
	case "false", "none":
		*a = pageAddr{}
	default:
		*a = pageAddr{on: true, addr: s}
	}
	return nil
}

// IsBoolFlag lets it stand alone.
func (a *pageAddr) IsBoolFlag() bool { return true }

// joinPageAddr joins --http and the address behind it to one argument, since a
// flag that may stand alone takes none.
func joinPageAddr(args []string) []string {
	var joined []string
	for i := 0; i < len(args); i++ {
		if (args[i] == "--http" || args[i] == "-http") && i+1 < len(args) && !strings.HasPrefix(args[i+1], "-") {
			joined = append(joined, args[i]+"="+args[i+1])
			i++
			continue
		}
		joined = append(joined, args[i])
	}
	return joined
}

// nodePage is the page of a node; nil if it has none.
type nodePage struct {
	source *web.NodeSource
	server *web.Server
	ring   *record.Ring
	log    *slog.Logger
	ended  chan struct{}
	cancel context.CancelFunc
}

// open opens the page of the node that opts describe, and adds to opts what it
// wants to be told.
func (p pageFlags) open(opts *host.Options, network networkFlags) (*nodePage, error) {
	if !p.addr.on {
		return nil, nil
	}
	where := "real UDP, port " + strconv.Itoa(*network.udpPort)
	if *network.local {
		where += ", on this computer alone"
	}
	log := opts.Log
	n := &nodePage{
		source: web.NewNodeSource(web.NodeOptions{
			ID: opts.Node.ID, Program: versionText(), Building: opts.Node.Building, Network: where, Elevator: opts.Node.Elevator,
		}),
		ring: record.NewRing(record.Options{
			Limit: pageRecord, Program: versionText(), Warn: func(text string) { log.Warn(text) },
		}),
		log: log,
	}
	var err error
	n.server, err = web.Listen(p.addr.addr, web.Options{
		Source: n.source, Token: *p.token,
		Incidents: n.ring.Incidents(n.source.Hello().StartedAt),
	})
	if err != nil {
		n.endRing()
		return nil, usage("--http: %v", err)
	}
	opts.Tap = host.Taps(opts.Tap, n.source.Tap(), n.ring.Tap())
	opts.Log = slog.New(n.source.Logs(opts.Log.Handler()))
	return n, nil
}

// serve serves the page until close.
func (n *nodePage) serve(h *host.Host) {
	if n == nil {
		return
	}
	n.source.Attach(h)
	text := "page"
	if n.server.Guarded() {
		text = "page, for everybody who knows this address"
	}
	var more []any
	if p := n.server.Moved(); p != 0 {
		more = []any{"taken", p}
	}
	n.log.Info(text, append([]any{"url", n.server.URL()}, more...)...)
	var ctx context.Context
	ctx, n.cancel = context.WithCancel(context.Background())
	n.ended = make(chan struct{})
	go func() {
		defer close(n.ended)
		if err := n.server.Serve(ctx); err != nil {
			n.log.Error("the page has ended; the node goes on", "error", err)
		}
	}()
}

// close ends the page.
func (n *nodePage) close() {
	if n == nil {
		return
	}
	if n.cancel == nil {
		_ = n.server.Close() // nobody was served
	} else {
		n.cancel()
		<-n.ended
	}
	n.endRing()
}

func (n *nodePage) endRing() {
	if err := n.ring.Close(); err != nil {
		n.log.Warn("the recording for the page", "error", err)
	}
}
