package trial

import (
	"fmt"
	"runtime/debug"
	"time"

	"elevnet/internal/elevator"
	"elevnet/internal/scenario"
)

const (
	// boards is how often a passenger who waits looks for an open door.
	boards = 500 * time.Millisecond
	// loses is how long he waits until he takes the stairs.
	loses = 2 * time.Minute
	// joining is how long nodes have to get to know each other before anything
	// happens, as in the stories of package scenario.
	joining = 3 * time.Second
)

// Runner carries out a plan, episode by episode. Make it with [NewRunner].
type Runner struct {
	plan    Plan
	stage   *scenario.Stage
	next    int
	began   time.Duration // the present episode
	waiting []passenger
	done    Plan // what was carried out, if it is kept
	keep    bool
	report  Report
}

// passenger waits at a floor for a door.
type passenger struct {
	floor, to int
	gives     time.Duration // up
}

// Options say how to run a plan.
type Options struct {
	// Timeline keeps what happens, for [Report.Timeline].
	Timeline bool
	// Record keeps what was carried out, for [Report.Done].
	Record bool
	// Stage, if set, is called with the building before anything happens.
	Stage func(*scenario.Stage)
}

// NewRunner builds the building of a plan.
func NewRunner(p Plan, o Options) (*Runner, error) {
	p.Setup.Timeline = o.Timeline
	s, err := scenario.New(p.Setup)
	if err != nil {
		return nil, err
	}
	if o.Stage != nil {
		o.Stage(s)
	}
	s.Run(joining)
	r := &Runner{plan: p, stage: s, keep: o.Record}
	r.report = Report{Seed: p.Seed, Plans: 1}
	r.done = Plan{Seed: p.Seed, Setup: p.Setup}
	return r, nil
}

// Run carries out a whole plan. A plan whose setup makes no sense is an error.
func Run(p Plan, o Options) (Report, error) {
	r, err := NewRunner(p, o)
	if err != nil {
		return Report{}, err
	}
	for r.Episode() {
	}
	return r.Report(), nil
}

// Episode carries out the next episode, and reports whether there is another
// one. A building that has broken a promise isn't used any more.
func (r *Runner) Episode() (more bool) {
	if r.next >= len(r.plan.Episodes) {
		return false
	}
	e := r.plan.Episodes[r.next]
	r.next++
	broken := r.guarded(e)
	r.note(broken)
	r.measure()
	return len(broken) == 0 && r.next < len(r.plan.Episodes)
}

// guarded carries out an episode; a panic is a violation.
func (r *Runner) guarded(e Episode) (broken []scenario.Violation) {
	defer func() {
		if p := recover(); p != nil {
			broken = append(broken, r.crash(p, debug.Stack()))
		}
	}()
	r.began = r.stage.Now()
	if r.keep {
		r.done.Episodes = append(r.done.Episodes, nil)
	}
	r.report.lastFault = r.began
	for _, s := range e {
		r.until(r.began + s.At)
		r.carryOut(s)
	}
	r.waiting = r.waiting[:0]
	if r.keep && len(e) > 0 {
		// A last step that was refused still says when the episode ends.
		if last := &r.done.Episodes[len(r.done.Episodes)-1]; last.Length() < e.Length() {
			*last = append(*last, Step{At: e.Length(), Do: e[len(e)-1].Do})
		}
	}
	for _, c := range ending(r.stage.Setup()) {
		_ = r.stage.Do(c) // what is wrong is among the violations
	}
	return r.stage.Violations()
}

func (r *Runner) crash(why any, stack []byte) scenario.Violation {
	return scenario.Violation{Requirement: Crash, At: r.stage.Now(), Text: fmt.Sprintf("panic: %v\n%s", why, stack)}
}

// note notes the promises that were broken in the episode that has just ended.
func (r *Runner) note(broken []scenario.Violation) {
	for _, v := range broken {
		r.report.Violations = append(r.report.Violations, Violation{
			Seed: r.plan.Seed, Episode: r.next - 1, Since: v.At - r.began, Violation: v,
		})
	}
}

// until lets time pass, in which passengers get in where doors open.
func (r *Runner) until(at time.Duration) {
	for len(r.waiting) > 0 {
		now := r.stage.Now()
		look := now - (now-r.began)%boards + boards
		if look > at {
			break
		}
		r.stage.Run(look - now)
		r.board()
	}
	r.stage.Run(at - r.stage.Now())
}

// board lets those who wait in front of an open door get in.
func (r *Runner) board() {
	left := r.waiting[:0]
	for _, p := range r.waiting {
		if !r.boards(p) && r.stage.Now() < p.gives {
			left = append(left, p)
		}
	}
	r.waiting = left
}

func (r *Runner) boards(p passenger) bool {
	for i, w := range r.stage.Building().Workspaces() {
		if !w.Door() {
			continue
		}
		if car := w.Car(); car.Sensor() == p.floor {
			r.carryOut(Step{
				At: r.stage.Now() - r.began,
				Do: scenario.Command{Verb: scenario.Press, Who: i, Floor: p.to, Button: elevator.Cab},
			})
			return true
		}
	}
	return false
}

// carryOut does a command. One that makes no sense as things are is left out.
func (r *Runner) carryOut(s Step) {
	now := r.stage.Now()
	if err := r.stage.Do(s.Do); err != nil {
		return
	}
	if s.Kind > 0 {
		r.report.faults[s.Kind-1]++
		r.report.FaultGap = max(r.report.FaultGap, now-r.report.lastFault)
		r.report.lastFault = now
	}
	if s.Rides {
		r.waiting = append(r.waiting, passenger{s.Do.Floor, s.To, r.stage.Now() + loses})
	}
	if r.keep {
		if len(r.done.Episodes) == 0 {
			r.done.Episodes = make([]Episode, 1)
		}
		last := &r.done.Episodes[len(r.done.Episodes)-1]
		*last = append(*last, Step{At: s.At, Do: s.Do, Kind: s.Kind})
	}
}

// measure takes over what the stage has counted so far.
func (r *Runner) measure() {
	s, c := r.stage.Summary(), r.stage.Building().Counts()
	r.report.Simulated = r.stage.Now()
	r.report.NodeTime = r.stage.Now() * time.Duration(len(r.stage.Building().Workspaces()))
	r.report.Episodes = r.next
	r.report.Presses, r.report.Served = s.Presses, s.Served
	r.report.lamp, r.report.allLamps, r.report.wait = s.Counted.Lamp, s.Counted.AllLamps, s.Counted.Wait
	r.report.Commands = r.stage.Counts()
	r.report.Sent, r.report.Delivered = c.Sent, c.Delivered
	r.report.Trace = r.stage.Trace()
}

// Now returns the virtual time.
func (r *Runner) Now() time.Duration { return r.stage.Now() }

// Report returns what was found so far.
func (r *Runner) Report() Report {
	r.report.Timeline = r.stage.Timeline()
	r.report.Done = r.done
	return r.report
}
