package host

import (
	"fmt"
	"log/slog"
	"net/netip"
	"strings"
	"time"

	"elevnet/bcast"
	"elevnet/internal/node"
)

// repeatAfter is how long a line that comes from remote bytes isn't repeated.
// What comes meanwhile is counted and told with the next line.
const repeatAfter = 10 * time.Second

// reporter turns what happens into lines for people: one for each change of
// situation.
type reporter struct {
	log      *slog.Logger
	rejects  map[rejection]*suppressed
	serverAt time.Time
	serverIs string
}

type rejection struct {
	why  string
	from netip.Addr
}

type suppressed struct {
	last  time.Time
	count int
}

// maxSources bounds how many senders are told apart.
const maxSources = 64

func newReporter(log *slog.Logger) *reporter {
	return &reporter{log: log, rejects: make(map[rejection]*suppressed)}
}

// what is said of a rejected datagram.
var rejectText = map[string]string{
	"oversized":      "dropped a datagram that is longer than any of ours",
	"other version":  "a node of another version is on the network: update one of them",
	"foreign":        "another program sends on our udp port: dropped what isn't ours",
	"malformed":      "dropped a malformed datagram",
	"other building": "nodes of another building are on the network: ignored",
	"other key":      "a node with another key is on the network: it isn't heard; give all nodes the same --key-file",
	"corrupted":      "dropped a corrupted datagram",
}

func (r *reporter) rejected(why string, from netip.Addr, detail string) {
	k := rejection{why, from}
	s := r.rejects[k]
	if s == nil {
		if len(r.rejects) >= maxSources {
			k.from = netip.Addr{} // too many to tell apart
		}
		if s = r.rejects[k]; s == nil {
			s = &suppressed{}
			r.rejects[k] = s
		}
	}
	s.count++
	if now := time.Now(); s.count == 1 || now.Sub(s.last) >= repeatAfter {
		s.last = now
		args := []any{"from", from.String(), "count", s.count}
		if detail != "" {
			args = append(args, "detail", detail)
		}
		level := slog.LevelWarn
		if why == "other building" {
			level = slog.LevelInfo
			if s.count > 1 {
				level = slog.LevelDebug
			}
		}
		r.log.Log(nil, level, rejectText[why], args...) //nolint:staticcheck // no context to pass
	}
}

// server says why the elevator server can't be reached: once for each reason,
// and again every ten seconds.
func (r *reporter) server(addr string, err error) {
	text, now := err.Error(), time.Now()
	if text == r.serverIs && now.Sub(r.serverAt) < repeatAfter {
		return
	}
	r.serverIs, r.serverAt = text, now
	r.log.Warn("no elevator server: start one there, or say where it is with --host and --port; trying on",
		"address", addr, "error", text)
}

func (r *reporter) network(c bcast.Change) {
	if c.Removed || c.Interface.Err != nil {
		r.log.Warn("network: " + c.String())
		return
	}
	r.log.Info("network: " + c.String())
}

// flush tells the counts that were held back.
func (r *reporter) flush() {
	for k, s := range r.rejects {
		if s.count > 1 {
			r.log.Info("datagrams dropped in all", "why", k.why, "count", s.count)
		}
	}
}

// notice says what the node noticed.
func (r *reporter) notice(n node.Notice, from netip.Addr) {
	at := ""
	if from.IsValid() {
		at = " at " + from.String()
	}
	log := r.log
	switch n.Kind {
	case node.Joined:
		if n.Count == 0 {
			log.Info("joined: no other node is heard yet, alone")
		} else {
			log.Info(fmt.Sprintf("joined: %s", counted(n.Count, "other node")))
		}
	case node.Restored:
		log.Info("restored " + counted(n.Count, "open call") + " from disk")
	case node.SavedUnreadable:
		log.Error("part of the saved state makes no sense and is left out", "error", n.Err)
	case node.PeerFound:
		log.Info(fmt.Sprintf("peer %s found%s", n.Peer, at))
	case node.PeerLost:
		log.Warn(fmt.Sprintf("peer %s lost%s", n.Peer, at))
	case node.Alone:
		log.Warn("alone: no other node is heard; calls are kept on this node's disk")
	case node.CallsReturned:
		log.Info("got back " + counted(n.Count, "open call") + " of this node from its peers")
	case node.DuplicateStays:
		log.Warn(fmt.Sprintf("id %s is also used by a node%s that was started later; it should end by itself", n.Peer, at))
	case node.DuplicateEnds:
		log.Error(fmt.Sprintf("id %s is in use by the node%s: this one ends; give each node an id of its own with --id", n.Peer, at))
	case node.OtherFloors:
		log.Warn(fmt.Sprintf("node %s%s has %d floors, this one has another number: it isn't heard; give all nodes the same --floors", n.Peer, at, n.Count))
	case node.OtherTimings:
		log.Warn(fmt.Sprintf("node %s%s has other door or travel times: assignments may differ; give all nodes the same", n.Peer, at))
	case node.TooManyNodes:
		log.Warn(fmt.Sprintf("more than %d nodes: not all are heard", n.Count), "node", string(n.Peer))
	case node.DiskFailed:
		log.Error("the disk doesn't store: calls are kept by peers alone until it does", "error", n.Err)
	case node.DiskWorks:
		log.Info("the disk stores again")
	case node.ServerFound:
		r.serverIs = ""
		log.Info("elevator server found")
	case node.ServerLost:
		log.Warn("elevator server lost: hall calls move to others")
	case node.Unavailable:
		log.Warn("unavailable for hall calls: " + strings.Join(n.Reasons.Names(), ", "))
	case node.Available:
		log.Info("available for hall calls")
	case node.Escalated:
		log.Warn(counted(n.Count, "hall call") + " waited too long: going there as well")
	}
}

func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
