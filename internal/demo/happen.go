package demo

import (
	"fmt"
	"strings"
	"time"

	"elevnet/internal/elevator"
	"elevnet/internal/web"
	"elevnet/worldview"
)

// What happens, as a page has it. All of this is called by whoever sees it happen,
// and only notes it.

// moment implements newsreader.
func (p *page) moment(m moment) {
	h := web.Happen{T: web.Millis(m.at), ID: nodeID(m.node)}
	switch m.kind {
	case buttonHeld:
		if !m.on {
			return
		}
		h.Kind = web.HappenPress
		h.Floor, h.Button = &m.floor, web.ButtonName(m.button)
	case lampChanged:
		h.Kind, h.On = web.HappenLamp, m.on
		h.Floor, h.Button, h.Ms = &m.floor, web.ButtonName(m.button), since(m)
	case doorChanged:
		h.Kind, h.On = web.HappenDoor, m.on
		if m.floor != elevator.NoFloor {
			h.Floor = &m.floor
		}
	case peerHolds:
		h.Kind, h.Peer = web.HappenHeld, nodeID(m.peer)
		h.Floor, h.Button, h.Ms = &m.floor, web.ButtonName(m.button), since(m)
	case callServed:
		h.Kind = web.HappenServed
		h.Floor, h.Button, h.Ms = &m.floor, web.ButtonName(m.button), since(m)
	case troubleBegan, troubleEnded:
		h.Kind = web.HappenHealed
		if m.kind == troubleBegan {
			h.Kind = web.HappenFault
		}
		t := m.trouble
		h.Why, h.Text = t.words(m.kind == troubleBegan)
		h.Text = title(h.Text) + "."
		switch t.kind {
		case lossy, blackout, anything:
			h.ID = ""
		case unlinked:
			h.Peer = nodeID(t.peer)
		}
	default:
		return
	}
	if m.kind == troubleBegan || m.kind == troubleEnded {
		p.tell(h)
		return
	}
	p.log.Add(h)
}

// tell notes what the nodes themselves can't know.
func (p *page) tell(h web.Happen) {
	p.log.Add(h)
	if p.note != nil {
		p.note(h)
	}
}

// since is the time since the press that a moment belongs to, nil if nobody saw
// it.
func since(m moment) *web.Ms {
	if m.since == 0 || m.since > m.at {
		return nil
	}
	ms := web.Millis(m.at - m.since)
	return &ms
}

// nodeID returns the id of a workspace: the nodes of a demonstration are numbered.
func nodeID(i int) string { return fmt.Sprint(i + 1) }

// caption implements newsreader.
func (p *page) caption(c caption) {
	h := web.Happen{T: web.Millis(c.at), Kind: web.HappenCaption, Text: c.text}
	if c.timed {
		ms := web.Millis(c.took)
		h.Ms = &ms
	}
	p.tell(h)
}

// cue tells of a scene.
func (p *page) cue(c cue) {
	if c.caption {
		p.caption(caption{at: c.at, text: c.text, took: c.took, timed: c.took > 0})
		return
	}
	p.mu.Lock()
	p.scene = c.scene.ID
	if c.step < 0 {
		p.scene = ""
	}
	p.mu.Unlock()
	p.tell(web.Happen{T: web.Millis(c.at), Kind: web.HappenScene, Scene: c.scene.ID, Step: &c.step, Text: c.text})
}

// line tells what a node logs.
func (p *page) line(l Line) {
	if l.Hand {
		return // told as a fault
	}
	p.log.Add(web.Happen{
		T: web.Millis(l.At.Sub(p.began)), Kind: web.HappenNotice, ID: string(l.Node), Text: l.Text, Why: levelText(l.Level),
	})
}

// sent implements newsreader.
func (p *page) sent(d *datagram) {
	calls := refs(d.news)
	if len(calls) == 0 && !p.mayBeat(d) {
		return
	}
	d.told = true
	p.log.Add(web.Happen{
		T: web.Millis(d.at), Kind: web.HappenSent, ID: nodeID(d.from), Seq: d.seq, Calls: calls, Text: newsText(d.from, calls),
	})
}

