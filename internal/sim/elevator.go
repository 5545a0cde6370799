package sim

import (
	"time"

	"elevnet/internal/elevator"
	"elevnet/internal/hoistway"
	"elevnet/internal/node"
)

// Tap presses a button and lets it go after 200 ms.
func (w *Workspace) Tap(floor int, b elevator.Button) {
	w.Hold(floor, b, true)
	w.b.after(200*time.Millisecond, func() { w.Hold(floor, b, false) })
}

// mash is for how long a button that is mashed is held, and let go, by turns:
// 20 presses a second.
const mash = 25 * time.Millisecond

// Mash presses a button 20 times a second for a while.
func (w *Workspace) Mash(floor int, b elevator.Button, long time.Duration) {
	if b >= elevator.Buttons || floor < 0 || floor >= elevator.MaxFloors {
		return
	}
	until := &w.mashed[b][floor]
	busy := *until > w.b.now
	*until = max(*until, w.b.now+long)
	if !busy {
		w.mash(floor, b, true)
	}
}

func (w *Workspace) mash(floor int, b elevator.Button, on bool) {
	on = on && w.b.now < w.mashed[b][floor]
	w.Hold(floor, b, on)
	if on || w.b.now < w.mashed[b][floor] {
		w.b.after(mash, func() { w.mash(floor, b, !on) })
	}
}

// Hold presses a button, or lets it go.
func (w *Workspace) Hold(floor int, b elevator.Button, on bool) {
	if w.held.Has(floor, b) == on {
		return
	}
	w.held.Put(floor, b, on)
	if w.b.OnHold != nil {
		w.b.OnHold(w, floor, b, on)
	}
	w.look()
}

// Held returns the buttons that are pressed.
func (w *Workspace) Held() elevator.Calls { return w.held }

// Obstruct turns the obstruction switch.
func (w *Workspace) Obstruct(on bool) { w.obstruction = on; w.look() }

// Obstructed reports whether the obstruction switch is on.
func (w *Workspace) Obstructed() bool { return w.obstruction }

// StopButton presses the stop button, or lets it go.
func (w *Workspace) StopButton(on bool) { w.stop = on; w.look() }

// StopHeld reports whether the stop button is pressed.
func (w *Workspace) StopHeld() bool { return w.stop }

// Motor takes the power from the motor or gives it back. With remember, the
// motor then does what it was last told; otherwise it waits to be told anew.
func (w *Workspace) Motor(on, remember bool) {
	w.advance()
	if on {
		w.car.RestorePower(w.b.now, remember)
	} else {
		w.car.CutPower(w.b.now)
	}
	w.moved()
}

// Server takes the elevator server away or gives it back.
func (w *Workspace) Server(on bool) {
	w.serverUp = on
	if on {
		w.link++
	} else {
		w.halt()
	}
	w.look()
}

// ServerUp reports whether the elevator server is there.
func (w *Workspace) ServerUp() bool { return w.serverUp }

// StickSensor breaks the floor sensor: it shows a floor for ever, or
// elevator.NoFloor, until FreeSensor.
func (w *Workspace) StickSensor(floor int) error {
	w.advance()
	before := w.car.Sensor()
	err := w.car.StickSensor(w.b.now, floor)
	w.sensed(before)
	w.look()
	return err
}

// FreeSensor repairs the floor sensor.
func (w *Workspace) FreeSensor() {
	w.advance()
	before := w.car.Sensor()
	w.car.FreeSensor(w.b.now)
	w.sensed(before)
	w.look()
}

// Place moves the car by hand to a position in floors.
func (w *Workspace) Place(position float64) error {
	w.advance()
	before := w.car.Sensor()
	err := w.car.Place(w.b.now, position)
	w.moved()
	w.sensed(before)
	w.look()
	return err
}

// Car returns the car.
func (w *Workspace) Car() hoistway.Car {
	w.advance()
	car := w.car
	car.Advance(w.b.now)
	return car
}

// Lamps returns the lit button lamps.
func (w *Workspace) Lamps() elevator.Calls { return w.shown.Lamps }

// Shown returns what the elevator server shows.
func (w *Workspace) Shown() elevator.Outputs { return w.shown }

// Door reports whether the door is open.
func (w *Workspace) Door() bool { return w.shown.Door }

// advance moves the car on if it has reached or left a sensor by now. Between
// two sensors it is left behind: nobody can see where it is.
func (w *Workspace) advance() {
	if w.b.now < w.b.at[w.Index].car {
		return
	}
	before, overruns := w.car.Sensor(), w.car.Overruns()
	w.car.Advance(w.b.now)
	w.moved()
	if w.car.Overruns() != overruns && w.b.OnOverrun != nil {
		floor := 0
		if w.car.Position() > 0 {
			floor = w.b.cfg.Floors - 1
		}
		w.b.OnOverrun(w, floor)
	}
	w.sensed(before)
}

// moved notes when the car will reach or leave a sensor.
func (w *Workspace) moved() {
	at, moving := w.car.Next()
	if !moving {
		at = never
	}
	w.b.at[w.Index].car = at
}

func (w *Workspace) sensed(before int) {
	after := w.car.Sensor()
	if after == before {
		return
	}
	if w.b.OnSensor != nil {
		w.b.OnSensor(w, after)
	}
	w.look() // whoever moved the car on
}

// look lets the node see its elevator server within the time of a poll.
func (w *Workspace) look() {
	if w.node == nil || w.polling || w.frozen {
		return
	}
	w.polling = true
	delay := time.Duration(w.b.rng.Int64N(int64(w.b.opts.Poll) + 1))
	w.b.schedule(delay, poll, event{w: w, life: w.life})
}

// poll shows the elevator server to the node.
func (w *Workspace) poll(life int) {
	if w.life != life {
		return
	}
	w.polling = false
	if w.frozen {
		return // Thaw looks
	}
	w.advance()
	w.step(node.Event{Kind: node.Inputs, Inputs: elevator.Inputs{
		Connected:   w.serverUp,
		Link:        w.link,
		Floor:       w.car.Sensor(),
		Buttons:     w.held,
		Stop:        w.stop,
		Obstruction: w.obstruction,
	}})
}

// show carries out what the node wants its elevator server to show.
func (w *Workspace) show(o elevator.Outputs) {
	if !w.serverUp || o.Link != w.link {
		return
	}
	if o.Indicator == elevator.NoFloor {
		o.Indicator = w.shown.Indicator
	}
	if o != w.shown {
		w.changeShown(o)
	}
}

func (w *Workspace) changeShown(after elevator.Outputs) {
	before := w.shown
	w.shown = after
	if after.MotorNudge != before.MotorNudge || after.Motor != before.Motor {
		w.advance()
		w.car.Command(w.b.now, after.Motor)
		w.moved()
		w.look()
	}
	if b := w.b; after != before && b.OnShow != nil {
		b.OnShow(w, before, after)
	}
	if w.b.OnLamp != nil && after.Lamps != before.Lamps {
		for f, b := range after.Lamps.AndNot(before.Lamps).All() {
			w.b.OnLamp(w, f, b, true)
		}
		for f, b := range before.Lamps.AndNot(after.Lamps).All() {
			w.b.OnLamp(w, f, b, false)
		}
	}
	if after.Door != before.Door && w.b.OnDoor != nil {
		w.b.OnDoor(w, after.Door)
	}
}
