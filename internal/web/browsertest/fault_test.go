package browsertest

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp/kb"
)

// measured is the condition that a sentence with a measured time about a node
// has been said since a moment of the page's own clock.
func measured(node string) string {
	return fmt.Sprintf(`[...document.querySelectorAll("#log .log-caption")].some((l) => /\d\s?(ms|s)/.test(l.innerText) && l.innerText.includes("%s"))`, node)
}

// The node whose elevator is on its way is killed: another one takes the call
// over, the page says after how long, and the lamp goes off only when served.
func TestTakeOverAfterKill(t *testing.T) {
	v := open(t, demo(t).URL, Look{})
	v.alive()
	v.press("2", "down", 3)
	v.press("2", "up", 0)
	v.press("1", "up", 2)
	going := `[...document.querySelectorAll(".ws")].find((w) => { const d = w.querySelector(".goal-next").getAttribute("d"); return d && w.querySelector(".car-word").textContent.startsWith("moving"); })`
	v.wait("a car is on its way", going)
	victim := eval[string](v, `(`+going+` ?? document.querySelector(".ws")).dataset.ws`)
	v.fault(victim, "kill")
	v.wait("the node is seen to be dead", state(victim, "dead"))
	v.wait("the take-over is told with its time", measured(victim))
	for _, call := range []struct {
		kind  string
		floor int
	}{{"down", 3}, {"up", 0}, {"up", 2}} {
		v.wait("the others serve all", fmt.Sprintf(`[...document.querySelectorAll('.ws:not([data-ws="%s"]) .call[data-button="%s"][data-floor="%d"]')].every((b) => !b.querySelector(".lamp.lit"))`, victim, call.kind, call.floor))
	}
	v.fault(victim, "kill") // the same button: it restarts
	v.wait("the node is back", state(victim, "alive"))
	v.healthy()
}

// At 60 % loss datagrams are seen to die, and lamps are lit all the same.
func TestLoss(t *testing.T) {
	v := open(t, demo(t).URL, Look{})
	v.alive()
	eval[bool](v, `document.getElementById("loss").focus(), true`)
	for range 12 {
		v.keys(kb.ArrowRight)
	}
	v.wait("60 % are lost", `document.querySelector("#network .note").textContent.includes("60 %")`)
	v.wait("datagrams are seen to die", `document.querySelector("#network .dots").dataset.dying === "yes"`)
	kind, floor := v.quietCall()
	v.press("3", kind, floor)
	v.wait("the lamps of all panels are lit", litOnAll(kind, floor))
	v.wait("the slow motion counts the dead", `document.querySelector(".life-title").textContent.includes("panel 3") && [...document.querySelectorAll('.life-steps li:not([hidden])')].some((l) => l.dataset.kind === "lost" || l.dataset.kind === "lamp")`)
	v.wait("the call is served", darkOnAll(kind, floor))
	v.fault("1", "heal-all")
	v.wait("nothing is lost any more", `document.getElementById("loss").value === "0" && !document.querySelector("#network .note").textContent.includes("%")`)
	v.healthy()
}

// A node that is cut off promises for itself; when it is back, all agree again.
func TestCutAndReunite(t *testing.T) {
	v := open(t, demo(t).URL, Look{})
	v.alive()
	v.fault("3", "unplug-both")
	v.wait("the cut is seen", state("3", "unplugged")+` && document.querySelectorAll(".g-way.unheard").length === 4`)
	kind, floor := v.quietCall()
	v.press("3", kind, floor)
	v.wait("the lamp is lit there alone", lit("3", kind, floor)+` && !(`+lit("1", kind, floor)+`)`)
	v.wait("the worldviews are seen to differ", `document.querySelector(".matrix td.differs")`)
	v.fault("3", "unplug-both")
	v.wait("the cable is back", state("3", "alive")+` && !document.querySelector(".g-way.unheard")`)
	v.wait("all agree, and the call is served", darkOnAll(kind, floor)+` && !document.querySelector(".matrix td.differs")`)
	v.healthy()
}

// Everything loses its power with lamps lit, and keeps its promises.
func TestPowerCut(t *testing.T) {
	v := open(t, demo(t).URL, Look{Dark: true})
	v.alive()
	kind, floor := v.quietCall()
	v.press("1", kind, floor)
	v.press("3", "cab", floor)
	v.wait("lamps are lit", lit("3", "cab", floor)+" && "+litOnAll(kind, floor))
	v.click(`[data-fault="powercut"]`)
	v.wait("all nodes are dead", `[...document.querySelectorAll(".node-word")].every((w) => w.textContent === "dead")`)
	v.click(`[data-fault="powercut"]`)
	v.wait("all nodes are back", `[...document.querySelectorAll(".node-word")].every((w) => w.textContent === "alive")`)
	v.wait("the promise was kept", dark("3", "cab", floor)+" && "+darkOnAll(kind, floor)+` && [...document.querySelectorAll("#figures")].every((f) => f.textContent.includes("no promise broken"))`)
	v.healthy()
}
