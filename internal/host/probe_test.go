package host_test

import (
	"testing"

	"elevnet/bcast"
	"elevnet/internal/elevator"
)

// Probes of somebody who examines the network are dropped, and nothing is said
// of them: not even counted, with a key or without.
func TestProbesAreNoNews(t *testing.T) {
	t.Parallel()
	for _, key := range []string{"", "0123456789abcdef"} {
		s := newStation(t, "a", 0)
		s.opts.Key = []byte(key)
		s.start()
		until(t, "joined", func() bool { return s.host.Observe().Joined })
		conn, err := bcast.Listen(bcast.Options{Port: s.port, LoopbackOnly: true})
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		for k := range 20 {
			if _, err := conn.Send(bcast.AppendProbe(nil, 99, uint32(k))); err != nil {
				t.Fatal(err)
			}
		}
		// What is sent behind them is looked at behind them.
		if _, err := conn.Send([]byte("a stranger's")); err != nil {
			t.Fatal(err)
		}
		until(t, "the stranger is counted", func() bool { return s.host.Observe().Dropped["foreign"] > 0 })
		served(t, elevator.Cab, 1, s, s)
		if d := s.host.Observe().Dropped; len(d) != 1 || d["foreign"] != 1 {
			t.Errorf("dropped %v", d)
		}
		if err := s.stop(); err != nil {
			t.Error(err)
		}
	}
}
