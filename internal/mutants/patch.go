package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"sort"
	"strings"
)

// Patch is one change of one source file.
type Patch struct {
	File string // relative to the module, with slashes
	// Old must occur exactly once in the file, inside a function; New is put in
	// its place.
	Old, New string
	// Func, instead of Old, names a function ("Open") or method ("Call.Join")
	// of which New is the whole body.
	Func string
	// Add, instead of both, is put at the end of the file: declarations that the
	// new text uses. They are there for all mutants, and nothing else uses them.
	Add string
}

// version is one function as one mutant has it.
type version struct {
	mutant string
	body   string // between the braces
}

// function is a function of a file of which there are several versions.
type function struct {
	decl     *ast.FuncDecl
	versions []version
}

// rewrite returns a source file in which every function that is changed by any
// of the mutants begins with its changed versions, each behind its switch. It
// returns the file as it is if none changes it.
func rewrite(file, source string, mutants []Mutant) (string, error) {
	fset := token.NewFileSet()
	parsed, err := parser.ParseFile(fset, file, source, parser.SkipObjectResolution)
	if err != nil {
		return "", err
	}
	offset := func(p token.Pos) int { return fset.Position(p).Offset }
	var all []*function
	for _, d := range parsed.Decls {
		if f, ok := d.(*ast.FuncDecl); ok && f.Body != nil {
			all = append(all, &function{decl: f})
		}
	}
	var added strings.Builder
	for _, m := range mutants {
		var mine []edit
		for _, p := range m.Patches {
			if p.File != file {
				continue
			}
			if p.Add != "" {
				added.WriteString("\n" + p.Add + "\n")
				continue
			}
			e, err := locate(p, source, all, offset)
			if err != nil {
				return "", fmt.Errorf("%s: %s: %w", m.Name, file, err)
			}
			mine = append(mine, e)
		}
		for _, f := range all {
			if body, changed := apply(mine, f, source, offset); changed {
				f.versions = append(f.versions, version{m.Name, body})
			}
		}
	}
	return compose(source, parsed, all, offset, added.String()), nil
}

// edit is a patch that has found its place.
type edit struct {
	in       *function
	from, to int
	text     string
}

func locate(p Patch, source string, all []*function, offset func(token.Pos) int) (edit, error) {
	if p.Func != "" {
		for _, f := range all {
			if name(f.decl) == p.Func {
				return edit{f, offset(f.decl.Body.Lbrace) + 1, offset(f.decl.Body.Rbrace), "\n" + p.New + "\n"}, nil
			}
		}
		return edit{}, fmt.Errorf("there is no function %s", p.Func)
	}
	if n := strings.Count(source, p.Old); n != 1 {
		return edit{}, fmt.Errorf("%q occurs %d times, want once", p.Old, n)
	}
	from := strings.Index(source, p.Old)
	to := from + len(p.Old)
	for _, f := range all {
		if offset(f.decl.Body.Lbrace) < from && to <= offset(f.decl.Body.Rbrace) {
			return edit{f, from, to, p.New}, nil
		}
	}
	return edit{}, fmt.Errorf("%q is not in the body of a function", p.Old)
}

// apply returns the body of a function with the edits that are in it.
func apply(edits []edit, f *function, source string, offset func(token.Pos) int) (body string, changed bool) {
	at, end := offset(f.decl.Body.Lbrace)+1, offset(f.decl.Body.Rbrace)
	sort.Slice(edits, func(i, j int) bool { return edits[i].from < edits[j].from })
	var b strings.Builder
	for _, e := range edits {
		if e.in != f {
			continue
		}
		b.WriteString(source[at:e.from])
		b.WriteString(e.text)
		at, changed = e.to, true
	}
	b.WriteString(source[at:end])
	return b.String(), changed
}

// compose puts the switches into the source.
func compose(source string, parsed *ast.File, all []*function, offset func(token.Pos) int, added string) string {
	var b strings.Builder
	at := 0
	upTo := func(to int) {
		b.WriteString(source[at:to])
		at = to
	}
	for _, f := range all {
		if len(f.versions) == 0 {
			continue
		}
		if b.Len() == 0 {
			upTo(offset(parsed.Name.End()))
			b.WriteString("; import \"" + module + "/" + switchPackage + "\"")
		}
		upTo(offset(f.decl.Body.Lbrace) + 1)
		for _, v := range f.versions {
			fmt.Fprintf(&b, "\nif mutant.Is(%q) {%s", v.mutant, v.body)
			if f.decl.Type.Results == nil {
				b.WriteString("\nreturn")
			}
			b.WriteString("\n}\n")
		}
	}
	b.WriteString(source[at:])
	b.WriteString(added)
	return b.String()
}

// name returns "Func" or "Type.Method".
func name(d *ast.FuncDecl) string {
	if d.Recv == nil || len(d.Recv.List) == 0 {
		return d.Name.Name
	}
	t := d.Recv.List[0].Type
	if p, ok := t.(*ast.StarExpr); ok {
		t = p.X
	}
	if id, ok := t.(*ast.Ident); ok {
		return id.Name + "." + d.Name.Name
	}
	return d.Name.Name
}
