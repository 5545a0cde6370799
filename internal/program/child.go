package program

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"sync"
	"time"
)

// maxLine is the longest answer, in bytes.
const maxLine = 1 << 20

// line is what a process has written on its standard output, or why nothing more
// comes: io.EOF at the end.
type line struct {
	text []byte
	err  error
}

// child is one process. But for its reading and writing it belongs to the
// goroutine that started it.
type child struct {
	cmd   *exec.Cmd
	began time.Time

	in        *os.File
	questions chan []byte
	lines     chan line
	said      *words
	outputs   []*os.File    // the ends that are read here
	exited    chan struct{} // closed when the process has ended
	done      chan struct{} // closed when nobody wants to hear of it any more

	owes     bool // an answer
	answered bool // anything yet
	overdue  *time.Timer
}

// start starts a process. What it says on its standard error goes to the log.
func (c Command) start(log *slog.Logger) (_ *child, err error) {
	x := &child{
		cmd:       exec.Command(c.path, c.args...),
		began:     time.Now(),
		questions: make(chan []byte, 1),
		lines:     make(chan line),
		exited:    make(chan struct{}),
		done:      make(chan struct{}),
		overdue:   time.NewTimer(time.Hour),
	}
	x.overdue.Stop()
	x.cmd.Env = environment()
	separate(x.cmd)
	// Pipes of our own: those of package exec end with the process, and what it
	// said last would be lost.
	var theirs []*os.File
	defer func() {
		for _, f := range theirs {
			f.Close()
		}
		if err != nil {
			x.close()
		}
	}()
	pipe := func() (r, w *os.File) {
		if err == nil {
			r, w, err = os.Pipe()
		}
		return r, w
	}
	input, mine := pipe()
	out, output := pipe()
	said, errOutput := pipe()
	for _, f := range []*os.File{input, output, errOutput} {
		if f != nil {
			theirs = append(theirs, f)
		}
	}
	x.in = mine
	for _, f := range []*os.File{out, said} {
		if f != nil {
			x.outputs = append(x.outputs, f)
		}
	}
	if err != nil {
		return nil, err
	}
	x.cmd.Stdin, x.cmd.Stdout, x.cmd.Stderr = input, output, errOutput
	if err := x.cmd.Start(); err != nil {
		return nil, err
	}
	x.said = newWords(log, c.String())
	go x.wait()
	go x.write()
	go x.read(out)
	go x.said.read(said)
	return x, nil
}

// environment is that of this process. A program in Python must not keep its
// answers to itself until it has a page of them.
func environment() []string {
	env := os.Environ()
	if os.Getenv("PYTHONUNBUFFERED") == "" {
		env = append(env, "PYTHONUNBUFFERED=1")
	}
	return env
}

func (x *child) wait() {
	defer close(x.exited)
	_ = x.cmd.Wait() // how it ended is in cmd.ProcessState
}

// write writes the questions. A process that doesn't read lets it wait until it
// ends.
func (x *child) write() {
	for q := range x.questions {
		if _, err := x.in.Write(q); err != nil {
			return // it will be seen to be ending
		}
	}
}

// read reads what the process answers.
func (x *child) read(out io.Reader) {
	r := bufio.NewReaderSize(out, 16<<10)
	for {
		text, err := readLine(r, maxLine)
		l := line{text: text}
		if err != nil {
			l = line{err: err}
		}
		select {
		case x.lines <- l:
		case <-x.done:
			return
		}
		if err != nil {
			return
		}
	}
}

// readLine returns a line without its end, in memory of its own. What comes after
// the last end of a line, if anything, is one as well.
func readLine(r *bufio.Reader, most int) ([]byte, error) {
	var text []byte
	for {
		part, err := r.ReadSlice('\n')
		if len(text)+len(part) > most {
			return nil, fmt.Errorf("a line of more than %d bytes", most)
		}
		text = append(text, part...)
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
		case err == nil, errors.Is(err, io.EOF) && len(text) > 0:
			return bytes.TrimRight(text, "\r\n"), nil
		default:
			return nil, err
		}
	}
}

