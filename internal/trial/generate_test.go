package trial

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"elevnet/internal/elevator"
	"elevnet/internal/scenario"
)

const many = 400

// TestGenerate looks at many plans together: every kind of fault, every verb
// that breaks something, and every size of building occurs, and each plan keeps
// to the rules.
func TestGenerate(t *testing.T) {
	var faults [maxKinds]int
	var verbs [scenario.Verbs]int
	nodes, floors := make(map[int]int), make(map[int]int)
	var length time.Duration
	steps, rides, begun := 0, 0, 0
	for seed := range uint64(many) {
		p := Generate(seed, Profile{Faults: All()})
		nodes[p.Setup.Nodes]++
		floors[p.Setup.Elevator.Floors]++
		length += p.Length()
		for _, e := range p.Episodes {
			if !slices.IsSortedFunc(e, func(a, b Step) int { return int(a.At - b.At) }) {
				t.Fatalf("seed %d: steps are out of order", seed)
			}
			last := time.Duration(0)
			for _, s := range e {
				if s.Kind > 0 {
					if s.At-last > maxGap {
						t.Errorf("seed %d: no fault between %v and %v", seed, last, s.At)
					}
					last = s.At
				}
				steps++
				verbs[s.Do.Verb]++
				if s.Rides {
					rides++
				}
				if s.Kind > 0 {
					faults[s.Kind-1]++
					begun++
					if !slices.Contains(kinds[s.Kind-1].verbs, s.Do.Verb) && !s.Do.Verb.Fault() {
						t.Fatalf("seed %d: %v counts as %s", seed, s.Do, kinds[s.Kind-1].name)
					}
				}
				back, err := scenario.Parse(s.Do.String())
				if err != nil || back != s.Do {
					t.Fatalf("seed %d: %v is read as %v, %v", seed, s.Do, back, err)
				}
			}
		}
		if d := p.Length(); d > 31*time.Minute || d < 20*time.Second {
			t.Errorf("seed %d takes %v", seed, d)
		}
	}
	for i, k := range kinds {
		if faults[i] < many/40 {
			t.Errorf("%s: %d times in %d plans", k.name, faults[i], many)
		}
	}
	for v := range scenario.Verbs {
		if v.Fault() && v != scenario.Replay && verbs[v] == 0 { // see TestEveryFaultVerbHasAKind
			t.Errorf("%v never occurs", v)
		}
	}
	for _, n := range []int{1, 2, 3, 4, 5, 6, 7, 8, 32} {
		if nodes[n] == 0 {
			t.Errorf("no building with %d nodes", n)
		}
	}
	for _, n := range []int{2, 3, 4, 5, 6, 7, 8, 9, 100} {
		if floors[n] == 0 {
			t.Errorf("no building with %d floors", n)
		}
	}
	if 3*nodes[3] < many || nodes[32] > many/50 {
		t.Errorf("nodes: %v", nodes)
	}
	if every := length / time.Duration(begun); every > 8*time.Second {
		t.Errorf("a fault every %v", every)
	}
	if rides < steps/10 {
		t.Errorf("%d of %d steps are passengers who ride", rides, steps)
	}
}

// TestEveryFaultVerbHasAKind fails when package scenario learns to break
// something new. Replays are for stories: chance would bring back what nobody
// remembers, which is not promised. Echoes are the same in a guarded form.
func TestEveryFaultVerbHasAKind(t *testing.T) {
	for v := range scenario.Verbs {
		if v.Fault() && v != scenario.Replay && !slices.ContainsFunc(kinds, func(k kind) bool { return slices.Contains(k.verbs, v) }) {
			t.Errorf("no kind of fault makes %v", v)
		}
	}
}

func TestProfile(t *testing.T) {
	for seed := range uint64(50) {
		p := Generate(seed, Profile{Nodes: Range{2, 4}, Floors: Range{7, 7}, Faults: 0})
		if p.Setup.Nodes < 2 || p.Setup.Nodes > 4 || p.Setup.Elevator.Floors != 7 {
			t.Fatalf("seed %d: %v", seed, p.Setup)
		}
		for _, e := range p.Episodes {
			for _, s := range e {
				if s.Do.Verb.Fault() {
					t.Fatalf("seed %d: %v without faults", seed, s.Do)
				}
			}
		}
	}
	some, err := ParseFaults("motor,kill")
	if err != nil {
		t.Fatal(err)
	}
	for seed := range uint64(50) {
		for _, e := range Generate(seed, Profile{Faults: some}).Episodes {
			for _, s := range e {
				if v := s.Do.Verb; v.Fault() && v != scenario.Kill && v != scenario.MotorOff {
					t.Fatalf("seed %d: %v", seed, s.Do)
				}
			}
		}
	}
}

func TestParseFaults(t *testing.T) {
	for _, text := range []string{"all", "none", "kill", "kill,loss,motor"} {
		set, err := ParseFaults(text)
		if err != nil || set.String() != text {
			t.Errorf("%q is read as %v, %v", text, set, err)
		}
	}
	for _, text := range []string{"", "kil", "kill,,loss", "all,kill"} {
		if set, err := ParseFaults(text); err == nil {
			t.Errorf("%q is read as %v", text, set)
		}
	}
}

// TestGenerateIsAFunctionOfItsSeed: the same seed twice, and another one.
func TestGenerateIsAFunctionOfItsSeed(t *testing.T) {
	p := Profile{Faults: All()}
	if diff := cmp.Diff(Generate(7, p), Generate(7, p)); diff != "" {
		t.Error(diff)
	}
	if cmp.Equal(Generate(7, p).Episodes, Generate(8, p).Episodes) {
		t.Error("two seeds give the same plan")
	}
}

// TestButtonsExist: nobody presses what isn't there.
func TestButtonsExist(t *testing.T) {
	for seed := range uint64(100) {
		p := Generate(seed, Profile{Faults: All()})
		n := p.Setup.Elevator.Floors
		for _, e := range p.Episodes {
			for _, s := range e {
				if hasFloor(s.Do.Verb) && s.Do.Verb != scenario.StuckSensor && !elevator.ButtonExists(n, s.Do.Floor, s.Do.Button) {
					t.Fatalf("seed %d: %v in a building of %d floors", seed, s.Do, n)
				}
				if s.Rides && (s.To < 0 || s.To >= n || s.To == s.Do.Floor) {
					t.Fatalf("seed %d: from floor %d to %d", seed, s.Do.Floor, s.To)
				}
			}
		}
	}
}
