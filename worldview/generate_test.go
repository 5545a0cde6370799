package worldview

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"pgregory.net/rapid"

	"elevnet/internal/elevator"
)

// Generators of everything that a datagram can hold.

// anyLife draws from few lives, so that they meet, and from all believable ones.
func anyLife() *rapid.Generator[Life] {
	return rapid.OneOf(
		rapid.SampledFrom([]Life{0, 1, NewLife(1_700_000_000, 7), NewLife(1_700_000_000, 8), maxLife}),
		rapid.Map(rapid.Uint64Max(uint64(maxLife)), func(l uint64) Life { return Life(l) }),
	)
}

// stampUpTo draws a stamp of at most p, often one of its life, 0 or p itself.
func stampUpTo(t *rapid.T, p Stamp, name string) Stamp {
	switch rapid.IntRange(0, 3).Draw(t, name+"Kind") {
	case 0:
		return 0
	case 1:
		return p
	case 2:
		return p - min(p, Stamp(rapid.Uint16Max(3).Draw(t, name+"Back")))
	default:
		return Stamp(rapid.Uint64Max(uint64(p)).Draw(t, name))
	}
}

// drawCall draws a valid call; pressed says that it must not be the zero one.
func drawCall(t *rapid.T, pressed bool) Call {
	least := uint16(0)
	if pressed {
		least = 1
	}
	c := Call{P: anyLife().Draw(t, "life").Start() + Stamp(rapid.Uint16Min(least).Draw(t, "count"))}
	c.S = stampUpTo(t, c.P, "S")
	if rapid.Bool().Draw(t, "CasS") {
		c.C = c.S
	} else {
		c.C = stampUpTo(t, c.P, "C")
	}
	if c.Active() && rapid.Bool().Draw(t, "aged") {
		c.Age = rapid.Uint16().Draw(t, "age")
	}
	return c
}

// fewCall draws from so few stamps that two draws often share some.
func fewCall(t *rapid.T) Call {
	c := Call{P: Stamp(rapid.Uint64Range(1, 4).Draw(t, "P"))}
	c.C = Stamp(rapid.Uint64Max(uint64(c.P)).Draw(t, "C"))
	c.S = Stamp(rapid.Uint64Max(uint64(c.P)).Draw(t, "S"))
	if c.Active() {
		c.Age = rapid.Uint16Max(3).Draw(t, "age")
	}
	return c
}

func anyID() *rapid.Generator[elevator.ID] {
	return rapid.Map(rapid.StringMatching(`[A-Za-z0-9._-]{1,32}`), func(s string) elevator.ID { return elevator.ID(s) })
}

func drawState(t *rapid.T, floors int) elevator.State {
	return elevator.State{
		Floor:       rapid.IntRange(0, floors-1).Draw(t, "floor"),
		Direction:   elevator.Direction(rapid.Int8Range(-1, 1).Draw(t, "direction")),
		Behaviour:   elevator.Behaviour(rapid.Uint8Max(elevator.Behaviours-1).Draw(t, "behaviour")),
		Unavailable: elevator.Reasons(rapid.Uint8Max(uint8(elevator.AllReasons)).Draw(t, "reasons")),
		Parking:     rapid.Bool().Draw(t, "parking"),
	}
}

func drawGoal(t *rapid.T, floors int) elevator.Goal {
	f, b := rapid.IntRange(0, floors-1).Draw(t, "goal"), elevator.Button(rapid.IntRange(0, 2).Draw(t, "of"))
	if b == elevator.Cab || !elevator.ButtonExists(floors, f, b) {
		return 0
	}
	return elevator.GoalOf(f, b)
}

// buttons lists the numbers of the buttons that exist.
func buttons(floors int) []int {
	var numbers []int
	for f := range floors {
		for b := range elevator.Button(elevator.Buttons) {
			if elevator.ButtonExists(floors, f, b) {
				numbers = append(numbers, Number(f, b))
			}
		}
	}
	return numbers
}

// drawNumbers draws some of the buttons that exist, in ascending order.
func drawNumbers(t *rapid.T, floors int) []int {
	numbers := rapid.SliceOfNDistinct(rapid.SampledFrom(buttons(floors)), 0, 4, rapid.ID).Draw(t, "numbers")
	slices.Sort(numbers)
	return numbers
}

func drawHeader(t *rapid.T) Header {
	return Header{
		Joining:  rapid.Bool().Draw(t, "joining"),
		Building: rapid.Uint32().Draw(t, "building"),
		KeyID:    rapid.Uint32().Draw(t, "keyID"),
		Floors:   rapid.IntRange(elevator.MinFloors, elevator.MaxFloors).Draw(t, "floors"),
		Timings:  rapid.Uint16().Draw(t, "timings"),
		Boot:     rapid.Uint64().Draw(t, "boot"),
		Seq:      rapid.Uint64Max(1<<48-1).Draw(t, "seq"),
		Count:    rapid.Uint16().Draw(t, "number"),
		Loss:     rapid.Uint8Max(100).Draw(t, "loss"),
		Digest:   rapid.Uint64().Draw(t, "digest"),
		ID:       anyID().Draw(t, "id"),
	}
}

