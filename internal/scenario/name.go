package scenario

import (
	"fmt"
	"strings"

	"elevnet/internal/elevator"
)

// Name returns the name of a workspace, which is the id of its node as well:
// A to Z, then AA, AB and so on.
func Name(i int) string {
	if i < 26 {
		return string(rune('A' + i))
	}
	return Name(i/26-1) + Name(i%26)
}

// ParseName is the inverse of [Name].
func ParseName(name string) (int, error) {
	i := 0
	for _, c := range []byte(name) {
		if c < 'A' || c > 'Z' || len(name) > 2 {
			return 0, noName(name)
		}
		i = 26*i + int(c-'A') + 1
	}
	if i == 0 || i > elevator.MaxNodes {
		return 0, noName(name)
	}
	return i - 1, nil
}

func noName(name string) error {
	return fmt.Errorf("%q is not a workspace: want A to %s", clip(name), Name(elevator.MaxNodes-1))
}

// clip keeps an error to one short line.
func clip(s string) string {
	if len(s) > 40 {
		return s[:40] + "…"
	}
	return s
}

// parseGroups returns for each workspace the number of its group, from 1, and 0
// for those that aren't named: they are together. Groups are written as A|BC; a
// name of two letters stands in parentheses, as in A|B(AA).
func parseGroups(text string) (of [elevator.MaxNodes]uint8, err error) {
	group := uint8(1)
	for rest := text; rest != ""; {
		var name string
		switch c := rest[0]; {
		case c == '|':
			group++
			rest = rest[1:]
			continue
		case c == '(':
			var ok bool
			if name, rest, ok = strings.Cut(rest[1:], ")"); !ok || len(name) != 2 {
				return of, fmt.Errorf("%q: want groups like A|BC", clip(text))
			}
		default:
			name, rest = rest[:1], rest[1:]
		}
		i, err := ParseName(name)
		if err != nil {
			return of, err
		}
		if of[i] != 0 {
			return of, fmt.Errorf("%q: %s is in two groups", clip(text), name)
		}
		of[i] = group
	}
	if group == 1 && text == "" || group > elevator.MaxNodes {
		return of, fmt.Errorf("%q: want groups like A|BC", clip(text))
	}
	return of, nil
}
