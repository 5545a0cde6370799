package promise

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"elevnet/internal/elevator"
)

// form is how events of one kind are written: a word, then what fields say.
type form struct {
	word    string
	on, off string // what On says; "" for none
	button  bool   // button and floor
	floor   bool
	motor   bool
	peer    bool
	percent bool
}

var forms = [kinds]form{
	ButtonHeld:      {word: "button", on: "pressed", off: "released", button: true},
	ButtonLamp:      {word: "lamp", on: "on", off: "off", button: true},
	DoorLamp:        {word: "door", on: "open", off: "closed"},
	MotorCommanded:  {word: "motor", motor: true},
	SensorChanged:   {word: "sensor", floor: true},
	Indicator:       {word: "indicator", floor: true},
	StopHeld:        {word: "stop", on: "pressed", off: "released"},
	StopLamp:        {word: "stop-lamp", on: "on", off: "off"},
	Obstruction:     {word: "obstruction", on: "on", off: "off"},
	MotorPower:      {word: "power", on: "on", off: "off"},
	OutOfBounds:     {word: "out-of-bounds", floor: true},
	CarPlaced:       {word: "placed"},
	SensorBroken:    {word: "sensor-fault", on: "on", off: "off"},
	ServerReachable: {word: "server", on: "on", off: "off"},
	NodeRunning:     {word: "node", on: "started", off: "killed"},
	NodeFrozen:      {word: "process", on: "frozen", off: "thawed"},
	DiskLost:        {word: "disk-lost"},
	DiskFault:       {word: "disk-fault", on: "on", off: "off"},
	ClockWrong:      {word: "clock", on: "wrong", off: "right"},
	Link:            {word: "link", on: "on", off: "off", peer: true},
	Loss:            {word: "loss", percent: true},
}

// String writes an event as one line of a trace, in the form that [Parse]
// reads: time, workspace, what, and its details, as in
//
//	1.5s 0 button hall-up 2 pressed
//	4s 1 sensor -
//	5s 0 link 2 off
func (e Event) String() string {
	if e.Kind >= kinds {
		return fmt.Sprintf("%v %d kind-%d", e.At, e.Workspace, e.Kind)
	}
	f := forms[e.Kind]
	b := append([]byte(e.At.String()), ' ')
	b = strconv.AppendInt(b, int64(e.Workspace), 10)
	b = append(append(b, ' '), f.word...)
	if f.button {
		b = append(append(b, ' '), e.Button.String()...)
	}
	if f.button || f.floor {
		b = append(append(b, ' '), floorWord(e.Floor)...)
	}
	if f.motor {
		b = append(append(b, ' '), e.Direction.String()...)
	}
	if f.peer {
		b = strconv.AppendInt(append(b, ' '), int64(e.Peer), 10)
	}
	if f.percent {
		b = strconv.AppendInt(append(b, ' '), int64(e.Percent), 10)
	}
	if f.on != "" {
		word := f.off
		if e.On {
			word = f.on
		}
		b = append(append(b, ' '), word...)
	}
	return string(b)
}

func floorWord(f int) string {
	if f == elevator.NoFloor {
		return "-"
	}
	return strconv.Itoa(f)
}

// Parse reads a trace: one event a line, as [Event.String] writes it. Empty
// lines and what follows a # are skipped.
func Parse(trace string) ([]Event, error) {
	var events []Event
	for i, line := range strings.Split(trace, "\n") {
		line, _, _ = strings.Cut(line, "#")
		words := strings.Fields(line)
		if len(words) == 0 {
			continue
		}
		e, err := parseEvent(words)
		if err != nil {
			return nil, fmt.Errorf("line %d, %q: %w", i+1, strings.TrimSpace(line), err)
		}
		events = append(events, e)
	}
	return events, nil
}

func parseEvent(words []string) (e Event, err error) {
	if len(words) < 3 {
		return e, fmt.Errorf("want a time, a workspace and what happened")
	}
	if e.At, err = time.ParseDuration(words[0]); err != nil {
		return e, err
	}
	if e.Workspace, err = strconv.Atoi(words[1]); err != nil {
		return e, err
	}
	k, ok := kindOf(words[2])
	if !ok {
		return e, fmt.Errorf("there is no event %q", words[2])
	}
	e.Kind = k
	rest := words[3:]
	next := func() string {
		if len(rest) == 0 {
			return ""
		}
		w := rest[0]
		rest = rest[1:]
		return w
	}
	f := forms[k]
	if f.button {
		e.Button, err = parseButton(next())
	}
	if err == nil && (f.button || f.floor) {
		if w := next(); w == "-" {
			e.Floor = elevator.NoFloor
		} else {
			e.Floor, err = strconv.Atoi(w)
		}
	}
	if err == nil && f.motor {
		e.Direction, err = parseDirection(next())
	}
	if err == nil && f.peer {
		e.Peer, err = strconv.Atoi(next())
	}
	if err == nil && f.percent {
		e.Percent, err = strconv.Atoi(next())
	}
	if err == nil && f.on != "" {
		switch w := next(); w {
		case f.on:
			e.On = true
		case f.off:
		default:
			err = fmt.Errorf("want %q or %q, not %q", f.on, f.off, w)
		}
	}
	if err == nil && len(rest) > 0 {
		err = fmt.Errorf("%q is too much", rest[0])
	}
	return e, err
}

func kindOf(word string) (Kind, bool) {
	for k, f := range forms {
		if f.word == word {
			return Kind(k), true
		}
	}
	return 0, false
}

func parseButton(word string) (elevator.Button, error) {
	for b := range elevator.Button(elevator.Buttons) {
		if b.String() == word {
			return b, nil
		}
	}
	return 0, fmt.Errorf("there is no button %q", word)
}

func parseDirection(word string) (elevator.Direction, error) {
	for _, d := range [...]elevator.Direction{elevator.Down, elevator.Stop, elevator.Up} {
		if d.String() == word {
			return d, nil
		}
	}
	return 0, fmt.Errorf("there is no direction %q", word)
}