// anyMessage draws messages of every form that a datagram can hold.
func anyMessage() *rapid.Generator[*Message] {
	return rapid.Custom(func(t *rapid.T) *Message {
		m := &Message{Header: drawHeader(t)}
		most := rapid.SampledFrom([]int{0, 1, 3, 9, elevator.MaxNodes}).Draw(t, "most")
		ids := rapid.SliceOfNDistinct(anyID(), 0, most, rapid.ID).Draw(t, "ids")
		slices.Sort(ids)
		for _, id := range ids {
			s := Section{ID: id}
			if s.HasEcho = rapid.Bool().Draw(t, "hasEcho"); s.HasEcho {
				s.Echo = Echo{rapid.Uint64().Draw(t, "echoBoot"), rapid.Uint64Max(1<<48-1).Draw(t, "echoSeq")}
			}
			if s.HasStatus = rapid.Bool().Draw(t, "hasStatus"); s.HasStatus {
				s.Status = Status{
					Version: Version{anyLife().Draw(t, "statusLife"), rapid.Uint64Range(1, 1<<63-1).Draw(t, "version")},
					State:   drawState(t, m.Floors),
					Disk:    Disk(rapid.Uint8Max(uint8(DiskFailed)).Draw(t, "disk")),
					Goal:    drawGoal(t, m.Floors),
					Links:   elevator.NodeSet(rapid.Uint64Max(1<<len(ids)-1).Draw(t, "links")),
				}
			}
			for _, number := range drawNumbers(t, m.Floors) {
				c := drawCall(t, true)
				s.Calls = append(s.Calls, Entry{number, c, c.Active() && rapid.Bool().Draw(t, "held")})
			}
			m.Sections = append(m.Sections, s)
		}
		return m
	})
}

// names returns n ids of the given length, in ascending order.
func names(n, length int) []elevator.ID {
	ids := make([]elevator.ID, n)
	for i := range ids {
		ids[i] = elevator.ID(fmt.Sprintf("%0*d", length, i))
	}
	return ids
}

// add gives a node a local number and demands that there is room.
func add(w *Worldview, id elevator.ID) int {
	i, ok := w.Add(id)
	if !ok {
		panic("no room for " + id)
	}
	return i
}

// building returns a worldview of n nodes that are linked with each other, whose
// buttons have all been pressed; of every slot, fill says how.
func building(n, length, floors int, fill func(i, number int) Call) *Worldview {
	w := New(floors)
	for k, id := range names(n, length) {
		i := add(w, id)
		w.SetStatus(i, Status{
			Version: Version{testLife + Life(k), uint64(k + 1)},
			State:   elevator.State{Floor: k % floors, Direction: elevator.Up, Behaviour: elevator.Moving},
			Goal:    elevator.GoalOf(k%(floors-1), elevator.HallUp),
			Links:   elevator.NodeSet(1<<n - 1),
		})
		for _, number := range buttons(floors) {
			w.SetCall(i, number, fill(i, number))
		}
	}
	return w
}

const testLife = Life(1_700_000_000<<16 | 0x1234)

// typical returns an open call when it is asked for the first time, a closed one
// the second, and so on.
func typical() func(i, number int) Call {
	calls := 0
	return func(i, _ int) Call {
		calls++
		c := Call{}.Press(testLife + Life(i)).Press(testLife + Life(i))
		c = c.Confirm(c.P)
		if calls%2 == 0 {
			return c.Serve()
		}
		return c.Aged(uint16(calls % 60))
	}
}

// random fills slots with valid calls of the given kind of stamps.
func random(seed uint64, open func(i, number int) bool) func(i, number int) Call {
	r := rand.New(rand.NewPCG(seed, 0))
	return func(i, number int) Call {
		c := Call{P: Life(r.Uint64N(uint64(maxLife))).Start() + Stamp(r.Uint64N(0x10000)) + 1}
		c.C = Stamp(r.Uint64N(uint64(c.P)))
		if !open(i, number) {
			return c.Serve()
		}
		c.S = Stamp(r.Uint64N(uint64(c.P)))
		return c.Aged(uint16(r.Uint32()))
	}
}

// hears is a Local that hears every node but its own, whose number it is, and
// holds every press.
type hears int

func (me hears) Echo(i int) (Echo, bool) {
	return Echo{Boot: ^uint64(i), Seq: 1<<47 + uint64(i)}, i != int(me)
}
func (hears) Held(int, int) bool { return true }

// deaf is a Local that hears nobody.
type deaf struct{}

func (deaf) Echo(int) (Echo, bool) { return Echo{}, false }
func (deaf) Held(int, int) bool    { return false }
