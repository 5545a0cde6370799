package trial

import (
	"slices"
	"strings"
	"time"

	"elevnet/internal/scenario"
)

// Fails returns a function that reports whether a plan breaks a requirement.
func Fails(requirement string, o Options) func(Plan) bool {
	return func(p Plan) bool {
		r, err := Run(p, o)
		return err == nil && slices.ContainsFunc(r.Violations, func(v Violation) bool { return v.Requirement == requirement })
	}
}

// Shrink makes a plan that fails as short as it can: fewer episodes, steps,
// workspaces and floors, shorter times, the usual building. It asks fails at the
// most so often, and returns how often it did. A plan that doesn't fail is
// returned as it is. No passenger may ride in it: see [Report.Done].
func Shrink(p Plan, fails func(Plan) bool, tries int) (short Plan, used int) {
	s := &shrinker{best: p, fails: fails, left: tries}
	if !s.try(p) {
		return p, tries - s.left
	}
	s.episodes()
	for changed := true; changed && s.left > 0; {
		before := s.best
		s.steps()
		s.workspaces()
		s.floors()
		s.usual()
		s.times()
		changed = !equal(before, s.best)
	}
	return s.best, tries - s.left
}

func equal(a, b Plan) bool {
	return a.Setup == b.Setup && slices.EqualFunc(a.Episodes, b.Episodes, slices.Equal)
}

// shrinker holds the shortest plan so far that fails.
type shrinker struct {
	best  Plan
	fails func(Plan) bool
	left  int
}

// try takes a plan over if it fails.
func (s *shrinker) try(p Plan) bool {
	if s.left <= 0 {
		return false
	}
	s.left--
	if !s.fails(p) {
		return false
	}
	s.best = p
	return true
}

// episodes leaves out all but the last, or as many as it can.
func (s *shrinker) episodes() {
	all := s.best.Episodes
	if len(all) < 2 {
		return
	}
	last := all[len(all)-1:]
	if s.try(s.with(last)) {
		return
	}
	minimize(all, func(some []Episode) bool { return s.try(s.with(some)) })
}

func (s *shrinker) with(e []Episode) Plan {
	p := s.best
	p.Episodes = e
	return p
}

// place is a step and the episode that it belongs to.
type place struct {
	episode int
	step    Step
}

// steps leaves out steps.
func (s *shrinker) steps() {
	var all []place
	for i, e := range s.best.Episodes {
		for _, x := range e {
			all = append(all, place{i, x})
		}
	}
	n := len(s.best.Episodes)
	minimize(all, func(some []place) bool {
		episodes := make([]Episode, n)
		for _, x := range some {
			episodes[x.episode] = append(episodes[x.episode], x.step)
		}
		return s.try(s.with(episodes))
	})
}

// minimize is delta debugging (Zeller and Hildebrandt, Simplifying and isolating
// failure-inducing input, 2002): it returns a part of a list that still fails
// and of which, unless the tries run out, no single element can be left out.
func minimize[T any](list []T, fails func([]T) bool) []T {
	for parts := 2; len(list) > 0; {
		parts = min(parts, len(list))
		reduced := false
		for i := range parts {
			from, to := i*len(list)/parts, (i+1)*len(list)/parts
			if parts > 2 && fails(list[from:to]) {
				list, parts, reduced = list[from:to], 2, true
				break
			}
			rest := slices.Concat(list[:from], list[to:])
			if fails(rest) {
				list, parts, reduced = rest, max(parts-1, 2), true
				break
			}
		}
		switch {
		case reduced:
		case parts == len(list):
			return list
		default:
			parts *= 2
		}
	}
	return list
}

// change returns the plan with each step changed, or left out.
func change(p Plan, f func(s *Step) bool) Plan {
	episodes := make([]Episode, len(p.Episodes))
	for i, e := range p.Episodes {
		for _, s := range e {
			if f(&s) {
				episodes[i] = append(episodes[i], s)
			}
		}
	}
	p.Episodes = episodes
	return p
}

// workspaces leaves out workspaces, and what happens at them.
func (s *shrinker) workspaces() {
	for out := s.best.Setup.Nodes - 1; out >= 0 && s.best.Setup.Nodes > 1; out-- {
		p := change(s.best, func(x *Step) bool { return without(&x.Do, out) })
		if out < p.Setup.Started {
			p.Setup.Started--
		}
		if out < p.Setup.Parks {
			p.Setup.Parks--
		}
		p.Setup.Nodes--
		if p.Setup.Started > 0 {
			s.try(p)
		}
	}
}

// without renames the workspaces above one that is left out, and reports whether
// the command doesn't need it.
func without(c *scenario.Command, out int) bool {
	if c.Verb == scenario.Partition {
		c.Groups = ungroup(c.Groups, out)
		return c.Groups != ""
	}
	named := strings.Fields(c.String())
	for _, who := range [...]*int{&c.Who, &c.Peer} {
		switch {
		case *who == out && slices.ContainsFunc(named, func(w string) bool { return names(w, out) }):
			return false
		case *who > out:
			*who--
		}
	}
	return true
}

