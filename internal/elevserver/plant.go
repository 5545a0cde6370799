package elevserver

import (
	"fmt"
	"time"

	"elevnet/internal/elevator"
	"elevnet/internal/elevproto"
	"elevnet/internal/hoistway"
)

// plant is everything of a simulated elevator but the sockets and the clock:
// the car, the panel, and what goes wrong. Each method that changes something
// is told the time since epoch and reports the change to emit. Like the car, it
// takes a time earlier than the last as the last one.
type plant struct {
	epoch time.Time
	emit  func(Event)

	car      hoistway.Car
	tap      time.Duration
	forget   bool
	keep     bool // the motor runs on when nobody is connected
	door     bool
	stopLamp bool
	shown    int // the floor indicator
	lamps    elevator.Calls

	buttons    elevator.Calls
	stopButton bool
	switchOn   bool // the obstruction
	releases   []release

	misuse    [MisuseKinds]int
	badFrames int
	writes    int
}

// release is a button that will be let go by itself.
type release struct {
	at  time.Duration
	key key
}

// key is a call button or, with stop set, the stop button.
type key struct {
	stop   bool
	button elevator.Button
	floor  int
}

func newPlant(o Options, epoch time.Time, emit func(Event)) (*plant, error) {
	o = o.withDefaults()
	if err := o.validate(); err != nil {
		return nil, err
	}
	car, err := hoistway.New(o.hoistway(), 0, o.Start)
	if err != nil {
		return nil, err
	}
	return &plant{epoch: epoch, emit: emit, car: car, tap: o.Tap, forget: o.ForgetMotor, keep: o.KeepMotor}, nil
}

// report completes an event with the time and the position.
func (p *plant) report(e Event) {
	e.At = p.epoch.Add(p.car.Now())
	e.Position = p.car.Position()
	p.emit(e)
}

// next returns when something will happen by itself; ok is false if nothing
// will.
func (p *plant) next() (at time.Duration, ok bool) {
	at, ok = p.car.Next()
	for _, r := range p.releases {
		if !ok || r.at < at {
			at, ok = r.at, true
		}
	}
	return at, ok
}

// advance lets happen, in the order of their times, the things that happen by
// themselves until now.
func (p *plant) advance(now time.Duration) {
	for {
		at, ok := p.next()
		if !ok || at > now {
			break
		}
		p.moveCar(func() { p.car.Advance(at) })
		p.letGo(at)
	}
	p.car.Advance(now)
}

// moveCar does something to the car and reports what can be seen of it.
func (p *plant) moveCar(do func()) {
	sensor, motor, overruns := p.car.Sensor(), p.car.Motor(), p.car.Overruns()
	do()
	if got := p.car.Sensor(); got != sensor {
		p.report(Event{Kind: SensorChanged, Floor: got})
	}
	if p.car.Overruns() != overruns {
		end := 0
		if p.car.Position() > 0 {
			end = p.car.Config().Floors - 1
		}
		p.report(Event{Kind: OutOfBounds, Floor: end})
	}
	if got := p.car.Motor(); got != motor {
		p.report(Event{Kind: MotorCommanded, Direction: got})
	}
}

// letGo lets go of the buttons whose time is over.
func (p *plant) letGo(now time.Duration) {
	for i := 0; i < len(p.releases); {
		if r := p.releases[i]; r.at <= now {
			p.hold(r.key, false)
			continue // hold has taken the release out
		}
		i++
	}
}

// hold presses a button for good, or lets it go.
func (p *plant) hold(k key, on bool) {
	for i, r := range p.releases {
		if r.key == k {
			p.releases = append(p.releases[:i], p.releases[i+1:]...)
			break
		}
	}
	switch {
	case k.stop && p.stopButton != on:
		p.stopButton = on
		p.report(Event{Kind: StopHeld, On: on})
	case !k.stop && p.buttons.Has(k.floor, k.button) != on:
		p.buttons.Put(k.floor, k.button, on)
		p.report(Event{Kind: ButtonHeld, Button: k.button, Floor: k.floor, On: on})
	}
}

// check returns an error if there is no such button.
func (p *plant) check(k key) error {
	n := p.car.Config().Floors
	if k.stop || elevator.ButtonExists(n, k.floor, k.button) {
		return nil
	}
	if k.floor < 0 || k.floor >= n {
		return fmt.Errorf("there is no floor %d: floors are 0 to %d", k.floor, n-1)
	}
	return fmt.Errorf("there is no %v button at floor %d of 0 to %d", k.button, k.floor, n-1)
}

// press presses a button: for a time, or for good if that is 0.
func (p *plant) press(now time.Duration, k key, d time.Duration) error {
	if err := p.check(k); err != nil {
		return err
	}
	p.advance(now)
	p.hold(k, true)
	if d > 0 {
		p.releases = append(p.releases, release{p.car.Now() + d, k})
	}
	return nil
}

// release lets a button go.
func (p *plant) release(now time.Duration, k key) error {
	if err := p.check(k); err != nil {
		return err
	}
	p.advance(now)
	p.hold(k, false)
	return nil
}

func (p *plant) setObstruction(now time.Duration, on bool) {
	p.advance(now)
	if p.switchOn != on {
		p.switchOn = on
		p.report(Event{Kind: Obstruction, On: on})
	}
}

