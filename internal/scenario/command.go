package scenario

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"elevnet/internal/elevator"
)

// Command is one thing that is done to a building, or asked of it. It is a
// plain value: == compares it. Fields that its verb has no use for are zero.
type Command struct {
	Verb     Verb
	Who      int // workspace, from 0
	Peer     int // another one
	Floor    int
	Button   elevator.Button
	On       bool
	Percent  int
	For      time.Duration
	Position float64 // of a car, in floors
	Groups   string  // as in "A|BC"
}

// maxTime bounds what a command can ask for, so that no sum of times overflows.
const maxTime = 1000 * time.Hour

// String writes the command in the form that [Parse] reads.
func (c Command) String() string {
	if c.Verb == 0 || c.Verb >= Verbs {
		return c.Verb.String()
	}
	words := strings.Fields(forms[c.Verb])
	for i, w := range words {
		words[i] = c.operand(w)
	}
	return strings.Join(words, " ")
}

// operand writes what stands for one word of a form.
func (c Command) operand(word string) string {
	switch word {
	case "W":
		return Name(c.Who)
	case "P":
		return Name(c.Peer)
	case "W>P":
		return Name(c.Who) + ">" + Name(c.Peer)
	case "W-P":
		return Name(c.Who) + "-" + Name(c.Peer)
	case "B":
		return c.Button.String()
	case "F":
		return strconv.Itoa(c.Floor)
	case "T":
		return short(c.For)
	case "N":
		return strconv.Itoa(c.Percent) + "%"
	case "G":
		return c.Groups
	case "X":
		return strconv.FormatFloat(c.Position, 'g', -1, 64)
	case "S":
		if c.On {
			return "on"
		}
		return "off"
	}
	return word
}

// short writes a duration without the zeros that Duration.String puts at the
// end: 1m0s is 1m.
func short(d time.Duration) string {
	s := d.String()
	if cut, ok := strings.CutSuffix(s, "m0s"); ok {
		s = cut + "m"
	}
	if cut, ok := strings.CutSuffix(s, "h0m"); ok {
		s = cut + "h"
	}
	return s
}

// Parse reads one command. Its error is one line that says what was wanted.
func Parse(line string) (Command, error) {
	words := strings.Fields(line)
	if len(words) == 0 {
		return Command{}, fmt.Errorf("want a command")
	}
	var alike []string
	var why error
	for v := Verb(1); v < Verbs; v++ {
		form := strings.Fields(forms[v])
		if form[0] != words[0] {
			continue
		}
		c, err := match(v, form, words)
		if err == nil {
			return c, nil
		}
		if err != errShape {
			why = err
		}
		alike = append(alike, strconv.Quote(v.usage()))
	}
	switch {
	case alike == nil:
		return Command{}, fmt.Errorf("there is no command %q", clip(words[0]))
	case why != nil:
		return Command{}, fmt.Errorf("%s: %w", clip(words[0]), why)
	default:
		return Command{}, fmt.Errorf("%s: want %s", words[0], strings.Join(alike, " or "))
	}
}

// errShape: the words are not those of a form.
var errShape = fmt.Errorf("another form")

// match reads the words of one form. Operands are read after all other words
// have been found to be those of the form.
func match(v Verb, form, words []string) (Command, error) {
	c := Command{Verb: v}
	if len(form) != len(words) {
		return c, errShape
	}
	for i, f := range form {
		if strings.ToLower(f) == f && f != words[i] {
			return c, errShape
		}
	}
	for i, f := range form {
		if strings.ToLower(f) != f {
			if err := c.parseOperand(f, words[i]); err != nil {
				return c, err
			}
		}
	}
	return c, nil
}

func (c *Command) parseOperand(kind, word string) (err error) {
	switch kind {
	case "W":
		c.Who, err = ParseName(word)
	case "P":
		c.Peer, err = ParseName(word)
	case "W>P", "W-P":
		a, b, ok := strings.Cut(word, kind[1:2])
		if !ok {
			return errShape
		}
		if c.Who, err = ParseName(a); err == nil {
			c.Peer, err = ParseName(b)
		}
		if err == nil && c.Who == c.Peer {
			err = fmt.Errorf("%q: want two workspaces", word)
		}
	case "B":
		c.Button, err = parseButton(word)
	case "F":
		c.Floor, err = strconv.Atoi(word)
		if err != nil || c.Floor < 0 || c.Floor >= elevator.MaxFloors {
			err = fmt.Errorf("%q is not a floor: want 0 to %d", clip(word), elevator.MaxFloors-1)
		}
	case "T":
		c.For, err = time.ParseDuration(word)
		if err != nil || c.For > maxTime || c.For < -maxTime || c.For < 0 && c.Verb != Clock {
			err = fmt.Errorf("%q is not a duration such as 1.5s", clip(word))
		}
	case "N":
		number, ok := strings.CutSuffix(word, "%")
		c.Percent, err = strconv.Atoi(number)
		if !ok || err != nil || c.Percent < 0 || c.Percent > 100 {
			err = fmt.Errorf("%q is not a share: want 0%% to 100%%", clip(word))
		}
	case "G":
		c.Groups = word
		_, err = parseGroups(word)
	case "X":
		c.Position, err = strconv.ParseFloat(word, 64)
		if err != nil || math.IsNaN(c.Position) || math.IsInf(c.Position, 0) {
			err = fmt.Errorf("%q is not a position such as 1.5", clip(word))
		}
	case "S":
		if c.On = word == "on"; !c.On && word != "off" {
			err = errShape
		}
	}
	return err
}

func parseButton(word string) (elevator.Button, error) {
	for b := range elevator.Button(elevator.Buttons) {
		if b.String() == word {
			return b, nil
		}
	}
	return 0, fmt.Errorf("%q is not a button: want hall-up, hall-down or cab", clip(word))
}

// usage writes a form for people.
func (v Verb) usage() string {
	words := strings.Fields(forms[v])
	for i, w := range words {
		if u, ok := usages[w]; ok {
			words[i] = u
		}
	}
	return strings.Join(words, " ")
}

var usages = map[string]string{
	"W": "WORKSPACE", "P": "WORKSPACE", "W>P": "FROM>TO", "W-P": "ONE-OTHER", "B": "BUTTON", "F": "FLOOR",
	"T": "TIME", "N": "SHARE%", "G": "GROUPS", "X": "POSITION", "S": "on|off",
}