// names reports whether a word of a command names a workspace, as in A, A>B and
// A-B.
func names(word string, i int) bool {
	for part := range strings.FieldsFuncSeq(word, func(r rune) bool { return r == '>' || r == '-' }) {
		if part == scenario.Name(i) {
			return true
		}
	}
	return false
}

// ungroup leaves a workspace out of groups such as A|B(AA).
func ungroup(groups string, out int) string {
	var parts []string
	for group := range strings.SplitSeq(groups, "|") {
		part := ""
		for rest := group; rest != ""; {
			name := rest[:1]
			if name == "(" {
				name, _, _ = strings.Cut(rest[1:], ")")
				rest = rest[len(name)+2:]
			} else {
				rest = rest[1:]
			}
			i, err := scenario.ParseName(name)
			if err != nil || i == out {
				continue
			}
			if i > out {
				i--
			}
			if name = scenario.Name(i); len(name) > 1 {
				name = "(" + name + ")"
			}
			part += name
		}
		if part != "" {
			parts = append(parts, part)
		}
	}
	if len(parts) < 2 {
		return ""
	}
	return strings.Join(parts, "|")
}

// floors leaves out floors, and who presses there.
func (s *shrinker) floors() {
	for out := s.best.Setup.Elevator.Floors - 1; out >= 0 && s.best.Setup.Elevator.Floors > 2; out-- {
		p := change(s.best, func(x *Step) bool {
			switch c := &x.Do; {
			case c.Verb == scenario.Place:
				c.Position = min(c.Position, float64(s.best.Setup.Elevator.Floors-2))
			case !hasFloor(c.Verb):
			case c.Floor == out:
				return false
			case c.Floor > out:
				c.Floor--
			}
			return true
		})
		p.Setup.Elevator.Floors--
		s.try(p)
	}
}

func hasFloor(v scenario.Verb) bool {
	return v == scenario.Press || v == scenario.Hold || v == scenario.Release || v == scenario.Mash || v == scenario.StuckSensor
}

// usual tries the usual building, and small seeds.
func (s *shrinker) usual() {
	d := scenario.Setup{Nodes: s.best.Setup.Nodes, Seed: s.best.Setup.Seed}
	d.Elevator.Floors = s.best.Setup.Elevator.Floors
	d, err := scenario.ParseSetup(d.String())
	if err != nil {
		return
	}
	for _, take := range []func(*scenario.Setup){
		func(x *scenario.Setup) { x.Started = d.Started },
		func(x *scenario.Setup) { x.NoDisk = false },
		func(x *scenario.Setup) { x.Parks = 0 },
		func(x *scenario.Setup) { x.Elevator = d.Elevator },
		func(x *scenario.Setup) { x.Latency, x.Poll, x.Commit = d.Latency, d.Poll, d.Commit },
	} {
		p := s.best
		if take(&p.Setup); p.Setup != s.best.Setup {
			s.try(p)
		}
	}
	for seed := range min(s.best.Setup.Seed, 5) {
		p := s.best
		if p.Setup.Seed = seed; s.try(p) {
			return
		}
	}
}

// times rounds and shortens the pauses between steps, and what lasts.
func (s *shrinker) times() {
	for _, unit := range []time.Duration{time.Second, 100 * time.Millisecond, 10 * time.Millisecond} {
		if s.paused(func(_ int, d time.Duration) time.Duration { return d.Round(unit) }) {
			break
		}
	}
	for i := range s.best.Steps() {
		for _, shorter := range []func(time.Duration) time.Duration{
			func(time.Duration) time.Duration { return 0 },
			func(d time.Duration) time.Duration { return (d / 2).Truncate(10 * time.Millisecond) },
			func(d time.Duration) time.Duration { return d.Round(time.Second) },
			func(d time.Duration) time.Duration { return d.Round(100 * time.Millisecond) },
			func(d time.Duration) time.Duration { return d.Round(time.Millisecond) },
		} {
			if s.paused(func(k int, d time.Duration) time.Duration {
				if k == i {
					return shorter(d)
				}
				return d
			}) {
				break
			}
		}
	}
}

// paused tries other pauses before the steps, which are counted through all
// episodes. Pauses that are as they were are no try.
func (s *shrinker) paused(f func(i int, d time.Duration) time.Duration) bool {
	p := s.best
	p.Episodes = make([]Episode, len(s.best.Episodes))
	i, changed := 0, false
	for k, e := range s.best.Episodes {
		p.Episodes[k] = slices.Clone(e)
		was, is := time.Duration(0), time.Duration(0)
		for n, x := range e {
			d := f(i, x.At-was)
			changed = changed || d != x.At-was
			was, is = x.At, is+d
			p.Episodes[k][n].At = is
			i++
		}
	}
	return changed && s.try(p)
}
