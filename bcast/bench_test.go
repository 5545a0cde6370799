package bcast

import (
	"fmt"
	"net/netip"
	"testing"
)

// BenchmarkPlainSend is the least that sending can cost: one socket of package
// net and one fixed address.
func BenchmarkPlainSend(b *testing.B) {
	for _, size := range []int{300, 1400} {
		b.Run(fmt.Sprintf("%dB", size), func(b *testing.B) {
			c := listen(b, 0)
			datagram, to := make([]byte, size), netip.AddrPortFrom(loopbackDestination, c.port)
			b.ReportAllocs()
			for b.Loop() {
				c.receive.WriteToUDPAddrPort(datagram, to)
			}
		})
	}
}

func BenchmarkSend(b *testing.B) {
	for _, size := range []int{300, 1400} {
		b.Run(fmt.Sprintf("%dB", size), func(b *testing.B) {
			c := listen(b, 0) // nobody reads: the kernel drops what has no room
			datagram := make([]byte, size)
			b.ReportAllocs()
			for b.Loop() {
				c.Send(datagram)
			}
		})
	}
}

// BenchmarkReceive receives what it sends; BenchmarkSend tells the share of
// that.
func BenchmarkReceive(b *testing.B) {
	for _, size := range []int{300, 1400} {
		b.Run(fmt.Sprintf("%dB", size), func(b *testing.B) {
			c := listen(b, 0)
			datagram, buf := make([]byte, size), make([]byte, 1500)
			b.ReportAllocs()
			for b.Loop() {
				mustSend(b, c, datagram)
				if _, _, err := c.Receive(buf); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkRescan is what happens once a second: nothing changed, and for
// comparison a reading of everything.
func BenchmarkRescan(b *testing.B) {
	for _, name := range []string{"unchanged", "full"} {
		b.Run(name, func(b *testing.B) {
			c := listen(b, 0)
			list := new(lister)
			b.ReportAllocs()
			for b.Loop() {
				if name == "full" {
					list.complete = false
				} else {
					list.reads = 0
				}
				c.refresh(list)
			}
		})
	}
}

func BenchmarkSeal(b *testing.B) { benchmarkSealer(b, func(s *Sealer, b []byte) { s.Seal(b) }) }

func BenchmarkOpen(b *testing.B) {
	benchmarkSealer(b, func(s *Sealer, b []byte) { s.Open(b) })
}

func benchmarkSealer(b *testing.B, do func(*Sealer, []byte)) {
	for _, kind := range []struct {
		name string
		key  []byte
	}{{"crc", nil}, {"hmac", someKey}} {
		for _, size := range []int{300, 1400} {
			b.Run(fmt.Sprintf("%s/%dB", kind.name, size), func(b *testing.B) {
				s := NewSealer(kind.key)
				sealed := s.Seal(make([]byte, size, size+2*s.Overhead()))
				b.SetBytes(int64(size))
				b.ReportAllocs()
				for b.Loop() {
					do(s, sealed)
				}
			})
		}
	}
}
