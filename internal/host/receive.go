package host

import (
	"errors"
	"net/netip"
	"time"

	"elevnet/bcast"
	"elevnet/internal/node"
	"elevnet/worldview"
)

// receive hands on what the network brings, until the transport is closed.
func (h *Host) receive() {
	r := receiver{
		host:   h,
		opener: bcast.NewSealer(h.opts.Key),
		// One byte more than is ever sent, to tell what is too long.
		buf: make([]byte, worldview.Limit+1),
	}
	for {
		n, from, err := h.opts.Transport.Receive(r.buf)
		if err != nil {
			return
		}
		r.take(r.buf[:n], from)
	}
}

// receiver takes datagrams apart. It belongs to one goroutine.
type receiver struct {
	host   *Host
	opener *bcast.Sealer
	dec    worldview.Decoder
	buf    []byte
	last   [lastSeen]sighting // to pass over what comes by two ways
	turn   int
}

// lastSeen is how many datagrams are remembered. On one computer each arrives
// by loopback and by every other interface.
const lastSeen = 64

type sighting struct{ boot, seq uint64 }

// take is rule 14 as far as bytes are concerned: what isn't ours is dropped,
// counted, and said now and then.
func (r *receiver) take(b []byte, from netip.AddrPort) {
	h := r.host
	if _, _, ok := bcast.ParseProbe(b); ok {
		return // somebody examines the network: see package doctor
	}
	if len(b) > worldview.Limit {
		h.reject(oversized, len(b), from, "")
		return
	}
	payload, ok := r.opener.Open(b)
	if !ok {
		r.diagnose(b, from)
		return
	}
	m, err := r.dec.Decode(payload)
	var version worldview.VersionError
	switch {
	case errors.As(err, &version):
		h.reject(otherVersion, len(b), from, err.Error())
	case errors.Is(err, worldview.ErrForeign):
		h.reject(foreign, len(b), from, "")
	case err != nil:
		h.reject(malformed, len(b), from, err.Error())
	case m.Building != worldview.HashBuilding(h.opts.Node.Building):
		h.reject(otherBuilding, len(b), from, "")
	case m.Boot == h.opts.Node.Boot: // this node's own
	case r.seen(sighting{m.Boot, m.Seq}):
		h.count(repeated, len(b), from)
	default:
		h.hear(m, payload, len(b), from)
	}
}

// hear hands a datagram to the node.
func (h *Host) hear(m *worldview.Message, payload []byte, size int, from netip.AddrPort) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if m.Floors == h.opts.Node.Elevator.Floors {
		h.got.Datagrams++
		h.got.Bytes += uint64(size)
	} else {
		h.drop[otherFloors]++ // by the node, which says so
	}
	h.stepLocked(node.Event{Kind: node.Datagram, Message: m}, sender{m.ID, from, payload})
	// Only of nodes that were taken in: anybody can send any number of ids.
	if _, known := h.node.Worldview().Lookup(m.ID); known && h.seen[m.ID] != from {
		h.seen[m.ID] = from
	}
}

// seen reports whether a datagram was received before, not long ago.
func (r *receiver) seen(s sighting) bool {
	for _, old := range r.last {
		if old == s {
			return true
		}
	}
	r.last[r.turn] = s
	r.turn = (r.turn + 1) % lastSeen
	return false
}

// diagnose says why a datagram's trailer isn't right.
func (r *receiver) diagnose(b []byte, from netip.AddrPort) {
	h := r.host
	head, err := r.dec.Peek(b)
	var version worldview.VersionError
	switch {
	case errors.As(err, &version):
		h.reject(otherVersion, len(b), from, err.Error())
	case errors.Is(err, worldview.ErrForeign):
		h.reject(foreign, len(b), from, "")
	case err == nil && head.Building != worldview.HashBuilding(h.opts.Node.Building):
		h.reject(otherBuilding, len(b), from, "")
	case err == nil && head.KeyID != h.opts.Node.KeyID:
		h.reject(otherKey, len(b), from, string(head.ID))
	default:
		h.reject(corrupted, len(b), from, "")
	}
}

// reject counts a datagram that is dropped.
func (h *Host) reject(why string, size int, from netip.AddrPort, detail string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.dropLocked(why, size, from)
	if !h.over {
		h.log.rejected(why, from.Addr(), detail)
	}
}

// count counts a datagram that is dropped and not worth a word.
func (h *Host) count(why string, size int, from netip.AddrPort) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.dropLocked(why, size, from)
}

func (h *Host) dropLocked(why string, size int, from netip.AddrPort) {
	h.drop[why]++
	if h.opts.Tap != nil {
		h.opts.Tap.Dropped(TapDrop{At: time.Since(h.began), From: from, Reason: why, Bytes: size})
	}
}
