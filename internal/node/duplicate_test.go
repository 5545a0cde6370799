package node

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"elevnet/internal/elevator"
	"elevnet/worldview"
)

// twin is a real node among others with its id.
type twin struct {
	n     *Node
	began time.Duration
	a     Actions
	said  map[NoticeKind]int
	gone  bool
	enc   worldview.Encoder
	dec   worldview.Decoder
}

func (w *twin) step(t *testing.T, ev Event, now time.Duration) []byte {
	if w.gone {
		return nil
	}
	w.a = w.n.Step(ev, now-w.began)
	for _, x := range w.a.Notices {
		w.said[x.Kind]++
	}
	w.gone = w.a.Exit != nil
	var data []byte
	if w.a.Message != nil {
		data = w.enc.Append(nil, w.a.Message)
	}
	if w.a.Snapshot != nil && !w.gone {
		w.a = w.n.Step(Event{Kind: Stored, Generation: w.a.Generation}, now-w.began)
	}
	return data
}

// TestRule10OneIDTwice starts two nodes with one id, at different times and with
// different clocks, and connects them at some time: the one that was started
// later ends, the other one stays, and both say so.
func TestRule10OneIDTwice(t *testing.T) {
	for _, c := range []struct {
		name              string
		second            time.Duration // when the second one starts
		connected         time.Duration
		clockOne, clockTw uint32
	}{
		{"the second joins a running one", 5 * time.Second, 0, 1000, 1005},
		{"its clock is behind", 5 * time.Second, 0, 1000, 500},
		{"its clock is ahead", 5 * time.Second, 0, 1000, 5000},
		{"both run before they meet", 5 * time.Second, 20 * time.Second, 1000, 1005},
		{"both run, clock behind", 5 * time.Second, 20 * time.Second, 1000, 500},
		{"both run, equal clocks", 5 * time.Second, 20 * time.Second, 1000, 1000},
		{"both run, clock far ahead", 5 * time.Second, 20 * time.Second, 1000, 50000},
		{"both listen", 100 * ms, 0, 1000, 1000},
		{"one has just joined", 490 * ms, 0, 1000, 1000},
	} {
		for _, boots := range [][2]uint64{{7, 9}, {9, 7}} {
			for _, lossy := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s, boots %v, loss %v", c.name, boots, lossy), func(t *testing.T) {
					one, two := meet(t, c.second, c.connected, [2]uint32{c.clockOne, c.clockTw}, boots, lossy)
					stays, ends := one, two
					if c.second < Listen && two.n.cfg.Boot < one.n.cfg.Boot && one.gone {
						stays, ends = two, one // started together: the nonces decide
					}
					if !ends.gone || stays.gone {
						t.Fatalf("the first has ended: %v, the second: %v", one.gone, two.gone)
					}
					heard := stays.said[DuplicateStays] == 1 || lossy // or the last word was lost
					if ends.said[DuplicateEnds] != 1 || !heard || stays.said[DuplicateEnds] != 0 {
						t.Errorf("F7: the one that stays said it %d times, the one that ends %d times",
							stays.said[DuplicateStays], ends.said[DuplicateEnds])
					}
					if d := stays.n.led.Life().Second() - max(c.clockOne, c.clockTw); int32(d) > 10 {
						t.Errorf("drove each other %d lives up", d)
					}
				})
			}
		}
	}
}

// meet runs two nodes until half a minute after the first was started.
func meet(t *testing.T, second, connected time.Duration, clock [2]uint32, boot [2]uint64, lossy bool) (one, two *twin) {
	var all [2]*twin
	for k := range all {
		n, err := New(Config{ID: "1", Building: "b", Elevator: elevator.DefaultConfig(), Boot: boot[k], Second: clock[k], Disk: true}, nil)
		if err != nil {
			t.Fatal(err)
		}
		all[k] = &twin{n: n, said: make(map[NoticeKind]int)}
	}
	all[1].began = second
	chance := rand.New(rand.NewPCG(boot[0], uint64(connected)))
	var mail [2][][]byte // for each, a millisecond later
	for now := time.Duration(0); now < 30*time.Second; now += ms {
		var sent [2][][]byte
		for k, w := range all {
			if now < w.began {
				continue
			}
			if now == w.began {
				w.step(t, Event{Kind: Inputs, Inputs: elevator.Inputs{Connected: true, Link: 1}}, now)
			}
			for _, data := range mail[k] {
				m, err := w.dec.Decode(data)
				if err != nil {
					t.Fatal(err)
				}
				sent[1-k] = append(sent[1-k], w.step(t, Event{Kind: Datagram, Message: m}, now))
			}
			if w.a.Wake+w.began <= now {
				sent[1-k] = append(sent[1-k], w.step(t, Event{}, now))
			}
		}
		for k := range sent {
			mail[k] = slices.DeleteFunc(sent[k], func(data []byte) bool {
				return data == nil || now < all[k].began || now < connected || lossy && chance.IntN(2) == 0
			})
		}
	}
	return all[0], all[1]
}

func TestRule10ReplayedDatagramsOfAnEarlierLife(t *testing.T) {
	r := setup(t, 0, nil)
	p := r.addPeer("1")
	p.boot, p.talks = 5, false
	for range 50 {
		p.echoed = 0
		p.say()
		r.cfg.Boot = 4
		p.echoed = 1000
		p.say() // with the echo of some other life
		r.cfg.Boot = 11
		r.run(20 * ms)
	}
	if r.a.Exit != nil || r.heardOf(DuplicateStays)+r.heardOf(DuplicateEnds) > 0 {
		t.Errorf("ended by a replay: %v", r.a.Exit)
	}
}

func TestRule10TheOneThatEndsStopsItsMotorAndIsSilent(t *testing.T) {
	r := setup(t, 0, nil)
	r.press(3, cab)
	r.until(100*ms, "travels", func() bool { return r.a.Outputs.Motor == elevator.Up })
	p := r.addPeer("1")
	p.boot, p.seq = 5, 1<<40 // has been running for long
	r.until(time.Second, "ends", func() bool { return r.a.Exit != nil })
	if r.a.Outputs.Motor != elevator.Stop {
		t.Error("the motor runs")
	}
	if r.a.Message == nil {
		t.Error("without a last word")
	}
	for range 10 {
		r.now += 100 * ms
		if a := r.n.Step(Event{}, r.now); a.Message != nil {
			t.Error("it still talks")
		}
	}
}

func TestRule10TheOneThatStaysDoesNotWaitForTheOther(t *testing.T) {
	r := setup(t, 0, nil)
	r.run(5 * time.Second)
	p := r.addPeer("1")
	p.boot, p.silent = 5, true
	r.run(300 * ms)
	if r.a.Exit != nil || r.heardOf(DuplicateStays) != 1 {
		t.Fatalf("said %d times, %v", r.heardOf(DuplicateStays), r.a.Exit)
	}
	if r.n.Live() != 0 || r.heardOf(PeerFound) != 0 {
		t.Error("counts itself as a peer")
	}
	r.press(2, cab)
	r.until(100*ms, "lit", func() bool { return r.lit(2, cab) })
}
