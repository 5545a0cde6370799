package peers

import "time"

// lossWindow is the time over which loss is measured, and lossLeast the number
// of datagrams below which no measurement is made.
const (
	lossWindow = time.Second
	lossLeast  = 10
)

// lossMeter measures how many of a peer's datagrams arrive, from the counter
// that each carries.
type lossMeter struct {
	began time.Duration
	first uint16 // counter at the beginning of the window
	got   uint16
	loss  uint8 // per cent, of the last full window
	open  bool
}

func (m *lossMeter) note(count uint16, now time.Duration) {
	if !m.open {
		*m = lossMeter{began: now, first: count, loss: m.loss, open: true}
		return
	}
	m.got++
	sent := count - m.first // modulo 2^16
	if now-m.began < lossWindow || sent < lossLeast {
		return
	}
	m.loss = uint8(100 - 100*uint32(min(m.got, sent))/uint32(sent))
	m.began, m.first, m.got = now, count, 0
}
