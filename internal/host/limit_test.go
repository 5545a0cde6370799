package host

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"elevnet/bcast"
	"elevnet/internal/elevator"
	"elevnet/internal/node"
)

// logged runs do in fake time and returns the lines that were said.
func logged(t *testing.T, do func(r *reporter)) []string {
	t.Helper()
	var buf bytes.Buffer
	synctest.Test(t, func(*testing.T) {
		do(newReporter(slog.New(slog.NewTextHandler(&buf, nil)), "localhost:15657"))
	})
	text := strings.TrimSuffix(buf.String(), "\n")
	if text == "" {
		return nil
	}
	return strings.Split(text, "\n")
}

func contains(lines []string, part string) int {
	n := 0
	for _, l := range lines {
		if strings.Contains(l, part) {
			n++
		}
	}
	return n
}

// flap lets a peer come and go, and ends as it began.
func flap(r *reporter, id elevator.ID, times int, every time.Duration) {
	at := netip.MustParseAddr("10.0.0.2")
	for range times {
		r.notice(node.Notice{Kind: node.PeerFound, Peer: id}, at)
		time.Sleep(every)
		r.limit.catchUp()
		r.notice(node.Notice{Kind: node.PeerLost, Peer: id}, at)
		time.Sleep(every)
		r.limit.catchUp()
	}
	r.notice(node.Notice{Kind: node.PeerFound, Peer: id}, at)
}

// rest lets time pass as a running node does.
func rest(r *reporter, d time.Duration) {
	for range d / (50 * time.Millisecond) {
		time.Sleep(50 * time.Millisecond)
		r.limit.catchUp()
	}
}

func TestRareChangesAreAllSaidAtOnce(t *testing.T) {
	logged(t, func(r *reporter) {
		var buf bytes.Buffer
		r.limit.log = slog.New(slog.NewTextHandler(&buf, nil))
		for k := range 20 {
			kind, says := node.PeerFound, "peer 2 found at 10.0.0.2"
			if k%2 == 1 {
				kind, says = node.PeerLost, "peer 2 lost at 10.0.0.2"
			}
			buf.Reset()
			r.notice(node.Notice{Kind: kind, Peer: "2"}, netip.MustParseAddr("10.0.0.2"))
			if !strings.Contains(buf.String(), says) {
				t.Errorf("change %d: want %q at once, got %q", k, says, buf.String())
			}
			time.Sleep(repeatAfter)
		}
	})
}

func TestFlappingPeerIsSaidNowAndThenAndNeverWrong(t *testing.T) {
	for _, every := range []time.Duration{5 * time.Millisecond, 100 * time.Millisecond, 700 * time.Millisecond, 3 * time.Second} {
		t.Run(every.String(), func(t *testing.T) {
			const lasts = 10 * time.Minute
			lines := logged(t, func(r *reporter) {
				flap(r, "2", int(lasts/every/2), every)
				rest(r, 2*repeatAfter)
			})
			if most := changesAtOnce + int(lasts/repeatAfter) + 3; len(lines) > most {
				t.Errorf("%d lines in %v, want at most %d", len(lines), lasts, most)
			}
			last := lines[len(lines)-1]
			if !strings.Contains(last, "peer 2 found at") && !strings.Contains(last, "now=found") {
				t.Errorf("the last line doesn't say how it stands: %s", last)
			}
			// Counting lines tells the present state at any time.
			n := 0
			for _, l := range lines {
				n += strings.Count(l, " found at ") - strings.Count(l, " lost at ")
				if n < 0 || n > 1 {
					t.Errorf("found %d times more often than lost", n)
				}
			}
		})
	}
}

func TestAloneIsNotSaidAnyMoreWhenSomebodyIsFound(t *testing.T) {
	lines := logged(t, func(r *reporter) {
		for range 50 {
			r.notice(node.Notice{Kind: node.PeerLost, Peer: "2"}, netip.Addr{})
			r.notice(node.Notice{Kind: node.Alone}, netip.Addr{})
			rest(r, 200*time.Millisecond)
			r.notice(node.Notice{Kind: node.PeerFound, Peer: "2"}, netip.Addr{})
		}
		rest(r, 2*repeatAfter)
	})
	if n := contains(lines, "alone:") + contains(lines, "contact with other nodes"); n > changesAtOnce+3 {
		t.Errorf("alone is said %d times:\n%s", n, strings.Join(lines, "\n"))
	}
	if last := lines[len(lines)-1]; strings.Contains(last, "alone") || strings.Contains(last, "now=none") {
		t.Errorf("the last line says alone: %s", last)
	}
}

func TestManyFlappingPeersAreBoundedTogether(t *testing.T) {
	const lasts = time.Minute
	lines := logged(t, func(r *reporter) {
		for k := range lasts / (100 * time.Millisecond) {
			for id := range elevator.MaxNodes {
				kind := node.PeerFound
				if k%2 == 1 {
					kind = node.PeerLost
				}
				r.notice(node.Notice{Kind: kind, Peer: elevator.ID(fmt.Sprint(id))}, netip.Addr{})
			}
			time.Sleep(100 * time.Millisecond)
			r.limit.catchUp()
		}
	})
	if most := linesAtOnce + int(lasts/lineEvery) + 3; len(lines) > most {
		t.Errorf("%d lines in %v, want at most %d", len(lines), lasts, most)
	}
}