// ask has the question written, and reports whether there's room for it: a process
// may answer what it hasn't read. It must not owe an answer.
func (x *child) ask(question []byte, t times) bool {
	select {
	case x.questions <- question:
		x.owes = true
		x.overdue.Reset(x.patience(t))
		return true
	default:
		return false
	}
}

// patience is for how long it may be at one question.
func (x *child) patience(t times) time.Duration {
	if !x.answered {
		return t.start
	}
	return t.stuck
}

// paid notes that the answer has come.
func (x *child) paid() {
	x.owes, x.answered = false, true
	x.overdue.Stop()
}

func (x *child) age() time.Duration { return time.Since(x.began) }

// reaped is how long a process that was killed may take to be gone: only the
// operating system can be late with that.
const reaped = 2 * time.Second

// end ends the process, if it doesn't do so by itself in the given time once its
// standard input has ended, and says how it ended, "" if it was killed.
func (x *child) end(time time.Duration) string {
	close(x.questions)
	x.in.Close()
	x.overdue.Stop()
	how := ""
	if x.isGoneIn(time) {
		how = x.cmd.ProcessState.String()
	}
	kill(x.cmd) // those that it has started itself as well
	x.isGoneIn(reaped)
	close(x.done)
	return how
}

// isGoneIn waits for the end of the process.
func (x *child) isGoneIn(patience time.Duration) bool {
	t := time.NewTimer(patience)
	defer t.Stop()
	select {
	case <-x.exited:
		return true
	case <-t.C:
		return false
	}
}

// lastWords returns the last line that the process said on its standard error. It
// has been ended; what it has written may still be on its way.
func (x *child) lastWords(patience time.Duration) string {
	t := time.NewTimer(patience)
	defer t.Stop()
	select {
	case <-x.said.done:
	case <-t.C:
	}
	x.close()
	return x.said.last()
}

// close lets go of the pipes.
func (x *child) close() {
	if x.in != nil {
		x.in.Close()
	}
	for _, f := range x.outputs {
		f.Close()
	}
}

// words are the lines that a process says on its standard error.
type words struct {
	log  *slog.Logger
	name string
	done chan struct{} // closed at their end

	mu     sync.Mutex
	newest string
}

func newWords(log *slog.Logger, name string) *words {
	return &words{log: log, name: name, done: make(chan struct{})}
}

// Some lines are passed on at once, and then one now and then.
const (
	wordsAtOnce = 50
	wordsEvery  = 200 * time.Millisecond
	longestWord = 300 // bytes of a line
)

// read passes on what is said.
func (w *words) read(from io.Reader) {
	defer close(w.done)
	r := bufio.NewReaderSize(from, 4<<10)
	left, more, filled := wordsAtOnce, 0, time.Now()
	for {
		text, err := cutLine(r)
		if err != nil {
			return
		}
		if text == "" {
			continue
		}
		w.mu.Lock()
		w.newest = text
		w.mu.Unlock()
		if n := int(time.Since(filled) / wordsEvery); n > 0 {
			left, filled = min(left+n, wordsAtOnce), time.Now()
		}
		if left == 0 {
			more++
			continue
		}
		left--
		var args []any
		if more > 0 {
			args, more = []any{"left-out", more}, 0
		}
		w.log.Info(w.name+" says: "+text, args...)
	}
}

// cutLine returns a line, cut where it is too long.
func cutLine(r *bufio.Reader) (string, error) {
	var text []byte
	for {
		part, err := r.ReadSlice('\n')
		text = append(text, part[:min(len(part), longestWord-len(text))]...)
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
		case err == nil, errors.Is(err, io.EOF) && len(text) > 0:
			return printable(bytes.TrimRight(text, "\r\n\t ")), nil
		default:
			return "", err
		}
	}
}

// printable returns a text from outside with nothing in it that moves a cursor.
func printable(text []byte) string {
	return string(bytes.Map(func(r rune) rune {
		if r < ' ' && r != '\t' || r >= 0x7f && r < 0xa0 {
			return '?'
		}
		return r
	}, bytes.ToValidUTF8(text, []byte("?"))))
}

func (w *words) last() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.newest
}
