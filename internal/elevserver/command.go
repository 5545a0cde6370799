package elevserver

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"elevnet/internal/elevator"
)

// errUsage is returned by a command whose words make no sense.
var errUsage = errors.New("usage")

// command is one command of the console.
type command struct {
	name  string
	also  []string // other names
	usage string
	help  string
	run   func(s *Server, words []string) (answer string, err error)
}

// commands returns the commands in the order in which help lists them.
func commands() []command {
	return []command{
		{
			"press", []string{"p", "tap", "push"}, "press up 2, press down 3, press cab 1, press stop", "tap a button",
			func(s *Server, words []string) (string, error) {
				if len(words) == 1 && words[0] == "stop" {
					s.TapStop()
					return "", nil
				}
				return "", withButton(words, s.Tap)
			},
		},
		{
			"hold", nil, "hold cab 2, hold up 1 5s, hold stop", "keep a button down, until release or for a time",
			func(s *Server, words []string) (string, error) {
				if len(words) == 1 && words[0] == "stop" {
					s.SetStop(true)
					return "", nil
				}
				if len(words) == 3 {
					d, err := consoleTime(words[2])
					if err != nil {
						return "", err
					}
					return "", withButton(words[:2], func(b elevator.Button, floor int) error {
						return s.Hold(b, floor, d)
					})
				}
				return "", withButton(words, s.Press)
			},
		},
		{
			"release", []string{"rel"}, "release cab 2, release stop", "let a button go",
			func(s *Server, words []string) (string, error) {
				if len(words) == 1 && words[0] == "stop" {
					s.SetStop(false)
					return "", nil
				}
				return "", withButton(words, s.Release)
			},
		},
		{
			"stop", nil, "stop", "tap the stop button",
			func(s *Server, words []string) (string, error) {
				if len(words) > 0 {
					return "", errUsage
				}
				s.TapStop()
				return "", nil
			},
		},
		{
			"obstruct", []string{"obstruction", "o"}, "obstruct on, obstruct off", "turn the obstruction switch on or off",
			func(s *Server, words []string) (string, error) {
				return "", withSwitch(words, func(on bool) error { s.SetObstruction(on); return nil })
			},
		},
		{
			"motor", nil, "motor off, motor on, motor on forget, motor on remember, motor up, motor down, motor stop",
			"take the motor's power, or give it back (to a motor that forgot, or remembers, what it was told); or drive it by hand",
			func(s *Server, words []string) (string, error) {
				if len(words) == 1 {
					if d, ok := directions[words[0]]; ok {
						s.Drive(d)
						return "", nil
					}
				}
				if len(words) == 2 {
					switch words[1] {
					case "forget", "wait":
						s.SetForgetMotor(true)
					case "remember":
						s.SetForgetMotor(false)
					default:
						return "", errUsage
					}
					words = words[:1]
				}
				return "", withSwitch(words, func(on bool) error { s.SetMotorPower(on); return nil })
			},
		},
		{
			"sensor", nil, "sensor stuck 2, sensor stuck none, sensor ok", "break or repair the floor sensor",
			func(s *Server, words []string) (string, error) {
				switch {
				case len(words) == 1 && (words[0] == "ok" || words[0] == "free"):
					s.FreeSensor()
					return "", nil
				case len(words) == 2 && words[0] == "stuck" && words[1] == "none":
					return "", s.StickSensor(elevator.NoFloor)
				case len(words) == 2 && words[0] == "stuck":
					floor, err := strconv.Atoi(words[1])
					if err != nil {
						return "", errUsage
					}
					return "", s.StickSensor(floor)
				default:
					return "", errUsage
				}
			},
		},
		{
			"place", []string{"move"}, "place 1.5", "move the car by hand",
			func(s *Server, words []string) (string, error) {
				if len(words) != 1 {
					return "", errUsage
				}
				position, err := strconv.ParseFloat(words[0], 64)
				if err != nil {
					return "", errUsage
				}
				return "", s.Place(position)
			},
		},
		{
			"inbounds", []string{"back"}, "inbounds", "put a car that ran into an end switch back at the floor before it",
			func(s *Server, words []string) (string, error) {
				if len(words) > 0 {
					return "", errUsage
				}
				if !s.MoveInBounds() {
					return "", errors.New("the car isn't out of bounds")
				}
				return "", nil
			},
		},
		{
			"drop", nil, "drop", "close the connections of all clients",
			func(s *Server, words []string) (string, error) {
				if len(words) > 0 {
					return "", errUsage
				}
				s.DropConnections()
				return "", nil
			},
		},
		{
			"refuse", nil, "refuse on, refuse off", "refuse new connections, or accept them",
			func(s *Server, words []string) (string, error) {
				return "", withSwitch(words, func(on bool) error { return s.SetAccepting(!on) })
			},
		},
		{
			"hang", nil, "hang on, hang off", "leave requests unanswered, or answer them",
			func(s *Server, words []string) (string, error) {
				return "", withSwitch(words, func(on bool) error { s.SetAnswering(!on); return nil })
			},
		},
		{
			"state", []string{"s", "status"}, "state", "show the elevator in one line",
			func(s *Server, words []string) (string, error) {
				return s.Snapshot().String(), nil
			},
		},
		{
			"help", []string{"h", "?"}, "help", "show this list",
			func(*Server, []string) (string, error) { return helpText(), nil },
		},
		{
			"quit", []string{"q", "exit"}, "quit", "end the simulator",
			func(*Server, []string) (string, error) { return "", ErrQuit },
		},
	}
}

