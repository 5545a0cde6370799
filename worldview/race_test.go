//go:build race

package worldview

const raceDetector = true
