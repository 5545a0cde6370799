package elevserver

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"elevnet/internal/elevator"
	"elevnet/internal/elevproto"
)

const ms = time.Millisecond

// scene is a plant in virtual time that writes down what happens.
type scene struct {
	t     *testing.T
	plant *plant
	log   []string
}

func newScene(t *testing.T, o Options) *scene {
	t.Helper()
	sc := &scene{t: t}
	epoch := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	p, err := newPlant(o, epoch, func(e Event) {
		sc.log = append(sc.log, fmt.Sprintf("%v %v", e.At.Sub(epoch), e))
	})
	if err != nil {
		t.Fatal(err)
	}
	sc.plant = p
	return sc
}

// expect compares what has happened since the last call.
func (sc *scene) expect(want ...string) {
	sc.t.Helper()
	if diff := cmp.Diff(want, sc.log); diff != "" {
		sc.t.Errorf("events (-want +got):\n%s", diff)
	}
	sc.log = nil
}

func (sc *scene) send(now time.Duration, frames ...elevproto.Frame) {
	for _, f := range frames {
		sc.plant.request(now, f)
	}
}

func TestPlantJourney(t *testing.T) {
	sc := newScene(t, Options{})
	p := sc.plant
	sc.send(0, elevproto.DoorLamp(false), elevproto.FloorIndicator(0), elevproto.Motor(elevator.Up))
	sc.expect("0s motor up")
	if at, ok := p.next(); at != 500*ms || !ok {
		t.Errorf("next %v %v, want 500ms", at, ok)
	}
	p.advance(3100 * ms)
	sc.expect("500ms car between floors", "2.5s car at floor 1", "3s car between floors")
	p.advance(5 * time.Second)
	sc.send(5*time.Second, elevproto.Motor(elevator.Stop), elevproto.FloorIndicator(2), elevproto.DoorLamp(true))
	sc.expect("5s car at floor 2", "5s motor stop", "5s indicator 2", "5s door open")
	if at, ok := p.next(); ok {
		t.Errorf("a car that stands still will do something at %v", at)
	}
	if p.misuse != ([MisuseKinds]int{}) {
		t.Errorf("misuse %v", p.misuse)
	}
}

func TestPlantButtons(t *testing.T) {
	sc := newScene(t, Options{Tap: 300 * ms})
	p := sc.plant
	up1 := key{button: elevator.HallUp, floor: 1}
	cab3 := key{button: elevator.Cab, floor: 3}
	stop := key{stop: true}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	held := func(want bool, f elevproto.Frame) {
		t.Helper()
		if got := p.request(p.car.Now(), f).On(); got != want {
			t.Errorf("%v: pressed %v, want %v", f, got, want)
		}
	}

	must(p.press(0, up1, 300*ms))
	must(p.press(100*ms, stop, 300*ms))
	must(p.press(200*ms, cab3, 0))
	held(true, elevproto.ReadButton(elevator.HallUp, 1))
	held(false, elevproto.ReadButton(elevator.HallDown, 1))
	held(true, elevproto.ReadButton(elevator.Cab, 3))
	held(true, elevproto.ReadStopButton())
	p.advance(time.Second)
	held(false, elevproto.ReadButton(elevator.HallUp, 1))
	held(false, elevproto.ReadStopButton())
	held(true, elevproto.ReadButton(elevator.Cab, 3))
	must(p.release(2*time.Second, cab3))
	must(p.release(2*time.Second, cab3))
	sc.expect(
		"0s button hall-up 1 pressed", "100ms stop button pressed", "200ms button cab 3 pressed",
		"300ms button hall-up 1 let go", "400ms stop button let go", "2s button cab 3 let go",
	)

	// The last press decides when the button is let go.
	must(p.press(3000*ms, up1, 300*ms))
	must(p.press(3200*ms, up1, 300*ms))
	p.advance(4 * time.Second)
	must(p.press(5000*ms, up1, 300*ms))
	must(p.press(5100*ms, up1, 0))
	p.advance(9 * time.Second)
	must(p.press(9000*ms, up1, 100*ms))
	p.advance(10 * time.Second)
	sc.expect(
		"3s button hall-up 1 pressed", "3.5s button hall-up 1 let go",
		"5s button hall-up 1 pressed", "9.1s button hall-up 1 let go",
	)

	for _, k := range []key{
		{button: elevator.HallUp, floor: 3},
		{button: elevator.HallDown, floor: 0},
		{button: elevator.Cab, floor: 4},
		{button: elevator.Cab, floor: -1},
		{button: 3, floor: 0},
	} {
		if p.press(11*time.Second, k, 0) == nil || p.release(11*time.Second, k) == nil {
			t.Errorf("button %+v was accepted", k)
		}
	}
	sc.expect()
}