// unknownCommand says that there is no command of that name.
func unknownCommand(name string) error {
	return fmt.Errorf("there is no command %.40q; type help for those there are", name)
}

// explain says what is wrong with the words of a command.
func (c command) explain(err error) error {
	if errors.Is(err, errUsage) {
		return fmt.Errorf("write it like this: %s", c.usage)
	}
	return fmt.Errorf("%s: %w", c.name, err)
}

// directions are those in which the motor can be driven by hand.
var directions = map[string]elevator.Direction{"up": elevator.Up, "down": elevator.Down, "stop": elevator.Stop}

// findCommand returns the command of a name.
func findCommand(name string) (command, bool) {
	for _, c := range commands() {
		if c.name == name {
			return c, true
		}
		for _, other := range c.also {
			if other == name {
				return c, true
			}
		}
	}
	return command{}, false
}

func helpText() string {
	var b strings.Builder
	for i, c := range commands() {
		if i > 0 {
			b.WriteByte('\n')
		}
		fmt.Fprintf(&b, "  %-9s%s\n%11s(%s)", c.name, c.help, "", c.usage)
	}
	return b.String()
}

// withButton does something with a button that is written as "up 2" or "2 up".
func withButton(words []string, do func(elevator.Button, int) error) error {
	if len(words) != 2 {
		return errUsage
	}
	kind, number := words[0], words[1]
	if _, err := strconv.Atoi(kind); err == nil {
		kind, number = number, kind
	}
	floor, err := strconv.Atoi(number)
	if err != nil {
		return errUsage
	}
	switch kind {
	case "up", "u", "hall-up", "hallup":
		return do(elevator.HallUp, floor)
	case "down", "d", "hall-down", "halldown":
		return do(elevator.HallDown, floor)
	case "cab", "c":
		return do(elevator.Cab, floor)
	default:
		return errUsage
	}
}

// withSwitch does something that is turned on or off.
func withSwitch(words []string, do func(on bool) error) error {
	if len(words) != 1 {
		return errUsage
	}
	switch words[0] {
	case "on", "1", "yes", "true":
		return do(true)
	case "off", "0", "no", "false":
		return do(false)
	default:
		return errUsage
	}
}
