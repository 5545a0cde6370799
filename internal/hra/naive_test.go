package hra

import (
	"sort"

	"elevnet/internal/elevator"
)

// naive is the method of the package comment again, in plain lists, with nothing
// kept from one move to the next that could get out of step: the oracle of the
// property tests.
type naive struct {
	floors       int
	travel, door int64
	all          bool
	hall         [][2]bool // as asked
	taker        [][2]string
	cars         []*naiveCar
}

type naiveCar struct {
	id     string
	clock  int64
	floor  int
	dir    int
	moving bool
	cab    []bool
}

// assignNaively returns the id of the taker of each hall call, "" if there's none.
func assignNaively(in *Input) [][2]string {
	s := naive{
		floors: in.Floors,
		travel: in.Config.Travel.Microseconds(),
		door:   in.Config.Door.Microseconds(),
		all:    in.Config.Clear == All,
		hall:   make([][2]bool, in.Floors),
		taker:  make([][2]string, in.Floors),
	}
	for f := range in.Floors {
		s.hall[f] = [2]bool{in.Up.Has(f), in.Down.Has(f)}
	}
	cars := append([]Car(nil), in.Cars...)
	sort.Slice(cars, func(i, j int) bool { return cars[i].ID < cars[j].ID })
	for rank, x := range cars {
		c := &naiveCar{id: x.ID, clock: int64(rank), floor: x.Floor, dir: int(x.Direction), cab: make([]bool, in.Floors)}
		for f := range c.cab {
			c.cab[f] = x.Cab.Has(f)
		}
		if x.Behaviour == elevator.Moving {
			c.moving = true
			c.floor += c.dir
			c.clock += s.travel / 2
		} else {
			if x.Behaviour == elevator.DoorOpen {
				c.clock += s.door / 2
			}
			for b := range 2 {
				if s.hall[c.floor][b] {
					s.taker[c.floor][b] = c.id
					c.clock += s.door
				}
			}
		}
		s.cars = append(s.cars, c)
	}
	for s.anyOpen() {
		sort.SliceStable(s.cars, func(i, j int) bool {
			x, y := s.cars[i], s.cars[j]
			return x.clock < y.clock || x.clock == y.clock && x.id < y.id
		})
		if s.assignable() {
			for f := range s.hall {
				for b := range 2 {
					if s.open(f, b) {
						s.taker[f][b] = s.standingAt(f).id
					}
				}
			}
			break
		}
		s.move(s.cars[0])
	}
	return s.taker
}

func (s *naive) open(f, b int) bool { return s.hall[f][b] && s.taker[f][b] == "" }

func (s *naive) anyOpen() bool {
	for f := range s.hall {
		if s.open(f, 0) || s.open(f, 1) {
			return true
		}
	}
	return false
}

// standingAt returns the car at floor f whose turn is first.
func (s *naive) standingAt(f int) *naiveCar {
	for _, c := range s.cars {
		if c.floor == f {
			return c
		}
	}
	return nil
}

func (s *naive) assignable() bool {
	for _, c := range s.cars {
		for _, on := range c.cab {
			if on {
				return false
			}
		}
	}
	for f, h := range s.hall {
		if h[0] && h[1] || (s.open(f, 0) || s.open(f, 1)) && s.standingAt(f) == nil {
			return false
		}
	}
	return true
}

// asks reports whether there is a call for c at one of the floors from a to b-1.
func (s *naive) asks(c *naiveCar, a, b int) bool {
	for f := a; f < b; f++ {
		if c.cab[f] || s.open(f, 0) || s.open(f, 1) {
			return true
		}
	}
	return false
}

func (s *naive) move(c *naiveCar) {
	f := c.floor
	above, here, below := s.asks(c, f+1, s.floors), s.asks(c, f, f+1), s.asks(c, 0, f)
	upCall, downCall := s.open(f, 0), s.open(f, 1)
	take := func(b int) {
		if s.open(f, b) {
			s.taker[f][b] = c.id
		}
	}
	if c.moving {
		stop := c.dir == 0 || c.cab[f] || f == 0 || f == s.floors-1 ||
			c.dir > 0 && (upCall || !above) || c.dir < 0 && (downCall || !below)
		if !stop {
			c.floor += c.dir
			c.clock += s.travel
			return
		}
		c.cab[f] = false
		switch {
		case s.all || c.dir == 0:
			take(0)
			take(1)
		case c.dir > 0 && upCall, c.dir < 0 && !downCall && !below:
			take(0)
		case c.dir < 0 && downCall, c.dir > 0 && !above:
			take(1)
		}
		c.moving = false
		c.clock += s.door
		return
	}
	order := []int{-1, 0, +1}
	if c.dir > 0 {
		order = []int{+1, 0, -1}
	}
	for _, d := range order {
		switch {
		case d == 0 && here:
			c.cab[f] = false
			take(0)
			take(1)
			c.dir = 0
			c.clock += s.door
			return
		case d > 0 && above, d < 0 && below:
			c.dir = d
			c.moving = true
			c.floor += d
			c.clock += s.travel
			return
		}
	}
	panic("an elevator rests while calls are open")
}
