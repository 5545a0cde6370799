package main

const (
	requestsFile = "requests/requests.go"
	doorFile     = "fsm/door.go"
	carFile      = "fsm/elevator.go"
	motorFile    = "fsm/motor.go"
	positionFile = "fsm/position.go"
	parkFile     = "fsm/park.go"
	stepFile     = "fsm/step.go"
	stopFile     = "fsm/stop.go"
	assignFile   = "assigner/assigner.go"
	searchFile   = "assigner/search.go"
	predictFile  = "assigner/predict.go"
)

// The small mistakes in how one elevator runs, and in who serves what.

func inRequests() []Mutant {
	return []Mutant{{
		Name:  "this-floor-is-beyond",
		Wrong: "A call at this very floor counts as one further up: >= for >.",
		Rule:  "E2", Spec: "E2, S1",
		Patches: []Patch{{File: requestsFile, Old: "		return c.Floors().AnyAbove(f)", New: "		return c.Floors().AnyAbove(f - 1)"}},
	}, {
		Name:  "passes-waiting-passengers",
		Wrong: "A car on its way up doesn't stop for those who want to go up while there is a call beyond.",
		Rule:  "E2", Spec: "E2",
		Patches: []Patch{{File: requestsFile, Old: "f >= n-1 || c.Cab.Has(f) || c.Up.Has(f) ||", New: "f >= n-1 || c.Cab.Has(f) ||"}},
	}, {
		Name:  "forgets-its-direction",
		Wrong: "The next direction is chosen as from rest: the car turns though calls remain ahead.",
		Rule:  "E2", Spec: "E2",
		Tests: Tests{Package: "requests", Run: "TestChoose",
			Why: "Everybody is fetched in the end: the promise is kept, the discipline is not.",
		},
		Patches: []Patch{{File: requestsFile, Old: "	if d == elevator.Stop {\n		d = fromRest(c, f)\n	}\n", New: "	d = fromRest(c, f)\n"}},
	}, {
		Name:  "one-stop-serves-both",
		Wrong: "A stop serves the hall calls of both directions at once.",
		Rule:  "S4", Spec: "S4",
		Patches: []Patch{{File: doorFile, Old: "		s.Put(e.floor, e.direction.Hall(), true)\n", New: "		s.Put(e.floor, elevator.HallUp, true)\n		s.Put(e.floor, elevator.HallDown, true)\n"}},
	}}
}

