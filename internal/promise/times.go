package promise

import (
	"math/bits"
	"time"
)

// Times sums up how long something took.
type Times struct {
	Count int
	// Median is right to 4 %.
	Median time.Duration
	Worst  time.Duration
}

// histogram counts durations in microseconds, in 16 steps for each doubling.
type histogram struct {
	count   int
	worst   time.Duration
	buckets [16 * 61]uint32
}

func (h *histogram) add(d time.Duration) {
	d = max(d, 0)
	h.count++
	h.worst = max(h.worst, d)
	h.buckets[bucket(uint64(d/time.Microsecond))]++
}

// bucket returns in which bucket a number belongs: itself below 16; above, its
// four bits after the first and where the first is.
func bucket(us uint64) int {
	if us < 16 {
		return int(us)
	}
	shift := bits.Len64(us) - 5
	return 16*(shift+1) + int(us>>shift&15)
}

// middle returns the middle of a bucket.
func middle(i int) time.Duration {
	if i < 16 {
		return time.Duration(i) * time.Microsecond
	}
	shift := i/16 - 1
	lowest := uint64(16+i%16) << shift
	return time.Duration(lowest+uint64(1)<<shift/2) * time.Microsecond
}

func (h *histogram) times() Times {
	t := Times{Count: h.count, Worst: h.worst}
	seen := 0
	for i, n := range h.buckets {
		if seen += int(n); h.count > 0 && seen >= (h.count+1)/2 {
			t.Median = min(middle(i), h.worst)
			break
		}
	}
	return t
}
