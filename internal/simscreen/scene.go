package simscreen

import (
	"time"

	"elevnet/internal/elevserver"
)

// scene is all that the screen shows.
type scene struct {
	Cars  []car
	Focus int // the elevator that the keys work
	Keys  Keys
	Style Style

	Width, Height int
	Help          bool
	// Prompt is the command that is being typed, while Typing.
	Typing bool
	Prompt string
	// Answer is what the last action has to say.
	Answer string
}

// car is one elevator.
type car struct {
	elevserver.Snapshot
	Address string
	Log     []entry // the last events, oldest first
}

// entry is one event.
type entry struct {
	At   time.Duration // since the simulator was started
	Text string
	Bad  bool // somebody should look at it
}

// Style is how things are drawn.
type Style struct {
	// LampOn and LampOff are the lamps; 0 means '*' and '-'.
	LampOn, LampOff rune
	// ASCII keeps to the characters that every terminal has.
	ASCII bool
}

// lamp returns the character of a lamp.
func (s Style) lamp(on bool) rune {
	switch {
	case on && s.LampOn != 0:
		return s.LampOn
	case on:
		return '*'
	case s.LampOff != 0:
		return s.LampOff
	default:
		return '-'
	}
}

// pick returns a text, or what stands for it in ASCII.
func (s Style) pick(text, ascii string) string {
	if s.ASCII {
		return ascii
	}
	return text
}
