package record

import (
	"cmp"
	"context"
	"errors"
	"reflect"
	"slices"
	"strconv"
	"sync"
	"time"

	"elevnet/internal/elevator"
	"elevnet/internal/node"
	"elevnet/internal/web"
)

const (
	// frameEvery is the least time between two frames of the past.
	frameEvery = 50 * time.Millisecond
	// framesMost bounds how many frames are made for one question.
	framesMost = 3000
	// keyEvery is the least time between two moments from which the past can be
	// run again, and keysMost how many there are.
	keyEvery = 10 * time.Second
	keysMost = 300
	// runIn is for how long before what is asked for a scene is run, so that it is
	// known what is news.
	runIn = 2 * time.Second
	// coarse is the length of a part of which only some moments are shown, and
	// what stands out.
	coarse    = 10 * time.Minute
	marksMost = 20_000
)

// Player shows recordings on the page: it is a [web.Source] and a [web.Past]. The
// nodes are run again for whatever part is looked at.
type Player struct {
	recs    []*Recording
	policy  func(string) node.Policy
	program string
	start   int64
	end     int64
	ids     []elevator.ID
	config  node.Config
	ends    map[*Track]int64 // moment of the last record
	text    string

	mu    sync.Mutex
	keys  []key
	last  *web.Frame
	marks []web.Happen // what stands out of it all, for long parts
}

// key is a moment from which the recordings can be run again.
type key struct {
	moment int64
	places []place
	tracks []frozenTrack
	seen   *web.Frame
}

// frozenTrack is a track in a key.
type frozenTrack struct {
	track *Track
	state []byte // nil if it isn't known
	in    elevator.Inputs
	out   elevator.Outputs
	floor int
	left  int64
	last  int64
}

// NewPlayer reads recordings, runs them again with x, which is empty, and returns
// what shows them.
func NewPlayer(ctx context.Context, recs []*Recording, x *Rerun, program string) (*Player, error) {
	p := &Player{recs: recs, policy: x.Policy, program: program, start: Start(recs), ends: make(map[*Track]int64)}
	for _, r := range recs {
		_, last := r.Span()
		p.end = max(p.end, last)
	}
	p.text = "recorded by an unknown program"
	s := p.newScene()
	s.rerun = x
	every := max(int64(keyEvery), (p.end-p.start)/keysMost)
	places := make([]place, len(recs))
	together(recs, nil, func(rec *Record, which int, at place) bool {
		if rec.Kind == kindSegment {
			p.text = rec.program
		}
		if rec.Moment > 0 && (len(p.keys) == 0 || rec.Moment-p.keys[len(p.keys)-1].moment >= every) && rec.Kind == Stepped {
			p.keys = append(p.keys, s.key(rec.Moment, places))
		}
		places[which] = place{at.frame, at.record + 1}
		if rec.Track != nil {
			p.know(rec.Track)
			p.ends[rec.Track] = max(p.ends[rec.Track], rec.Moment)
		}
		s.feed(rec)
		p.mark(s.log)
		s.log = s.log[:0]
		return ctx.Err() == nil
	})
	if ctx.Err() != nil {
		return nil, errors.New("interrupted")
	}
	if len(p.ids) == 0 {
		return nil, errors.New("nothing was recorded")
	}
	p.last = s.frame()
	return p, nil
}

// mark keeps what stands out.
func (p *Player) mark(log []web.Happen) {
	for _, h := range log {
		switch h.Kind {
		case web.HappenSent, web.HappenGot, web.HappenLost, web.HappenHeld, web.HappenLamp, web.HappenDoor:
		default:
			if len(p.marks) < marksMost {
				p.marks = append(p.marks, h)
			}
		}
	}
}

// know notes that a node was recorded.
func (p *Player) know(t *Track) {
	if p.config.ID == "" {
		p.config = t.Node
	}
	p.config.Elevator.Floors = max(p.config.Elevator.Floors, t.Node.Elevator.Floors)
	if at, found := slices.BinarySearchFunc(p.ids, t.Node.ID, compareIDs); !found {
		p.ids = slices.Insert(p.ids, at, t.Node.ID)
	}
}

// compareIDs sorts numbers as numbers.
func compareIDs(a, b elevator.ID) int {
	m, err := strconv.Atoi(string(a))
	n, err2 := strconv.Atoi(string(b))
	if err == nil && err2 == nil && m != n {
		return cmp.Compare(m, n)
	}
	return cmp.Compare(a, b)
}

func (p *Player) ms(moment int64) web.Ms { return web.Millis(time.Duration(moment - p.start)) }