func TestPlantLamps(t *testing.T) {
	sc := newScene(t, Options{})
	on := elevproto.ButtonLamp(elevator.HallDown, 2, true)
	sc.send(ms, on, on, elevproto.StopLamp(true), elevproto.StopLamp(true))
	sc.send(2*ms, elevproto.ButtonLamp(elevator.HallDown, 2, false), elevproto.StopLamp(false), elevproto.Reload())
	// Lamps that no building has, as clients write them in a loop over all.
	sc.send(3*ms, elevproto.ButtonLamp(elevator.HallDown, 0, true), elevproto.ButtonLamp(elevator.HallUp, 3, false))
	sc.expect(
		"1ms lamp hall-down 2 on", "1ms stop lamp on",
		"2ms lamp hall-down 2 off", "2ms stop lamp off",
	)
	if !sc.plant.lamps.Empty() || sc.plant.badFrames != 0 {
		t.Errorf("lamps %v, bad frames %d", sc.plant.lamps, sc.plant.badFrames)
	}
}

func TestPlantGarbage(t *testing.T) {
	sc := newScene(t, Options{})
	garbage := []elevproto.Frame{
		{10}, {255, 255, 255, 255}, {elevproto.OpButtonLamp, 3, 0, 1}, {elevproto.OpButtonLamp, 2, 4, 1},
		{elevproto.OpFloorIndicator, 4}, {elevproto.OpButton, 3, 0}, {elevproto.OpButton, 0, 200},
	}
	for _, f := range garbage {
		reply := sc.plant.request(0, f)
		if f.HasReply() && reply != elevproto.BoolReply(f.Op(), false) {
			t.Errorf("%v is answered by %v", f, reply)
		}
	}
	sc.expect()
	if sc.plant.badFrames != len(garbage) {
		t.Errorf("%d bad frames, want %d", sc.plant.badFrames, len(garbage))
	}
}

