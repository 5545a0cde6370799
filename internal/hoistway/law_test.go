package hoistway

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"elevnet/internal/elevator"
)

// ticker is a second, dumb model of the shaft: it counts milliseconds, one at
// a time.
type ticker struct {
	floors, travel, pass int
	floor                int // as in Car
	onSensor             bool
	along                int // ms up from floor's sensor, when off it
	pulled               int // ms since the present motion began, when on it
	motor                int
	power                bool
	out                  bool
}

func (k *ticker) moving() int {
	if !k.power || k.out {
		return 0
	}
	return k.motor
}

// enter puts the car into the part of the shaft that it has just reached.
func (k *ticker) enter() {
	switch way := k.moving(); {
	case k.onSensor && way != 0 && k.pulled == k.pass:
		k.onSensor, k.along = false, 0
		if way < 0 {
			k.floor, k.along = k.floor-1, k.travel
		}
		if k.floor < 0 || k.floor == k.floors-1 {
			k.out, k.motor = true, 0
		}
	case !k.onSensor && way > 0 && k.along == k.travel:
		k.floor, k.onSensor, k.pulled = k.floor+1, true, 0
	case !k.onSensor && way < 0 && k.along == 0:
		k.onSensor, k.pulled = true, 0
	}
}

func (k *ticker) tick() {
	if k.onSensor && k.moving() != 0 {
		k.pulled++
	}
	if !k.onSensor {
		k.along += k.moving()
	}
	k.enter()
}

func (k *ticker) change(do func()) {
	before := k.moving()
	do()
	if k.moving() != before {
		k.pulled = 0
	}
	k.enter()
}

func (k *ticker) sensor() int {
	if k.onSensor {
		return k.floor
	}
	return elevator.NoFloor
}

// TestAgainstTicker drives a car and the millisecond model with the same
// commands and compares them at every millisecond at which either is looked
// at. Along the way it checks that Next is honest, that the car never jumps
// and that it stays in its shaft.
func TestAgainstTicker(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		travel := rapid.IntRange(1, 40).Draw(t, "travel")
		pass := rapid.IntRange(1, 10).Draw(t, "pass")
		cfg := Config{
			Floors: rapid.IntRange(2, 5).Draw(t, "floors"),
			Travel: time.Duration(travel) * ms, Pass: time.Duration(pass) * ms,
		}
		start := rapid.IntRange(0, cfg.Floors-1).Draw(t, "start")
		car, err := New(cfg, 0, float64(start))
		if err != nil {
			t.Fatal(err)
		}
		model := ticker{floors: cfg.Floors, travel: travel, pass: pass, floor: start, onSensor: true, power: true}
		// Standing on a sensor it covers at most a half of it in Pass: slower
		// than that it never is, faster than a whole one neither.
		fastest := 1/float64(travel+pass) + 1e-9
		half := cfg.halfSensor()
		now := 0
		for range rapid.IntRange(1, 30).Draw(t, "steps") {
			at := time.Duration(now) * ms
			switch rapid.SampledFrom([]string{"motor", "motor", "motor", "cut", "restore"}).Draw(t, "act") {
			case "motor":
				d := rapid.IntRange(-1, 1).Draw(t, "direction")
				car.Command(at, elevator.Direction(d))
				model.change(func() {
					if !model.out {
						model.motor = d
					}
				})
			case "cut":
				car.CutPower(at)
				model.change(func() { model.power = false })
			case "restore":
				remember := rapid.Bool().Draw(t, "remember")
				car.RestorePower(at, remember)
				model.change(func() {
					if !model.power && !remember {
						model.motor = 0
					}
					model.power = true
				})
			}
			for range rapid.IntRange(0, 60).Draw(t, "ms") {
				next, ok := car.Next()
				before, position := car, car.Position()
				now++
				at := time.Duration(now) * ms
				car.Advance(at)
				model.tick()
				if got, want := car.Floor(), model.sensor(); got != want {
					t.Fatalf("at %v: floor %d, the model says %d", at, got, want)
				}
				if car.OutOfBounds() != model.out {
					t.Fatalf("at %v: out of bounds %v, the model says %v", at, car.OutOfBounds(), model.out)
				}
				// A car that turned at the edge of a sensor may cross it twice here.
				twice := ok && next == before.now
				if moved := car.Floor() != before.Floor() || car.OutOfBounds() != before.OutOfBounds(); moved != (ok && next <= at) && !twice {
					t.Fatalf("at %v: change %v, but Next said %v %v", at, moved, next, ok)
				}
				if step := math.Abs(car.Position() - position); step > fastest {
					t.Fatalf("at %v: moved %v floors in 1 ms, fastest is %v", at, step, fastest)
				}
				if p := car.Position(); p < -half-1e-9 || p > float64(cfg.Floors-1)+half+1e-9 {
					t.Fatalf("at %v: position %v is outside the shaft", at, p)
				}
				if math.Abs(car.Position()-math.Round(car.Position())) > half+1e-9 && car.Floor() != elevator.NoFloor {
					t.Fatalf("at %v: position %v is not on the sensor of floor %d", at, car.Position(), car.Floor())
				}
			}
		}
	})
}

// TestAdvanceInOneOrMany checks that it makes no difference how often a car is
// looked at.
func TestAdvanceInOneOrMany(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		start := rapid.Float64Range(0, 3).Draw(t, "start")
		one, err := New(course, 0, start)
		if err != nil {
			t.Fatal(err)
		}
		d := elevator.Direction(rapid.IntRange(-1, 1).Draw(t, "direction"))
		one.Command(0, d)
		many := one
		now := time.Duration(0)
		for range rapid.IntRange(1, 20).Draw(t, "steps") {
			now += time.Duration(rapid.Int64Range(0, int64(3*time.Second)).Draw(t, "step"))
			many.Advance(now)
		}
		one.Advance(now)
		if one != many {
			t.Fatalf("in one step %+v\nin many    %+v", one, many)
		}
	})
}

// TestPlaceIsWhereItIs checks that a car placed somewhere is there.
func TestPlaceIsWhereItIs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := rapid.Float64Range(0, 3).Draw(t, "position")
		c, err := New(course, 0, p)
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(c.Position()-p) > 1e-6 {
			t.Fatalf("placed at %v, it is at %v", p, c.Position())
		}
		if onSensor := math.Abs(p-math.Round(p)) <= 0.1; onSensor != (c.Floor() != elevator.NoFloor) {
			t.Fatalf("placed at %v, its floor is %d", p, c.Floor())
		}
	})
}
