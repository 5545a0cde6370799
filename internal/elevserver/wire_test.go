package elevserver

import (
	"bytes"
	"io"
	"net"
	"testing"
	"time"

	"elevnet/internal/elevator"
	"elevnet/internal/elevproto"
)

// tape is a connection that plays input in pieces and records the writes.
type tape struct {
	net.Conn // nil: what the server doesn't use
	pieces   [][]byte
	writes   [][]byte
}

func (c *tape) Read(b []byte) (int, error) {
	if len(c.pieces) == 0 {
		return 0, io.EOF
	}
	n := copy(b, c.pieces[0])
	if c.pieces[0] = c.pieces[0][n:]; len(c.pieces[0]) == 0 {
		c.pieces = c.pieces[1:]
	}
	return n, nil
}

func (c *tape) Write(b []byte) (int, error) {
	c.writes = append(c.writes, bytes.Clone(b))
	return len(b), nil
}

func (c *tape) Close() error         { return nil }
func (c *tape) RemoteAddr() net.Addr { return nil }

func pieces(parts ...[]byte) [][]byte { return parts }

func join(frames ...elevproto.Frame) []byte {
	var b []byte
	for _, f := range frames {
		b = append(b, f[:]...)
	}
	return b
}

// play serves a tape to its end.
func play(t testing.TB, s *Server, c *tape) {
	t.Helper()
	s.attach(c, s.listener)
	s.running.Wait()
}

func bare(t testing.TB, o Options) *Server {
	t.Helper()
	s, err := newServer(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// TestRepliesAreBatched checks that requests that arrive together are answered
// in one write, and that half a request holds nothing back.
func TestRepliesAreBatched(t *testing.T) {
	var poll, want []byte
	for f := range 4 {
		for b := range elevator.Button(elevator.Buttons) {
			poll = append(poll, join(elevproto.ReadButton(b, f))...)
			want = append(want, join(elevproto.BoolReply(elevproto.OpButton, false))...)
		}
	}
	poll = append(poll, join(elevproto.ReadFloorSensor(), elevproto.ReadStopButton(), elevproto.ReadObstruction())...)
	want = append(want, 7, 1, 0, 0, 8, 0, 0, 0, 9, 0, 0, 0)

	for _, tt := range []struct {
		name   string
		pieces [][]byte
		writes [][]byte
	}{
		{"whole", pieces(poll), pieces(want)},
		{"two frames and a half", pieces(poll[:10], poll[10:]), pieces(want[:8], want[8:])},
		{"byte by byte", pieces(poll[:1], poll[1:2], poll[2:3], poll[3:4]), pieces(want[:4])},
		{"a half frame at the end", pieces(poll[:11]), pieces(want[:8])},
		{"no answer, no write", pieces(join(elevproto.DoorLamp(true), elevproto.DoorLamp(false))), nil},
		{
			"commands between",
			pieces(join(elevproto.ReadObstruction(), elevproto.DoorLamp(true), elevproto.ReadFloorSensor(), elevproto.StopLamp(false))),
			pieces([]byte{9, 0, 0, 0, 7, 1, 0, 0}),
		},
		{"garbage between", pieces([]byte{200, 1, 2, 3, 8, 0, 0, 0}), pieces([]byte{8, 0, 0, 0})},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := bare(t, Options{})
			c := &tape{pieces: tt.pieces}
			play(t, s, c)
			if len(c.writes) != len(tt.writes) {
				t.Fatalf("%d writes %v, want %d", len(c.writes), c.writes, len(tt.writes))
			}
			for i, w := range c.writes {
				if !bytes.Equal(w, tt.writes[i]) {
					t.Errorf("write %d: %v, want %v", i, w, tt.writes[i])
				}
			}
		})
	}
}

