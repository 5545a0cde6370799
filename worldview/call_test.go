package worldview

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// below is the order that Join is to be the least upper bound of, written down
// apart from it: no watermark is smaller; of one press, a larger age is more,
// and having been served is more than any age.
func below(a, b Call) bool {
	return a.P <= b.P && a.C <= b.C && a.S <= b.S && (a.P < b.P || !b.Active() || a.Age <= b.Age)
}

// universe returns all valid calls with stamps 0 to 3 and ages 0 to 1.
func universe() []Call {
	var all []Call
	for p := range Stamp(4) {
		for c := range Stamp(4) {
			for s := range Stamp(4) {
				for age := range uint16(2) {
					if call := (Call{p, c, s, age}); call.valid() {
						all = append(all, call)
					}
				}
			}
		}
	}
	return all
}

// TestJoinEveryTriple is R3 for one slot: over a small universe, Join is the
// least upper bound of an order, and so commutative, associative, idempotent.
func TestJoinEveryTriple(t *testing.T) {
	all := universe()
	if len(all) != 50 {
		t.Fatalf("the universe has %d calls, want 50", len(all))
	}
	for _, a := range all {
		if a.Join(a) != a || a.Join(Call{}) != a {
			t.Fatalf("%+v: not idempotent, or joining nothing changes it", a)
		}
		for _, b := range all {
			j := a.Join(b)
			switch {
			case j != b.Join(a):
				t.Fatalf("%+v, %+v: not commutative", a, b)
			case !j.valid():
				t.Fatalf("%+v, %+v: joined %+v breaks an invariant", a, b, j)
			case !below(a, j) || !below(b, j):
				t.Fatalf("%+v, %+v: joined %+v is no upper bound", a, b, j)
			case below(a, b) != (j == b):
				t.Fatalf("%+v, %+v: the order and Join disagree", a, b)
			case below(a, b) && below(b, a) && a != b:
				t.Fatalf("%+v, %+v: below each other", a, b)
			}
			for _, c := range all {
				if j.Join(c) != a.Join(b.Join(c)) {
					t.Fatalf("%+v, %+v, %+v: not associative", a, b, c)
				}
				if below(a, c) && below(b, c) && !below(j, c) {
					t.Fatalf("%+v, %+v: %+v is a smaller upper bound than %+v", a, b, c, j)
				}
				if below(a, b) && !below(a.Join(c), b.Join(c)) {
					t.Fatalf("%+v, %+v, %+v: not monotone", a, b, c)
				}
			}
		}
	}
}

// TestJoinLaws is R3 for one slot with stamps and ages of every size.
func TestJoinLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		draw := func() Call {
			if rapid.Bool().Draw(t, "few") {
				return fewCall(t)
			}
			return drawCall(t, false)
		}
		a, b, c := draw(), draw(), draw()
		j := a.Join(b)
		switch {
		case j != b.Join(a):
			t.Fatal("not commutative")
		case j.Join(c) != a.Join(b.Join(c)):
			t.Fatal("not associative")
		case a.Join(a) != a:
			t.Fatal("not idempotent")
		case !j.valid():
			t.Fatalf("joined %+v breaks an invariant", j)
		case !below(a, j) || !below(b, j):
			t.Fatalf("joined %+v is no upper bound", j)
		case below(a, c) && below(b, c) && !below(j, c):
			t.Fatalf("joined %+v is not the least", j)
		}
	})
}

// TestRulesOnlyAdd: pressing, confirming, serving and ageing never take anything
// back, keep the invariants, and do what they are for (docs/protocol.md, rules 2,
// 3 and 5).
func TestRulesOnlyAdd(t *testing.T) {
	for _, c := range universe() {
		grows := func(what string, d Call) {
			if !below(c, d) || c.Join(d) != d || !d.valid() {
				t.Fatalf("%+v: after %s %+v", c, what, d)
			}
		}
		for l := range Life(3) {
			d := c.Press(l)
			grows("a press", d)
			if d.P <= c.P || d.P <= l.Start() || !d.Active() || d.Lit() != c.Lit() {
				t.Fatalf("%+v: pressed in life %d %+v", c, l, d)
			}
		}
		for w := range Stamp(5) {
			d := c.Confirm(w)
			grows("a confirmation", d)
			if want := max(c.C, min(w, c.P)); d.C != want || d.Active() != c.Active() {
				t.Fatalf("%+v: confirmed up to %d %+v", c, w, d)
			}
		}
		d := c.Serve()
		grows("a service", d)
		if d.Active() || d.Lit() || d.Phase() != None {
			t.Fatalf("%+v: served %+v", c, d)
		}
		for age := range uint16(3) {
			d := c.Aged(age)
			grows("ageing", d)
			if d.Phase() != c.Phase() || d.Active() && d.Age < age {
				t.Fatalf("%+v: aged %+v", c, d)
			}
		}
	}
}