func inFSM() []Mutant {
	return []Mutant{{
		Name:  "door-closes-on-passengers",
		Wrong: "The door closes when its time is over, be it obstructed or not.",
		Rule:  "13", Spec: "E1, E3",
		Patches: []Patch{{File: doorFile, Old: "	if e.is(elevator.Obstructed | elevator.Stopped) {\n		return\n	}\n", New: "	if e.is(elevator.Stopped) {\n		return\n	}\n"}},
	}, {
		Name:  "obstructed-is-available",
		Wrong: "A car whose door is held says that it is available.",
		Rule:  "13", Spec: "E3",
		Patches: []Patch{{File: carFile, Old: "		Unavailable: e.reasons,", New: "		Unavailable: e.reasons &^ elevator.Obstructed,"}},
	}, {
		Name:  "second-announcement-is-short",
		Wrong: "A door that announces the other direction doesn't stay open for another door time.",
		Rule:  "S4", Spec: "S4",
		Patches: []Patch{{File: doorFile, Old: "	e.behaviour = elevator.DoorOpen\n	e.announce(d)\n	e.notice(m.calls)\n	e.renew(m.now)\n", New: "	again := e.behaviour == elevator.DoorOpen\n	e.behaviour = elevator.DoorOpen\n	e.announce(d)\n	e.notice(m.calls)\n	if again {\n		e.closeAt = m.now + e.cfg.Door/4\n	} else {\n		e.renew(m.now)\n	}\n"}},
	}, {
		Name:  "extends-without-end",
		Wrong: "Each press at an open door holds it for another door time, however often.",
		Rule:  "5", Spec: "S1",
		Patches: []Patch{{File: doorFile, Old: "	case appeared && !e.extended:", New: "	case appeared:"}},
	}, {
		Name:  "reopens-in-the-same-moment",
		Wrong: "A door that has just closed may open again in the same step, so that nobody sees it close.",
		Rule:  "S4", Spec: "S4",
		Tests: Tests{Package: "fsm", Run: "TestTimelines",
			Why: "The judge asks that a stop lasts long enough, not that two stops are told apart.",
		},
		Patches: []Patch{{File: stepFile, Old: "	if e.is(elevator.Stopped) || m.now == e.closedAt {", New: "	if e.is(elevator.Stopped) {"}},
	}, {
		Name:  "motor-never-lost",
		Wrong: "A motor that brings the car nowhere isn't noticed.",
		Rule:  "13", Spec: "E4",
		Patches: []Patch{{File: motorFile, Old: "	e.set(elevator.MotorLost, true)\n	e.nudges++\n	e.nudgeAt = now + nudgePeriod\n", New: "	e.nudges++\n	e.watchFrom = now\n"}},
	}, {
		Name:  "motor-not-nudged",
		Wrong: "A motor that has lost its power isn't told again what to do.",
		Rule:  "13", Spec: "E4",
		Patches: []Patch{{File: motorFile, Old: "	e.nudges++\n", New: ""}},
	}, {
		Name:  "motor-lost-for-ever",
		Wrong: "A car whose motor has come back stays unavailable.",
		Rule:  "13", Spec: "E4",
		Tests: Tests{Package: "internal/scenario", Run: "TestR8AnOverdueCallIsTakenByAll",
			Why: "An elevator that stays unavailable is missed by nobody as long as another one comes, and takes its calls when it is alone. The scenario asks who goes.",
		},
		Patches: []Patch{{File: positionFile, Old: "	e.set(elevator.Starting|elevator.MotorLost, false)", New: "	e.set(elevator.Starting, false)"}},
	}, {
		Name:  "seeks-below-the-shaft",
		Wrong: "A car that doesn't know where it is always goes down, also below the bottom floor.",
		Rule:  "E2", Spec: "E2",
		Tests: Tests{Package: "fsm", Run: "TestTimelines",
			Why: "No car of the simulation stands below its bottom floor but by hand.",
		},
		Patches: []Patch{{File: positionFile, Old: "	if e.floor == 0 {\n		d = elevator.Up\n	}\n", New: ""}},
	}, {
		Name:  "stop-button-while-held",
		Wrong: "The stop button toggles with every reading while it is held.",
		Rule:  "13", Spec: "E6",
		Patches: []Patch{{File: stopFile, Old: "	pressed := held && !e.stop\n", New: "	pressed := held\n"}},
	}, {
		Name:  "stopped-car-runs",
		Wrong: "The stop lamp is lit, and the motor runs on.",
		Rule:  "13", Spec: "E6",
		Patches: []Patch{{File: stepFile, Old: "		if !stopped {\n			out.Motor = e.direction\n			out.Deadline = e.motorDeadline()\n		}", New: "		out.Motor = e.direction\n		out.Deadline = e.motorDeadline()"}},
	}, {
		Name:  "reconnected-car-decides-nothing",
		Wrong: "A car whose server was lost while it stood at a floor isn't asked again what to do.",
		Rule:  "13", Spec: "E5",
		Tests: Tests{Package: "fsm", Run: "TestTimelines|TestObserved",
			Why: "The car goes on to the next floor, turns there and comes back: a detour.",
		},
		Patches: []Patch{{File: positionFile, Old: "	case floor != elevator.NoFloor:\n		e.senseMoving(floor, changed || m.fresh, m)", New: "	case floor != elevator.NoFloor:\n		e.senseMoving(floor, changed, m)"}},
	}, {
		Name:  "parking-opens-a-door",
		Wrong: "A car that comes to where it waits opens its door there.",
		Rule:  "6", Spec: "E2",
		Patches: []Patch{{File: stepFile, Old: "	if e.mayPark(m) {\n", New: "	if e.parking && m.calls.Empty() && m.park == e.floor {\n		e.open(elevator.Stop, m)\n		return\n	}\n	if e.mayPark(m) {\n"}},
	}, {
		Name:  "parking-ignores-calls",
		Wrong: "A car on its way to where it waits takes no call before it is there.",
		Rule:  "6", Spec: "S1, E2",
		Tests: Tests{Package: "internal/node", Run: "TestS1ParkingIsOverWithACall",
			Why: "It comes when it has parked: later than it should and sooner than the judge asks for.",
		},
		Patches: []Patch{
			{File: stepFile, Old: "		calls:       in.Calls.AndNot(e.absent),\n", New: "		calls:       e.heard(in),\n"},
			{File: stepFile, Add: "func (e *Elevator) heard(in Input) elevator.Calls {\n	if e.parking && e.behaviour == elevator.Moving && in.Park != e.floor {\n		return elevator.Calls{}\n	}\n	return in.Calls.AndNot(e.absent)\n}"},
		},
	}, {
		Name:  "parks-while-obstructed",
		Wrong: "A car sets out to where it waits while something is in its doorway.",
		Rule:  "6", Spec: "E2",
		Patches: []Patch{{File: parkFile, Old: "m.calls.Empty() && !m.obstruction && e", New: "m.calls.Empty() && e"}, {File: "internal/node/park.go", Old: "		!calls.Empty() || n.in.Obstruction {\n", New: "		!calls.Empty() {\n"}},
	}}
}

