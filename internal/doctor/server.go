package doctor

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"syscall"
	"time"

	"elevnet/internal/elevator"
	"elevnet/internal/elevproto"
)

const (
	// serverPatience is how long an elevator server has to take a connection,
	// and to answer.
	serverPatience = 2 * time.Second
	// questions is how many answers are timed.
	questions = 20
	// slowAnswer is how long one answer may take. A node asks for a button in
	// every poll of some milliseconds, and people press for a fifth of a second.
	slowAnswer = 20 * time.Millisecond
	// burstLength is as much as a node with four floors asks at once.
	burstLength = 15
)

// The questions that are asked. The bytes without a meaning repeat the opcode:
// so does a server that loses its place in the stream see nothing but
// questions, whatever it takes for a frame. In particular it never sees a 0, a
// reload, or a 1, a motor command.
var (
	askSensor      = elevproto.Frame{elevproto.OpFloorSensor, elevproto.OpFloorSensor, elevproto.OpFloorSensor, elevproto.OpFloorSensor}
	askStop        = elevproto.Frame{elevproto.OpStopButton, elevproto.OpStopButton, elevproto.OpStopButton, elevproto.OpStopButton}
	askObstruction = elevproto.Frame{elevproto.OpObstruction, elevproto.OpObstruction, elevproto.OpObstruction, elevproto.OpObstruction}
)

const (
	serverCheck  = "elevator server"
	sensorCheck  = "floor sensor"
	answersCheck = "answers"
	panelCheck   = "panel"
)

// examineServer asks the elevator server a few questions. holder is the process
// on this computer that runs the node now, "" if none does.
func examineServer(ctx context.Context, f *findings, o Options, holder string) {
	dialer := net.Dialer{Timeout: serverPatience}
	conn, err := dialer.DialContext(ctx, "tcp", o.Server)
	if err != nil {
		dialFinding(f, o.Server, err)
		return
	}
	defer conn.Close()
	s := questioner{conn: conn}
	reply, err := s.ask(askSensor)
	switch {
	case errors.Is(err, errNonsense) || err == nil && reply[1] > 1:
		f.add(serverCheck, Fail, "it isn't an elevator server: see --host and --port",
			"%s answers nonsense: % x", o.Server, reply[:])
		return
	case err != nil:
		silentFinding(f, o.Server, err, holder)
		return
	}
	f.add(serverCheck, OK, "", "%s answers", o.Server)
	sensorFinding(f, o.Elevator.Floors, reply.Sensor())
	if s.panel(f) == nil && s.speed(f) == nil {
		return
	}
	f.add(answersCheck, Fail, "look at the server; a node would connect again and again", "%s stopped answering: %v", o.Server, s.err)
}

func dialFinding(f *findings, server string, err error) {
	_, port, _ := net.SplitHostPort(server)
	var dns *net.DNSError
	switch {
	case errors.As(err, &dns):
		f.add(serverCheck, Fail, "see --host", "there is no host %s: %v", dns.Name, dns.Err)
	case errors.Is(err, syscall.ECONNREFUSED) || isRefused(err):
		f.add(serverCheck, Fail, "start one, see --host and --port; a simulated one: elevnet sim --port "+port,
			"nothing listens at %s", server)
	case isTimeout(err):
		f.add(serverCheck, Fail, "is that computer on, and does its firewall let tcp port "+port+" in? See --host and --port",
			"%s doesn't answer within %v", server, serverPatience)
	default:
		f.add(serverCheck, Fail, "see --host and --port", "%s can't be reached: %v", server, plain(err))
	}
}

func silentFinding(f *findings, server string, err error, holder string) {
	switch {
	case isTimeout(err) && holder != "":
		f.add(serverCheck, Warn, "", "%s is connected and doesn't answer: it seems to serve one client at a time, and this node runs already (%s)", server, holder)
	case isTimeout(err):
		f.add(serverCheck, Fail, "some servers, such as the course's simulator, serve one client at a time: is another node connected to it?",
			"%s takes the connection and doesn't answer within %v", server, serverPatience)
	default:
		f.add(serverCheck, Fail, "is it an elevator server? See --host and --port", "%s breaks the connection off: %v", server, plain(err))
	}
}