// TestPhase is R2: the cycle that one sees is none, unconfirmed, confirmed, none.
func TestPhase(t *testing.T) {
	c := Call{}
	var seen []string
	for range 2 {
		for _, step := range []func(){
			func() { c = c.Press(1) },
			func() { c = c.Confirm(c.P) },
			func() { c = c.Serve() },
		} {
			step()
			seen = append(seen, c.Phase().String())
		}
	}
	if got := strings.Join(seen, " "); got != "unconfirmed confirmed none unconfirmed confirmed none" {
		t.Errorf("phases: %s", got)
	}
}

// TestNobodyUnlightsButByService is R6 and S1, for every pair: what another node
// shows ends a call only if it shows a service of that press, and a lamp goes
// off only by a service of the confirmed press.
func TestNobodyUnlightsButByService(t *testing.T) {
	for _, a := range universe() {
		for _, b := range universe() {
			j := a.Join(b)
			if a.Active() && j.Active() != (b.S < a.P || b.P > j.S) {
				t.Fatalf("%+v shown %+v: active is %v", a, b, j.Active())
			}
			if a.Lit() && !j.Lit() && b.S < a.C {
				t.Fatalf("%+v shown %+v: went off without a service", a, b)
			}
			if a.Lit() && b.S < a.C && b.Phase() == None && !j.Lit() {
				t.Fatalf("%+v: a node that holds none deletes it", a)
			}
			if !a.Lit() && j.Lit() && (!b.Lit() || b.C <= a.S) {
				t.Fatalf("%+v shown %+v: lights up although nobody has confirmed an unserved press", a, b)
			}
		}
	}
}

// TestServedIsNotRevived is R6: a view that is older than a service brings
// nothing back, whatever it holds.
func TestServedIsNotRevived(t *testing.T) {
	for _, c := range universe() {
		served := c.Serve()
		for _, old := range universe() {
			if old.P > served.S {
				continue // knows of a press that was made after the service
			}
			if j := served.Join(old); j.Active() || j.Lit() || j.Age != 0 {
				t.Fatalf("%+v, shown %+v by a stale node, is back: %+v", served, old, j)
			}
		}
	}
}

// TestPressOutlivesUnseenService is rule 2: a press that was made while a
// service of the one before was under way elsewhere survives it, however often
// the views are exchanged.
func TestPressOutlivesUnseenService(t *testing.T) {
	for _, c := range universe() {
		for _, old := range universe() {
			if !below(old, c) {
				continue
			}
			pressed, served := c.Press(0), old.Serve()
			j := pressed.Join(served).Join(served).Join(old)
			if !j.Active() || j.P != pressed.P {
				t.Fatalf("%+v pressed, served elsewhere as %+v: %+v", c, old, j)
			}
			if j.Lit() && pressed.C <= served.S {
				t.Fatalf("%+v: lit, although only older presses were confirmed", j)
			}
		}
	}
}

// rules are one way of keeping a call, for the histories below.
type rules[T any] struct {
	press, confirm, serve func(T) T
	join                  func(T, T) T
	phase                 func(T) Phase
}

// after plays a history on nodes A, B and C and returns the phase that A sees.
// "pA", "cA" and "sA" are press, confirm and serve at A; "AB" is a datagram of A
// that B merges.
func (r rules[T]) after(t *testing.T, history string) Phase {
	var nodes [3]T
	for _, step := range strings.Fields(history) {
		to := &nodes[step[1]-'A']
		switch step[0] {
		case 'p':
			*to = r.press(*to)
		case 'c':
			*to = r.confirm(*to)
		case 's':
			*to = r.serve(*to)
		case 'A', 'B', 'C':
			*to = r.join(*to, nodes[step[0]-'A'])
		default:
			t.Fatalf("unknown step %q", step)
		}
	}
	return r.phase(nodes[0])
}

var watermarks = rules[Call]{
	press:   func(c Call) Call { return c.Press(1) },
	confirm: func(c Call) Call { return c.Confirm(c.P) },
	serve:   Call.Serve,
	join:    Call.Join,
	phase:   Call.Phase,
}

