package doctor

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"runtime"
	"slices"
	"sync"
	"time"

	"elevnet/bcast"
	"elevnet/worldview"
)

const (
	portCheck      = "udp port"
	broadcastCheck = "broadcast"

	// probeEvery is the time between two probes; ten a second are half a
	// kilobyte.
	probeEvery = 100 * time.Millisecond
	// jump is how far the clock may move by itself while we listen. One that
	// is being corrected gently gains half a millisecond a second.
	jump = 50 * time.Millisecond
)

// examineNetwork listens for a while, and looks at whether probes come back.
// It closes the transport. held is told once who runs the node on this computer.
func examineNetwork(ctx context.Context, f *findings, o Options, held <-chan string) {
	if o.KeyErr != nil {
		f.add(keyCheck, Fail, "see --key-file", "%v", o.KeyErr)
	}
	if o.TransportErr != nil {
		f.add(portCheck, Fail, "", "%v", o.TransportErr)
	}
	if o.Transport == nil {
		return
	}
	e := &ears{options: o, opener: bcast.NewSealer(o.Key), peers: newPeers(o), back: make(map[netip.Addr]*echo), doctors: make(map[netip.Addr]bool)}
	e.sent = make(map[uint32]time.Time)
	var receiving sync.WaitGroup
	receiving.Go(e.receive)
	began := time.Now()
	e.probe(ctx)
	ended := time.Now()
	status := o.Transport.Status()
	_ = o.Transport.Close()
	receiving.Wait()

	f.add(portCheck, OK, "", "%d is open", o.Port)
	e.broadcastFindings(f, status)
	e.peers.findings(f, e, status, <-held)
	// What the clock on the wall shows, less what has really passed.
	if off := ended.Round(0).Sub(began.Round(0)) - ended.Sub(began); off.Abs() > jump {
		f.add(clockCheck, Warn, "something sets this computer's clock in jumps: see to its time service", "it jumped by %s while we listened", brief(off))
	}
}

// ears is what is heard on the port.
type ears struct {
	options Options
	opener  *bcast.Sealer
	peers   *peers

	mu      sync.Mutex
	sent    map[uint32]time.Time
	back    map[netip.Addr]*echo // own probes, by the address that they came from
	doctors map[netip.Addr]bool  // where others examine at this moment
}

// echo is what came back from one interface.
type echo struct {
	count    uint32
	quickest time.Duration
}

// probe sends probes for as long as we listen.
func (e *ears) probe(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, e.options.Listen)
	defer cancel()
	tick := time.NewTicker(probeEvery)
	defer tick.Stop()
	for number := uint32(1); ; number++ {
		b := bcast.AppendProbe(nil, e.options.Nonce, number)
		e.mu.Lock()
		e.sent[number] = time.Now()
		e.mu.Unlock()
		_, _ = e.options.Transport.Send(b) // what can't be sent on shows in the status
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

func (e *ears) receive() {
	buf := make([]byte, worldview.Limit+1)
	for {
		n, from, err := e.options.Transport.Receive(buf)
		if err != nil {
			return
		}
		now := time.Now()
		if nonce, number, ok := bcast.ParseProbe(buf[:n]); ok {
			e.probeBack(nonce, number, from.Addr().Unmap(), now)
			continue
		}
		e.peers.take(e.opener, buf[:n], from.Addr().Unmap(), now)
	}
}

// maxSenders bounds how many senders are told apart.
const maxSenders = 64

func (e *ears) probeBack(nonce uint64, number uint32, from netip.Addr, now time.Time) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if nonce != e.options.Nonce {
		if len(e.doctors) < maxSenders {
			e.doctors[from] = true
		}
		return
	}
	sent, ok := e.sent[number]
	if !ok {
		return
	}
	x := e.back[from]
	if x == nil {
		if len(e.back) >= maxSenders {
			return
		}
		x = &echo{quickest: now.Sub(sent)}
		e.back[from] = x
	}
	x.count++
	x.quickest = min(x.quickest, now.Sub(sent))
}

// broadcastFindings says on which interfaces what is sent comes back.
func (e *ears) broadcastFindings(f *findings, status bcast.Status) {
	if status.ListErr != nil {
		f.add(broadcastCheck, Warn, "", "the network interfaces can't be listed: %v", status.ListErr)
	}
	if status.ReceiveErr != nil {
		f.add(broadcastCheck, Fail, "", "nothing can be received: %v", status.ReceiveErr)
	}
	for _, i := range status.Interfaces {
		where := fmt.Sprintf("%s %s", i.Name, i.Destination)
		x := e.back[i.Source]
		switch {
		case i.Err != nil && i.Loopback:
			f.add(broadcastCheck, Fail, "switch the loopback interface on", "%s: %v", where, i.Err)
		case errors.Is(i.Err, bcast.ErrDown) || errors.Is(i.Err, bcast.ErrNoCarrier):
			f.add(broadcastCheck, Warn, "plug the cable in, if nodes are to be reached this way", "%s: %v", where, i.Err)
		case i.Err != nil:
			f.add(broadcastCheck, Fail, firewallHint(e.options.Port, runtime.GOOS), "%s: can't be sent on: %v", where, i.Err)
		case x == nil:
			f.add(broadcastCheck, Fail, firewallHint(e.options.Port, runtime.GOOS), "%s: what is sent doesn't come back: a firewall holds it up", where)
		case uint32(len(e.sent)) > 2*x.count:
			f.add(broadcastCheck, Warn, "", "%s: only %d of %d datagrams came back", where, x.count, len(e.sent))
		default:
			f.add(broadcastCheck, OK, "", "%s: comes back after %s", where, brief(x.quickest))
		}
	}
	if !e.options.Local && !slices.ContainsFunc(status.Interfaces, func(i bcast.Interface) bool { return !i.Loopback }) {
		f.add(broadcastCheck, Warn, "connect this computer to the network of the others; or say --local", "there is no network: nodes on this computer alone are heard")
	}
}

// firewallHint says how to let datagrams through.
func firewallHint(port int, goos string) string {
	switch goos {
	case "windows":
		return fmt.Sprintf("let elevnet through Windows Defender Firewall, on private and public networks, or open udp port %d", port)
	case "darwin":
		return fmt.Sprintf("let elevnet through in System Settings, Network, Firewall (udp port %d)", port)
	default:
		return fmt.Sprintf("let udp port %d through: sudo ufw allow %d/udp, or sudo firewall-cmd --add-port=%d/udp, or see sudo iptables -L and sudo nft list ruleset", port, port, port)
	}
}
