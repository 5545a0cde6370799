package arch

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// kind says what a package may do.
type kind uint8

const (
	pure  kind = iota // values in, values out: no clock, no chance, no I/O, no goroutine
	shell             // does I/O
)

// pkg is what the tree may look like at one place.
type pkg struct {
	kind    kind
	imports []string // of ours
	extra   []string // beyond what its kind may import of the standard library
}

// tree is the dependency graph. Arrows only go down: a package imports what
// stands below it.
var tree = map[string]pkg{
	".":            {shell, []string{"internal/cli"}, nil},
	"internal/cli": {shell, []string{"assigner", "bcast", "internal/advice", "internal/demo", "internal/doctor", "internal/elevator", "internal/elevserver", "internal/host", "internal/hra", "internal/model", "internal/node", "internal/program", "internal/promise", "internal/record", "internal/scenario", "internal/simscreen", "internal/store", "internal/traffic", "internal/trial", "internal/web", "worldview"}, nil},
	"internal/demo": {shell, []string{"bcast", "internal/cells", "internal/elevator", "internal/elevserver", "internal/host", "internal/node",
		"internal/promise", "internal/record", "internal/store", "internal/web", "worldview"}, nil},
	"internal/host":    {shell, []string{"assigner", "bcast", "elevio", "internal/elevator", "internal/node", "worldview"}, nil},
	"internal/program": {shell, []string{"assigner", "internal/advice", "internal/elevator"}, nil},
	"internal/record": {shell, []string{"assigner", "bcast", "internal/elevator", "internal/host", "internal/node",
		"internal/scenario", "internal/web", "worldview"}, nil},
	"internal/web":        {shell, []string{"internal/elevator", "internal/host", "internal/node", "worldview"}, nil},
	"internal/store":      {shell, nil, nil},
	"internal/doctor":     {shell, []string{"bcast", "internal/elevator", "internal/elevproto", "internal/store", "worldview"}, nil},
	"internal/cells":      {shell, nil, nil},
	"internal/simscreen":  {shell, []string{"internal/cells", "internal/elevator", "internal/elevserver"}, nil},
	"internal/elevserver": {shell, []string{"internal/elevator", "internal/elevproto", "internal/hoistway"}, nil},
	"bcast":               {shell, nil, nil},
	"elevio":              {shell, []string{"internal/elevator", "internal/elevproto"}, nil},

	// The simulation is pure but for its one seeded random source.
	"internal/sim":       {pure, []string{"internal/elevator", "internal/hoistway", "internal/node", "worldview"}, []string{"math/rand/v2"}},
	"internal/scenario":  {pure, []string{"internal/elevator", "internal/node", "internal/promise", "internal/sim", "worldview"}, nil},
	"internal/trial":     {pure, []string{"internal/elevator", "internal/promise", "internal/scenario"}, []string{"math/rand/v2", "runtime/debug"}},
	"internal/traffic":   {pure, []string{"assigner", "fsm", "internal/advice", "internal/elevator", "internal/hoistway"}, []string{"math/rand/v2"}},
	"internal/model":     {pure, []string{"internal/elevator", "internal/ledger", "peers", "worldview"}, []string{"unsafe"}},
	"internal/promise":   {pure, []string{"internal/elevator"}, nil},
	"internal/node":      {pure, []string{"assigner", "fsm", "internal/elevator", "internal/ledger", "peers", "worldview"}, nil},
	"internal/ledger":    {pure, []string{"internal/elevator", "peers", "worldview"}, nil},
	"assigner":           {pure, []string{"internal/elevator", "requests"}, nil},
	"fsm":                {pure, []string{"internal/elevator", "requests"}, nil},
	"worldview":          {pure, []string{"internal/elevator"}, nil},
	"peers":              {pure, []string{"internal/elevator"}, nil},
	"requests":           {pure, []string{"internal/elevator"}, nil},
	"internal/advice":    {pure, []string{"assigner", "internal/elevator", "internal/hra"}, nil},
	"internal/hra":       {pure, []string{"internal/elevator"}, []string{"unicode/utf8"}},
	"internal/hoistway":  {pure, []string{"internal/elevator"}, nil},
	"internal/elevproto": {pure, []string{"internal/elevator"}, nil},
	"internal/elevator":  {pure, nil, nil},
	"internal/arch":      {pure, nil, nil},

	// Help for tests only.
	"internal/store/storetest": {shell, []string{"internal/store"}, nil},
	"internal/systest":         {shell, nil, nil},
	"internal/mutants":         {shell, nil, nil},
}