// FuzzFrames sends any bytes in any pieces: each whole request that has a reply
// gets one, in order, and nothing that doesn't exist is ever lit.
func FuzzFrames(f *testing.F) {
	f.Add([]byte{}, uint8(1))
	f.Add(join(elevproto.Motor(elevator.Up), elevproto.ReadFloorSensor(), elevproto.DoorLamp(true)), uint8(3))
	f.Add(join(elevproto.ButtonLamp(elevator.Cab, 3, true), elevproto.ReadButton(elevator.HallDown, 0), elevproto.Reload()), uint8(5))
	f.Add([]byte{6, 200, 200, 1, 2, 2, 255, 255, 3, 9, 9, 9, 255, 7}, uint8(4))
	f.Add(bytes.Repeat([]byte{6, 7, 8, 9}, 400), uint8(7))
	f.Fuzz(func(t *testing.T, data []byte, step uint8) {
		s, err := newServer(Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		c := &tape{}
		for rest := data; len(rest) > 0; {
			n := min(int(step%16)+1, len(rest))
			c.pieces = append(c.pieces, rest[:n])
			rest = rest[n:]
		}
		play(t, s, c)

		replies := bytes.Join(c.writes, nil)
		bad := 0
		for frames := data; len(frames) >= elevproto.Size; frames = frames[elevproto.Size:] {
			request := elevproto.Frame(frames[:elevproto.Size])
			if request.Op() > 9 || request.Op() == 3 && request[1] > 3 ||
				(request.Op() == 2 || request.Op() == 6) && (request[1] > 2 || request[2] > 3) {
				bad++
			}
			if !request.HasReply() {
				continue
			}
			if len(replies) < elevproto.Size {
				t.Fatalf("%v got no reply", request)
			}
			reply := elevproto.Frame(replies[:elevproto.Size])
			replies = replies[elevproto.Size:]
			if reply.Op() != request.Op() || reply[1] > 1 || reply[2] > 3 || reply[3] != 0 {
				t.Fatalf("%v is answered by %v", request, reply)
			}
		}
		if len(replies) > 0 {
			t.Fatalf("%d bytes too many: %v", len(replies), replies)
		}
		shot := s.Snapshot()
		if shot.Motor != elevator.Stop || shot.Clients != 0 {
			t.Errorf("after the last client: motor %v, %d clients", shot.Motor, shot.Clients)
		}
		if shot.BadFrames != bad {
			t.Errorf("%d bad frames counted, there are %d", shot.BadFrames, bad)
		}
		for floor, b := range shot.Lamps.All() {
			if !elevator.ButtonExists(4, floor, b) {
				t.Errorf("lamp %v at floor %d is lit", b, floor)
			}
		}
		if shot.Indicator < 0 || shot.Indicator > 3 {
			t.Errorf("indicator %d", shot.Indicator)
		}
	})
}

func BenchmarkRequest(b *testing.B) {
	s := bare(b, Options{})
	c := &client{gone: make(chan struct{})}
	f := elevproto.ReadFloorSensor()
	b.ReportAllocs()
	for b.Loop() {
		s.request(c, f)
	}
}

// BenchmarkPoll compares reading all inputs of four floors one by one with
// reading them in one write, over loopback.
func BenchmarkPoll(b *testing.B) {
	var poll []byte
	for range 15 {
		poll = append(poll, join(elevproto.ReadFloorSensor())...)
	}
	for _, bb := range []struct {
		name string
		step int
	}{{"one write", len(poll)}, {"one by one", elevproto.Size}} {
		b.Run(bb.name, func(b *testing.B) {
			s, err := Listen("127.0.0.1:0", Options{})
			if err != nil {
				b.Fatal(err)
			}
			defer s.Close()
			conn, err := net.DialTimeout("tcp", s.Addr().String(), 10*time.Second)
			if err != nil {
				b.Fatal(err)
			}
			defer conn.Close()
			buf := make([]byte, bb.step)
			for b.Loop() {
				for rest := poll; len(rest) > 0; rest = rest[bb.step:] {
					if _, err := conn.Write(rest[:bb.step]); err != nil {
						b.Fatal(err)
					}
					if _, err := io.ReadFull(conn, buf); err != nil {
						b.Fatal(err)
					}
				}
			}
		})
	}
}
