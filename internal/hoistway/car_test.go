package hoistway

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"elevnet/internal/elevator"
)

const (
	ms      = time.Millisecond
	noFloor = elevator.NoFloor
)

// course is the shaft of the course's simulator.
var course = Config{Floors: 4, Travel: 2 * time.Second, Pass: 500 * ms}

// drive runs a car to a time and writes down each change of its sensor.
func drive(c *Car, until time.Duration) string {
	var log []string
	for {
		at, ok := c.Next()
		if !ok || at > until {
			break
		}
		before := c.Sensor()
		c.Advance(at)
		switch {
		case c.OutOfBounds():
			log = append(log, fmt.Sprintf("%v out", at))
		case c.Sensor() != before:
			log = append(log, fmt.Sprintf("%v %d", at, c.Sensor()))
		}
	}
	c.Advance(until)
	return strings.Join(log, ", ")
}

func TestJourneys(t *testing.T) {
	type act struct {
		at time.Duration
		do func(c *Car, now time.Duration)
	}
	command := func(d elevator.Direction) func(*Car, time.Duration) {
		return func(c *Car, now time.Duration) { c.Command(now, d) }
	}
	up, down, stop := command(elevator.Up), command(elevator.Down), command(elevator.Stop)
	cut := (*Car).CutPower
	restore := func(remember bool) func(*Car, time.Duration) {
		return func(c *Car, now time.Duration) { c.RestorePower(now, remember) }
	}
	for _, tt := range []struct {
		name     string
		start    float64
		acts     []act
		until    time.Duration
		want     string
		position float64
		overruns int
	}{
		{"stands at a floor", 1, nil, time.Hour, "", 1, 0},
		{"stands between floors", 1.5, nil, time.Hour, "", 1.5, 0},
		{
			"bottom to top", 0, []act{{0, up}, {7500 * ms, stop}}, 10 * time.Second,
			"500ms -1, 2.5s 1, 3s -1, 5s 2, 5.5s -1, 7.5s 3", 2.9, 0,
		},
		{
			"top to bottom", 3, []act{{0, down}, {7500 * ms, stop}}, 10 * time.Second,
			"500ms -1, 2.5s 2, 3s -1, 5s 1, 5.5s -1, 7.5s 0", 0.1, 0,
		},
		{
			"starts between floors", 0.5, []act{{0, up}, {1 * time.Second, stop}}, 3 * time.Second,
			"1s 1", 0.9, 0,
		},
		{
			"leaves a floor again after a stop", 0,
			[]act{{0, up}, {2500 * ms, stop}, {5500 * ms, up}}, 8 * time.Second,
			"500ms -1, 2.5s 1, 6s -1, 8s 2", 1.9, 0,
		},
		{
			"goes back the way it came", 0,
			[]act{{0, up}, {2500 * ms, stop}, {5500 * ms, down}, {8 * time.Second, stop}}, 9 * time.Second,
			"500ms -1, 2.5s 1, 6s -1, 8s 0", 0.1, 0,
		},
		{
			"turns between floors", 0, []act{{0, up}, {1 * time.Second, down}, {1500 * ms, stop}}, 9 * time.Second,
			"500ms -1, 1.5s 0", 0.1, 0,
		},
		{
			"turns as it leaves the sensor", 0, []act{{0, up}, {500 * ms, down}, {510 * ms, stop}}, 9 * time.Second,
			"500ms -1, 500ms 0", 0.096, 0,
		},
		{
			"keeps its place while stopped between floors", 0,
			[]act{{0, up}, {1500 * ms, stop}, {5 * time.Second, up}, {6 * time.Second, stop}}, 9 * time.Second,
			"500ms -1, 6s 1", 0.9, 0,
		},
		{
			"a command again does not restart anything", 0,
			[]act{{0, up}, {400 * ms, up}, {1 * time.Second, up}, {2500 * ms, stop}}, 5 * time.Second,
			"500ms -1, 2.5s 1", 0.9, 0,
		},
		{
			"a stop on the sensor starts the pass again", 0,
			[]act{{0, up}, {400 * ms, stop}, {500 * ms, up}, {3 * time.Second, stop}}, 9 * time.Second,
			"1s -1, 3s 1", 0.9, 0,
		},
		{
			"past the top", 3, []act{{0, up}, {4 * time.Second, down}}, time.Minute,
			"500ms out", 3.1, 1,
		},
		{
			"past the bottom", 0, []act{{0, down}, {4 * time.Second, up}}, time.Minute,
			"500ms out", -0.1, 1,
		},
		{
			"moved by hand, out of bounds twice", 0,
			[]act{
				{0, down},
				{2 * time.Second, func(c *Car, now time.Duration) { c.Place(now, 0) }},
				{5 * time.Second, down},
			},
			time.Minute, "500ms out, 5.5s out", -0.1, 2,
		},
		{
			"placed while it moves", 0,
			[]act{
				{0, up},
				{1 * time.Second, func(c *Car, now time.Duration) { c.Place(now, 2.5) }},
				{2 * time.Second, stop},
			},
			time.Minute, "500ms -1, 2s 3", 2.9, 0,
		},
		{
			"power lost and remembered", 0,
			[]act{{0, up}, {1500 * ms, cut}, {60 * time.Second, restore(true)}, {61 * time.Second, stop}}, 70 * time.Second,
			"500ms -1, 1m1s 1", 0.9, 0,
		},
		{
			"a command without power is remembered", 0,
			[]act{{0, up}, {1500 * ms, cut}, {2 * time.Second, down}, {60 * time.Second, restore(true)}, {61 * time.Second, stop}}, 70 * time.Second,
			"500ms -1, 1m1s 0", 0.1, 0,
		},
		{
			"power lost and forgotten", 0,
			[]act{{0, up}, {1500 * ms, cut}, {60 * time.Second, restore(false)}}, 70 * time.Second,
			"500ms -1", 0.5, 0,
		},
		{
			"a new command after forgetting", 0,
			[]act{{0, up}, {1500 * ms, cut}, {60 * time.Second, restore(false)}, {61 * time.Second, up}, {62 * time.Second, stop}}, 70 * time.Second,
			"500ms -1, 1m2s 1", 0.9, 0,
		},
		{
			"power given to a motor that has it", 0,
			[]act{{0, up}, {100 * ms, restore(false)}, {2500 * ms, stop}}, 70 * time.Second,
			"500ms -1, 2.5s 1", 0.9, 0,
		},
		{
			"no power at a floor", 0,
			[]act{{0, cut}, {1 * time.Second, up}, {2 * time.Second, restore(true)}, {4500 * ms, stop}}, 9 * time.Second,
			"2.5s -1, 4.5s 1", 0.9, 0,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, err := New(course, 0, tt.start)
			if err != nil {
				t.Fatal(err)
			}
			var log []string
			for _, a := range tt.acts {
				if s := drive(&c, a.at); s != "" {
					log = append(log, s)
				}
				a.do(&c, a.at)
			}
			if s := drive(&c, tt.until); s != "" {
				log = append(log, s)
			}
			if diff := cmp.Diff(tt.want, strings.Join(log, ", ")); diff != "" {
				t.Errorf("sensor (-want +got):\n%s", diff)
			}
			if math.Abs(c.Position()-tt.position) > 1e-9 {
				t.Errorf("position %v, want %v", c.Position(), tt.position)
			}
			if c.Overruns() != tt.overruns || c.OutOfBounds() != (tt.overruns > 0) {
				t.Errorf("overruns %d, out of bounds %v, want %d", c.Overruns(), c.OutOfBounds(), tt.overruns)
			}
		})
	}
}

