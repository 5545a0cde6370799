package demo

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"elevnet/internal/elevator"
)

// director plays scenes in a building.
type director struct {
	building *Building
	// tell is told of each step and of each caption.
	tell func(cue)
	// pace is how long a person is given to read a letter; 0 for nobody.
	pace time.Duration

	// What the present scene is about.
	calls  []callKey
	victim int
	at     time.Duration // when what was last waited for was seen
}

// cue is a word of the director's.
type cue struct {
	at    time.Duration
	scene Scene
	// step counts from 0; -1 is the end of the scene.
	step int
	text string
	// caption is set if the text is what was seen, not what is to come.
	caption bool
	took    time.Duration
}

// errNoFloor can't happen in a building whose cars obey.
var errNoFloor = errors.New("there is no floor without a car")

// play plays a scene. An error is that of a step that didn't come about, or of
// ctx. Whatever was broken is mended in any case.
func (d *director) play(ctx context.Context, s Scene) (err error) {
	d.calls, d.victim = nil, 0
	defer func() {
		if err != nil && d.building.disturbed() {
			err = errors.Join(err, d.building.HealAll())
		}
		d.say(cue{scene: s, step: -1})
	}()
	if err := d.clear(ctx); err != nil {
		return fmt.Errorf("scene %q: before it begins: %w", s.ID, err)
	}
	for i, st := range s.steps {
		if err := d.step(ctx, s, i, st); err != nil {
			return fmt.Errorf("scene %q, step %d (%s): %w", s.ID, i+1, d.words(st.text), err)
		}
	}
	return nil
}

// clear mends everything, waits until the building is at rest, and moves the
// cars so that one floor has none.
func (d *director) clear(ctx context.Context) error {
	rest := func(s *sight) bool { return len(s.calls) == 0 && d.allAgree(s) && s.loss == 0 }
	if d.building.disturbed() {
		if err := d.building.HealAll(); err != nil {
			return err
		}
	}
	limit := 3 * d.ride()
	if _, err := d.building.story.await(ctx, limit, rest); err != nil {
		return fmt.Errorf("the building doesn't come to rest: %w", err)
	}
	if _, ok := d.target(nil); ok {
		return nil
	}
	for i := range d.building.all {
		if err := d.building.Press(i, 0, elevator.Cab); err != nil {
			return err
		}
	}
	_, err := d.building.story.await(ctx, limit, func(s *sight) bool {
		for i := range s.spaces {
			if s.spaces[i].floor != 0 || s.spaces[i].door {
				return false
			}
		}
		return rest(s)
	})
	return err
}

func (d *director) step(ctx context.Context, sc Scene, i int, st step) error {
	b := d.building
	if len(d.calls) == 0 {
		d.cast()
	}
	text := d.words(st.text)
	d.say(cue{scene: sc, step: i, text: text})
	if err := d.read(ctx, text, st.brief && i > 0); err != nil {
		return err
	}
	began := b.now()
	if st.act != nil {
		if err := st.act(d); err != nil {
			return err
		}
	}
	if st.until != nil {
		limit := st.within
		switch {
		case limit == 0:
			limit = soon
		case limit < 0:
			limit = -limit * d.ride()
		}
		at, err := b.story.await(ctx, limit, func(s *sight) bool { return st.until(d, s) })
		if errors.Is(err, errTooLate) {
			return fmt.Errorf("%w: not within %v", err, limit.Round(time.Millisecond))
		} else if err != nil {
			return err
		}
		d.at = at
	}
	if st.told == nil {
		return d.read(ctx, text, st.brief)
	}
	b.story.look(func(s *sight) { text = st.told(d, s) })
	d.say(cue{scene: sc, step: i, text: text, caption: true, took: max(d.at-began, 0)})
	return d.read(ctx, text, st.brief)
}

func (d *director) say(c cue) {
	c.at = d.building.now()
	d.tell(c)
}

// glance is how long a person is given to see what happens in the middle of it.
const glance = 350 * time.Millisecond

// read gives a person the time to read something, or to glance at it.
func (d *director) read(ctx context.Context, text string, brief bool) error {
	pause := max(time.Second, time.Duration(len(text))*d.pace)
	switch {
	case d.pace == 0:
		return ctx.Err()
	case brief:
		pause = glance
	}
	if !sleep(ctx, pause) {
		return ctx.Err()
	}
	return nil
}

// ride is how long any call may take to be served, as the judge has it.
func (d *director) ride() time.Duration {
	return bounds(d.building.cfg).Serve
}

// cast chooses the calls that the scene is about.
func (d *director) cast() {
	var taken []callKey
	for range 2 {
		if k, ok := d.target(taken); ok {
			taken = append(taken, k)
		}
	}
	d.calls = taken
}

// target returns a hall call at a floor as far away from all cars as there is,
// and that isn't one of some; false if each floor has a car.
func (d *director) target(taken []callKey) (best callKey, ok bool) {
	floors := d.building.cfg.Elevator.Floors
	far := 0.0
	for f := range floors {
		near := float64(floors)
		for _, w := range d.building.all {
			near = min(near, abs(w.server.Snapshot().Position-float64(f)))
		}
		for _, b := range []elevator.Button{elevator.HallUp, elevator.HallDown} {
			k := callKey{hall, f, b}
			if near < 0.5 || near <= far || !elevator.ButtonExists(floors, f, b) || has(taken, k) {
				continue
			}
			best, far, ok = k, near, true
		}
	}
	if !ok && len(taken) > 0 { // two calls at one floor, or one where a car is
		for f := floors - 1; f >= 0; f-- {
			for _, b := range []elevator.Button{elevator.HallDown, elevator.HallUp} {
				if k := (callKey{hall, f, b}); elevator.ButtonExists(floors, f, b) && !has(taken, k) {
					return k, true
				}
			}
		}
	}
	return best, ok
}

