package record

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"elevnet/assigner"
	"elevnet/internal/elevator"
	"elevnet/internal/host"
	"elevnet/internal/node"
)

// contrary gives each call to another elevator than the nodes do.
type contrary struct{ assigner.Assigner }

func (c *contrary) Assign(in assigner.Input) []elevator.Calls {
	out := c.Assigner.Assign(in)
	for k := range len(out) / 2 {
		out[k], out[len(out)-1-k] = out[len(out)-1-k], out[k]
	}
	return out
}

// TestAnotherRuleIsNoticed runs a recording again with another policy.
func TestAnotherRuleIsNoticed(t *testing.T) {
	t.Parallel()
	_, rec := recorded(t, 41, 3, 12*time.Second)
	x := &Rerun{}
	changed := make(map[*Track]bool)
	for r := range rec.Records() {
		if r.Kind == Started && !changed[r.Track] {
			changed[r.Track] = true
			c := r.Track.Node
			c.Policy = new(contrary)
			x.Feed(r)
			run := x.Runs[len(x.Runs)-1]
			run.cfg = c
			run.begin(r)
			continue
		}
		x.Feed(r)
	}
	v := x.Verdict()
	if v.First == nil {
		t.Fatal("a policy that gives calls to others decides the same")
	}
	if v.First.What == "" || v.First.Was == v.First.Is || v.First.Event == "" || v.First.At <= 0 {
		t.Errorf("the difference: %+v", v.First)
	}
	if !strings.Contains(v.String(), "DIFFERENT") {
		t.Errorf("the verdict: %v", v)
	}
}

func TestUnknownPolicy(t *testing.T) {
	t.Parallel()
	ring := NewRing(Options{})
	defer ring.Close()
	l := newLab(t, 42, 1, 4, func(elevator.ID) host.Tap { return startAs{ring.Tap()} })
	l.run(time.Second)
	rec := written(t, ring)
	for _, known := range []bool{false, true} {
		x := &Rerun{}
		if known {
			x.Policy = func(name string) node.Policy {
				if name == PolicyName(new(contrary)) {
					return new(contrary)
				}
				return nil
			}
		}
		for r := range rec.Records() {
			x.Feed(r)
		}
		if v := x.Verdict(); v.Compared > 0 != known || v.First != nil {
			t.Errorf("known %v: %v", known, v)
		}
		if (x.Runs[0].Why == "") != known {
			t.Errorf("known %v: %q", known, x.Runs[0].Why)
		}
	}
}

// startAs pretends that a node was started with a policy. With one elevator all
// policies are the same.
type startAs struct{ host.Tap }

func (s startAs) Started(x host.TapStart) {
	x.Node.Policy = new(contrary)
	s.Tap.Started(x)
}

// TestMutantIsNoticed builds the program with a rule changed, as a report of a
// fault would be looked into, and without.
func TestMutantIsNoticed(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds two programs")
	}
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("no go command")
	}
	t.Parallel()
	r, path := create(t, Options{})
	l := newLab(t, 43, 3, 4, func(elevator.ID) host.Tap { return r.Tap() })
	l.run(20 * time.Second)
	l.close()
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	file, err := filepath.Abs(filepath.Join("..", "node", "serve.go"))
	if err != nil {
		t.Fatal(err)
	}
	source, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	const rule = "if !n.lit.Has(f, b) || !n.carOut.Serving.Has(f, b) {"
	if strings.Count(string(source), rule) != 1 {
		t.Fatalf("%s has changed: give this test another rule", file)
	}
	dir := t.TempDir()
	mutant := filepath.Join(dir, "serve.go")
	changed := strings.Replace(string(source), rule, "if !n.lit.Has(f, b) || !n.carOut.Serving.Has(f, b) || b == elevator.Cab {", 1)
	if err := os.WriteFile(mutant, []byte(changed), 0o644); err != nil {
		t.Fatal(err)
	}
	overlay, err := json.Marshal(map[string]any{"Replace": map[string]string{file: mutant}})
	if err != nil {
		t.Fatal(err)
	}
	list := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(list, overlay, 0o644); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		args []string
		code int
		says string
	}{
		"as it is": {nil, 0, "the same, to the byte"},
		"mutant":   {[]string{"-overlay", list}, 3, "DIFFERENT, first at node "},
	} {
		program := filepath.Join(dir, strings.ReplaceAll(name, " ", "-")+".exe")
		build := exec.Command("go", append(append([]string{"build", "-o", program}, c.args...), "./testdata/again")...)
		if out, err := build.CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", name, err, out)
		}
		out, err := exec.Command(program, path).CombinedOutput()
		code := 0
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			code = exit.ExitCode()
		} else if err != nil {
			t.Fatal(err)
		}
		if code != c.code || !strings.Contains(string(out), c.says) {
			t.Errorf("%s: exit status %d\n%s", name, code, out)
		}
		t.Logf("%s: exit status %d\n%s", name, code, out)
	}
}
