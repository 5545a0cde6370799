package trial

import (
	"time"

	"elevnet/internal/elevator"
	"elevnet/internal/scenario"
)

// passengers fills an episode with people: most of them ride.
func (g *generator) passengers(long time.Duration) {
	every := pick[time.Duration](g, 1500, 4000, 4000, 8000, 8000, 20_000) * time.Millisecond // one on average
	ride := pick(g, 1, 5, 8, 10)                                                             // of 10
	for g.now = g.pause(every); g.now < long; g.now += g.pause(every) {
		i := g.rng.IntN(len(g.spaces))
		switch g.rng.IntN(40) {
		case 0:
			g.mash(i)
		case 1:
			g.impatient(i)
		case 2:
			g.stuck(i)
		case 3:
			g.rush()
		default:
			if g.rng.IntN(10) < ride {
				g.ride(i)
			} else {
				g.press(i)
			}
		}
	}
	g.now, g.busy = 0, 0
}

// pause draws the time to the next passenger.
func (g *generator) pause(mean time.Duration) time.Duration {
	return min(time.Duration(g.rng.ExpFloat64()*float64(mean)), 10*mean).Truncate(time.Millisecond)
}

// ride lets somebody call an elevator and go somewhere.
func (g *generator) ride(i int) {
	from := g.rng.IntN(g.floors)
	to := g.rng.IntN(g.floors - 1)
	b := elevator.HallDown
	if to >= from {
		to++
		b = elevator.HallUp
	}
	g.episode = append(g.episode, Step{
		At: g.now, Rides: true, To: to,
		Do: scenario.Command{Verb: scenario.Press, Who: i, Floor: from, Button: b},
	})
}

// press presses any button.
func (g *generator) press(i int) {
	floor, b := g.button()
	g.do(scenario.Command{Verb: scenario.Press, Who: i, Floor: floor, Button: b})
}

func (g *generator) button() (floor int, b elevator.Button) {
	for {
		floor, b = g.rng.IntN(g.floors), elevator.Button(g.rng.IntN(elevator.Buttons))
		if elevator.ButtonExists(g.floors, floor, b) {
			return floor, b
		}
	}
}

// mash lets a child loose.
func (g *generator) mash(i int) {
	floor, b := g.button()
	g.do(scenario.Command{Verb: scenario.Mash, Who: i, Floor: floor, Button: b, For: g.duration(200*time.Millisecond, 5*time.Second)})
}

// impatient presses again and again, also while the call is being served.
func (g *generator) impatient(i int) {
	floor, b := g.button()
	at := g.now
	for range 8 {
		g.later(at, scenario.Command{Verb: scenario.Press, Who: i, Floor: floor, Button: b})
		at += g.duration(250*time.Millisecond, 1500*time.Millisecond)
	}
}

// stuck holds a button for long.
func (g *generator) stuck(i int) {
	floor, b := g.button()
	g.do(scenario.Command{Verb: scenario.Hold, Who: i, Floor: floor, Button: b})
	g.later(g.now+g.duration(300*time.Millisecond, 20*time.Second), scenario.Command{Verb: scenario.Release, Who: i, Floor: floor, Button: b})
}

// rush lets many come at once.
func (g *generator) rush() {
	for range 2 + g.rng.IntN(8) {
		at := g.now
		g.now += g.duration(0, 500*time.Millisecond)
		g.press(g.rng.IntN(len(g.spaces)))
		g.now = at
	}
}