func inAssigner() []Mutant {
	return []Mutant{{
		Name:  "all-wait-in-one-place",
		Wrong: "Each elevator waits where it would if it were the only one.",
		Rule:  "6", Spec: "R4",
		Tests: Tests{Package: "assigner", Run: "TestPark",
			Why: "Where a car without a call waits breaks no promise.",
		},
		Patches: []Patch{{File: "assigner/park.go", Old: "	d := newDistances(floors, others...)\n	floor, least", New: "	d := newDistances(floors, others[:0]...)\n	floor, least"}},
	}, {
		Name:  "order-of-the-input",
		Wrong: "Of two elevators that are equally good, the first in the input serves: nodes that list them differently disagree.",
		Rule:  "11", Spec: "R4",
		Tests: Tests{Package: "assigner", Run: "TestOrderDoesNotMatter",
			Why: "Package node sorts the elevators, so that this is a second line.",
		},
		Patches: []Patch{{File: assignFile, Old: "	slices.SortFunc(a.order, func(i, j int) int { return compare(&cars[i], &cars[j]) })\n", New: ""}},
	}, {
		Name:  "remembers-its-answer",
		Wrong: "A call stays with the elevator that got it the last time: nodes with other memories disagree.",
		Rule:  "11", Spec: "R4",
		Tests: Tests{Package: "assigner", Run: "TestNoMemory",
			Why: "Two nodes that disagree send two cars, or none until rule 12 sends all: that is what rule 12 is for.",
		},
		Patches: []Patch{
			{File: assignFile, Old: "	a.out = slices.Grow(a.out[:0], len(in.Cars))[:len(in.Cars)]\n", New: `	for i, at := range a.order {
		if at < len(a.out) && !a.out[at].Empty() && len(a.out) == len(in.Cars) {
			for k := range a.calls {
				if c := &a.calls[k]; a.out[at].Has(c.floor, c.button) && c.car != i {
					a.cars[c.car].calls.Put(c.floor, c.button, false)
					a.cars[i].calls.Put(c.floor, c.button, true)
					c.car = i
				}
			}
		}
	}
	a.out = slices.Grow(a.out[:0], len(in.Cars))[:len(in.Cars)]
`},
		},
	}, {
		Name:  "swap-half-done",
		Wrong: "Two calls are swapped between two elevators, and nobody notes who has which now.",
		Rule:  "11", Spec: "R4, S1",
		Tests: Tests{Package: "assigner", Run: "TestEachCallOnce",
			Why: "A call that nobody was given is everybody's by rule 12.",
		},
		Patches: []Patch{{File: searchFile, Old: "	c.car, d.car = d.car, c.car\n", New: ""}},
	}, {
		Name:  "relocated-and-kept",
		Wrong: "A call that is given to another elevator is kept by the first as well.",
		Rule:  "11", Spec: "R4",
		Tests: Tests{Package: "assigner", Run: "TestEachCallOnce",
			Why: "Two cars come instead of one: a detour.",
		},
		Patches: []Patch{{File: searchFile, Old: "		x.calls = without\n		a.settle(x)\n		c.car = to", New: "		c.car = to"}},
	}, {
		Name:  "age-weighs-nothing",
		Wrong: "How long a call has waited already doesn't count.",
		Rule:  "11", Spec: "R4, R8",
		Tests: Tests{Package: "assigner", Run: "TestGolden",
			Why: "A call that waits for too long is everybody's by rule 12.",
		},
		Patches: []Patch{{File: searchFile, Old: "	t := milliseconds(at) + a.ages[b][f]\n", New: "	t := milliseconds(at)\n"}},
	}, {
		Name:  "never-overdue",
		Wrong: "However long a call waits, it stays with the one that it was assigned to.",
		Rule:  "12", Spec: "R8",
		Tests: Tests{Package: "internal/scenario", Run: "TestR8AnOverdueCallIsTakenByAll",
			Why: "It is the net under mistakes of the other rules, and they make none: alone it isn't missed. The scenario asks for it.",
		},
		Patches: []Patch{{File: assignFile, Old: "			time.Duration(c.Age)*time.Second >= expected {", New: "			time.Duration(c.Age)*time.Second < 0 {"}},
	}}
}
