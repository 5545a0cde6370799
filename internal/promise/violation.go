package promise

import (
	"fmt"
	"slices"
	"time"
)

// Violation is a promise that was broken.
type Violation struct {
	// Requirement is the number in SPEC, as in "S1".
	Requirement string
	// At is when it was broken: the event, or the end of the time for it.
	At        time.Duration
	Workspace int
	// Text says what happened.
	Text string
}

func (v Violation) String() string {
	return fmt.Sprintf("%s at %v, workspace %d: %s", v.Requirement, v.At, v.Workspace, v.Text)
}

// Violations returns what has been found so far, in the order in which it was
// noticed.
func (c *Checker) Violations() []Violation { return slices.Clone(c.violations) }

func (c *Checker) broken(requirement string, w int, at time.Duration, format string, args ...any) {
	c.sum.violations++
	if len(c.violations) < c.cfg.MaxViolations {
		c.violations = append(c.violations, Violation{requirement, at, w, fmt.Sprintf(format, args...)})
	}
}