func TestStuckSensor(t *testing.T) {
	c, err := New(course, 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.StickSensor(0, 4); err == nil {
		t.Error("a sensor stuck at a floor that does not exist was accepted")
	}
	if err := c.StickSensor(0, noFloor); err != nil {
		t.Fatal(err)
	}
	c.Command(0, elevator.Up)
	if got := drive(&c, 2500*ms); got != "" {
		t.Errorf("a stuck sensor changed: %s", got)
	}
	if c.Sensor() != noFloor || c.Floor() != 1 || !c.SensorStuck() {
		t.Errorf("shows %d at floor %d, stuck %v", c.Sensor(), c.Floor(), c.SensorStuck())
	}
	c.FreeSensor(2600 * ms)
	if c.Sensor() != 1 || c.SensorStuck() {
		t.Errorf("repaired, it shows %d", c.Sensor())
	}
	if err := c.StickSensor(2700*ms, 2); err != nil || c.Sensor() != 2 || c.Floor() != 1 {
		t.Errorf("stuck at 2, it shows %d (%v)", c.Sensor(), err)
	}
}

func TestRefuses(t *testing.T) {
	for _, cfg := range []Config{
		{Floors: 1, Travel: 1, Pass: 1},
		{Floors: elevator.MaxFloors + 1, Travel: 1, Pass: 1},
		{Floors: 2, Travel: 0, Pass: 1},
		{Floors: 2, Travel: 2 * time.Hour, Pass: 1},
		{Floors: 2, Travel: 1, Pass: 0},
		{Floors: 2, Travel: 1, Pass: 2 * time.Hour},
	} {
		if _, err := New(cfg, 0, 0); err == nil {
			t.Errorf("New accepted %+v", cfg)
		}
	}
	c, _ := New(course, 0, 1)
	before := c
	for _, p := range []float64{-0.1, 3.1, math.NaN(), math.Inf(1), math.Inf(-1)} {
		if err := c.Place(0, p); err == nil {
			t.Errorf("Place accepted %v", p)
		}
	}
	if c != before {
		t.Error("a refused Place changed the car")
	}
}

// TestTimeNeverGoesBack checks that a time earlier than the last counts as the
// last one.
func TestTimeNeverGoesBack(t *testing.T) {
	c, _ := New(course, time.Second, 0)
	c.Command(0, elevator.Up)
	c.Advance(0)
	if at, ok := c.Next(); c.Now() != time.Second || at != 1500*ms || !ok {
		t.Errorf("now %v, next %v %v", c.Now(), at, ok)
	}
}

func BenchmarkAdvance(b *testing.B) {
	c, err := New(course, 0, 0)
	if err != nil {
		b.Fatal(err)
	}
	var now time.Duration
	way := elevator.Up
	b.ReportAllocs()
	for b.Loop() {
		c.Command(now, way)
		now, _ = c.Next()
		c.Advance(now)
		if c.Floor() == 0 || c.Floor() == course.Floors-1 {
			way = way.Opposite()
		}
	}
}
