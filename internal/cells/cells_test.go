package cells

import "testing"

type tone bool

// What is put outside is cut off, a field ends with the mark where it was cut, and
// what doesn't fill one cell doesn't move what follows.
func TestCanvas(t *testing.T) {
	c := New[tone](6, 3, "…")
	if end := c.Put(-2, 0, false, "abcd"); end != 2 {
		t.Errorf("the place behind is %d, want 2", end)
	}
	c.Put(4, 0, true, "xyz")
	c.PutIn(0, 1, 3, false, "abcd")
	c.PutIn(3, 1, 0, false, "no")
	c.Put(0, 2, false, "a\u4e16b")
	c.Put(0, 7, false, "below")
	got := c.Render(func(on tone, text string) string {
		if on {
			return "<" + text + ">"
		}
		return text
	})
	if want := "cd  <xy>\nab…\na?b"; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
