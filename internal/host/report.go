package host

import (
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"net/netip"
	"slices"
	"strings"

	"elevnet/bcast"
	"elevnet/elevio"
	"elevnet/internal/node"
)

// reporter turns what happens into lines for people: one for each change of
// situation.
type reporter struct {
	log   *slog.Logger
	limit *limiter

	server    string // its address
	serverWhy string // why it isn't connected
	connected bool
	advisedBy string              // who decides: "it", the adviser, or "us"
	strangers map[netip.Addr]bool // whose datagrams were dropped
}

// maxStrangers bounds how many senders of what is dropped are told apart.
const maxStrangers = 32

func newReporter(log *slog.Logger, server string) *reporter {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &reporter{log: log, limit: newLimiter(log), server: server, strangers: make(map[netip.Addr]bool)}
}

// The reasons for which a datagram is dropped.
const (
	oversized     = "oversized"
	otherVersion  = "other version"
	foreign       = "foreign"
	malformed     = "malformed"
	otherBuilding = "other building"
	otherKey      = "other key"
	otherFloors   = "other floors"
	corrupted     = "corrupted"
	repeated      = "repeated" // a copy: harmless, and said nowhere
)

// rejectText is what is said of a datagram that was dropped.
var rejectText = map[string]string{
	oversized:     "dropped a datagram longer than any of ours",
	otherVersion:  "a node of another version is on the network and isn't heard: update one of the two",
	foreign:       "another program sends on our udp port: dropped",
	malformed:     "dropped a malformed datagram",
	otherBuilding: "a node of another building is on the network: ignored",
	otherKey:      "a node with another key is on the network and isn't heard: give all nodes the same --key-file",
	corrupted:     "dropped a corrupted datagram",
}

// rejected says that a datagram was dropped.
func (r *reporter) rejected(why string, from netip.Addr, detail string) {
	if !r.strangers[from] && len(r.strangers) < maxStrangers {
		r.strangers[from] = true
	}
	who := why
	if r.strangers[from] {
		who += " from " + from.String()
	}
	x := line{level: slog.LevelWarn, text: rejectText[why], args: []any{"from", from.String()}}
	if detail != "" {
		x.args = append(x.args, "detail", detail)
	}
	if why == otherBuilding {
		x.level = slog.LevelInfo
	}
	r.limit.event(who, x)
}

// dropped says at the end how much was dropped in all.
func (r *reporter) dropped(counts map[string]uint64) {
	var args []any
	for _, why := range slices.Sorted(maps.Keys(counts)) {
		if why != repeated {
			args = append(args, strings.ReplaceAll(why, " ", "-"), counts[why])
		}
	}
	if len(args) > 0 {
		r.log.Info("datagrams dropped in all", args...)
	}
}

// serverEvent notes why the elevator server isn't connected, nil if it is. If it
// was, the node will notice that it is lost, and that is said then.
func (r *reporter) serverEvent(err error) {
	if err == nil {
		return
	}
	r.serverWhy = err.Error()
	if r.connected {
		return
	}
	text := "no elevator server at " + r.server + ": start one" + r.simHint() + ", or see --host and --port; trying on"
	if errors.Is(err, elevio.ErrNonsense) || errors.Is(err, elevio.ErrSilent) {
		text = "no elevator server at " + r.server + ", but something else: see --host and --port; trying on"
	}
	r.limit.change("elevator server", line{
		level: slog.LevelWarn, text: text, args: []any{"error", r.serverWhy}, state: "not connected: " + r.serverWhy,
	})
}

// simHint is how to start a simulated elevator, if it would be on this computer.
func (r *reporter) simHint() string {
	host, port, err := net.SplitHostPort(r.server)
	if ip := net.ParseIP(host); err != nil || host != "localhost" && !ip.IsLoopback() {
		return ""
	}
	return ` (a simulated one: elevnet sim --port ` + port + `)`
}

// network says what became of the network interfaces.
func (r *reporter) network(before, after bcast.Status) {
	for _, c := range bcast.Changes(before, after) {
		x := line{level: slog.LevelInfo, text: "network: " + c.String(), state: "sending"}
		switch {
		case c.Removed:
			x.level, x.state = slog.LevelWarn, "gone"
		case c.Interface.Err != nil:
			x.level, x.state = slog.LevelWarn, c.Interface.Err.Error()
		}
		r.limit.change(fmt.Sprintf("network: %s %s", c.Interface.Name, c.Interface.Destination), x)
	}
	r.trouble("network: receiving", before.ReceiveErr, after.ReceiveErr)
	r.trouble("network: the list of interfaces", before.ListErr, after.ListErr)
}

// trouble says that an error has come or gone.
func (r *reporter) trouble(who string, before, after error) {
	switch {
	case after != nil && before == nil:
		r.limit.change(who, line{level: slog.LevelError, text: who + " fails", args: []any{"error", after}, state: "failing"})
	case after == nil && before != nil:
		r.limit.change(who, line{level: slog.LevelInfo, text: who + " works again", state: "working"})
	}
}

