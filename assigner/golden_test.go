package assigner_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"elevnet/assigner"
	"elevnet/internal/elevator"
)

var update = flag.Bool("update", false, "write the golden assignments again")

// TestGolden compares assignments and predictions with those on file, which
// every platform must reproduce (SPEC R4). Run with -update after a change of
// the policy, and read the difference.
func TestGolden(t *testing.T) {
	var sb strings.Builder
	for _, tc := range []struct{ cars, floors, lit, cab int }{
		{1, 4, 100, 20}, {2, 2, 100, 100}, {3, 4, 100, 20}, {3, 4, 50, 0}, {3, 9, 60, 10}, {8, 16, 50, 20}, {16, 40, 100, 10},
	} {
		for seed := range uint64(2) {
			fmt.Fprintf(&sb, "# %d cars, %d floors, scene %d\n", tc.cars, tc.floors, seed)
			describe(&sb, scene(seed, tc.cars, tc.floors, tc.lit, tc.cab))
		}
	}
	file := filepath.Join("testdata", "assignments.golden")
	if *update {
		if err := os.WriteFile(file, []byte(sb.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if d := gocmp.Diff(strings.Split(strings.ReplaceAll(string(want), "\r\n", "\n"), "\n"), strings.Split(sb.String(), "\n")); d != "" {
		t.Errorf("(-file +now)\n%s", d)
	}
}

// describe writes what is called, and who serves what and when.
func describe(sb *strings.Builder, in assigner.Input) {
	sb.WriteString("calls:")
	for _, c := range in.Calls {
		fmt.Fprintf(sb, " %v(%ds)", one(c.Floor, c.Button), c.Age)
	}
	sb.WriteString("\n")
	out := assigner.Assign(in)
	for i, c := range in.Cars {
		fmt.Fprintf(sb, "%s %v at %d, %v, cab [%v]:", c.ID, c.State.Behaviour, c.State.Floor, c.State.Direction, elevator.Calls{Cab: c.Cab})
		for _, s := range assigner.Predict(nil, in.Config, c, out[i]) {
			fmt.Fprintf(sb, " %v(%v)", one(s.Floor, s.Button), s.In)
		}
		sb.WriteString("\n")
	}
}
