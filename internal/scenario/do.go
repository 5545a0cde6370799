package scenario

import (
	"errors"
	"fmt"
	"time"

	"elevnet/internal/elevator"
)

// Refused is the error of a command that makes no sense as things are. Nothing
// was done.
type Refused struct {
	Command Command
	Why     string
}

func (e Refused) Error() string { return e.Command.String() + ": " + e.Why }

// Missed is the error of an until that didn't come true in time.
type Missed struct{ Command Command }

func (e Missed) Error() string { return e.Command.String() + ": it did not happen" }

// Broken is the error of a settle that found broken promises.
type Broken []Violation

func (e Broken) Error() string {
	return fmt.Sprintf("%s broken: %v", count(len(e), "promises"), e[0])
}

// SettleTime is the time within which [Settle] wants all to be quiet.
const SettleTime = 3 * time.Minute

// Do carries out a command. Its error is a [Refused], a [Missed] or a [Broken].
func (s *Stage) Do(c Command) error {
	if why := s.senseless(c); why != "" {
		return Refused{c, why}
	}
	mark := s.line.did(s.Now(), c)
	why := s.act(c)
	if why == nil {
		s.counts[c.Verb]++
		return nil
	}
	var refused refusal
	if errors.As(why, &refused) {
		s.line.undo(mark)
		return Refused{c, string(refused)}
	}
	return why
}

// refusal says why a command can't be carried out.
type refusal string

func (r refusal) Error() string { return string(r) }

// senseless says what is wrong with the operands of a command in this building.
func (s *Stage) senseless(c Command) string {
	switch {
	case c.Verb == 0 || c.Verb >= Verbs:
		return "there is no such command"
	case c.Who < 0 || c.Who >= len(s.spaces) || c.Peer < 0 || c.Peer >= len(s.spaces):
		return "there is no such workspace"
	case c.Floor < 0 || c.Floor >= s.setup.Elevator.Floors || c.Button >= elevator.Buttons:
		return "there is no such floor"
	case c.Percent < 0 || c.Percent > 100:
		return "there is no such share"
	case c.For > maxTime || c.For < -maxTime || c.For < 0 && c.Verb != Clock:
		return "there is no such time"
	}
	switch c.Verb {
	case Press, Hold, Release, Mash, UntilLit, UntilDark, UntilLitOnAll, UntilDarkOnAll:
		if !elevator.ButtonExists(s.setup.Elevator.Floors, c.Floor, c.Button) {
			return "there is no such button"
		}
	case Cut, CutBoth, Mend, MendBoth, StartAs:
		if c.Who == c.Peer {
			return "that takes two workspaces"
		}
	}
	return ""
}

func (s *Stage) act(c Command) error {
	switch c.Verb {
	case Run:
		s.Run(c.For)
	case Heal:
		s.Heal()
	case Settle:
		if v := s.Settle(SettleTime); len(v) > 0 {
			return Broken(v)
		}
	case UntilLit, UntilDark, UntilLitOnAll, UntilDarkOnAll, UntilOpen, UntilQuiet:
		if !s.RunUntil(c.For, s.condition(c)) {
			return Missed{c}
		}
	case State, Worldview, Assignments:
	case Press, Hold, Release, Mash, Obstruct, StopButton, Server, StuckSensor, StuckNowhere, RepairSensor,
		Place, MotorOff, MotorOn, MotorForgetful:
		return s.hand(c)
	case Loss, Burst, Delay, Duplicate, Reorder, Corrupt, Foreign, Hostile, Echoes,
		Cut, CutBoth, Mend, MendBoth, Partition, Unplug, Plug, MendAll, Record, Replay:
		return s.wire(c)
	default:
		return s.process(c)
	}
	return nil
}

// condition returns what an until waits for.
func (s *Stage) condition(c Command) func() bool {
	switch c.Verb {
	case UntilOpen:
		return func() bool { return s.spaces[c.Who].Door() }
	case UntilQuiet:
		return s.Quiet
	case UntilLit, UntilDark:
		return func() bool { return s.spaces[c.Who].Lamps().Has(c.Floor, c.Button) == (c.Verb == UntilLit) }
	default:
		return func() bool {
			for i := range s.spaces {
				w := &s.spaces[i]
				if w.Alive() && w.Lamps().Has(c.Floor, c.Button) != (c.Verb == UntilLitOnAll) {
					return false
				}
			}
			return true
		}
	}
}