// cycle is the number modulo three, where one step ahead wins.
var cycle = rules[int]{
	press:   func(c int) int { return max(c, 1) },
	confirm: func(c int) int { return 2 },
	serve:   func(c int) int { return 0 },
	join: func(c, d int) int {
		if (c+1)%3 == d {
			return d
		}
		return c
	},
	phase: func(c int) Phase { return Phase(c) },
}

// counter is one growing number whose remainder modulo three is the phase; a
// press while the call is open does what again says.
func counter(again func(int) int) rules[int] {
	return rules[int]{
		press: func(c int) int {
			if c%3 == 0 {
				return c + 1
			}
			return again(c)
		},
		confirm: func(c int) int {
			if c%3 == 1 {
				return c + 1
			}
			return c
		},
		serve: func(c int) int { return (c + 2) / 3 * 3 },
		join:  func(c, d int) int { return max(c, d) },
		phase: func(c int) Phase { return Phase(c % 3) },
	}
}

var (
	counterOnce      = counter(func(c int) int { return c })               // an open call can't be pressed
	counterImpatient = counter(func(c int) int { return c/3*3 + 4 })       // begins a new round, unconfirmed
	counterLit       = counter(func(c int) int { return c/3*3 + 3 + c%3 }) // begins a new round, as lit as before
)

// TestWhyNotThePlainCycle plays the counterexamples of docs/protocol.md on the
// forms that they refute, and on the watermarks.
func TestWhyNotThePlainCycle(t *testing.T) {
	for _, tc := range []struct {
		name    string
		mutant  rules[int]
		history string
		wrong   Phase // what the mutant comes to
		right   Phase // what the watermarks come to
	}{
		{"cycle: a node that has never heard of it deletes a lit call", cycle,
			"pA cA CA", None, Confirmed},
		{"cycle: a node that missed the service revives the call", cycle,
			"pA AB AC cA sA BA", Unconfirmed, None},
		{"counter per call: a press during a service elsewhere is lost", counterOnce,
			"pA cA AB sB pA BA", None, Unconfirmed},
		{"counter per origin: an impatient press meets a confirmation", counterImpatient,
			"pA AB cB pA BA", Unconfirmed, Confirmed},
		{"counter per origin: lit with a single volatile copy", counterLit,
			"pA cA AB pA sB BA", Confirmed, Unconfirmed},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := tc.mutant.after(t, tc.history); got != tc.wrong {
				t.Errorf("the refuted form ends %v, want %v: the history doesn't show what it is for", got, tc.wrong)
			}
			if got := watermarks.after(t, tc.history); got != tc.right {
				t.Errorf("the watermarks end %v, want %v", got, tc.right)
			}
		})
	}
	t.Run("cycle: not associative", func(t *testing.T) {
		j := func(c, d int) int {
			if (d+1)%3 == c {
				return c
			}
			return cycle.join(c, d)
		}
		if left, right := j(j(0, 1), 2), j(0, j(1, 2)); left != 2 || right != 0 {
			t.Errorf("(0∨1)∨2 = %d, 0∨(1∨2) = %d", left, right)
		}
	})
}

// TestLives: stamps order by life, then by count (docs/protocol.md, state).
func TestLives(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s1, s2 := rapid.Uint32().Draw(t, "second"), rapid.Uint32().Draw(t, "later")
		a := NewLife(s1, rapid.Uint16().Draw(t, "random"))
		b := NewLife(s2, rapid.Uint16().Draw(t, "random2"))
		if a > maxLife || a.Second() != min(s1, MaxSecond) {
			t.Fatalf("life %x of second %d", a, s1)
		}
		if min(s1, MaxSecond) < min(s2, MaxSecond) && a >= b {
			t.Fatalf("life %x isn't below the later %x", a, b)
		}
		c := Call{}.Press(a)
		if c.P.Life() != a || c.P.Count() != 1 {
			t.Fatalf("the first press of life %x is %x", a, c.P)
		}
		d := c.Press(b)
		if d.P <= c.P || b > a && (d.P.Life() != b || d.P.Count() != 1) || b <= a && d.P != c.P+1 {
			t.Fatalf("pressed in %x, then in %x: %x, %x", a, b, c.P, d.P)
		}
	})
	if got := NewLife(MaxSecond, 0).Time().Year(); got != 2097 {
		t.Errorf("MaxSecond is in %d", got)
	}
}