// mayBeat reports whether a datagram without news is told.
func (p *page) mayBeat(d *datagram) bool {
	if !p.watched.Load() {
		return false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	nodes := len(p.beats)
	pause := time.Second * time.Duration(nodes) / time.Duration(min(beatsPerSecond, max(1, beatWords/nodes)))
	if d.at-p.beats[d.from] < pause && p.beats[d.from] != 0 {
		return false
	}
	p.beats[d.from] = d.at
	return true
}

// fated implements newsreader.
func (p *page) fated(d *datagram, to int, at time.Duration, fate fate) {
	if !d.told {
		return
	}
	h := web.Happen{T: web.Millis(at), Kind: web.HappenLost, ID: nodeID(d.from), Peer: nodeID(to), Seq: d.seq}
	switch fate {
	case arrived:
		ms := web.Millis(at - d.at)
		h.Kind, h.Ms, h.Calls = web.HappenGot, &ms, refs(d.news)
	case lostCut:
		h.Why = web.LostToCut
	case lostLoss:
		h.Why = web.LostToLoss
	case lostDead:
		h.Why = web.LostToDead
	}
	p.log.Add(h)
}

// refs names the calls of some news, each once.
func refs(list []news) []web.Ref {
	var named []web.Ref
next:
	for _, n := range list {
		f, b := worldview.FloorButton(n.number)
		r := web.Ref{Button: web.ButtonName(b), Floor: f, Phase: web.PhaseOf(n.call)}
		if b == elevator.Cab {
			r.Owner = n.owner
		}
		for _, o := range named {
			if o == r {
				continue next
			}
		}
		named = append(named, r)
	}
	return named
}

// newsText says in words what a datagram says of calls for the first time.
func newsText(from int, calls []web.Ref) string {
	if len(calls) == 0 {
		return ""
	}
	const most = 3
	var parts []string
	for i, r := range calls {
		if i == most {
			parts = append(parts, fmt.Sprintf("%d more", len(calls)-most))
			break
		}
		name := fmt.Sprintf("%s %d", r.Button, r.Floor)
		if r.Owner != "" {
			name = fmt.Sprintf("cab %d of %s", r.Floor, r.Owner)
		}
		parts = append(parts, name+" "+r.Phase)
	}
	return fmt.Sprintf("node %s says: %s", nodeID(from), strings.Join(parts, ", "))
}

// words says what a trouble is, or that it is over, and what kind it is for the
// page.
func (t trouble) words(began bool) (kind, text string) {
	node := "node " + nodeID(t.node)
	either := func(yes, no string) string {
		if began {
			return yes
		}
		return no
	}
	switch t.kind {
	case died:
		return either(web.FaultKill, web.FaultRestart), node + either(" is killed", " starts again")
	case wiped:
		return web.FaultWipe, node + " starts again without its disk"
	case frozenNode:
		return either(web.FaultFreeze, web.FaultThaw), node + either(" is frozen", " goes on")
	case unplugged:
		what := " is cut off"
		switch {
		case !t.out:
			what = " is deaf"
		case !t.in:
			what = " is mute"
		}
		return web.FaultUnplug, node + either(what, " has its cable again")
	case unlinked:
		return web.FaultLink, node + either(" doesn't get", " gets again") + " what node " + nodeID(t.peer) + " sends"
	case lossy:
		return web.FaultLoss, fmt.Sprintf("the network loses %d %% of all datagrams", t.percent)
	case powerless:
		return web.FaultMotor, "elevator " + nodeID(t.node) + either(" has no motor power", " has motor power again")
	case obstructed:
		return web.FaultObstruct, "the door of elevator " + nodeID(t.node) + either(" is obstructed", " is free again")
	case serverless:
		return web.FaultServer, "the elevator server of " + node + either(" is gone", " is back")
	case stopped:
		return web.FaultStop, "the stop button of elevator " + nodeID(t.node) + either(" is pressed: stop", " is pressed: go on")
	case blackout:
		return web.FaultPowerCut, either("power cut: all nodes are killed", "the power is back: all nodes start again")
	}
	return web.FaultHealAll, "everything is mended"
}
