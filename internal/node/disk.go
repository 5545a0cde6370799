package node

import (
	"time"

	"elevnet/worldview"
)

// disk is what a node knows of its disk: at most one commit is under way, and
// all changes since go into the next one.
type disk struct {
	dirty      bool          // there is something to commit
	lazy       time.Duration // when what can wait must be committed at the latest; 0 = nothing waits
	busy       bool
	began      time.Duration
	generation uint64
	life       worldview.Life // as of the newest snapshot
	commits    uint64         // that succeeded
	failed     bool           // the last commit failed, or takes too long
	retry      time.Duration
}

// lazily is how long a confirmation may wait for the next commit. It needs
// none: after a crash it is made anew from the press.
const lazily = time.Second

func (d *disk) change(now time.Duration, urgent bool) {
	if urgent {
		d.dirty = true
	} else if d.lazy == 0 {
		d.lazy = now + lazily
	}
}

// store returns the snapshot to commit now, if any (rule 9).
func (n *Node) store() ([]byte, uint64) {
	d := &n.disk
	if !n.cfg.Disk {
		return nil, 0
	}
	if d.lazy > 0 && n.now >= d.lazy || d.life != n.led.Life() {
		d.dirty = true
	}
	if !d.dirty || d.busy || n.now < d.retry {
		return nil, 0
	}
	d.dirty, d.lazy, d.busy, d.began, d.life = false, 0, true, n.now, n.led.Life()
	d.generation++
	return n.led.Snapshot(), d.generation
}

// stored notes how a commit ended.
func (n *Node) stored(generation uint64, err error) {
	d := &n.disk
	if !d.busy || generation != d.generation {
		return
	}
	d.busy = false
	n.settled = false
	if err != nil {
		d.dirty, d.retry = true, n.now+DiskRetry
		n.diskFails(err)
		return
	}
	d.commits++
	if d.failed && !d.dirty { // what was lit without the disk is on it now
		d.failed = false
		n.led.SetDisk(worldview.DiskWorks)
		n.notice(Notice{Kind: DiskWorks})
	}
	n.led.Committed(func(i, number int) { // others wait to hear it
		n.send.composer.Touch(i, number)
		n.send.at(n.now)
	})
}

// checkDisk notices a disk that doesn't answer.
func (n *Node) checkDisk() {
	if d := &n.disk; d.busy && n.now-d.began >= DiskPatience {
		n.diskFails(errSlow)
	}
}

func (n *Node) diskFails(err error) {
	if !n.disk.failed {
		n.disk.failed = true
		n.led.SetDisk(worldview.DiskFailed)
		n.settled = false
		n.notice(Notice{Kind: DiskFailed, Err: err})
	}
}

// wake returns when the disk asks for attention, 0 if it doesn't.
func (d *disk) wake(now time.Duration) time.Duration {
	switch {
	case d.busy && !d.failed:
		return d.began + DiskPatience
	case d.busy:
		return 0
	case d.dirty:
		return max(d.retry, now)
	default:
		return d.lazy
	}
}
