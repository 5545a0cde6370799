package elevserver

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"time"
)

// ErrQuit is what [Console] returns when the command quit was given.
var ErrQuit = errors.New("quit")

// Console lets a person work a simulated elevator: it carries out the commands
// that it reads from r, one a line (type help for a list), and writes a line to
// w for every change. It returns
//
//   - [ErrQuit] when told to quit,
//   - nil when r ends. That is no reason to end the simulator: a simulator that
//     was started in the background reads an empty standard input. The caller
//     decides, and may go on with [Watch];
//   - ctx.Err() when ctx is done, [net.ErrClosed] when the server was closed,
//     or the error of r or w.
//
// A read of r that is under way can't be interrupted, so when Console returns
// for a reason other than the end of r, one goroutine remains until r yields
// another line or ends.
func Console(ctx context.Context, r io.Reader, w io.Writer, s *Server) error {
	c := newConsole(w, s)
	defer c.close()
	c.print("simulated elevator with %d floors at %v; type help for the commands", c.floors, s.Addr())
	done := make(chan struct{})
	defer close(done)
	lines, failed := readLines(r, done)
	for {
		if err := c.flush(); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-c.queue.ready:
		case line, ok := <-lines:
			if !ok {
				return <-failed
			}
			if err := c.obey(line); err != nil {
				c.flush()
				return err
			}
		}
	}
}

// Watch writes a line to w for every change of a simulated elevator, until ctx
// is done (it then returns ctx.Err()), the server is closed (net.ErrClosed) or
// w fails.
func Watch(ctx context.Context, w io.Writer, s *Server) error {
	c := newConsole(w, s)
	defer c.close()
	for {
		if err := c.flush(); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-c.queue.ready:
		}
	}
}

// readLines sends the lines of r, each without its end and cut to a length that
// any command has. lines is closed when r ends, and failed then holds why, nil
// at its proper end.
func readLines(r io.Reader, done <-chan struct{}) (lines <-chan string, failed <-chan error) {
	out, why := make(chan string), make(chan error, 1)
	go func() {
		defer close(out)
		buffered := bufio.NewReaderSize(r, 256)
		for {
			line, long, err := buffered.ReadLine()
			text := string(line)
			for long && err == nil {
				_, long, err = buffered.ReadLine()
			}
			if err != nil {
				if errors.Is(err, io.EOF) {
					err = nil
				}
				why <- err
				return
			}
			select {
			case out <- text:
			case <-done:
				return
			}
		}
	}()
	return out, why
}

// console is the state of one Console or Watch.
type console struct {
	server *Server
	queue  *queue
	floors int
	out    *bufio.Writer
}

func newConsole(w io.Writer, s *Server) *console {
	s.mu.Lock()
	defer s.mu.Unlock()
	q, before := s.watch()
	return &console{server: s, queue: q, floors: before.Floors, out: bufio.NewWriter(w)}
}

func (c *console) close() {
	c.server.mu.Lock()
	defer c.server.mu.Unlock()
	c.server.unwatch(c.queue)
}

// print writes one line; an error shows at the next flush.
func (c *console) print(format string, args ...any) {
	fmt.Fprintf(c.out, format+"\n", args...)
}

// flush writes the events that wait. It fails when the server was closed.
func (c *console) flush() error {
	events, open := c.queue.take()
	for _, e := range events {
		c.print("%9.3f  %v", e.At.Sub(c.server.Started()).Seconds(), e)
	}
	if err := c.out.Flush(); err != nil {
		return err
	}
	if !open {
		return net.ErrClosed
	}
	return nil
}

// obey carries out one line. What it does shows as events; what it answers, or
// what is wrong with the line, is printed after them.
func (c *console) obey(line string) error {
	answer, err := c.server.Obey(line)
	switch {
	case errors.Is(err, ErrQuit):
		return err
	case err != nil:
		c.print("%v", err)
	case answer != "":
		if err := c.flush(); err != nil {
			return err
		}
		c.print("%s", answer)
	}
	return nil
}

// consoleTime is a duration as the console takes it: "2s" or plain seconds.
func consoleTime(word string) (time.Duration, error) {
	d, err := time.ParseDuration(word)
	if err != nil {
		d, err = time.ParseDuration(word + "s")
	}
	if err != nil || d <= 0 {
		return 0, fmt.Errorf("%.40q is no time; 2, 0.5 and 200ms are", word)
	}
	return d, nil
}
