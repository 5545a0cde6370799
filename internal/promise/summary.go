package promise

// Summary sums up what was observed.
type Summary struct {
	Events  int
	Presses int
	// Served counts the calls that were served.
	Served int
	// Lamp is the time from a press in the dark to the lamp beside it, and
	// AllLamps to the last of all connected panels, for hall calls.
	Lamp, AllLamps Times
	// Wait is the time from the first press of a call until it was served.
	Wait Times
	// Lit is how many calls are lit now, on the panels of running nodes, and
	// Owed how many of those that were lit haven't been served.
	Lit, Owed int
	// Violations counts all of them, also those that weren't kept.
	Violations int
}

// counts is what a summary is made of.
type counts struct {
	events, presses, served, violations int
	lamp, allLamps, wait                histogram
}

// Summary returns what was observed so far.
func (c *Checker) Summary() Summary {
	s := Summary{
		Events:     c.sum.events,
		Presses:    c.sum.presses,
		Served:     c.sum.served,
		Lamp:       c.sum.lamp.times(),
		AllLamps:   c.sum.allLamps.times(),
		Wait:       c.sum.wait.times(),
		Violations: c.sum.violations,
	}
	for i := range c.calls {
		if c.calls[i].lit&c.set.control != 0 {
			s.Lit++
		}
		if c.calls[i].owed != 0 {
			s.Owed++
		}
	}
	return s
}
