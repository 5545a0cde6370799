package simscreen

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"elevnet/internal/elevator"
)

// Keys are the keys that work one simulated elevator. Those of the buttons also
// mean the capital letter, which keeps the button down until it is typed again.
type Keys struct {
	// Up, Down and Cab have a key for each floor: the first of Up and Cab is
	// for floor 0, the first of Down for floor 1, the lowest with that button.
	// Floors beyond have no key.
	Up, Down, Cab string
	// Stop is the stop button, Obstruction the switch.
	Stop, Obstruction rune
	// MotorUp, MotorStop and MotorDown drive the motor by hand.
	MotorUp, MotorStop, MotorDown rune
	// InBounds moves a car that ran into an end switch back.
	InBounds rune
}

// DefaultKeys are those of the course's simulator.
func DefaultKeys() Keys {
	return Keys{
		Up: "qwertyui", Down: "sdfghjkl", Cab: "zxcvbnm,.",
		Stop: 'p', Obstruction: '-', MotorUp: '9', MotorStop: '8', MotorDown: '7', InBounds: '0',
	}
}

// Validate returns an error if one key stands for two things, or can't be typed.
func (k Keys) Validate() error {
	uses := make(map[rune]string)
	use := func(r rune, what string) error {
		r = unicode.ToLower(r)
		switch was := uses[r]; {
		case r == utf8.RuneError || !unicode.IsPrint(r) || r == ' ':
			return fmt.Errorf("%q can't be a key (for %s)", r, what)
		case r == ':':
			return fmt.Errorf("':' can't be the key for %s: it begins a command", what)
		case was != "":
			return fmt.Errorf("the key %q is both for %s and for %s", r, was, what)
		}
		uses[r] = what
		return nil
	}
	for b := range elevator.Button(elevator.Buttons) {
		for i, r := range []rune(k.row(b)) {
			if err := use(r, fmt.Sprintf("%v %d", b, i+lowest(b))); err != nil {
				return err
			}
		}
	}
	for _, x := range []struct {
		key  rune
		what string
	}{
		{k.Stop, "the stop button"}, {k.Obstruction, "the obstruction switch"}, {k.MotorUp, "motor up"},
		{k.MotorStop, "motor stop"}, {k.MotorDown, "motor down"}, {k.InBounds, "back in bounds"},
	} {
		if err := use(x.key, x.what); err != nil {
			return err
		}
	}
	return nil
}

// row returns the keys of one kind of button.
func (k Keys) row(b elevator.Button) string {
	switch b {
	case elevator.HallUp:
		return k.Up
	case elevator.HallDown:
		return k.Down
	default:
		return k.Cab
	}
}

// lowest is the lowest floor with a button of a kind.
func lowest(b elevator.Button) int {
	if b == elevator.HallDown {
		return 1
	}
	return 0
}

// of returns the key of a button, or 0.
func (k Keys) of(b elevator.Button, floor int) rune {
	i := floor - lowest(b)
	if row := []rune(strings.ToLower(k.row(b))); i >= 0 && i < len(row) {
		return row[i]
	}
	return 0
}

// action returns what a typed character does to an elevator of so many floors.
func (k Keys) action(r rune, floors int) (action, bool) {
	hold, low := unicode.IsUpper(r), unicode.ToLower(r)
	for b := range elevator.Button(elevator.Buttons) {
		for f := range floors {
			if key := k.of(b, f); key == low && key != 0 {
				if !elevator.ButtonExists(floors, f, b) {
					return action{}, false
				}
				return pressOf(b, f, hold), true
			}
		}
	}
	switch {
	case low == unicode.ToLower(k.Stop):
		return pressOfStop(hold), true
	case r == k.Obstruction:
		return action{deed: obstruction}, true
	case r == k.MotorUp:
		return action{deed: drive, way: elevator.Up}, true
	case r == k.MotorStop:
		return action{deed: drive, way: elevator.Stop}, true
	case r == k.MotorDown:
		return action{deed: drive, way: elevator.Down}, true
	case r == k.InBounds:
		return action{deed: inBounds}, true
	}
	return action{}, false
}
