//go:build race

package traffic

// raceEnabled: the race detector makes everything slower by far, and there is
// one goroutine only.
const raceEnabled = true
