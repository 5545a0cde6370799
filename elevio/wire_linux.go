package elevio

import (
	"fmt"
	"io"
	"os"
	"syscall"
	"time"
	"unsafe"
)

// wire exchanges polls with as few wake-ups of this process as Linux allows.
// Three things save most of them, all measured by the package's benchmark:
//
//   - SO_RCVLOWAT: the socket becomes readable when a whole poll's replies are
//     there, not with each of them;
//   - a timerfd for pauses: the Go runtime waits in whole milliseconds, rounded
//     down, and so wakes twice for one timer;
//   - raw system calls for what can't block: an ordinary one wakes the
//     runtime's monitor thread whenever the process was idle.
type wire struct {
	link  *link
	conn  syscall.RawConn
	step  func(fd uintptr) bool // exchangeStep, bound once
	grab  func(fd uintptr) bool // drainStep, bound once
	push  func(fd uintptr)      // postStep, bound once
	timer *os.File
	clock syscall.RawConn
	tick  func(fd uintptr) bool // pauseStep, bound once

	// The exchange under way.
	requests, reply []byte
	read            int
	err             error
	lowWater        int // SO_RCVLOWAT as it is set now

	// The pause under way; 0 once the timer has been set.
	pauseFor time.Duration
	expired  [8]byte
}

func (w *wire) open(l *link) error {
	conn, err := l.conn.SyscallConn()
	if err != nil {
		return err
	}
	w.link, w.conn, w.lowWater = l, conn, 1
	w.step, w.grab, w.push, w.tick = w.exchangeStep, w.drainStep, w.postStep, w.pauseStep
	w.openTimer()
	return nil
}

// openTimer leaves w.timer nil if there are no more file descriptors, or the
// kernel has no timerfd; then the runtime's timers do.
func (w *wire) openTimer() {
	const monotonic, nonblock, cloexec = 1, syscall.O_NONBLOCK, syscall.O_CLOEXEC
	fd, _, errno := syscall.Syscall(syscall.SYS_TIMERFD_CREATE, monotonic, nonblock|cloexec, 0)
	if errno != 0 {
		return
	}
	w.timer = os.NewFile(fd, "timerfd")
	clock, err := w.timer.SyscallConn()
	if err != nil {
		w.timer.Close()
		w.timer = nil
		return
	}
	w.clock = clock
}

func (w *wire) close() error {
	if w.timer == nil {
		return nil
	}
	return w.timer.Close()
}

// exchange writes requests and reads until reply is full.
func (w *wire) exchange(requests, reply []byte) (int, error) {
	w.requests, w.reply, w.read, w.err = requests, reply, 0, nil
	if err := w.conn.Read(w.step); err != nil {
		return w.read, err
	}
	return w.read, w.err
}

// exchangeStep is called once to begin, and again whenever the socket has
// become readable. The requests are written here, after the runtime has armed
// itself for the next readiness, so that a reply can't slip in between. It
// returns true when the exchange is over.
func (w *wire) exchangeStep(fd uintptr) bool {
	if w.requests != nil {
		w.setLowWater(fd, len(w.reply))
		w.err = w.send(fd, w.requests)
		w.requests = nil
		return w.err != nil
	}
	for w.read < len(w.reply) {
		n, errno := raw(syscall.SYS_READ, fd, w.reply[w.read:])
		switch {
		case errno == syscall.EINTR:
		case errno == syscall.EAGAIN:
			return false
		case errno != 0:
			w.err = errno
			return true
		case n == 0:
			w.err = io.EOF
			return true
		default:
			// The rest may be less than the low-water mark.
			if w.read += n; w.read < len(w.reply) {
				w.setLowWater(fd, 1)
			}
		}
	}
	return true
}

func (w *wire) setLowWater(fd uintptr, n int) {
	if n == w.lowWater {
		return
	}
	if syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVLOWAT, n) == nil {
		w.lowWater = n
	}
}

// send writes b whole, and at once: a send buffer without room for a poll
// belongs to a server that reads no more.
func (w *wire) send(fd uintptr, b []byte) error {
	w.link.mu.Lock()
	defer w.link.mu.Unlock()
	if w.link.broken != nil {
		return w.link.broken
	}
	for {
		n, errno := raw(syscall.SYS_WRITE, fd, b)
		switch {
		case errno == syscall.EINTR:
		case errno == syscall.EAGAIN, errno == 0 && n < len(b):
			w.link.breakOff(errStalled)
			return errStalled
		case errno != 0:
			return errno
		default:
			return nil
		}
	}
}

// post writes requests without waiting for a reply.
func (w *wire) post(requests []byte) error {
	w.requests = requests
	if err := w.conn.Control(w.push); err != nil {
		return err
	}
	return w.err
}

func (w *wire) postStep(fd uintptr) { w.err = w.send(fd, w.requests) }

// drain reads what there is, without waiting.
func (w *wire) drain(b []byte) (int, error) {
	if err := w.link.extend(time.Time{}); err != nil {
		return 0, err
	}
	w.reply, w.read, w.err = b, 0, nil
	err := w.conn.Read(w.grab)
	return w.read, err
}

func (w *wire) drainStep(fd uintptr) bool {
	if n, errno := raw(syscall.SYS_READ, fd, w.reply); errno == 0 {
		w.read = n
	}
	return true
}

// itimerspec is the kernel's: how often, and when first.
type itimerspec struct{ interval, value syscall.Timespec }

// pause waits for d.
func (w *wire) pause(d time.Duration) {
	if d <= 0 {
		return
	}
	if w.timer == nil {
		time.Sleep(d)
		return
	}
	w.pauseFor = d
	if w.clock.Read(w.tick) != nil || w.err != nil {
		time.Sleep(d)
	}
}

// pauseStep is called once to set the timer, and again when it has expired.
func (w *wire) pauseStep(fd uintptr) bool {
	if w.pauseFor > 0 {
		spec := itimerspec{value: syscall.NsecToTimespec(int64(w.pauseFor))}
		w.pauseFor, w.err = 0, nil
		_, _, errno := syscall.RawSyscall6(syscall.SYS_TIMERFD_SETTIME, fd, 0, uintptr(unsafe.Pointer(&spec)), 0, 0, 0)
		if errno != 0 {
			w.err = fmt.Errorf("timerfd: %w", errno)
			return true
		}
		return false
	}
	_, errno := raw(syscall.SYS_READ, fd, w.expired[:])
	return errno != syscall.EAGAIN && errno != syscall.EINTR
}

// raw makes a read or a write on a descriptor that never blocks, without the
// scheduler's taking note. b must not be empty.
func raw(call, fd uintptr, b []byte) (int, syscall.Errno) {
	n, _, errno := syscall.RawSyscall(call, fd, uintptr(unsafe.Pointer(&b[0])), uintptr(len(b)))
	if errno != 0 {
		return 0, errno
	}
	return int(n), 0
}
