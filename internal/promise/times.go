package promise

import (
	"math/bits"
	"time"
)

// Times sums up how long something took.
type Times struct {
	Count int
	// Median and P99, the time within which 99 of 100 took, are right to 4 %.
	Median, P99 time.Duration
	Worst       time.Duration
}

// Histogram counts durations in microseconds, in 16 steps for each doubling.
// Its zero value is empty.
type Histogram struct {
	count   int
	worst   time.Duration
	buckets [16 * 61]uint32
}

// Add counts a duration; one below 0 counts as 0.
func (h *Histogram) Add(d time.Duration) {
	d = max(d, 0)
	h.count++
	h.worst = max(h.worst, d)
	h.buckets[bucket(uint64(d/time.Microsecond))]++
}

// Merge adds what another histogram has counted.
func (h *Histogram) Merge(o *Histogram) {
	h.count += o.count
	h.worst = max(h.worst, o.worst)
	for i, n := range o.buckets {
		h.buckets[i] += n
	}
}

// Equal reports whether two histograms have counted the same.
func (h Histogram) Equal(o Histogram) bool { return h == o }

// Times sums up what was counted.
func (h *Histogram) Times() Times {
	return Times{Count: h.count, Median: h.within(50), P99: h.within(99), Worst: h.worst}
}

// within returns the time within which so many of a hundred took, 0 if none was
// counted.
func (h *Histogram) within(percent int) time.Duration {
	rank := (h.count*percent + 99) / 100
	seen := 0
	for i, n := range h.buckets {
		if seen += int(n); h.count > 0 && seen >= rank {
			return min(middle(i), h.worst)
		}
	}
	return 0
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
