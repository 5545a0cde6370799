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
	// Counted is what these three sum up, so that it can be merged with that of
	// other buildings.
	Counted struct{ Lamp, AllLamps, Wait Histogram }
	// Lit is how many calls are lit now, on the panels of running nodes, and
	// Owed how many of those that were lit haven't been served.
	Lit, Owed int
	// Violations counts all of them, also those that weren't kept.
	Violations int
}

// counts is what a summary is made of.
type counts struct {
	events, presses, served, violations int
	lamp, allLamps, wait                Histogram
}

// Summary returns what was observed so far.
func (c *Checker) Summary() Summary {
	s := Summary{
		Events:     c.sum.events,
		Presses:    c.sum.presses,
		Served:     c.sum.served,
		Lamp:       c.sum.lamp.Times(),
		AllLamps:   c.sum.allLamps.Times(),
		Wait:       c.sum.wait.Times(),
		Violations: c.sum.violations,
	}
	s.Counted.Lamp, s.Counted.AllLamps, s.Counted.Wait = c.sum.lamp, c.sum.allLamps, c.sum.wait
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
