package browsertest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"testing"
	"time"
)

// patience is how long anything may take. It is long, since many things run at
// once on a small computer; a test waits for what it waits for, and no longer.
const patience = 90 * time.Second

// root is where elevnet's source is.
const root = "../../.."

var (
	program string // elevnet
	tabs    *Browser
)

func TestMain(m *testing.M) {
	code, err := run(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func run(m *testing.M) (code int, err error) {
	tabs, err = OpenBrowser(context.Background())
	if errors.Is(err, ErrNoBrowser) {
		return m.Run(), nil // each test says that it is skipped
	}
	if err != nil {
		return 1, err
	}
	defer tabs.Close()
	dir, err := os.MkdirTemp("", "elevnet-browser-")
	if err != nil {
		return 1, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	if program, err = Build(context.Background(), root, dir); err != nil {
		return 1, err
	}
	return m.Run(), nil
}

// needBrowser skips a test where there is no browser.
func needBrowser(t *testing.T) {
	t.Helper()
	if tabs == nil {
		t.Skip("SKIPPED: ", ErrNoBrowser)
	}
}

// demo starts a demonstration until the test ends.
func demo(t *testing.T, args ...string) *Program {
	t.Helper()
	needBrowser(t)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	p, err := StartDemo(ctx, program, args...)
	if err != nil {
		t.Fatal(err)
	}
	ending(t, p)
	return p
}

// replay shows a recording until the test ends.
func replay(t *testing.T, file string) *Program {
	t.Helper()
	needBrowser(t)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	p, err := Start(ctx, program, "replay", "--http", "127.0.0.1:0", file)
	if err != nil {
		t.Fatal(err)
	}
	ending(t, p)
	return p
}

// ending ends a program with the test.
func ending(t *testing.T, p *Program) {
	t.Cleanup(func() {
		p.Stop()
		if t.Failed() {
			t.Logf("elevnet said:\n%s", tail(p.Output(), 4000))
		}
	})
}

func tail(s string, n int) string { return s[max(0, len(s)-n):] }

// view is a page with a test that fails when something doesn't come to be seen.
type view struct {
	*Page
	t *testing.T
}

// open opens a page until the test ends, which then must have had no problem.
func open(t *testing.T, url string, look Look) *view {
	t.Helper()
	p, err := tabs.Open(url, look)
	if err != nil {
		t.Fatal(err)
	}
	v := &view{p, t}
	t.Cleanup(func() {
		if t.Failed() {
			v.keep()
		}
		p.Close()
	})
	v.wait("the page is connected", `document.getElementById("link").dataset.state === "live" && document.querySelector(".ws .car")`)
	return v
}

// keep leaves a picture of what there was to see when a test failed, where
// ELEVNET_PICTURES says.
func (v *view) keep() {
	dir := os.Getenv("ELEVNET_PICTURES")
	if dir == "" {
		return
	}
	if png, err := v.Picture(); err == nil {
		_ = os.WriteFile(fmt.Sprintf("%s/%s.png", dir, v.t.Name()), png, 0o644)
	}
}

// wait waits until a condition holds.
func (v *view) wait(what, condition string) {
	v.t.Helper()
	if err := v.Wait(condition, patience); err != nil {
		said, _ := Eval[string](v.Page, `[...document.querySelectorAll("#log li")].slice(0, 20).map((l) => l.innerText.replaceAll("\n", " ")).join("\n")`)
		v.t.Fatalf("%s: %v\nthe story, newest first:\n%s", what, err, said)
	}
}

// click clicks an element.
func (v *view) click(selector string) {
	v.t.Helper()
	if err := v.Click(selector); err != nil {
		v.t.Fatal(err)
	}
}

// keys presses keys.
func (v *view) keys(keys string) {
	v.t.Helper()
	if err := v.Type(keys); err != nil {
		v.t.Fatal(err)
	}
}

// eval evaluates an expression.
func eval[T any](v *view, expression string) T {
	v.t.Helper()
	r, err := Eval[T](v.Page, expression)
	if err != nil {
		v.t.Fatal(err)
	}
	return r
}

// healthy fails the test if a script or a request has failed.
func (v *view) healthy() {
	v.t.Helper()
	for _, p := range v.Problems() {
		v.t.Errorf("the browser reports: %s", p)
	}
}

// button selects a button of a panel.
func button(node, kind string, floor int) string {
	return fmt.Sprintf(`.call[data-node="%s"][data-button="%s"][data-floor="%d"]`, node, kind, floor)
}

// press presses a button.
func (v *view) press(node, kind string, floor int) {
	v.t.Helper()
	v.click(button(node, kind, floor))
}

// lit is the condition that a lamp burns on a panel.
func lit(node, kind string, floor int) string {
	return fmt.Sprintf("document.querySelector('%s .lamp.lit')", button(node, kind, floor))
}

// dark is the condition that it doesn't.
func dark(node, kind string, floor int) string { return "!" + lit(node, kind, floor) }

// litOnAll and darkOnAll are about all panels.
func litOnAll(kind string, floor int) string {
	return fmt.Sprintf(`[...document.querySelectorAll('.call[data-button="%s"][data-floor="%d"]')].every((b) => b.querySelector(".lamp.lit"))`, kind, floor)
}

func darkOnAll(kind string, floor int) string {
	return fmt.Sprintf(`[...document.querySelectorAll('.call[data-button="%s"][data-floor="%d"]')].every((b) => !b.querySelector(".lamp.lit"))`, kind, floor)
}

// fault asks for a fault of a node by the buttons of the page.
func (v *view) fault(node, which string) {
	v.t.Helper()
	v.click(fmt.Sprintf(`.node-box[data-select="%s"]`, node))
	v.wait("the node is selected", fmt.Sprintf(`document.querySelector('.node-box[data-select="%s"]').getAttribute("aria-pressed") === "true" && document.querySelector(".break-node").textContent.startsWith("Node %s ")`, node, node))
	v.wait("the fault can be asked for", fmt.Sprintf(`document.querySelector('[data-fault="%s"]') && !document.querySelector('[data-fault="%s"]').disabled`, which, which))
	v.click(fmt.Sprintf(`[data-fault="%s"]`, which))
}

// state is the condition that a node is in a state.
func state(node, word string) string {
	return fmt.Sprintf(`document.querySelector('.ws[data-ws="%s"] .node-word').textContent === "%s"`, node, word)
}

// quietCall returns a hall call at a floor from which every car is far, so that
// its lamp burns for a while.
func (v *view) quietCall() (kind string, floor int) {
	v.t.Helper()
	v.wait("all cars stand still", `[...document.querySelectorAll(".car-word")].every((w) => !w.textContent.startsWith("moving") && !w.textContent.startsWith("parking"))`)
	floor = eval[int](v, `(() => {
		const floors = document.querySelectorAll(".floors span").length;
		const cars = [...document.querySelectorAll(".ws")].map((w) => -new DOMMatrix(getComputedStyle(w.querySelector(".car")).transform).m42 / (w.querySelector(".shaft").clientHeight / floors));
		let best = 0, far = -1;
		for (let f = 0; f < floors; f++) {
			const d = Math.min(...cars.map((c) => Math.abs(c - f)));
			if (d > far) [best, far] = [f, d];
		}
		return best;
	})()`)
	if floor == 0 {
		return "up", floor
	}
	return "down", floor
}

// alive waits until all nodes take part.
func (v *view) alive() {
	v.t.Helper()
	v.wait("all nodes take part", `[...document.querySelectorAll(".node-word")].every((w) => w.textContent === "alive")`)
}
