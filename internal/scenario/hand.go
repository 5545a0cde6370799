package scenario

import (
	"time"

	"elevnet/internal/elevator"
	"elevnet/internal/promise"
)

const (
	// tapped is for how long a button is held that is pressed.
	tapped = 200 * time.Millisecond
	// mashing is for how long it is held, and let go, by somebody impatient.
	mashing = 25 * time.Millisecond
)

// hand does what people do at a workspace, and what happens to its elevator.
func (s *Stage) hand(c Command) error {
	w := &s.spaces[c.Who]
	switch c.Verb {
	case Press, Hold, Mash:
		if w.Held().Has(c.Floor, c.Button) || w.mashed.Has(c.Floor, c.Button) {
			return refusal("it is held already")
		}
		if c.Verb == Mash {
			w.mashed.Put(c.Floor, c.Button, true)
			s.mash(c, s.Now()+c.For)
			break
		}
		w.Hold(c.Floor, c.Button, true)
		if c.Verb == Press {
			s.b.After(tapped, func() { w.Hold(c.Floor, c.Button, false) })
		}
	case Release:
		if !w.Held().Has(c.Floor, c.Button) {
			return refusal("it isn't held")
		}
		w.Hold(c.Floor, c.Button, false)
	case Obstruct:
		if w.Obstructed() == c.On {
			return refusal("the switch stands so already")
		}
		s.obstruct(c.Who, c.On)
	case StopButton:
		if w.StopHeld() {
			return refusal("it is held already")
		}
		s.pressStop(c.Who)
	case Server:
		if w.ServerUp() == c.On {
			return refusal("it is so already")
		}
		s.server(c.Who, c.On)
	case StuckSensor:
		return s.stick(c.Who, c.Floor)
	case StuckNowhere:
		return s.stick(c.Who, elevator.NoFloor)
	case RepairSensor:
		if !w.badSensor {
			return refusal("it isn't broken")
		}
		s.repairSensor(c.Who)
	case Place:
		return s.place(c.Who, c.Position)
	case MotorOff, MotorOn, MotorForgetful:
		if w.noPower == (c.Verb == MotorOff) {
			return refusal("it is so already")
		}
		s.motor(c.Who, c.Verb != MotorOff, c.Verb == MotorOn)
	}
	return nil
}

// mash presses and lets go until the end.
func (s *Stage) mash(c Command, end time.Duration) {
	w := &s.spaces[c.Who]
	if s.Now() >= end || !w.mashed.Has(c.Floor, c.Button) {
		w.Hold(c.Floor, c.Button, false)
		w.mashed.Put(c.Floor, c.Button, false)
		return
	}
	w.Hold(c.Floor, c.Button, !w.Held().Has(c.Floor, c.Button))
	s.b.After(mashing, func() { s.mash(c, end) })
}

// letGo lets go of everything at a panel.
func (s *Stage) letGo(i int) {
	w := &s.spaces[i]
	w.mashed = elevator.Calls{}
	for f, b := range w.Held().All() {
		w.Hold(f, b, false)
	}
	s.stop(i, false)
}

func (s *Stage) obstruct(i int, on bool) {
	s.tell(i, promise.Event{Kind: promise.Obstruction, On: on})
	s.spaces[i].Obstruct(on)
}

func (s *Stage) pressStop(i int) {
	s.stop(i, true)
	s.b.After(tapped, func() { s.stop(i, false) })
}

func (s *Stage) stop(i int, on bool) {
	if s.spaces[i].StopHeld() != on {
		s.tell(i, promise.Event{Kind: promise.StopHeld, On: on})
		s.spaces[i].StopButton(on)
	}
}

func (s *Stage) server(i int, on bool) {
	s.tell(i, promise.Event{Kind: promise.ServerReachable, On: on})
	s.spaces[i].Server(on)
}

func (s *Stage) motor(i int, on, remember bool) {
	s.spaces[i].noPower = !on
	s.tell(i, promise.Event{Kind: promise.MotorPower, On: on})
	s.spaces[i].Motor(on, remember)
}

// stick breaks a floor sensor. The judge is told first, and last of its repair:
// what it shows in between isn't meant.
func (s *Stage) stick(i, floor int) error {
	s.spaces[i].badSensor = true
	s.tell(i, promise.Event{Kind: promise.SensorBroken, On: true})
	if err := s.spaces[i].StickSensor(floor); err != nil {
		return refusal(err.Error())
	}
	return nil
}

func (s *Stage) repairSensor(i int) {
	s.spaces[i].badSensor = false
	s.spaces[i].FreeSensor()
	s.tell(i, promise.Event{Kind: promise.SensorBroken})
}

func (s *Stage) place(i int, position float64) error {
	if position < 0 || position > float64(s.setup.Elevator.Floors-1) {
		return refusal("that is outside the shaft")
	}
	s.tell(i, promise.Event{Kind: promise.CarPlaced})
	if err := s.spaces[i].Place(position); err != nil {
		return refusal(err.Error())
	}
	return nil
}
