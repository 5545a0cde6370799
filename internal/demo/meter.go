package demo

import (
	"time"

	"elevnet/internal/host"
)

// volume counts what a node has sent and taken.
type volume struct{ sent, got host.Traffic }

func (t volume) plus(u volume) volume {
	t.sent.Datagrams += u.sent.Datagrams
	t.sent.Bytes += u.sent.Bytes
	t.got.Datagrams += u.got.Datagrams
	t.got.Bytes += u.got.Bytes
	return t
}

// Rates are what a node sends and takes per second.
type Rates struct {
	SentDatagrams, SentBytes, GotDatagrams, GotBytes float64
}

// rateOver is the time over which rates are measured.
const rateOver = time.Second

// meter turns counts into rates.
type meter struct {
	at    time.Time
	count volume
	rates Rates
}

// read returns the rates over the last second or so.
func (m *meter) read(now time.Time, count volume) Rates {
	over := now.Sub(m.at)
	switch {
	case m.at.IsZero():
		m.at, m.count = now, count
	case over >= rateOver:
		m.rates = perSecond(m.count, count, over)
		m.at, m.count = now, count
	}
	return m.rates
}

func perSecond(from, to volume, over time.Duration) Rates {
	rate := func(a, b uint64) float64 { return float64(b-a) / over.Seconds() }
	return Rates{
		SentDatagrams: rate(from.sent.Datagrams, to.sent.Datagrams),
		SentBytes:     rate(from.sent.Bytes, to.sent.Bytes),
		GotDatagrams:  rate(from.got.Datagrams, to.got.Datagrams),
		GotBytes:      rate(from.got.Bytes, to.got.Bytes),
	}
}
