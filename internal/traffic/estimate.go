package traffic

import (
	"math"
	"strconv"
)

// Number is a float that may be unknown, and is null in JSON then.
type Number float64

// Known reports whether it is a finite number.
func (n Number) Known() bool { return !math.IsNaN(float64(n)) && !math.IsInf(float64(n), 0) }

// Estimate is a mean over seeds and its 95 % confidence interval, by Student's t.
// What can't be told isn't Known: all of it if one of the samples is missing, the
// interval if there is but one sample.
type Estimate struct {
	Mean, Low, High Number
}

// MarshalJSON writes an object with the fields mean, low and high.
func (e Estimate) MarshalJSON() ([]byte, error) { return e.appendJSON(nil), nil }

func (e Estimate) appendJSON(text []byte) []byte {
	text = e.Mean.appendJSON(append(text, `{"mean":`...))
	text = e.Low.appendJSON(append(text, `,"low":`...))
	text = e.High.appendJSON(append(text, `,"high":`...))
	return append(text, '}')
}

func (n Number) appendJSON(text []byte) []byte {
	if !n.Known() {
		return append(text, "null"...)
	}
	return strconv.AppendFloat(text, float64(n), 'g', 6, 64)
}

var unknown = estimate(nil)

func estimate(samples []float64) Estimate {
	n := float64(len(samples))
	sum := 0.0
	for _, x := range samples {
		sum += x
	}
	mean := sum / n
	squares := 0.0
	for _, x := range samples {
		squares += (x - mean) * (x - mean)
	}
	half := student(len(samples)-1) * math.Sqrt(squares/(n-1)/n)
	return Estimate{Number(mean), Number(mean - half), Number(mean + half)}
}

// exp turns an estimate of logarithms into one of what they are logarithms of.
func (e Estimate) exp() Estimate {
	exp := func(n Number) Number { return Number(math.Exp(float64(n))) }
	return Estimate{exp(e.Mean), exp(e.Low), exp(e.High)}
}

// student returns the 97.5 % quantile of Student's t with that many degrees of
// freedom: from the usual table up to 30, above that by its expansion at the
// normal distribution, which there is right to four digits.
func student(freedom int) float64 {
	table := [...]float64{
		12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.3060, 2.2622, 2.2281,
		2.2010, 2.1788, 2.1604, 2.1448, 2.1314, 2.1199, 2.1098, 2.1009, 2.0930, 2.0860,
		2.0796, 2.0739, 2.0687, 2.0639, 2.0595, 2.0555, 2.0518, 2.0484, 2.0452, 2.0423,
	}
	switch {
	case freedom < 1:
		return math.NaN()
	case freedom <= len(table):
		return table[freedom-1]
	}
	const z = 1.959964
	f := float64(freedom)
	return z + (z*z*z+z)/(4*f) + (5*z*z*z*z*z+16*z*z*z+3*z)/(96*f*f)
}
