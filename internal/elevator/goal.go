package elevator

// Goal names the hall call that an elevator goes to next, or none: twice its floor,
// and one more for up. The zero value is none, since nobody calls down from the
// lowest floor.
type Goal uint8

// GoalOf returns the goal that is the hall call at floor f, button b. The button
// must exist.
func GoalOf(f int, b Button) Goal {
	if b == HallUp {
		return Goal(2*f + 1)
	}
	return Goal(2 * f)
}

// Call returns the hall call; ok is false if there is none.
func (g Goal) Call() (f int, b Button, ok bool) {
	b = HallDown
	if g&1 != 0 {
		b = HallUp
	}
	return int(g / 2), b, g != 0
}

// Exists reports whether a building of n floors has the button, or g is none.
func (g Goal) Exists(n int) bool {
	f, b, ok := g.Call()
	return !ok || ButtonExists(n, f, b)
}
