package demo

import (
	"os/exec"
	"runtime"
)

// spawner starts processes, all from one thread that lives as long as it does:
// where the system can end children with the thread that started them, none is
// left behind if this program is killed.
type spawner struct {
	orders chan order
	ended  chan struct{}
}

type order struct {
	cmd    *exec.Cmd
	result chan error
}

func newSpawner() *spawner {
	s := &spawner{orders: make(chan order), ended: make(chan struct{})}
	go func() {
		defer close(s.ended)
		runtime.LockOSThread() // never unlocked: the thread ends with the goroutine
		for o := range s.orders {
			dieWithParent(o.cmd)
			o.result <- o.cmd.Start()
		}
	}()
	return s
}

// start starts a process.
func (s *spawner) start(cmd *exec.Cmd) error {
	o := order{cmd, make(chan error, 1)}
	s.orders <- o
	return <-o.result
}

// close ends the spawner, once all its processes have ended.
func (s *spawner) close() {
	close(s.orders)
	<-s.ended
}
