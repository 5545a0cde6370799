package program

import (
	"errors"
	"fmt"
	"time"

	"elevnet/assigner"
	"elevnet/internal/advice"
	"elevnet/internal/elevator"
)

// Adviser asks a program who takes which hall call. It must not be used by two
// goroutines at once; Close may be called from another one.
type Adviser struct {
	program  *Program
	codec    advice.Codec
	question []byte
}

// NewAdviser returns an adviser, which closes the program with itself.
func NewAdviser(p *Program) *Adviser { return &Adviser{program: p} }

// Advise asks who takes the calls of in: the hall calls that each elevator takes,
// in the order of in.Cars, valid until the next call. phase is as in
// [advice.Codec.Append]. An error says why there is no answer, or what is wrong
// with it; without an error, nil means that the program is only starting.
func (a *Adviser) Advise(in *assigner.Input, phase []time.Duration) ([]elevator.Calls, error) {
	a.question = a.codec.Append(a.question[:0], in, phase)
	answer, err := a.program.Ask(a.question)
	switch {
	case errors.Is(err, ErrStarting):
		return nil, nil
	case err != nil:
		return nil, err
	}
	calls, err := a.codec.Read(answer)
	if err != nil {
		return nil, fmt.Errorf("a wrong answer: %w", err)
	}
	return calls, nil
}

// Close ends the program.
func (a *Adviser) Close() error { return a.program.Close() }