// pureImports is all that a pure package may import of the standard library.
var pureImports = []string{
	"bytes", "cmp", "container/heap", "encoding/binary", "errors", "fmt", "hash/crc32", "io", "iter",
	"maps", "math", "math/bits", "slices", "sort", "strconv", "strings", "time",
}

// clocks are the functions of package time that ask or wait for the real time.
var clocks = []string{"Now", "Since", "Until", "Sleep", "After", "AfterFunc", "Tick", "NewTimer", "NewTicker"}

const module = "elevnet"

func TestTreeIsAsDrawn(t *testing.T) {
	root := filepath.Join("..", "..")
	seen := make(map[string]bool)
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && path != root && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata"):
			return filepath.SkipDir
		case d.IsDir() && path != root && isModule(path):
			return filepath.SkipDir
		case d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go"):
			return nil
		}
		dir, err := filepath.Rel(root, filepath.Dir(path))
		if err != nil {
			return err
		}
		dir = filepath.ToSlash(dir)
		seen[dir] = true
		p, ok := tree[dir]
		if !ok {
			t.Errorf("%s: package isn't in the tree of this test", dir)
			return nil
		}
		check(t, path, dir, p)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for dir := range tree {
		if !seen[dir] && dir != "internal/systest" {
			t.Errorf("%s: in the tree of this test, but not there", dir)
		}
	}
}

func isModule(dir string) bool {
	m, _ := filepath.Glob(filepath.Join(dir, "go.mod"))
	return len(m) > 0
}

func check(t *testing.T, path, dir string, p pkg) {
	t.Helper()
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, path, nil, 0)
	if err != nil {
		t.Error(err)
		return
	}
	for _, i := range file.Imports {
		name := strings.Trim(i.Path.Value, `"`)
		ours, isOurs := strings.CutPrefix(name, module+"/")
		switch {
		case isOurs && !slices.Contains(p.imports, ours):
			t.Errorf("%s: %s must not import %s", path, dir, name)
		case isOurs || p.kind != pure:
		case !slices.Contains(pureImports, name) && !slices.Contains(p.extra, name):
			t.Errorf("%s: %s is pure and must not import %s", path, dir, name)
		}
	}
	if p.kind != pure {
		return
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.GoStmt:
			t.Errorf("%s: %s is pure and must not start goroutines", fset.Position(n.Pos()), dir)
		case *ast.ChanType:
			t.Errorf("%s: %s is pure and must not use channels", fset.Position(n.Pos()), dir)
		case *ast.SelectorExpr:
			if x, ok := n.X.(*ast.Ident); ok && x.Name == "time" && slices.Contains(clocks, n.Sel.Name) {
				t.Errorf("%s: %s is pure and must not ask the clock (time.%s)", fset.Position(n.Pos()), dir, n.Sel.Name)
			}
		}
		return true
	})
}

// TestArrowsOnlyGoDown fails when the drawing itself has a circle.
func TestArrowsOnlyGoDown(t *testing.T) {
	const visiting, done = 1, 2
	state := make(map[string]int)
	var visit func(dir string, way []string)
	visit = func(dir string, way []string) {
		switch state[dir] {
		case visiting:
			t.Errorf("circle: %s", strings.Join(append(way, dir), " → "))
			return
		case done:
			return
		}
		state[dir] = visiting
		for _, i := range tree[dir].imports {
			if tree[dir].kind == pure && tree[i].kind != pure {
				t.Errorf("%s is pure and must not import %s, which does I/O", dir, i)
			}
			visit(i, append(way, dir))
		}
		state[dir] = done
	}
	for dir := range tree {
		visit(dir, nil)
	}
}
