package cli

import (
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"elevnet/internal/advice"
	"elevnet/internal/host"
	"elevnet/internal/node"
	"elevnet/internal/program"
)

// assignerValue is the flag that says who decides who takes which hall call.
type assignerValue struct {
	text    string
	command program.Command // of exec:
}

// The assigners that are built in, and how a program is named.
const (
	builtin    = "builtin"
	hraName    = "hra"
	execPrefix = "exec:"
)

// assigner adds the flag.
func (f *flags) assigner(value, help string) *assignerValue {
	a := &assignerValue{text: value}
	f.Var(a, "assigner", help)
	return a
}

const assignerHelp = "WHO: says who takes a hall call: builtin, hra or exec:PROGRAM; the same for all"

func (a *assignerValue) String() string { return a.text }

func (a *assignerValue) Set(s string) error {
	command, isProgram := strings.CutPrefix(s, execPrefix)
	switch {
	case isProgram:
		c, err := program.ParseCommand(command)
		if err != nil {
			return err
		}
		a.command = c
	case s != builtin && s != hraName:
		if exists(s) {
			return fmt.Errorf("must be %s, %s or %sPROGRAM; did you mean %s%s?", builtin, hraName, execPrefix, execPrefix, s)
		}
		return fmt.Errorf("must be %s, %s or %sPROGRAM", builtin, hraName, execPrefix)
	}
	a.text = s
	return nil
}

// exists reports whether s can be run.
func exists(s string) bool {
	_, err := program.ParseCommand(s)
	return err == nil
}

func (a *assignerValue) isProgram() bool { return strings.HasPrefix(a.text, execPrefix) }

// policy returns what a node decides with by itself, nil for its own.
func (a *assignerValue) policy() node.Policy {
	if a.text == hraName {
		return new(advice.Reference)
	}
	return nil
}

// adviser starts the program that a node asks, if one was given.
func (a *assignerValue) adviser(log *slog.Logger) host.Adviser {
	if !a.isProgram() {
		return nil
	}
	return program.NewAdviser(program.Start(a.command, program.Options{Log: log}))
}

// errNoStart is what is wrong with a program that has not answered anything yet,
// for somebody who has waited.
var errNoStart = errors.New("it doesn't answer its first question")