func TestPlantMisuse(t *testing.T) {
	up, stop := elevproto.Motor(elevator.Up), elevproto.Motor(elevator.Stop)
	open, shut := elevproto.DoorLamp(true), elevproto.DoorLamp(false)
	for _, tt := range []struct {
		name string
		do   func(sc *scene)
		want [MisuseKinds]int
	}{
		{"a proper stop", func(sc *scene) {
			sc.send(0, open, open)
			sc.send(3*time.Second, shut, up)
			sc.send(5500*ms, stop, open)
		}, [MisuseKinds]int{}},
		{"opened while the motor runs, at a floor", func(sc *scene) {
			sc.send(0, up)
			sc.send(100*ms, open, open)
		}, [MisuseKinds]int{DoorWhileMoving: 1}},
		{"opened between floors", func(sc *scene) {
			sc.send(0, up)
			sc.send(time.Second, stop, open, shut, open)
		}, [MisuseKinds]int{DoorBetweenFloors: 2}},
		{"opened while moving between floors", func(sc *scene) {
			sc.send(0, up)
			sc.send(time.Second, open)
		}, [MisuseKinds]int{DoorWhileMoving: 1, DoorBetweenFloors: 1}},
		{"motor started, door open", func(sc *scene) {
			sc.send(0, open, up, up, stop, elevproto.Motor(elevator.Down))
		}, [MisuseKinds]int{MotorWithDoorOpen: 2}},
		{"a stuck sensor excuses nothing", func(sc *scene) {
			if err := sc.plant.stickSensor(0, 0); err != nil {
				t.Fatal(err)
			}
			sc.send(0, up)
			sc.send(time.Second, stop, open)
		}, [MisuseKinds]int{DoorBetweenFloors: 1}},
		{"closed on an obstruction", func(sc *scene) {
			sc.send(0, open)
			sc.plant.setObstruction(time.Second, true)
			sc.send(2*time.Second, shut, shut, open)
			sc.plant.setObstruction(3*time.Second, false)
			sc.send(4*time.Second, shut)
		}, [MisuseKinds]int{DoorClosedOnObstruction: 1}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			sc := newScene(t, Options{})
			tt.do(sc)
			if diff := cmp.Diff(tt.want, sc.plant.misuse); diff != "" {
				t.Errorf("misuse (-want +got):\n%s", diff)
			}
			seen := strings.Count(strings.Join(sc.log, "\n"), "MISUSE")
			sum := 0
			for _, n := range tt.want {
				sum += n
			}
			if seen != sum {
				t.Errorf("%d misuse events, want %d", seen, sum)
			}
		})
	}
}

func TestPlantFaults(t *testing.T) {
	sc := newScene(t, Options{ForgetMotor: true})
	p := sc.plant
	sc.send(0, elevproto.Motor(elevator.Up))
	p.setPower(time.Second, false)
	p.setPower(time.Second, false)
	p.setPower(60*time.Second, true)
	p.advance(70 * time.Second)
	sc.expect("0s motor up", "500ms car between floors", "1s motor power lost", "1m0s motor stop", "1m0s motor power back, motor stop")

	p.forget = false
	sc.send(70*time.Second, elevproto.Motor(elevator.Up))
	p.setPower(70*time.Second, false)
	p.setPower(80*time.Second, true)
	p.advance(81500 * ms)
	sc.expect("1m10s motor up", "1m10s motor power lost", "1m20s motor power back, motor up", "1m21.5s car at floor 1")

	if err := p.stickSensor(81600*ms, elevator.NoFloor); err != nil {
		t.Fatal(err)
	}
	p.advance(89 * time.Second)
	sc.expect("1m21.6s car between floors", "1m21.6s floor sensor stuck between floors",
		"1m27s OUT OF BOUNDS: the car ran into the end switch beyond floor 3 (place it to go on)", "1m27s motor stop")
	p.freeSensor(90 * time.Second)
	p.freeSensor(90 * time.Second)
	sc.send(91*time.Second, elevproto.Motor(elevator.Down))
	if err := p.place(92*time.Second, 3); err != nil {
		t.Fatal(err)
	}
	if p.place(92*time.Second, 3.5) == nil {
		t.Error("position 3.5 of 0 to 3 was accepted")
	}
	if p.stickSensor(92*time.Second, 9) == nil {
		t.Error("a sensor stuck at floor 9 was accepted")
	}
	sc.send(93*time.Second, elevproto.Motor(elevator.Down))
	sc.expect("1m30s floor sensor repaired", "1m32s car at floor 3", "1m32s car placed at 3.00", "1m33s motor down")
}

func TestPlantRefusesOptions(t *testing.T) {
	for _, o := range []Options{
		{Floors: 1}, {Floors: 129}, {Travel: -1}, {Pass: -1}, {Tap: -1}, {Start: 3.5}, {Start: -1},
	} {
		if _, err := newPlant(o, time.Time{}, func(Event) {}); err == nil {
			t.Errorf("%+v was accepted", o)
		}
	}
}
