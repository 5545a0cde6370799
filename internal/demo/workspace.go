package demo

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"

	"elevnet/bcast"
	"elevnet/internal/elevator"
	"elevnet/internal/elevserver"
	"elevnet/internal/host"
	"elevnet/internal/node"
	"elevnet/internal/promise"
	"elevnet/internal/store"
)

// workspace is an elevator with its panel, and the node that drives it, which
// comes and goes.
type workspace struct {
	building *Building
	index    int
	id       elevator.ID
	server   *elevserver.Server
	dir      string
	log      *slog.Logger

	// change is held while the node is started or ended.
	change sync.Mutex

	mu            sync.Mutex
	node          *process // nil while there is none
	cutIn, cutOut bool
	past          volume // of the nodes that ended
	rate          meter
	sound         bool
}

// process is one life of a node.
type process struct {
	host   *host.Host
	filter *bcast.Faulty
	crash  chan struct{}
	once   sync.Once // closes crash
	told   sync.Once // tells that it has ended
	cancel context.CancelFunc
	ended  chan struct{}
	err    error // once ended
}

var errRunning = errors.New("the node runs already")

// start starts the node, with what its disk holds or on an empty one.
func (w *workspace) start(withoutDisk bool) error {
	w.change.Lock()
	defer w.change.Unlock()
	if w.running() != nil {
		return fmt.Errorf("node %s: %w", w.id, errRunning)
	}
	if withoutDisk {
		if err := os.RemoveAll(w.dir); err != nil {
			return fmt.Errorf("remove the disk of node %s: %w", w.id, err)
		}
		w.building.feed.tell(promise.Event{Workspace: w.index, Kind: promise.DiskLost})
	}
	p, err := w.prepare()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	p.cancel = cancel
	w.mu.Lock()
	w.node = p
	w.rate = meter{}
	w.mu.Unlock()
	w.building.feed.tell(promise.Event{Workspace: w.index, Kind: promise.NodeRunning, On: true})
	go func() {
		defer close(p.ended)
		p.err = p.host.Run(ctx)
		w.over(p)
	}()
	return nil
}

// prepare opens all that a node needs.
func (w *workspace) prepare() (*process, error) {
	b := w.building
	conn, err := b.listen()
	if err != nil {
		return nil, err
	}
	p := &process{
		filter: bcast.NewFaulty(conn, b.cfg.Seed+uint64(w.index)),
		crash:  make(chan struct{}),
		ended:  make(chan struct{}),
	}
	w.mu.Lock()
	err = p.filter.Set(w.faults())
	w.mu.Unlock()
	if err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	opts := host.Options{
		Node:      node.Config{ID: w.id, Building: b.cfg.Name, Elevator: b.cfg.Elevator},
		Server:    w.server.Addr().String(),
		Transport: p.filter,
		OpenDisk:  w.openDisk,
		Boot:      nonce(),
		Start:     time.Now(),
		Log:       w.log,
		Crashed:   p.crash,
	}
	disk, saved, err := w.openDisk()
	switch {
	case errors.Is(err, store.ErrLocked):
		return nil, errors.Join(err, conn.Close())
	case err == nil:
		opts.Disk, opts.Saved = disk, saved
	}
	if p.host, err = host.New(opts); err != nil {
		if opts.Disk != nil {
			err = errors.Join(err, opts.Disk.Close())
		}
		return nil, errors.Join(err, conn.Close())
	}
	return p, nil
}

func (w *workspace) openDisk() (host.Disk, [][]byte, error) {
	d, found, err := store.Open(store.OS(), w.dir, store.FileName(w.building.cfg.Name, string(w.id)))
	if err != nil {
		return nil, nil, err
	}
	for _, line := range found.Damaged {
		w.log.Warn("state: " + line)
	}
	return d, found.Payloads, nil
}

// ended tells that the node does nothing any more, once.
func (w *workspace) ended(p *process) {
	p.told.Do(func() {
		w.building.feed.tell(promise.Event{Workspace: w.index, Kind: promise.NodeRunning})
	})
}

// over takes note that a node has ended, by itself or not.
func (w *workspace) over(p *process) {
	if p.err != nil {
		w.log.Error("the node has ended", "error", p.err)
	}
	w.ended(p)
	o := p.host.Observe()
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
	p.once.Do(func() {
		close(p.crash)
		w.ended(p)
	})
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
	p.cancel()
	<-p.ended
	return p.err
}

// faults are those of its network. w.mu is held.
func (w *workspace) faults() bcast.Faults {
	return bcast.Faults{DropIn: float64(w.building.lossPercent()), CutIn: w.cutIn, CutOut: w.cutOut}
}

// setNetwork changes the faults of the network.
func (w *workspace) setNetwork(change func()) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	change()
	if w.node == nil {
		return nil
	}
	return w.node.filter.Set(w.faults())
}

// observe shows the node, if there is one.
func (w *workspace) observe() (o host.Observation, alive bool) {
	p := w.running()
	if p == nil {
		return o, false
	}
	return p.host.Observe(), true
}
