package demo

import (
	"context"
	"errors"
	"sync"
	"time"

	"elevnet/internal/elevator"
	"elevnet/internal/host"
	"elevnet/internal/node"
	"elevnet/internal/store"
)

// hosted is one life of a node in this process.
type hosted struct {
	host   *host.Host
	gate   *gate
	dead   chan struct{}
	once   sync.Once // closes dead
	ctx    context.Context
	cancel context.CancelFunc
}

// prepareHosted opens all that a node in this process needs.
func (w *workspace) prepareHosted() (life, error) {
	b := w.building
	transport, err := b.transport()
	if err != nil {
		return nil, err
	}
	l := &hosted{gate: newGate(transport, b.wire, w.index), dead: make(chan struct{})}
	opts := host.Options{
		Node:      node.Config{ID: w.id, Building: b.cfg.Name, Elevator: b.cfg.Elevator, Park: b.cfg.Parking},
		Server:    w.server.Addr().String(),
		Transport: l.gate,
		OpenDisk:  w.openDisk,
		Boot:      nonce(),
		Start:     time.Now(),
		Log:       w.log,
		Crashed:   l.dead,
		Tap:       w.tap(),
	}
	disk, saved, err := w.openDisk()
	switch {
	case errors.Is(err, store.ErrLocked):
		return nil, errors.Join(err, l.gate.Close())
	case err == nil:
		opts.Disk, opts.Saved = disk, saved
	}
	if b.cfg.Policy != nil {
		opts.Node.Policy = b.cfg.Policy()
	}
	if b.cfg.Adviser != nil {
		opts.Adviser = b.cfg.Adviser(w.log)
	}
	if l.host, err = host.New(opts); err != nil {
		if opts.Adviser != nil {
			err = errors.Join(err, opts.Adviser.Close())
		}
		if opts.Disk != nil {
			err = errors.Join(err, opts.Disk.Close())
		}
		return nil, errors.Join(err, l.gate.Close())
	}
	l.ctx, l.cancel = context.WithCancel(context.Background())
	return l, nil
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

// tap returns who is told what the node lives through.
func (w *workspace) tap() host.Tap {
	mine := &servesTap{workspace: w}
	if w.building.cfg.Tap == nil {
		return mine
	}
	return host.Taps(mine, w.building.cfg.Tap(w.id))
}

func (l *hosted) run() error {
	defer l.cancel()
	return l.host.Run(l.ctx)
}

func (l *hosted) crash() {
	l.once.Do(func() {
		close(l.dead)
		l.gate.die()
	})
}

func (l *hosted) finish() { l.cancel() }

func (l *hosted) freeze(on bool) error {
	l.gate.hold(on)
	return nil
}

func (l *hosted) observe() host.Observation { return l.host.Observe() }

func (l *hosted) inspect(also func(elevator.ID, int, elevator.Button) bool) host.Insight {
	return l.host.Inspect(also)
}

// servesTap tells at once which calls an elevator is to serve.
type servesTap struct {
	workspace *workspace
	before    elevator.Calls
}

// Started implements [host.Tap].
func (t *servesTap) Started(host.TapStart) {}

// Dropped implements [host.Tap].
func (t *servesTap) Dropped(host.TapDrop) {}

// Ended implements [host.Tap].
func (t *servesTap) Ended(host.TapEnd) {}

// Stepped implements [host.Tap].
func (t *servesTap) Stepped(s *host.TapStep) {
	if calls := s.Node.Serves(); calls != t.before {
		t.before = calls
		b := t.workspace.building
		b.story.add(moment{at: b.now(), kind: nodeServes, node: t.workspace.index, calls: calls})
	}
}
