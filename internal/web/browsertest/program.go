package browsertest

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"time"
)

// Build builds elevnet from the source at root into dir, and returns the path of
// the program. ELEVNET_PROGRAM names one that exists already.
func Build(ctx context.Context, root, dir string) (string, error) {
	if p := os.Getenv("ELEVNET_PROGRAM"); p != "" {
		return filepath.Abs(p)
	}
	name := filepath.Join(dir, "elevnet")
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	cmd := exec.CommandContext(ctx, "go", "build", "-o", name, ".")
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build elevnet: %w\n%s", err, out)
	}
	return name, nil
}

// Program is a running elevnet that serves a page.
type Program struct {
	URL string

	cmd    *exec.Cmd
	ended  chan struct{}
	mu     sync.Mutex
	output strings.Builder
}

// address is how a program says where its page is.
var address = regexp.MustCompile(`https?://[^\s"'<>]+`)

// Start starts a program with these arguments and waits until it has said where
// its page is.
func Start(ctx context.Context, name string, args ...string) (*Program, error) {
	p := &Program{cmd: exec.Command(name, args...), ended: make(chan struct{})}
	out, in := io.Pipe()
	p.cmd.Stdout, p.cmd.Stderr = in, in
	if err := p.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start elevnet %s: %w", strings.Join(args, " "), err)
	}
	found := make(chan string, 1)
	go p.read(out, found)
	go func() {
		_ = p.cmd.Wait() // how it ended doesn't matter: what it said does
		_ = in.Close()
		close(p.ended)
	}()
	select {
	case p.URL = <-found:
		return p, nil
	case <-p.ended:
		return nil, fmt.Errorf("elevnet %s has ended without a page:\n%s", strings.Join(args, " "), p.Output())
	case <-ctx.Done():
		p.Stop()
		return nil, fmt.Errorf("elevnet %s didn't say where its page is: %w\n%s", strings.Join(args, " "), ctx.Err(), p.Output())
	}
}

func (p *Program) read(out io.Reader, found chan<- string) {
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		p.mu.Lock()
		p.output.WriteString(lines.Text() + "\n")
		p.mu.Unlock()
		if u := address.FindString(lines.Text()); u != "" {
			select {
			case found <- u:
			default:
			}
		}
	}
	_, _ = io.Copy(io.Discard, out) // after a line that is too long
}

// Output is what the program has written so far.
func (p *Program) Output() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.output.String()
}

// Stop ends the program as a person does, and by force if that takes too long.
func (p *Program) Stop() {
	if err := p.cmd.Process.Signal(os.Interrupt); err != nil && !errors.Is(err, os.ErrProcessDone) {
		_ = p.cmd.Process.Kill()
	}
	select {
	case <-p.ended:
	case <-time.After(20 * time.Second):
		_ = p.cmd.Process.Kill()
		<-p.ended
	}
}