func (p *plant) setPower(now time.Duration, on bool) {
	p.advance(now)
	if p.car.Powered() == on {
		return
	}
	p.moveCar(func() {
		if on {
			p.car.RestorePower(now, !p.forget)
		} else {
			p.car.CutPower(now)
		}
	})
	p.report(Event{Kind: MotorPower, On: on, Direction: p.car.Motor()})
}

func (p *plant) place(now time.Duration, position float64) error {
	p.advance(now)
	var err error
	p.moveCar(func() { err = p.car.Place(now, position) })
	if err == nil {
		p.report(Event{Kind: CarPlaced})
	}
	return err
}

func (p *plant) stickSensor(now time.Duration, floor int) error {
	p.advance(now)
	var err error
	p.moveCar(func() { err = p.car.StickSensor(now, floor) })
	if err == nil {
		p.report(Event{Kind: SensorBroken, Floor: floor, On: true})
	}
	return err
}

func (p *plant) freeSensor(now time.Duration) {
	p.advance(now)
	if !p.car.SensorStuck() {
		return
	}
	p.report(Event{Kind: SensorBroken})
	p.moveCar(func() { p.car.FreeSensor(now) })
}

// command sets the motor.
func (p *plant) command(now time.Duration, d elevator.Direction) {
	p.advance(now)
	before := p.car.Motor()
	p.moveCar(func() { p.car.Command(now, d) })
	if p.door && d != elevator.Stop && p.car.Motor() != before {
		p.misused(MotorWithDoorOpen)
	}
}

func (p *plant) misused(m MisuseKind) {
	p.misuse[m]++
	p.report(Event{Kind: MisuseSeen, Misuse: m})
}

// request carries out one frame; reply is meaningful if f.HasReply().
func (p *plant) request(now time.Duration, f elevproto.Frame) (reply elevproto.Frame) {
	p.advance(now)
	if f.Known() && !f.HasReply() {
		p.writes++
	}
	switch f.Op() {
	case elevproto.OpReload:
	case elevproto.OpMotor:
		p.command(now, f.Direction())
	case elevproto.OpButtonLamp:
		p.setLamp(f)
	case elevproto.OpFloorIndicator:
		p.setIndicator(f.Floor())
	case elevproto.OpDoorLamp:
		p.setDoor(f.On())
	case elevproto.OpStopLamp:
		if on := f.On(); on != p.stopLamp {
			p.stopLamp = on
			p.report(Event{Kind: StopLamp, On: on})
		}
	case elevproto.OpButton:
		return elevproto.BoolReply(f.Op(), p.pressed(f))
	case elevproto.OpFloorSensor:
		return elevproto.FloorReply(p.car.Sensor())
	case elevproto.OpStopButton:
		return elevproto.BoolReply(f.Op(), p.stopButton)
	case elevproto.OpObstruction:
		return elevproto.BoolReply(f.Op(), p.switchOn)
	default:
		p.badFrames++
	}
	return reply
}

// button returns the button that a frame means. Both hall buttons may be named
// at the ends, where only one exists: clients go over all of them in a loop.
func (p *plant) button(f elevproto.Frame) (b elevator.Button, floor int, ok bool) {
	b, floor, ok = f.Button()
	if !ok || floor >= p.car.Config().Floors {
		p.badFrames++
		return b, floor, false
	}
	return b, floor, elevator.ButtonExists(p.car.Config().Floors, floor, b)
}

func (p *plant) pressed(f elevproto.Frame) bool {
	b, floor, ok := p.button(f)
	return ok && p.buttons.Has(floor, b)
}

func (p *plant) setLamp(f elevproto.Frame) {
	b, floor, ok := p.button(f)
	if on := f.On(); ok && p.lamps.Has(floor, b) != on {
		p.lamps.Put(floor, b, on)
		p.report(Event{Kind: ButtonLamp, Button: b, Floor: floor, On: on})
	}
}

func (p *plant) setIndicator(floor int) {
	if floor >= p.car.Config().Floors {
		p.badFrames++
		return
	}
	if p.shown != floor {
		p.shown = floor
		p.report(Event{Kind: Indicator, Floor: floor})
	}
}

func (p *plant) setDoor(open bool) {
	if p.door == open {
		return
	}
	p.door = open
	p.report(Event{Kind: DoorLamp, On: open})
	if !open {
		if p.switchOn {
			p.misused(DoorClosedOnObstruction)
		}
		return
	}
	if p.car.Motor() != elevator.Stop {
		p.misused(DoorWhileMoving)
	}
	if p.car.Floor() == elevator.NoFloor {
		p.misused(DoorBetweenFloors)
	}
}

// snapshot shows everything but what belongs to the server.
func (p *plant) snapshot(now time.Duration) Snapshot {
	p.advance(now)
	return Snapshot{
		At:          p.epoch.Add(p.car.Now()),
		Floors:      p.car.Config().Floors,
		Position:    p.car.Position(),
		Floor:       p.car.Floor(),
		Sensor:      p.car.Sensor(),
		SensorStuck: p.car.SensorStuck(),
		Motor:       p.car.Motor(),
		Moving:      p.car.Moving(),
		Power:       p.car.Powered(),
		OutOfBounds: p.car.OutOfBounds(),
		Overruns:    p.car.Overruns(),
		Door:        p.door,
		StopLamp:    p.stopLamp,
		Indicator:   p.shown,
		Lamps:       p.lamps,
		Buttons:     p.buttons,
		StopButton:  p.stopButton,
		Obstruction: p.switchOn,
		Misuse:      p.misuse,
		BadFrames:   p.badFrames,
		Writes:      p.writes,
	}
}
