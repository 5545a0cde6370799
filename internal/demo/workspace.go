package demo

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"

	"elevnet/internal/elevator"
	"elevnet/internal/elevserver"
	"elevnet/internal/host"
	"elevnet/internal/promise"
)

// workspace is an elevator with its panel, and the node that drives it, which
// comes and goes.
type workspace struct {
	building *Building
	index    int
	id       elevator.ID
	server   *elevserver.Server
	relay    *relay // nil while the node is in this process
	dir      string
	log      *slog.Logger

	// change is held while the node is started, ended, frozen or thawed.
	change sync.Mutex

	mu    sync.Mutex
	node  *process // nil while there is none
	past  volume   // of the nodes that ended
	rate  meter
	sound bool
}

// process is one life of a node.
type process struct {
	life
	told  sync.Once // tells that it has ended
	ended chan struct{}
	err   error // once ended

	looking sync.Mutex // held while the node is looked at
	frozen  bool
	last    host.Insight // while it is frozen
}

// life is a node that runs.
type life interface {
	// run returns when the node has ended.
	run() error
	// crash ends it as a crash does, finish in good order. Neither waits.
	crash()
	finish()
	// freeze stops it without a word, or lets it go on.
	freeze(on bool) error
	observe() host.Observation
	inspect(also func(elevator.ID, int, elevator.Button) bool) host.Insight
}

var errRunning = errors.New("the node runs already")

// start starts the node, with what its disk holds or on an empty one.
func (w *workspace) start(withoutDisk bool) error {
	w.change.Lock()
	defer w.change.Unlock()
	b := w.building
	if w.running() != nil {
		return fmt.Errorf("node %s: %w", w.id, errRunning)
	}
	if withoutDisk {
		if err := os.RemoveAll(w.dir); err != nil {
			return fmt.Errorf("remove the disk of node %s: %w", w.id, err)
		}
		b.feed.tell(promise.Event{Workspace: w.index, Kind: promise.DiskLost})
	}
	l, err := w.prepare()
	if err != nil {
		return err
	}
	p := &process{life: l, ended: make(chan struct{})}
	w.mu.Lock()
	w.node = p
	w.rate = meter{}
	w.mu.Unlock()
	b.wire.lives(w.index, true)
	b.feed.tell(promise.Event{Workspace: w.index, Kind: promise.NodeRunning, On: true})
	b.story.add(moment{at: b.now(), kind: nodeRunning, node: w.index, on: true})
	go func() {
		defer close(p.ended)
		p.err = l.run()
		w.over(p)
	}()
	return nil
}

// prepare opens all that a node needs.
func (w *workspace) prepare() (life, error) {
	if w.building.cfg.Network == Processes {
		return w.prepareChild()
	}
	return w.prepareHosted()
}

// ended tells that the node does nothing any more, once.
func (w *workspace) ended(p *process) {
	p.told.Do(func() {
		b := w.building
		b.wire.lives(w.index, false)
		b.feed.tell(promise.Event{Workspace: w.index, Kind: promise.NodeRunning})
		b.story.add(moment{at: b.now(), kind: nodeRunning, node: w.index})
	})
}

// over takes note that a node has ended, by itself or not.
func (w *workspace) over(p *process) {
	if p.err != nil {
		w.log.Error("the node has ended", "error", p.err)
	}
	w.ended(p)
	o := p.life.observe()
	w.mu.Lock()
	w.past = w.past.plus(volume{o.Sent, o.Got})
	w.node = nil
	w.mu.Unlock()
}

func (w *workspace) running() *process {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.node
}

// pull ends the node as a crash does, and doesn't wait for it. It reports
// whether there was one.
func (w *workspace) pull() bool {
	p := w.running()
	if p == nil {
		return false
	}
	p.crash()
	w.ended(p)
	return true
}

// gone waits until a node that was pulled has left nothing behind.
func (w *workspace) gone() {
	if p := w.running(); p != nil {
		<-p.ended
	}
}

// end ends the node in good order.
func (w *workspace) end() error {
	w.change.Lock()
	defer w.change.Unlock()
	p := w.running()
	if p == nil {
		return nil
	}
	if err := w.freeze(p, false); err != nil {
		return err
	}
	p.finish()
	<-p.ended
	return p.err
}

// freeze freezes a node, or thaws it. w.change is held.
func (w *workspace) freeze(p *process, on bool) error {
	p.looking.Lock()
	defer p.looking.Unlock()
	if p.frozen == on {
		return nil
	}
	if on {
		p.last = p.life.inspect(nil)
	}
	if err := p.life.freeze(on); err != nil {
		return err
	}
	p.frozen = on
	w.building.wire.set(func(ends []*wireEnd) { ends[w.index].frozen = on })
	return nil
}

// observe shows the node; one that is frozen as it was.
func (p *process) observe() host.Observation {
	p.looking.Lock()
	defer p.looking.Unlock()
	if p.frozen {
		return p.last.Observation
	}
	return p.life.observe()
}

// inspect shows what is inside the node, if there is one, call by call.
func (w *workspace) inspect(also func(elevator.ID, int, elevator.Button) bool) (x host.Insight, alive bool) {
	p := w.running()
	if p == nil {
		return x, false
	}
	p.looking.Lock()
	defer p.looking.Unlock()
	if p.frozen {
		return p.last, true
	}
	return p.life.inspect(also), true
}

// rates are what the node sends and takes now.
func (w *workspace) rates(now time.Time, o host.Observation) Rates {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.rate.read(now, volume{o.Sent, o.Got})
}

// observe shows the node, if there is one.
func (w *workspace) observe() (o host.Observation, alive bool) {
	p := w.running()
	if p == nil {
		return o, false
	}
	return p.observe(), true
}

// isFrozen reports whether the node is frozen.
func (w *workspace) isFrozen() bool {
	p := w.running()
	if p == nil {
		return false
	}
	p.looking.Lock()
	defer p.looking.Unlock()
	return p.frozen
}
