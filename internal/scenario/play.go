package scenario

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// joining is how long the nodes of a story have to get to know each other before
// it begins.
const joining = 3 * time.Second

// Play plays a story: it carries out the commands and returns the text with
// what they print, instead of what it said before. The package documentation
// describes the form. An error says on which line the text can't be read; that a
// command was refused, or that a promise was broken, is part of the story.
func Play(text string) (string, error) {
	var out strings.Builder
	var p *player
	for number, line := range strings.Split(strings.TrimRight(text, "\n"), "\n") {
		if strings.HasPrefix(line, " ") || strings.HasPrefix(line, "\t") {
			continue // what it printed when it was last played
		}
		out.WriteString(strings.TrimRight(line, " \t\r") + "\n")
		command, _, _ := strings.Cut(line, "#")
		if strings.TrimSpace(command) == "" {
			continue
		}
		var printed []string
		var err error
		if p == nil {
			p, err = begin(command)
		} else {
			printed, err = p.line(command)
		}
		if err != nil {
			return "", fmt.Errorf("line %d: %w", number+1, err)
		}
		for _, l := range printed {
			out.WriteString("  " + l + "\n")
		}
	}
	return out.String(), nil
}

// player plays the lines of a story one after the other.
type player struct {
	*Stage
	zero time.Duration // when the story began
	told int           // entries of the timeline
}

// begin builds the building and lets its nodes get to know each other.
func begin(line string) (*player, error) {
	setup, err := ParseSetup(line)
	if err != nil {
		return nil, err
	}
	setup.Timeline = true
	s, err := New(setup)
	if err != nil {
		return nil, err
	}
	s.Run(joining)
	return &player{s, s.Now(), len(s.Timeline())}, nil
}

// line plays one line and returns what it prints.
func (p *player) line(line string) ([]string, error) {
	c, err := Parse(line)
	if err != nil {
		return nil, err
	}
	err = p.Do(c)
	var printed []string
	if c.Verb == Settle {
		printed = p.verdict(err)
	} else {
		printed = append(Tell(p.Timeline()[p.told:], p.zero), p.Show(c.Verb)...)
		var refused Refused
		switch {
		case errors.As(err, &refused):
			printed = append(printed, "refused: "+refused.Why)
		case err != nil:
			printed = append(printed, "it did not happen")
		}
	}
	p.told = len(p.Timeline())
	return printed, nil
}

// verdict tells how a story ended.
func (p *player) verdict(err error) []string {
	var broken Broken
	if !errors.As(err, &broken) {
		return []string{"no promise broken"}
	}
	var lines []string
	for _, v := range broken {
		lines = append(lines, fmt.Sprintf("%8.3f  %s is broken on %s: %s", (v.At-p.zero).Seconds(), v.Requirement, Name(v.Workspace), v.Text))
	}
	return lines
}
