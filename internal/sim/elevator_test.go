package sim

import (
	"testing"
	"time"

	"elevnet/internal/elevator"
)

// alone returns a building of one workspace whose car goes up from the bottom,
// between two floors.
func alone(t *testing.T) (*Building, *Workspace) {
	t.Helper()
	b := building(t, 1, nil)
	b.OnNotice = nil
	w := b.all[0]
	b.Run(2 * time.Second)
	w.Tap(3, elevator.Cab)
	b.Run(1500 * time.Millisecond)
	if car := w.Car(); car.Moving() != elevator.Up || car.Sensor() != elevator.NoFloor {
		t.Fatalf("the car isn't on its way: %+v", car)
	}
	return b, w
}

func served(w *Workspace) func() bool { return func() bool { return w.Lamps().Empty() } }

func reasons(w *Workspace) elevator.Reasons {
	n := w.Node()
	return n.Worldview().Node(n.Me()).Status.Unavailable
}

func TestMotorPower(t *testing.T) {
	for _, remember := range []bool{true, false} {
		b, w := alone(t)
		w.Motor(false, false)
		b.Run(10 * time.Second)
		if car := w.Car(); car.Moving() != elevator.Stop || car.Powered() || reasons(w)&elevator.MotorLost == 0 {
			t.Errorf("remember %v: not lost: %v", remember, reasons(w).Names())
		}
		w.Motor(true, remember)
		if !b.RunUntil(time.Minute, served(w)) || reasons(w) != 0 {
			t.Errorf("remember %v: not back: %v", remember, reasons(w).Names())
		}
	}
}

func TestStuckSensor(t *testing.T) {
	for _, floor := range []int{elevator.NoFloor, 1} {
		b, w := alone(t)
		seen := 0
		b.OnSensor = func(*Workspace, int) { seen++ }
		overruns := 0
		b.OnOverrun = func(_ *Workspace, f int) {
			if overruns++; f != 0 && f != b.cfg.Floors-1 {
				t.Errorf("it ran out of the shaft at floor %d", f)
			}
		}
		if err := w.StickSensor(floor); err != nil {
			t.Fatal(err)
		}
		seen = 0
		b.Run(20 * time.Second)
		if car := w.Car(); seen != 0 || car.Sensor() != floor {
			t.Errorf("stuck at %d, it shows %d and changed %d times", floor, car.Sensor(), seen)
		}
		if car := w.Car(); car.Overruns() != overruns {
			t.Errorf("%d overruns, %d were told", car.Overruns(), overruns)
		}
		w.FreeSensor()
		if err := w.Place(1); err != nil {
			t.Fatal(err)
		}
		if !b.RunUntil(2*time.Minute, served(w)) {
			t.Errorf("stuck at %d and repaired: the cab call isn't served: %v", floor, reasons(w).Names())
		}
	}
	_, w := alone(t)
	if err := w.StickSensor(99); err == nil {
		t.Error("a sensor can show a floor that doesn't exist")
	}
}

// TestOverrun: a car that is blind at the top runs out of the shaft.
func TestOverrun(t *testing.T) {
	b := building(t, 1, nil)
	b.OnNotice = nil
	w := b.all[0]
	at := -1
	b.OnOverrun = func(_ *Workspace, f int) { at = f }
	w.Kill()
	for _, floor := range []int{0, 3} {
		if err := w.Place(float64(floor)); err != nil {
			t.Fatal(err)
		}
		after := w.shown
		after.Motor = elevator.Up
		if floor == 0 {
			after.Motor = elevator.Down
		}
		w.changeShown(after)
		b.Run(2 * time.Second)
		if car := w.Car(); at != floor || !car.OutOfBounds() {
			t.Errorf("an overrun at %d, want %d", at, floor)
		}
		w.halt()
	}
}

func TestObstructionStopAndServer(t *testing.T) {
	b, w := alone(t)
	w.Obstruct(true)
	b.RunUntil(20*time.Second, w.Door)
	b.Run(10 * time.Second)
	if !w.Door() || !w.Obstructed() || reasons(w)&elevator.Obstructed == 0 {
		t.Error("the obstruction doesn't hold the door")
	}
	w.Obstruct(false)
	b.Run(5 * time.Second)
	if w.Door() {
		t.Error("the door stays open")
	}
	w.StopButton(true)
	b.Run(100 * time.Millisecond)
	if !w.StopHeld() || !w.Shown().StopLamp {
		t.Error("the stop button does nothing")
	}
	w.StopButton(false)
	b.Run(100 * time.Millisecond)
	w.StopButton(true)
	b.Run(100 * time.Millisecond)
	w.StopButton(false)
	w.Tap(0, elevator.Cab)
	b.Run(2 * time.Second)
	w.Server(false)
	b.Run(5 * time.Second)
	if car := w.Car(); w.ServerUp() || car.Moving() != elevator.Stop || reasons(w)&elevator.ServerLost == 0 {
		t.Error("the elevator server isn't gone")
	}
	w.Server(true)
	if !b.RunUntil(time.Minute, served(w)) {
		t.Error("not served with the elevator server back")
	}
}

// TestMash: twenty presses a second, for as long as is asked for, and the button
// is let go at the end.
func TestMash(t *testing.T) {
	b := building(t, 1, nil)
	b.OnNotice = nil
	w := b.all[0]
	b.Run(2 * time.Second)
	presses := 0
	b.OnHold = func(_ *Workspace, f int, x elevator.Button, on bool) {
		if f != 2 || x != elevator.HallUp {
			t.Errorf("button %v at %d", x, f)
		}
		if on {
			presses++
		}
	}
	w.Mash(2, elevator.HallUp, 3*time.Second)
	b.Run(2 * time.Second)
	w.Mash(2, elevator.HallUp, 3*time.Second) // two more
	b.Run(10 * time.Second)
	if presses < 95 || presses > 105 {
		t.Errorf("%d presses in 5 s", presses)
	}
	if !w.Held().Empty() {
		t.Error("the button is still held")
	}
	if !b.RunUntil(time.Minute, served(w)) {
		t.Error("not served")
	}
	w.Mash(-1, elevator.HallUp, time.Second)
	w.Mash(0, elevator.Buttons, time.Second)
}