// Hello implements [web.Source].
func (p *Player) Hello() web.Hello {
	c := p.config.Elevator
	return web.Hello{
		Program: p.program, Mode: web.ModeReplay, Network: text(p.ids) + ", made with " + p.text, Building: p.config.Building,
		Floors: c.Floors, TravelMs: web.Millis(c.Travel), PassMs: web.Millis(c.Pass), DoorMs: web.Millis(c.Door),
		Nodes: slices.Clone(p.ids), StartedAt: time.Unix(0, p.start), T: p.ms(p.end),
	}
}

// Frame implements [web.Source]: the end of the recording.
func (p *Player) Frame() *web.Frame {
	f := *p.last
	return &f
}

// Happens implements [web.Source]: nothing does, any more.
func (p *Player) Happens() []web.Happen { return nil }

// key notes the present state.
func (s *scene) key(moment int64, places []place) key {
	k := key{moment: moment, places: slices.Clone(places), seen: s.seen}
	for t, a := range s.actors {
		if a.over {
			continue
		}
		f := frozenTrack{track: t, in: a.in, out: a.out, floor: a.floor, left: a.left, last: a.last}
		if a.run.Node != nil {
			f.state = freeze(nil, a.run.Node)
		}
		k.tracks = append(k.tracks, f)
	}
	return k
}

// restore makes the scene of a key.
func (p *Player) restore(k *key) *scene {
	s := p.newScene()
	s.seen, s.now = k.seen, k.moment
	for _, f := range k.tracks {
		// The decoders know tracks by other pointers.
		run := s.rerun.Feed(&Record{Kind: Started, Track: f.track})
		if f.state != nil && run != nil {
			if n, err := thaw(run.cfg, f.state); err == nil {
				run.Node = n
			}
		}
		a := s.enter(f.track, run)
		a.in, a.out, a.floor, a.left, a.last = f.in, f.out, f.floor, f.left, f.last
	}
	return s
}

// History implements [web.Past].
func (p *Player) History(from, to time.Duration) (frames []*web.Frame, happens []web.Happen, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	begin, end := p.start+int64(max(from, 0)), p.start+int64(max(to, 0))
	if end-begin > int64(coarse) {
		frames, happens = p.overview(begin, end)
		return frames, happens, nil
	}
	s, places := p.newScene(), make([]place, len(p.recs))
	for i := range p.keys {
		if k := &p.keys[i]; k.moment <= begin-int64(runIn) {
			s, places = p.restore(k), k.places
		}
	}
	every := max(int64(frameEvery), (end-begin)/framesMost)
	next := begin
	take := func(moment int64) {
		s.now = max(s.now, moment)
		f := s.frame()
		if n := len(frames); n > 0 && sameFrame(frames[n-1], f) {
			return
		}
		frames = append(frames, f)
	}
	together(p.recs, places, func(rec *Record, _ int, _ place) bool {
		if rec.Moment > end+lostAfter {
			return false
		}
		for rec.Moment >= next && next <= end {
			if s.now < next {
				take(next)
			}
			next += every
			if rec.Moment-next > int64(time.Second) { // nothing was recorded for a while
				next = rec.Moment
			}
		}
		s.feed(rec)
		return true
	})
	if len(frames) == 0 || s.now <= end {
		take(min(end, max(s.now, begin)))
	}
	for _, h := range s.log {
		if at := p.start + int64(h.T.Duration()); at >= begin && at <= end {
			happens = append(happens, h)
		}
	}
	slices.SortStableFunc(happens, func(a, b web.Happen) int { return cmp.Compare(a.T, b.T) })
	return frames, happens, nil
}

// overview shows a long part by what was noted of it.
func (p *Player) overview(begin, end int64) (frames []*web.Frame, happens []web.Happen) {
	for i := range p.keys {
		if k := &p.keys[i]; k.moment <= end && (k.moment >= begin || i+1 < len(p.keys) && p.keys[i+1].moment > begin) {
			frames = append(frames, p.restore(k).frame())
		}
	}
	if p.end <= end {
		frames = append(frames, p.Frame())
	}
	for _, h := range p.marks {
		if at := p.start + int64(h.T.Duration()); at >= begin && at <= end {
			happens = append(happens, h)
		}
	}
	slices.SortStableFunc(happens, func(a, b web.Happen) int { return cmp.Compare(a.T, b.T) })
	return frames, happens
}

// sameFrame reports whether two frames differ by their time alone.
func sameFrame(a, b *web.Frame) bool {
	x, y := *a, *b
	x.T, y.T = 0, 0
	return reflect.DeepEqual(x, y)
}
