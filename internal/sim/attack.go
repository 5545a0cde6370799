package sim

import (
	"encoding/binary"
	"hash/crc32"
	"slices"

	"elevnet/internal/elevator"
	"elevnet/worldview"
)

// attack is what others put on the network, and what damages datagrams. Shares
// are in per cent of the broadcasts.
type attack struct {
	on      bool // any but corrupt
	corrupt int  // of the arrivals
	replay  int
	foreign int
	hostile int
	lies    bool

	recorded []recording
	mangler  worldview.Decoder
}

func (a *attack) end() { *a = attack{recorded: a.recorded, mangler: a.mangler} }

func (a *attack) any() { a.on = a.replay > 0 || a.foreign > 0 || a.hostile > 0 }

// recording is an old datagram.
type recording struct {
	from *Workspace
	data []byte
}

// How many datagrams an attacker keeps, and one of how many it picks. It throws
// away at random, so that some are very old.
const (
	recordings  = 256
	recordEvery = 16
)

// sealSize is the size of the trailer without a key.
const sealSize = 4

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Corrupt sets the share of datagrams, in per cent, in which one to eight bits
// are flipped on the way. The checksum in the trailer finds them, as it does in
// package bcast.
func (b *Building) Corrupt(percent int) { b.attack.corrupt = percent }

// Replay sets for how many of a hundred broadcasts somebody sends an old
// datagram again, picked at random from all that were sent, in earlier lives as
// well. Everybody who could get it from its sender now gets it, and so does its
// sender.
func (b *Building) Replay(percent int) { b.attack.replay = percent; b.attack.any() }

// Foreign sets for how many of a hundred broadcasts a datagram is heard of
// another building, of one with other floors, or of another version of the
// protocol.
func (b *Building) Foreign(percent int) { b.attack.foreign = percent; b.attack.any() }

// Hostile sets for how many of a hundred broadcasts somebody sends bytes with a
// good trailer that no node has written: noise, or a datagram that was cut off,
// lengthened or altered. The decoder refuses nearly all. What it doesn't is a
// lie by somebody who can seal; with lies it is delivered, and then no promise
// can be held against the nodes; otherwise it is only counted.
func (b *Building) Hostile(percent int, lies bool) {
	b.attack.hostile, b.attack.lies = percent, lies
	b.attack.any()
}

// record keeps some of what is sent.
func (b *Building) record(from *Workspace, data []byte) {
	if b.counts.Sent%recordEvery != 0 {
		return
	}
	at := len(b.recorded)
	if at < recordings {
		b.recorded = append(b.recorded, recording{})
	} else {
		at = b.rng.IntN(recordings)
	}
	r := &b.recorded[at]
	r.from, r.data = from, append(r.data[:0], data...)
}

// corrupted flips bits of a datagram and delivers it if the checksum still fits.
func (b *Building) corrupted(to *Workspace, p *packet) {
	sealed := binary.BigEndian.AppendUint32(slices.Clone(p.data), crc32.Checksum(p.data, castagnoli))
	b.flip(sealed)
	payload := sealed[:len(sealed)-sealSize]
	if crc32.Checksum(payload, castagnoli) != binary.BigEndian.Uint32(sealed[len(payload):]) {
		b.counts.Corrupted++
		return
	}
	q := newPacket(&b.packets)
	q.data = append(q.data, payload...)
	b.carry(to, q)
	b.release(q)
}

// flip flips one to eight bits.
func (b *Building) flip(data []byte) {
	for range 1 + b.rng.IntN(8) {
		data[b.rng.IntN(len(data))] ^= 1 << b.rng.IntN(8)
	}
}

// strike adds what others send at the time of a broadcast.
func (b *Building) strike(from *Workspace, p *packet) {
	if b.chance(b.attack.replay) && len(b.recorded) > 0 {
		r := &b.recorded[b.rng.IntN(len(b.recorded))]
		q := newPacket(&b.packets)
		q.data = append(q.data, r.data...)
		for _, to := range b.all {
			if !b.cut[r.from.Index][to.Index] {
				b.counts.Replayed++
				b.carry(to, q)
			}
		}
		b.release(q)
	}
	if b.chance(b.attack.foreign) {
		b.counts.Foreign += len(b.all)
		b.toAll(b.foreignDatagram(p.data))
	}
	if b.chance(b.attack.hostile) {
		b.counts.Hostile += len(b.all)
		data := b.mangled(p.data)
		if _, err := b.mangler.Decode(data); err != nil || b.attack.lies {
			b.toAll(data)
		} else {
			b.counts.Believable += len(b.all)
		}
	}
}

// toAll brings bytes to every workspace.
func (b *Building) toAll(data []byte) {
	q := newPacket(&b.packets)
	q.data = append(q.data, data...)
	for _, to := range b.all {
		b.carry(to, q)
	}
	b.release(q)
}

// foreignDatagram returns a datagram like the given one, of a stranger.
func (b *Building) foreignDatagram(data []byte) []byte {
	if b.rng.IntN(3) == 0 {
		other := slices.Clone(data)
		other[4]++ // the version
		return other
	}
	m, err := b.mangler.Decode(data)
	if err != nil {
		panic("sim: what a node encoded can't be decoded: " + err.Error())
	}
	other := *m
	other.ID = elevator.ID("stranger" + string('0'+rune(b.rng.IntN(8))))
	if b.rng.IntN(2) == 0 {
		other.Building++
	} else {
		other.Sections = nil
		if other.Floors++; other.Floors > elevator.MaxFloors {
			other.Floors = elevator.MinFloors
		}
	}
	other.Forget()
	var encoder worldview.Encoder
	return encoder.Append(nil, &other)
}

// mangled returns bytes that no node has written.
func (b *Building) mangled(data []byte) []byte {
	m := slices.Clone(data)
	switch b.rng.IntN(4) {
	case 0: // noise, with the right beginning or without
		for i := 5 * b.rng.IntN(2); i < len(m); i++ {
			m[i] = byte(b.rng.Uint32())
		}
	case 1:
		m = m[:b.rng.IntN(len(m))]
	case 2:
		for range 1 + b.rng.IntN(8) {
			m = append(m, byte(b.rng.Uint32()))
		}
	default:
		b.flip(m)
	}
	return m
}
