package bcast

import (
	"encoding/binary"
	"math"
	"net"
	"net/netip"
	"slices"
	"sync"
	"testing"
)

// wire is a transport without sockets: what is sent can be received, once.
type wire struct {
	datagrams chan []byte
}

func newWire() *wire { return &wire{make(chan []byte, 10000)} }

func (w *wire) Send(b []byte) (int, error) {
	w.datagrams <- slices.Clone(b)
	return 3, nil
}

func (w *wire) Receive(buf []byte) (int, netip.AddrPort, error) {
	b, ok := <-w.datagrams
	if !ok {
		return 0, netip.AddrPort{}, net.ErrClosed
	}
	return copy(buf, b), netip.MustParseAddrPort("10.0.0.1:9"), nil
}

func (w *wire) Status() Status { return Status{Interfaces: make([]Interface, 3)} }

func (w *wire) Close() error {
	close(w.datagrams)
	return nil
}

// through sends count numbered datagrams and returns the numbers that came.
func through(t *testing.T, seed uint64, faults Faults, count uint32) (numbers []uint32, f *Faulty) {
	t.Helper()
	f = NewFaulty(newWire(), seed)
	if err := f.Set(faults); err != nil {
		t.Fatal(err)
	}
	if f.Faults() != faults {
		t.Errorf("faults %+v, set %+v", f.Faults(), faults)
	}
	for k := range count {
		if n, err := f.Send(binary.BigEndian.AppendUint32(nil, k)); n != 3 || err != nil {
			t.Fatalf("Send: %d, %v", n, err)
		}
	}
	f.Close()
	for buf := make([]byte, 10); ; {
		n, _, err := f.Receive(buf)
		if err != nil {
			if err != net.ErrClosed {
				t.Errorf("Receive: %v", err)
			}
			return numbers, f
		}
		numbers = append(numbers, binary.BigEndian.Uint32(buf[:n]))
	}
}

func TestFaultyLosesTheShareItIsTold(t *testing.T) {
	const count = 4000
	tests := []struct {
		name   string
		faults Faults
		want   float64 // per cent that come through
	}{
		{"none", Faults{}, 100},
		{"half out", Faults{DropOut: 50}, 50},
		{"a tenth in", Faults{DropIn: 10}, 90},
		{"both", Faults{DropOut: 50, DropIn: 50}, 25},
		{"all out", Faults{DropOut: 100}, 0},
		{"all in", Faults{DropIn: 100}, 0},
		{"cut out", Faults{CutOut: true}, 0},
		{"cut in", Faults{CutIn: true}, 0},
		{"cut in and a loss out", Faults{CutIn: true, DropOut: 20}, 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			numbers, f := through(t, 7, test.faults, count)
			got := 100 * float64(len(numbers)) / count
			if math.Abs(got-test.want) > 3 || (test.want == 0 || test.want == 100) && got != test.want {
				t.Errorf("%.1f %% come through, want %.0f %%", got, test.want)
			}
			out, in := f.Lost()
			if out+in+uint64(len(numbers)) != count {
				t.Errorf("lost %d out, %d in, of %d came %d", out, in, count, len(numbers))
			}
			if !slices.IsSorted(numbers) {
				t.Errorf("out of order")
			}
		})
	}
}

func TestFaultyRepeatsWithItsSeed(t *testing.T) {
	faults := Faults{DropOut: 40, DropIn: 40}
	one, _ := through(t, 1, faults, 500)
	again, _ := through(t, 1, faults, 500)
	other, _ := through(t, 2, faults, 500)
	if !slices.Equal(one, again) {
		t.Errorf("one seed, two fates")
	}
	if slices.Equal(one, other) {
		t.Errorf("two seeds, one fate")
	}
}

func TestFaultyRefusesNonsense(t *testing.T) {
	f := NewFaulty(newWire(), 1)
	if err := f.Set(Faults{DropIn: 30}); err != nil {
		t.Fatal(err)
	}
	for _, p := range []float64{-1, 100.1, math.NaN(), math.Inf(1)} {
		if f.Set(Faults{DropOut: p}) == nil || f.Set(Faults{DropIn: p}) == nil {
			t.Errorf("%v %% accepted", p)
		}
	}
	if want := (Faults{DropIn: 30}); f.Faults() != want {
		t.Errorf("faults %+v", f.Faults())
	}
	if _, err := f.Send(make([]byte, MaxDatagram+1)); err != ErrTooLong {
		t.Errorf("error %v", err)
	}
	f.Close()
	if _, err := f.Send(nil); err != net.ErrClosed {
		t.Errorf("error %v", err)
	}
}

// On a real socket, and changed while another goroutine receives: a cut input
// loses what was sent during the cut, and nothing of what comes after.
func TestFaultyCutWhileReceiving(t *testing.T) {
	sender := listen(t, 0)
	f := NewFaulty(listen(t, sender.Port()), 3)
	got := make(chan string, 100)
	var receiving sync.WaitGroup
	receiving.Go(func() {
		buf := make([]byte, 100)
		for {
			n, _, err := f.Receive(buf)
			if err != nil {
				return
			}
			got <- string(buf[:n])
		}
	})
	mustSend(t, sender, []byte("before"))
	if s := <-got; s != "before" {
		t.Fatalf("received %q", s)
	}
	if err := f.Set(Faults{CutIn: true}); err != nil {
		t.Fatal(err)
	}
	mustSend(t, sender, []byte("during"))
	for { // the loss has happened before the cut ends
		if _, in := f.Lost(); in == 1 {
			break
		}
	}
	if err := f.Set(Faults{CutOut: true}); err != nil {
		t.Fatal(err)
	}
	if n, err := f.Send([]byte("mute")); n != 1 || err != nil {
		t.Errorf("Send: %d, %v", n, err)
	}
	mustSend(t, sender, []byte("after"))
	if s := <-got; s != "after" {
		t.Errorf("received %q", s)
	}
	f.Close()
	receiving.Wait()
}

func TestFaultyDoesNotAllocate(t *testing.T) {
	f := NewFaulty(listen(t, 0), 3)
	b, buf := make([]byte, 300), make([]byte, 1500)
	if n := testing.AllocsPerRun(100, func() { f.Send(b); f.Receive(buf) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
