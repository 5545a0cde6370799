package browsertest

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"
)

// A press on panel 2 is told in slow motion, from true events: the ring, who has
// acknowledged, and the lamps of all panels. Then it is served.
func TestHallCallIsToldLitAndServed(t *testing.T) {
	v := open(t, demo(t).URL, Look{})
	v.wait("the first visit is introduced", `!document.getElementById("intro").hidden && document.getElementById("tour").offsetWidth > 0`)
	v.alive()

	kind, floor := v.quietCall()
	v.press("2", kind, floor)
	v.wait("the lamps of all panels are lit", litOnAll(kind, floor))
	v.wait("the ring is seen while the lamp is still dark", fmt.Sprintf(`document.querySelector(".life-title").textContent.includes("%s at floor %d, pressed on panel 2") && document.querySelector(".lamp-main.open:not(.lit)")`, kind, floor))
	v.wait("the ring fills and the lamp is lit", `document.querySelector(".lamp-main.lit") && document.querySelector(".verdict").textContent === "lit: 3 of 3 nodes hold this call"`)
	steps := eval[string](v, `[...document.querySelectorAll(".life-steps li:not([hidden])")].map((l) => l.textContent).join("\n")`)
	for _, want := range []string{"pressed on panel 2", "node 1 has acknowledged", "node 3 has acknowledged", "lit: 3 of 3 nodes hold this call", "ms"} {
		if !strings.Contains(steps, want) {
			t.Errorf("the story of the press doesn't say %q:\n%s", want, steps)
		}
	}
	if said := eval[string](v, `document.querySelector(".life-speed").textContent`); !strings.Contains(said, "press to lamp") {
		t.Errorf("the true time isn't said: %q", said)
	}
	v.wait("the call is served", darkOnAll(kind, floor)+` && document.querySelector(".chart-wait").getAttribute("aria-label").startsWith("middle")`)
	v.healthy()
}

// A cab call is lit on its own panel alone.
func TestCabCallIsPrivate(t *testing.T) {
	v := open(t, demo(t).URL, Look{Calm: true})
	v.alive()
	_, floor := v.quietCall()
	v.press("1", "cab", floor)
	v.wait("the lamp in car 1 is lit", lit("1", "cab", floor))
	if eval[bool](v, "Boolean("+lit("2", "cab", floor)+"||"+lit("3", "cab", floor)+")") {
		t.Error("a cab lamp is lit in another car")
	}
	v.wait("the car has come", dark("1", "cab", floor))
	v.healthy()
}

// The page works without a mouse: to a button by tabulator and arrows, and press.
func TestPressWithKeyboardAlone(t *testing.T) {
	v := open(t, demo(t).URL, Look{})
	v.alive()
	for range 60 {
		if eval[bool](v, `document.activeElement.matches(".call")`) {
			break
		}
		v.keys(kb.Tab)
	}
	if !eval[bool](v, `document.activeElement.matches(".call:focus-visible")`) {
		t.Fatal("no call button is reached with the tabulator, or its focus isn't visible")
	}
	_, floor := v.quietCall()
	for range 20 {
		if eval[bool](v, fmt.Sprintf(`document.activeElement.matches('[data-floor="%d"]')`, floor)) {
			break
		}
		v.keys(kb.ArrowDown)
	}
	at := eval[string](v, `document.activeElement.getAttribute("aria-label")`)
	if !strings.Contains(at, fmt.Sprintf("floor %d,", floor)) {
		t.Fatalf("the arrows lead to %q, not to floor %d", at, floor)
	}
	kind := eval[string](v, `document.activeElement.dataset.button`)
	v.keys(" ")
	v.wait("the lamps of all panels are lit", litOnAll(kind, floor))
	v.wait("a reader is told", `document.activeElement.getAttribute("aria-label").includes("lit, held by")`)

	v.keys("?")
	v.wait("the help is open", `document.getElementById("help-box").open`)
	v.keys(kb.Escape)
	v.wait("the help is closed", `!document.getElementById("help-box").open`)
	v.wait("the call is served", darkOnAll(kind, floor))
	v.healthy()
}
