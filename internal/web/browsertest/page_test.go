package browsertest

import (
	"net/url"
	"testing"
)

// On a telephone nothing is wider than the window, and all works.
func TestPhoneWidth(t *testing.T) {
	v := open(t, demo(t).URL, Look{Width: 360, Height: 740, Phone: true})
	v.alive()
	kind, floor := v.quietCall()
	v.press("3", kind, floor)
	v.wait("the lamps of all panels are lit", litOnAll(kind, floor))
	v.wait("the slow motion is told", `document.querySelector(".life-title").textContent.includes("panel 3")`)
	for _, what := range []string{"document.documentElement", "document.body", `document.querySelector(".building")`} {
		if eval[bool](v, what+".scrollWidth > "+what+".clientWidth") {
			t.Errorf("%s is wider than the window: %v of %v pixels", what, eval[float64](v, what+".scrollWidth"), eval[float64](v, what+".clientWidth"))
		}
	}
	small := eval[string](v, `[...document.querySelectorAll("button")].filter((b) => b.offsetParent && (b.offsetWidth < 24 || b.offsetHeight < 24) && !b.closest(".log")).map((b) => b.className).join()`)
	if small != "" {
		t.Errorf("buttons too small for a finger: %s", small)
	}
	v.wait("the call is served", darkOnAll(kind, floor))
	v.healthy()
}

// A large building is drawn with elements that are made once.
func TestLargeBuilding(t *testing.T) {
	v := open(t, demo(t, "--nodes", "8", "--floors", "16", "--traffic").URL, Look{Dark: true})
	v.wait("eight cars", `document.querySelectorAll(".car").length === 8`)
	v.wait("there is life", `document.querySelectorAll(".lamp.lit").length > 8`)
	before := eval[float64](v, `document.querySelectorAll("#building *, #network *").length`)
	rate := eval[string](v, frameRate)
	t.Logf("8 × 16: %s", rate)
	if after := eval[float64](v, `document.querySelectorAll("#building *, #network *").length`); after != before {
		t.Errorf("the building had %v elements, and has %v: they must be made once", before, after)
	}
	v.healthy()
}

// frameRate measures frames per second and the time that the scripts of one take.
const frameRate = `(async () => {
	let busy = 0, n = 0;
	const ask = window.requestAnimationFrame;
	window.requestAnimationFrame = (f) => ask((t) => { const a = performance.now(); f(t); busy += performance.now() - a; n++; });
	const start = performance.now();
	await new Promise((r) => setTimeout(r, 4000));
	const took = performance.now() - start;
	window.requestAnimationFrame = ask;
	return (n / took * 1000).toFixed(0) + " frames/s, " + (busy / n).toFixed(2) + " ms of scripts in each";
})()`

// A person who prefers little motion, or other colours, gets them.
func TestPreferences(t *testing.T) {
	address := demo(t).URL
	light := open(t, address, Look{})
	dark := open(t, address, Look{Dark: true, Calm: true})
	ground := `getComputedStyle(document.body).backgroundColor`
	if a, b := eval[string](light, ground), eval[string](dark, ground); a == b {
		t.Errorf("dark and light have the same ground: %s", a)
	}
	was := eval[string](dark, ground)
	dark.click("#theme")
	dark.click("#theme")
	dark.wait("the switch makes it light", ground+` !== "`+was+`"`)
	dark.alive()
	dark.press("1", "up", 1)
	dark.wait("the story is told at once", `document.querySelector(".verdict").textContent.startsWith("lit:")`)
	dark.healthy()
	light.healthy()
}

// When the server is gone the page says so, and goes on by itself when there is
// one again: here another building with fewer nodes.
func TestConnectionLostAndBack(t *testing.T) {
	p := demo(t)
	v := open(t, p.URL, Look{})
	v.alive()
	v.healthy()
	p.Stop()
	v.wait("the loss is said", `document.getElementById("link-text").textContent === "connection lost; trying again"`)
	again, err := url.Parse(p.URL)
	if err != nil {
		t.Fatal(err)
	}
	demo(t, "--nodes", "2", "--http", again.Host)
	v.wait("the page is connected again", `document.getElementById("link-text").textContent === "connected" && document.querySelectorAll(".ws").length === 2`)
	v.alive()
	kind, floor := v.quietCall()
	v.press("2", kind, floor)
	v.wait("the lamps of all panels are lit", litOnAll(kind, floor))
}

// The tour begins with its first scene, says what it shows, and ends when asked.
func TestGuidedTour(t *testing.T) {
	v := open(t, demo(t).URL, Look{})
	v.alive()
	v.click("#tour")
	v.wait("the first scene runs", `document.querySelector(".scene").getAttribute("aria-pressed") === "true" && document.getElementById("intro").hidden`)
	v.wait("it is told", `document.querySelector(".caption.first:not([hidden]) .says").textContent.length > 10`)
	v.wait("a press of it is seen in slow motion", `document.querySelector(".life-title").textContent.includes("pressed")`)
	v.click(`.scene-row button:last-child`)
	v.wait("it has ended", `[...document.querySelectorAll(".scene")].every((s) => s.getAttribute("aria-pressed") === "false")`)
	v.healthy()
}
