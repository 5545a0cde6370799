package record

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"time"

	"elevnet/internal/elevator"
	"elevnet/internal/host"
	"elevnet/internal/node"
	"elevnet/internal/web"
	"elevnet/worldview"
)

// scene is what a recording shows at one moment: the nodes, run again up to it,
// and what was seen of them from outside.
type scene struct {
	player *Player
	rerun  *Rerun
	actors map[*Track]*actor
	seen   *web.Frame // the last one that was recorded
	now    int64
	flying map[flight]*datagram
	log    []web.Happen
}

// actor is one track in a scene.
type actor struct {
	run     *Run
	in      elevator.Inputs
	out     elevator.Outputs
	floor   int   // the last that was seen
	left    int64 // when its sensor was left, 0 while it is on it
	last    int64 // moment of the last record
	over    bool
	viewer  web.Viewer
	witness *web.NodeSource
	rates   rates
	// for what was sent, and what was received if the node isn't run again
	sent, received worldview.Decoder
}

// flight names a datagram that was told as sent.
type flight struct {
	id  elevator.ID
	seq uint64
}

type datagram struct {
	sent int64
	to   map[elevator.ID]bool // who has not got it yet
}

// lostAfter is when a datagram that a recorded node has not got counts as lost.
const lostAfter = int64(400 * time.Millisecond)

// rates counts what goes through a node in each second.
type rates struct {
	second int64
	now    web.Rates
	last   web.Rates
}

func (r *rates) at(moment int64) *web.Rates {
	switch second := moment / int64(time.Second); {
	case second == r.second+1:
		r.last, r.second = r.now, second
		r.now = web.Rates{Dropped: r.last.Dropped}
	case second != r.second:
		r.second = second
		r.now = web.Rates{Dropped: r.now.Dropped}
		r.last = r.now
	}
	return &r.now
}

func (p *Player) newScene() *scene {
	return &scene{
		player: p, rerun: &Rerun{Policy: p.policy}, actors: make(map[*Track]*actor), flying: make(map[flight]*datagram),
	}
}

// feed lets a record happen.
func (s *scene) feed(rec *Record) {
	run := s.rerun.Feed(rec)
	if rec.Moment > s.now {
		s.now = rec.Moment
	}
	if rec.Kind == Noted {
		s.note(rec)
	}
	if run == nil {
		return
	}
	a := s.actors[rec.Track]
	if a == nil {
		a = s.enter(rec.Track, run)
	}
	if rec.Moment > 0 {
		a.last = max(a.last, rec.Moment)
	}
	switch rec.Kind {
	case Started:
		if rec.Fresh {
			s.happen(rec.Moment, web.Happen{Kind: web.HappenNotice, ID: string(rec.Track.Node.ID), Text: "starts", Why: "info"})
		}
	case Stepped:
		s.step(a, rec)
	case Dropped:
		if r := a.rates.at(rec.Moment); rec.Drop.Reason != "repeated" {
			r.Dropped += int(min(rec.Times, 1<<30))
		}
	case Ended:
		a.over = true
		text := "ends"
		if rec.End.Crashed {
			text = "crashes"
		}
		s.happen(rec.Moment, web.Happen{Kind: web.HappenNotice, ID: string(rec.Track.Node.ID), Text: text, Why: "warn"})
	}
}

// enter adds a track.
func (s *scene) enter(t *Track, run *Run) *actor {
	a := &actor{run: run, in: elevator.Inputs{Floor: elevator.NoFloor}, out: elevator.Outputs{Indicator: elevator.NoFloor}, last: t.Began}
	s.actors[t] = a
	a.witness = web.NewNodeSource(web.NodeOptions{ID: t.Node.ID, Elevator: t.Node.Elevator})
	// Its times count from when it was made; here they are to count from the
	// beginning of the recording.
	a.witness.Tap().Started(host.TapStart{Node: t.Node, Began: a.witness.Hello().StartedAt.Add(time.Duration(t.Began - s.player.start))})
	return a
}

// step takes in a step and what a witness tells of it.
func (s *scene) step(a *actor, rec *Record) {
	x := &rec.Step
	if x.Event.Kind == node.Inputs {
		a.look(x.Event.Inputs, rec.Moment)
	}
	a.out = x.Outputs
	tap := host.TapStep{At: rec.At, Event: x.Event, From: x.From, Received: x.Received, Sent: x.Sent, Over: x.Over}
	tap.Actions.Outputs = x.Outputs
	r := a.rates.at(rec.Moment)
	id := rec.Track.Node.ID
	if x.Received != nil {
		r.Got++
		r.GotBytes += len(x.Received)
		m := a.run.message(rec)
		if m == nil {
			m, _ = a.received.Decode(x.Received)
		}
		if tap.Event.Message = m; m != nil {
			s.arrived(flight{m.ID, m.Seq}, id)
		} else {
			tap.Event.Kind = node.Tick
		}
	}
	if x.Sent != nil {
		r.Sent++
		r.SentBytes += len(x.Sent)
		if m, err := a.sent.Decode(x.Sent); err == nil {
			tap.Actions.Message = m
		}
	}
	a.witness.Tap().Stepped(&tap)
	for _, h := range a.witness.Happens() {
		if h.Kind == web.HappenSent {
			s.sent(id, h.Seq, rec.Moment)
		}
		s.log = append(s.log, h)
	}
	for _, n := range x.Notices {
		s.happen(rec.Moment, web.Happen{Kind: web.HappenNotice, ID: string(id), Text: oneLine(noticeText(n)), Why: "info"})
	}
	if x.Exit != nil {
		s.happen(rec.Moment, web.Happen{Kind: web.HappenNotice, ID: string(id), Text: oneLine(x.Exit.Error()), Why: "error"})
	}
	s.losses()
}

