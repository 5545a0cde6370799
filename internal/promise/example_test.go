package promise_test

import (
	"fmt"
	"time"

	"elevnet/internal/elevator"
	"elevnet/internal/promise"
)

// A lamp goes off, and no door was ever open at its floor.
func Example() {
	events, err := promise.Parse(`
		0s  0 sensor 0
		0s  0 node started
		10s 0 button hall-up 2 pressed
		10.02s 0 lamp hall-up 2 on
		10.2s  0 button hall-up 2 released
		12s 0 lamp hall-up 2 off
	`)
	if err != nil {
		fmt.Println(err)
		return
	}
	c, err := promise.New(promise.Config{Workspaces: 1, Elevator: elevator.DefaultConfig()})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, e := range events {
		c.Observe(e)
	}
	c.Finish(time.Minute)
	for _, v := range c.Violations() {
		fmt.Println(v)
	}
	// Output:
	// S1 at 12s, workspace 0: the lamp of hall-up at floor 2 went off, and its door was never open there
}