func has(list []callKey, k callKey) bool {
	for _, o := range list {
		if o == k {
			return true
		}
	}
	return false
}

func abs(x float64) float64 { return max(x, -x) }

// pressHall presses the hall button of call n at a node.
func (d *director) pressHall(n, node int) error {
	if n >= len(d.calls) {
		return errNoFloor
	}
	k := d.calls[n]
	return d.press(node, k)
}

// pressCab presses a cab button of a node, far from where its car is, and makes
// it call n.
func (d *director) pressCab(n, node int) error {
	floors := d.building.cfg.Elevator.Floors
	floor := 0
	if d.building.all[node].server.Snapshot().Position < float64(floors-1)/2 {
		floor = floors - 1
	}
	if has(d.calls[:min(n, len(d.calls))], callKey{node, floor, elevator.Cab}) { // in a building with one node
		floor = floors - 1 - floor
	}
	return d.pressCabTo(n, node, floor)
}

// pressCabTo presses the cab button of a floor, and makes it call n.
func (d *director) pressCabTo(n, node, floor int) error {
	if n > len(d.calls) {
		return errNoFloor
	}
	d.calls = append(d.calls[:n], callKey{node, floor, elevator.Cab})
	return d.press(node, d.calls[n])
}

func (d *director) press(node int, k callKey) error {
	d.building.story.look(func(s *sight) { delete(s.done, k) })
	return d.building.Press(node, k.floor, k.button)
}

// words puts the names of the cast into a text.
func (d *director) words(text string) string {
	call2 := ""
	if len(d.calls) > 1 {
		call2 = d.name(1)
	}
	call := ""
	if len(d.calls) > 0 {
		call = d.name(0)
	}
	all := d.building.all
	return strings.NewReplacer(
		"[one]", string(all[0].id), "[last]", string(all[d.last()].id), "[victim]", string(all[d.victim].id),
		"[call]", call, "[call2]", call2,
	).Replace(text)
}

func (d *director) last() int             { return len(d.building.all) - 1 }
func (d *director) name(n int) string     { return callName(d.calls[n].floor, d.calls[n].button) }
func (d *director) nodeName(i int) string { return "node " + string(d.building.all[i].id) }
func (d *director) elevator(i int) string { return "Elevator " + string(d.building.all[i].id) }

// others names all nodes but one.
func (d *director) others(node int) string {
	var names []string
	for i, w := range d.building.all {
		if i != node {
			names = append(names, string(w.id))
		}
	}
	if len(names) == 1 {
		return "Node " + names[0]
	}
	return "Nodes " + listed(names)
}

// What is seen of the calls of a scene.

// over reports whether call n was served since it was pressed.
func (d *director) over(s *sight, n int) bool {
	_, done := s.done[d.calls[n]]
	return done && s.calls[d.calls[n]] == nil
}

// served is over, told to those who wait for it.
func (d *director) served(s *sight, n int) bool { return d.over(s, n) }

// held reports whether all that can be linked with the node of call n are known
// to hold it.
func (d *director) held(s *sight, n int) bool {
	c := s.calls[d.calls[n]]
	if c == nil {
		return d.over(s, n)
	}
	return s.linkable(c.by)&^c.holders == 0
}

// litEverywhere reports whether call n is lit on all panels on which it should
// be: those connected with the one where it was pressed.
func (d *director) litEverywhere(s *sight, n int) bool {
	k := d.calls[n]
	c := s.calls[k]
	if c == nil {
		return d.over(s, n)
	}
	need := s.group(c.by)
	if k.workspace != hall {
		need &= 1 << k.workspace
	}
	return need != 0 && s.litOn(k)&need == need
}

// forgotten reports whether nobody counts on a node any more.
func (d *director) forgotten(s *sight, node int) bool {
	for i := range s.spaces {
		if i != node && s.spaces[i].running() && s.spaces[i].speech.linked&(1<<node) != 0 {
			return false
		}
	}
	return !s.spaces[node].running() || s.spaces[node].speech.linked == 0
}

// allAgree reports whether all nodes run and hold the same.
func (d *director) allAgree(s *sight) bool {
	return s.running() == 1<<len(s.spaces)-1 && s.group(0) == s.running() && s.agree(0)
}

// lampTime is the time from the press of call n to its last lamp.
func (d *director) lampTime(s *sight, n int) time.Duration {
	k := d.calls[n]
	if c := s.calls[k]; c != nil {
		return c.litAt - c.at
	}
	return s.done[k].litAt - s.done[k].pressed
}

func (d *director) lampAfter(s *sight, n int) string { return measured(d.lampTime(s, n)) }

// since is the time from a press to what was last waited for.
func (d *director) since(s *sight, k callKey) string {
	if c := s.calls[k]; c != nil {
		return measured(d.at - c.at)
	}
	return measured(d.at - s.done[k].pressed)
}

// wait is the time from the press of call n to its service.
func (d *director) wait(s *sight, n int) time.Duration {
	v := s.done[d.calls[n]]
	return v.at - v.pressed
}

// serviceOf says who served call n, and after how long.
func (d *director) serviceOf(s *sight, n int) string {
	return fmt.Sprintf("%s came for %s %s after the press.", d.elevator(s.done[d.calls[n]].by), d.name(n), measured(d.wait(s, n)))
}