// message returns the datagram of the step that was run last, if it was run.
func (r *Run) message(rec *Record) *worldview.Message {
	if r.Node == nil || rec.Step.Event.Kind != node.Datagram {
		return nil
	}
	return r.Event.Message
}

// sent notes a datagram that is shown, and who is there to get it.
func (s *scene) sent(id elevator.ID, seq uint64, at int64) {
	d := &datagram{sent: at, to: make(map[elevator.ID]bool)}
	for t, a := range s.actors {
		if t.Node.ID != id && s.alive(t, a) {
			d.to[t.Node.ID] = true
		}
	}
	s.flying[flight{id, seq}] = d
}

func (s *scene) arrived(f flight, at elevator.ID) {
	if d := s.flying[f]; d != nil {
		delete(d.to, at)
	}
}

// losses tells which datagrams that are shown never arrived.
func (s *scene) losses() {
	for f, d := range s.flying {
		if s.now-d.sent < lostAfter {
			continue
		}
		delete(s.flying, f)
		var to []elevator.ID
		for id := range d.to {
			to = append(to, id)
		}
		slices.Sort(to)
		for _, id := range to {
			s.happen(d.sent, web.Happen{Kind: web.HappenLost, ID: string(f.id), Peer: string(id), Seq: f.seq, Why: s.why(f.id, id)})
		}
	}
}

// why says what is known of why a datagram was lost.
func (s *scene) why(from, to elevator.ID) string {
	if s.seen != nil {
		for _, w := range s.seen.Workspaces {
			if w.ID == from && w.CutOut || w.ID == to && (w.CutIn || slices.Contains(w.CutFrom, from)) {
				return web.LostToCut
			}
		}
	}
	return web.LostToLoss
}

func (s *scene) happen(moment int64, h web.Happen) {
	h.T = s.player.ms(moment)
	s.log = append(s.log, h)
}

// note takes in what nodes can't know. What the nodes tell by themselves isn't
// told twice.
func (s *scene) note(rec *Record) {
	switch rec.noteKind {
	case noteHappen:
		var h web.Happen
		if json.Unmarshal(rec.Note, &h) != nil {
			return
		}
		switch h.Kind {
		case web.HappenFault, web.HappenHealed, web.HappenCaption, web.HappenScene:
			s.happen(rec.Moment, h)
		}
	case noteFrame:
		var f web.Frame
		if json.Unmarshal(rec.Note, &f) == nil {
			s.seen = &f
		}
	}
}

// look takes in what the elevator server shows.
func (a *actor) look(in elevator.Inputs, moment int64) {
	a.in = in
	switch {
	case !in.Connected:
	case in.Floor != elevator.NoFloor:
		a.floor, a.left = in.Floor, 0
	case a.left == 0:
		a.left = moment
	}
}

// alive reports whether a track runs now. One that was killed says nothing of it:
// its records end.
func (s *scene) alive(t *Track, a *actor) bool {
	return !a.over && t.Began <= s.now && s.now <= s.player.ends[t]+int64(time.Second)
}

// frame returns what there is to see now.
func (s *scene) frame() *web.Frame {
	f := &web.Frame{T: s.player.ms(s.now)}
	if s.seen != nil {
		f.Loss, f.Traffic, f.Chaos, f.Scene, f.Figures = s.seen.Loss, s.seen.Traffic, s.seen.Chaos, s.seen.Scene, s.seen.Figures
	}
	for _, id := range s.player.ids {
		w := s.workspace(id)
		if s.seen != nil {
			if k := slices.IndexFunc(s.seen.Workspaces, func(o web.Workspace) bool { return o.ID == id }); k >= 0 {
				o := &s.seen.Workspaces[k]
				w.Pos, w.Physical, w.Motor, w.Server, w.Frozen = o.Pos, o.Physical, o.Motor, o.Server, o.Frozen
				w.Alive = w.Alive && o.Alive
				w.CutIn, w.CutOut = o.CutIn, o.CutOut
				if o.CutFrom != nil {
					w.CutFrom = o.CutFrom
				}
			}
		}
		f.Workspaces = append(f.Workspaces, w)
	}
	s.others(f)
	return f
}