func sensorFinding(f *findings, floors, at int) {
	switch {
	case at == elevator.NoFloor:
		f.add(sensorCheck, OK, "", "the car is between two floors; a node would take it to one")
	case at >= floors:
		f.add(sensorCheck, Fail, fmt.Sprintf("give all nodes --floors %d or more, as the building has", at+1),
			"the car is at floor %d, and there are floors 0 to %d", at, floors-1)
	default:
		f.add(sensorCheck, OK, "", "the car is at floor %d of 0 to %d", at, floors-1)
	}
}

var errNonsense = errors.New("nonsense")

// questioner asks one question after the other.
type questioner struct {
	conn net.Conn
	err  error
}

// ask sends questions in one write and returns the last answer.
func (q *questioner) ask(frames ...elevproto.Frame) (reply elevproto.Frame, err error) {
	if q.err != nil {
		return reply, q.err
	}
	var out []byte
	for _, f := range frames {
		out = append(out, f[:]...)
	}
	defer func() { q.err = err }()
	if err := q.conn.SetDeadline(time.Now().Add(serverPatience)); err != nil {
		return reply, err
	}
	if _, err := q.conn.Write(out); err != nil {
		return reply, err
	}
	for _, f := range frames {
		if _, err := io.ReadFull(q.conn, reply[:]); err != nil {
			return reply, err
		}
		if reply.Op() != f.Op() {
			return reply, fmt.Errorf("%w: it answered %v to %v", errNonsense, reply, f)
		}
	}
	return reply, nil
}

// panel looks at what keeps an elevator from taking calls.
func (q *questioner) panel(f *findings) error {
	stop, err := q.ask(askStop)
	if err != nil {
		return err
	}
	obstruction, err := q.ask(askObstruction)
	if err != nil {
		return err
	}
	if stop.On() {
		f.add(panelCheck, Warn, "let it go", "the stop button is held down")
	}
	if obstruction.On() {
		f.add(panelCheck, Warn, "turn it off: its door won't close, and it takes no hall calls", "the obstruction switch is on")
	}
	return nil
}

// speed measures how long answers take, one by one and many at once.
func (q *questioner) speed(f *findings) error {
	var took []time.Duration
	for range questions {
		began := time.Now()
		if _, err := q.ask(askSensor); err != nil {
			return err
		}
		took = append(took, time.Since(began))
	}
	burst := make([]elevproto.Frame, burstLength)
	for k := range burst {
		burst[k] = [...]elevproto.Frame{askSensor, askStop, askObstruction}[k%3]
	}
	var atOnce []time.Duration
	for range 5 {
		began := time.Now()
		if _, err := q.ask(burst...); err != nil {
			return err
		}
		atOnce = append(atOnce, time.Since(began))
	}
	one, many := median(took), median(atOnce)
	text := fmt.Sprintf("one takes %s, %d at once %s", brief(one), burstLength, brief(many))
	switch {
	case one > slowAnswer:
		f.add(answersCheck, Warn, "use a computer that is nearer, or a quicker server: short presses may be missed", "%s", text)
	case many > slowAnswer && many > 4*one:
		f.add(answersCheck, OK, "", "%s: the server holds them back (Nagle's algorithm), which nodes know to avoid", text)
	default:
		f.add(answersCheck, OK, "", "%s", text)
	}
	return nil
}

func median(d []time.Duration) time.Duration {
	slices.Sort(d)
	return d[len(d)/2]
}

// brief writes a time as a person wants to read it.
func brief(d time.Duration) string {
	switch {
	case d < 10*time.Millisecond:
		return fmt.Sprintf("%.2g ms", float64(d)/1e6)
	case d < time.Second:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	default:
		return d.Round(100 * time.Millisecond).String()
	}
}

func isTimeout(err error) bool {
	var ne net.Error
	return errors.Is(err, os.ErrDeadlineExceeded) || errors.As(err, &ne) && ne.Timeout()
}

// isRefused knows what Windows says: syscall.ECONNREFUSED is another number
// there.
func isRefused(err error) bool {
	const wsaECONNREFUSED = syscall.Errno(10061)
	return errors.Is(err, wsaECONNREFUSED)
}

// plain strips what package net puts around the system's own words.
func plain(err error) error {
	var errno syscall.Errno
	if errors.As(err, &errno) {
		return errno
	}
	return err
}