// adviser is the subject of who decides who takes which hall call.
const adviser = "the assigner that was given"

// stillNoAnswer is the subject of what else is wrong with it.
const stillNoAnswer = adviser + ": no answer"

// advised says whether the adviser's answers can be used.
func (r *reporter) advised(err error) {
	was := r.advisedBy
	if err == nil {
		if r.advisedBy = "it"; was != r.advisedBy {
			r.limit.cancel(stillNoAnswer)
			r.change(slog.LevelInfo, adviser, "decides", adviser+" decides who takes which hall call")
		}
		return
	}
	x := line{
		level: slog.LevelWarn, text: adviser + " gives no answer: the built-in one decides",
		args: []any{"error", err}, state: "gives no answer: " + err.Error(),
	}
	if r.advisedBy = "us"; was != r.advisedBy {
		r.limit.change(adviser, x)
		return
	}
	x.state = ""
	r.limit.event(stillNoAnswer, x)
}

// alone is the subject of having no peers.
const alone = "contact with other nodes"

// notice says what the node noticed.
func (r *reporter) notice(n node.Notice, from netip.Addr) {
	at := ""
	if from.IsValid() {
		at = " at " + from.String()
	}
	peer := "peer " + string(n.Peer)
	switch n.Kind {
	case node.Joined:
		if n.Count == 0 {
			r.log.Info("joined: no other node is heard yet; working alone")
		} else {
			r.log.Info("joined: " + counted(n.Count, "other node"))
		}
	case node.Restored:
		r.log.Info("restored " + counted(n.Count, "open call") + " from disk")
	case node.SavedUnreadable:
		r.log.Error("part of the saved state makes no sense and is left out", "error", n.Err)
	case node.PeerFound:
		r.limit.cancel(alone)
		r.change(slog.LevelInfo, peer, "found", peer+" found"+at)
	case node.PeerLost:
		r.change(slog.LevelWarn, peer, "lost", peer+" lost"+at)
	case node.Alone:
		r.change(slog.LevelWarn, alone, "none", "alone: no other node is heard; working on, and calls are kept on this node's disk")
	case node.CallsReturned:
		r.event(slog.LevelInfo, "calls returned", "got back "+counted(n.Count, "open call")+" of this node from its peers")
	case node.DuplicateStays:
		r.log.Warn(fmt.Sprintf("id %s is also used by a node%s that was started later; it should end by itself", n.Peer, at))
	case node.DuplicateEnds:
		r.log.Error(fmt.Sprintf("id %s is in use by the node%s: this one ends; give each node an id of its own with --id", n.Peer, at))
	case node.OtherFloors:
		r.change(slog.LevelWarn, "number of floors of node "+string(n.Peer), fmt.Sprint(n.Count),
			fmt.Sprintf("node %s%s has %d floors, this one has another number: it isn't heard; give all nodes the same --floors", n.Peer, at, n.Count))
	case node.OtherTimings:
		r.event(slog.LevelWarn, "timings of node "+string(n.Peer),
			fmt.Sprintf("node %s%s has other door or travel times: assignments may differ; give all nodes the same --door, --travel and --motor-timeout", n.Peer, at))
	case node.TooManyNodes:
		r.log.Warn(fmt.Sprintf("more than %d nodes: not all are heard", n.Count), "node", string(n.Peer))
	case node.DiskFailed:
		r.limit.change("disk", line{
			level: slog.LevelError, text: "the disk doesn't store: calls are kept by peers alone until it does",
			args: []any{"error", n.Err}, state: "failing",
		})
	case node.DiskWorks:
		r.change(slog.LevelInfo, "disk", "working", "the disk stores again")
	case node.ServerFound:
		r.connected = true
		r.change(slog.LevelInfo, "elevator server", "connected", "elevator server at "+r.server+" connected")
	case node.ServerLost:
		r.connected = false
		r.limit.change("elevator server", line{
			level: slog.LevelWarn, text: "elevator server lost: hall calls move to other nodes; connecting again",
			args: []any{"error", r.serverWhy}, state: "not connected: " + r.serverWhy,
		})
	case node.Unavailable:
		why := strings.Join(n.Reasons.Names(), ", ")
		r.change(slog.LevelWarn, "availability", "unavailable: "+why, "unavailable for hall calls: "+why)
	case node.Available:
		r.change(slog.LevelInfo, "availability", "available", "available for hall calls")
	case node.Escalated:
		r.event(slog.LevelWarn, "escalated", counted(n.Count, "hall call")+" waited too long: going there as well")
	}
}

func (r *reporter) change(level slog.Level, who, state, text string) {
	r.limit.change(who, line{level: level, text: text, state: state})
}

func (r *reporter) event(level slog.Level, who, text string) {
	r.limit.event(who, line{level: level, text: text})
}

func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