// others adds the nodes that were not recorded, as those that were know them.
func (s *scene) others(f *web.Frame) {
	for _, id := range s.player.ids {
		t, a := s.actor(id)
		if a == nil || a.run.Node == nil || !s.alive(t, a) {
			continue
		}
		n := a.run.Node
		view := n.Worldview()
		for _, i := range view.Sorted() {
			o := view.Node(i)
			if !o.Status.Known() || slices.ContainsFunc(f.Workspaces, func(w web.Workspace) bool { return w.ID == o.ID }) {
				continue
			}
			w := emptyWorkspace(o.ID)
			w.Alive, w.Joined = n.Live().Has(i), true
			w.Server = o.Status.Unavailable&elevator.ServerLost == 0
			w.Obstructed, w.Stop = o.Status.Unavailable&elevator.Obstructed != 0, o.Status.Unavailable&elevator.Stopped != 0
			w.Floor, w.Pos = o.Status.Floor, float64(max(o.Status.Floor, 0))
			w.Behaviour = behaviours[o.Status.Behaviour]
			w.Door = o.Status.Behaviour == elevator.DoorOpen
			showStatus(&w, o.Status)
			f.Workspaces = append(f.Workspaces, w)
		}
	}
}

var behaviours = [elevator.Behaviours]string{
	elevator.Idle: web.BehaviourIdle, elevator.DoorOpen: web.BehaviourDoor, elevator.Moving: web.BehaviourMoving,
}

// showStatus adds what a node says of itself.
func showStatus(w *web.Workspace, st worldview.Status) {
	w.Dir, w.Parking, w.Disk = int(st.Direction), st.Parking, web.DiskText(st.Disk)
	w.Motor = st.Unavailable&elevator.MotorLost == 0
	if names := st.Unavailable.Names(); names != nil {
		w.Unavailable = names
	}
}

// actor returns the newest track of a node that has begun.
func (s *scene) actor(id elevator.ID) (t *Track, a *actor) {
	for u, b := range s.actors {
		if u.Node.ID == id && u.Began <= s.now && (t == nil || u.Began > t.Began) {
			t, a = u, b
		}
	}
	return t, a
}

func emptyWorkspace(id elevator.ID) web.Workspace {
	none := web.CallsOf(elevator.Calls{})
	return web.Workspace{
		ID: id, Behaviour: web.BehaviourIdle, Motor: true, Disk: web.DiskOK, Unavailable: []string{}, CutFrom: []elevator.ID{},
		Hears: []elevator.ID{}, Linked: []elevator.ID{}, Lamps: none, Held: none, Serves: none, Escalated: none,
	}
}

// workspace returns what there is to see of a node that was recorded.
func (s *scene) workspace(id elevator.ID) web.Workspace {
	w := emptyWorkspace(id)
	t, a := s.actor(id)
	if a == nil {
		return w
	}
	w.Alive = s.alive(t, a)
	w.Frozen = w.Alive && s.now-a.last > int64(time.Second)
	w.Server, w.Obstructed, w.Held = a.in.Connected, a.in.Obstruction, web.CallsOf(a.in.Buttons)
	w.Door, w.Stop, w.Lamps, w.Panel = a.out.Door, a.out.StopLamp, web.CallsOf(a.out.Lamps), true
	w.Floor, w.Pos, w.Dir = a.floor, s.position(t, a), int(a.out.Motor)
	switch {
	case a.out.Door:
		w.Behaviour = web.BehaviourDoor
	case a.out.Motor != elevator.Stop:
		w.Behaviour = web.BehaviourMoving
	}
	if !w.Alive {
		w.Panel = false
		return w
	}
	if r := a.rates.at(s.now); r != nil {
		last := a.rates.last
		last.Dropped = r.Dropped
		w.Rates = &last
	}
	if n := a.run.Node; n != nil {
		s.inside(&w, a, n)
	}
	return w
}

// inside adds what the node, run again, knows.
func (s *scene) inside(w *web.Workspace, a *actor, n *node.Node) {
	view := n.Worldview()
	own := view.Node(n.Me())
	w.Joined = n.Joined()
	if own.Status.Known() {
		showStatus(w, own.Status)
	}
	list := func(set elevator.NodeSet) []elevator.ID {
		all := []elevator.ID{}
		for i := range set.All() {
			all = append(all, view.Node(i).ID)
		}
		return all
	}
	w.Hears, w.Linked = list(n.Heard()), list(n.Live())
	w.Serves, w.Escalated = web.CallsOf(n.Serves()), web.CallsOf(n.Escalated())
	t := s.player.ms(s.now)
	w.View = a.viewer.View(worldview.DigestValue(view.Digest()), n.Known(a.viewer.Also(t)))
}

// position reckons where the car is: between two sensors by the time since the
// last one was left.
func (s *scene) position(t *Track, a *actor) float64 {
	at := float64(a.floor)
	if a.left == 0 || a.out.Motor == elevator.Stop {
		return at
	}
	share := float64(s.now-a.left) / float64(max(t.Node.Elevator.Travel, 1))
	at += float64(a.out.Motor) * math.Min(share, 0.95)
	return math.Round(max(0, min(at, float64(t.Node.Elevator.Floors-1)))*100) / 100
}

// text names the nodes of a recording.
func text(ids []elevator.ID) string {
	if len(ids) == 1 {
		return fmt.Sprintf("recording of node %s", ids[0])
	}
	return fmt.Sprintf("recording of %d nodes", len(ids))
}
