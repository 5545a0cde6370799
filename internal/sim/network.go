package sim

import (
	"bytes"
	"time"

	"elevnet/worldview"
)

// Loss sets the share of datagrams that are lost, in per cent.
func (b *Building) Loss(percent int) { b.loss = percent }

// Delay makes every datagram take up to so much longer, at random, so that they
// overtake each other.
func (b *Building) Delay(most time.Duration) { b.late = most }

// Duplicate sets the share of datagrams that arrive twice, in per cent.
func (b *Building) Duplicate(percent int) { b.twin = percent }

// Cut cuts, or mends, the way from one workspace to another.
func (b *Building) Cut(from, to int, on bool) { b.cut[from][to] = on }

// Isolate cuts, or mends, all ways to and from a workspace.
func (b *Building) Isolate(i int, on bool) {
	for j := range b.all {
		if j != i {
			b.cut[i][j], b.cut[j][i] = on, on
		}
	}
}

// Partition splits the network: workspace i can reach those that have the same
// group[i], and no other. All ways are cut or mended by it.
func (b *Building) Partition(group ...int) {
	for i := range b.all {
		for j := range b.all {
			b.cut[i][j] = group[i] != group[j]
		}
	}
}

// Mend makes the network as it was at the beginning.
func (b *Building) Mend() {
	b.loss, b.late, b.twin = 0, 0, 0
	for i := range b.cut {
		clear(b.cut[i])
	}
}

func (b *Building) broadcast(from *Workspace, m *worldview.Message) {
	from.out = from.enc.Append(from.out[:0], m)
	data := bytes.Clone(from.out)
	b.sent++
	b.Bytes += len(data) + 4
	if b.OnSend != nil {
		b.OnSend(from, data)
	}
	for _, to := range b.all {
		if to == from || b.cut[from.Index][to.Index] || b.rng.IntN(100) < b.loss {
			continue
		}
		b.carry(to, data)
		if b.twin > 0 && b.rng.IntN(100) < b.twin {
			b.carry(to, data)
		}
	}
}

// carry brings a datagram to a workspace after a while. A process doesn't get
// what was on its way to the one before.
func (b *Building) carry(to *Workspace, data []byte) {
	delay := b.opts.Latency + time.Duration(b.rng.Int64N(int64(b.opts.Latency+b.late)+1))
	life := to.life
	b.after(delay, func() {
		if to.life == life {
			to.deliver(data)
		}
	})
}