func TestStrangersAreBounded(t *testing.T) {
	const lasts, each = time.Minute, 2 * time.Millisecond
	var r2 *reporter
	lines := logged(t, func(r *reporter) {
		r2 = r
		k := 0
		for range lasts / each {
			k++
			from := netip.AddrFrom4([4]byte{10, byte(k >> 16), byte(k >> 8), byte(k)})
			for _, why := range []string{oversized, otherVersion, foreign, malformed, otherBuilding, otherKey, corrupted} {
				r.rejected(why, from, "detail")
			}
			time.Sleep(each)
			r.limit.catchUp()
		}
	})
	if most := linesAtOnce + int(lasts/lineEvery); len(lines) > most {
		t.Errorf("%d lines in %v, want at most %d", len(lines), lasts, most)
	}
	if len(r2.limit.subjects) > maxSubjects+1 || len(r2.strangers) > maxStrangers || len(r2.limit.queue) > maxSubjects+1 {
		t.Errorf("memory grows: %d subjects, %d strangers, %d waiting", len(r2.limit.subjects), len(r2.strangers), len(r2.limit.queue))
	}
}

func TestOneStrangerIsSaidAtOnceAndThenRarer(t *testing.T) {
	lines := logged(t, func(r *reporter) {
		for range int(time.Hour / (20 * time.Millisecond)) {
			r.rejected(otherKey, netip.MustParseAddr("10.0.0.9"), "7")
			time.Sleep(20 * time.Millisecond)
			r.limit.catchUp()
		}
	})
	if len(lines) < 8 || len(lines) > 20 {
		t.Errorf("%d lines in an hour:\n%s", len(lines), strings.Join(lines, "\n"))
	}
	if !strings.Contains(lines[0], "another key") || !strings.Contains(lines[0], "10.0.0.9") || !strings.Contains(lines[0], "--key-file") {
		t.Errorf("the first line: %s", lines[0])
	}
	if !strings.Contains(lines[1], " times=") {
		t.Errorf("the second line has no count: %s", lines[1])
	}
}

func TestElevatorServerThatComesAndGoes(t *testing.T) {
	broken := errors.New("the elevator server closed the connection: EOF")
	lines := logged(t, func(r *reporter) {
		for range 600 {
			r.serverEvent(nil)
			r.notice(node.Notice{Kind: node.ServerFound}, netip.Addr{})
			r.notice(node.Notice{Kind: node.Available}, netip.Addr{})
			rest(r, 50*time.Millisecond)
			r.serverEvent(broken)
			r.notice(node.Notice{Kind: node.ServerLost}, netip.Addr{})
			r.notice(node.Notice{Kind: node.Unavailable, Reasons: elevator.ServerLost}, netip.Addr{})
			rest(r, 50*time.Millisecond)
		}
		rest(r, 2*repeatAfter)
	})
	if most := 2 * (changesAtOnce + 60/5 + 3); len(lines) > most {
		t.Errorf("%d lines in a minute, want at most %d:\n%s", len(lines), most, strings.Join(lines, "\n"))
	}
	if contains(lines, "EOF") == 0 {
		t.Error("nothing says why")
	}
}

func TestEveryReasonHasWords(t *testing.T) {
	for _, why := range []string{oversized, otherVersion, foreign, malformed, otherBuilding, otherKey, corrupted} {
		if rejectText[why] == "" {
			t.Errorf("no words for %q", why)
		}
	}
}

func TestNetworkTroubleIsSaid(t *testing.T) {
	eth := bcast.Interface{Name: "eth0", Destination: netip.MustParseAddr("10.0.0.255")}
	down := eth
	down.Err = bcast.ErrNoCarrier
	up := bcast.Status{Interfaces: []bcast.Interface{eth}}
	cut := bcast.Status{Interfaces: []bcast.Interface{down}, ReceiveErr: errors.New("no memory")}
	lines := logged(t, func(r *reporter) {
		r.network(bcast.Status{}, up)
		r.network(up, cut)
		r.network(cut, up)
		r.network(up, bcast.Status{})
		for range 1000 {
			r.network(up, cut)
			r.network(cut, up)
		}
	})
	want := []string{"eth0 10.0.0.255: sending", "eth0 10.0.0.255: no carrier", "receiving fails", "sending", "receiving works again", "gone"}
	for k, w := range want {
		if !strings.Contains(lines[k], w) {
			t.Errorf("line %d: want %q, got %s", k, w, lines[k])
		}
	}
	if len(lines) > 2*changesAtOnce {
		t.Errorf("%d lines", len(lines))
	}
}

func TestWhatAPersonReadsFirst(t *testing.T) {
	for _, c := range []struct {
		address, has, hasNot string
	}{
		{"localhost:15657", `elevnet sim --port 15657`, ""},
		{"127.0.0.1:1234", `elevnet sim --port 1234`, ""},
		{"10.0.0.5:15657", "10.0.0.5:15657", "elevnet sim"},
	} {
		var buf bytes.Buffer
		r := newReporter(slog.New(slog.NewTextHandler(&buf, nil)), c.address)
		r.serverEvent(errors.New("dial: connection refused"))
		if !strings.Contains(buf.String(), c.has) || c.hasNot != "" && strings.Contains(buf.String(), c.hasNot) {
			t.Errorf("%s: %s", c.address, &buf)
		}
	}
}
