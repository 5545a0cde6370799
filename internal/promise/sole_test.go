package promise

import (
	"strings"
	"testing"
	"time"
)

// The only call in a quiet building is nobody's to wait for: an elevator that can
// run comes before the call is so old that all take it.
func TestSoleCall(t *testing.T) {
	sole := func(c *Config) { c.Bounds.Sole = 0 }
	late := `
		40s 1 sensor 2
		40s 1 door open
		40.02s 1 lamp hall-up 2 off
		40.02s 0 lamp hall-up 2 off
		40.02s 2 lamp hall-up 2 off
		43.02s 1 door closed`
	runAll(t, []scenario{
		{name: "in time", trace: lit + served, change: sole, finish: true},
		{name: "late", trace: lit + late, change: sole, finish: true, want: "S1 S1 S1"},
		{name: "late, and something else is lit", change: sole, finish: true, trace: lit + `
			10.1s 2 button cab 3 pressed
			10.12s 2 lamp cab 3 on
			10.2s 2 button cab 3 released
			39s 2 sensor 3
			39s 2 door open
			39.1s 2 lamp cab 3 off` + late + "\n42s 2 door closed"},
		{name: "late, and buttons are pressed", trace: lit + "25s 2 button hall-up 2 pressed\n25.2s 2 button hall-up 2 released" + late, change: sole, finish: true},
		{name: "late, and somebody was cut off", trace: lit + "20s 0 link 1 off\n20s 1 link 0 off\n20.1s 0 link 1 on\n20.1s 1 link 0 on" + late, change: sole, finish: true},
		{name: "late, and nobody is heard well", trace: "9s 0 loss 30\n" + lit + late, change: sole, finish: true},
		{name: "late, and one car is stuck", trace: "5s 0 obstruction on\n" + lit + late, change: sole, finish: true, want: "E3 E3"},
		{name: "late, and two cars are stuck", trace: "5s 0 obstruction on\n5s 2 obstruction on\n" + lit + late, change: func(c *Config) {
			sole(c)
			c.Elevator.MotorTimeout = 6 * time.Second
		}, finish: true},
	})
}

// A lamp that is lit can be seen.
func TestSeen(t *testing.T) {
	blink := func(off string) string {
		return `
			9s 1 sensor 2
			9s 1 door open` + strings.Replace(lit, "10.2s", "10.06s", 1) + off + " 1 lamp hall-up 2 off\n" + off + " 0 lamp hall-up 2 off\n" + off + " 2 lamp hall-up 2 off\n13s 1 door closed"
	}
	runAll(t, []scenario{
		{name: "for long enough", trace: blink("10.2s"), finish: true},
		{name: "too short", trace: blink("10.1s"), want: "S3 S3 S3", finish: true},
		{name: "where somebody was cut off", trace: "9.5s 0 link 1 off\n" + blink("10.1s"), finish: true},
	})
}
