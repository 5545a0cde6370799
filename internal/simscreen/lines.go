package simscreen

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"

	"elevnet/internal/elevserver"
)

// Lines lets a person, or a program, work simulated elevators without a screen:
// commands are read from in, one a line, and every change is a line to out. It
// returns [elevserver.ErrQuit] when told to quit, nil when ctx is done, or the
// error of in or out. The end of in is not the end.
//
// With several elevators each line begins with the number of its elevator, from
// 1 on: "2: car at floor 3". So may a command: "2 press up 1"; without one it
// is for elevator 1.
func Lines(ctx context.Context, servers []*elevserver.Server, in io.Reader, out io.Writer) error {
	var err error
	if len(servers) == 1 {
		if err = elevserver.Console(ctx, in, out, servers[0]); err == nil {
			// Standard input has ended, as it does for what runs in the background.
			err = elevserver.Watch(ctx, out, servers[0])
		}
	} else {
		err = several(ctx, servers, in, out)
	}
	if err != nil && errors.Is(err, ctx.Err()) {
		return nil
	}
	return err
}

// printer writes whole lines, from any goroutine.
type printer struct {
	mu     sync.Mutex
	out    io.Writer
	failed chan error
}

func (p *printer) print(number int, text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for line := range strings.SplitSeq(text, "\n") {
		if _, err := fmt.Fprintf(p.out, "%d: %s\n", number, line); err != nil {
			select {
			case p.failed <- err:
			default:
			}
		}
	}
}

func several(ctx context.Context, servers []*elevserver.Server, in io.Reader, out io.Writer) error {
	p := &printer{out: out, failed: make(chan error, 1)}
	for i, s := range servers {
		p.print(i+1, fmt.Sprintf("simulated elevator with %d floors at %v", s.Snapshot().Floors, s.Addr()))
		_, cancel := s.Subscribe(func(e elevserver.Event) {
			p.print(i+1, fmt.Sprintf("%9.3f  %v", e.At.Sub(s.Started()).Seconds(), e))
		})
		defer cancel()
	}
	p.print(1, "type help for the commands; 2 press up 1 is for elevator 2")
	lines := make(chan string)
	ended := make(chan error, 1)
	done := make(chan struct{})
	defer close(done)
	go func() {
		scanner := bufio.NewScanner(in)
		for scanner.Scan() {
			select {
			case lines <- scanner.Text():
			case <-done:
				return
			}
		}
		ended <- scanner.Err()
	}()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case err := <-p.failed:
			return err
		case err := <-ended:
			if err != nil {
				return err
			}
			ended = nil // and the elevators run on
		case line := <-lines:
			i, command := addressee(line)
			if i >= len(servers) {
				p.print(i+1, fmt.Sprintf("there are %d elevators", len(servers)))
				continue
			}
			answer, err := servers[i].Obey(command)
			switch {
			case errors.Is(err, elevserver.ErrQuit):
				return err
			case err != nil:
				p.print(i+1, err.Error())
			case answer != "":
				p.print(i+1, answer)
			}
		}
	}
}

// addressee returns which elevator a line is for, from 0 on, and the rest of it.
func addressee(line string) (int, string) {
	first, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
	if n, err := strconv.Atoi(strings.TrimSuffix(first, ":")); err == nil && n >= 1 {
		return n - 1, rest
	}
	return 0, line
}
