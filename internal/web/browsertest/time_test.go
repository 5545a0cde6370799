package browsertest

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// The time line leads back, plays, and leads to the present again.
func TestDragTheTimeLine(t *testing.T) {
	v := open(t, demo(t).URL, Look{})
	v.alive()
	kind, floor := v.quietCall()
	v.press("1", kind, floor)
	v.wait("the lamps are lit", litOnAll(kind, floor))
	pressed := eval[float64](v, clock)
	v.wait("the call is served", darkOnAll(kind, floor))
	v.wait("a few seconds have passed", clock+" > "+number(pressed+6))

	// To just behind the press: what was lit then is lit again.
	share := eval[float64](v, `(() => { const end = `+clock+`; return `+number(pressed)+` / end; })()`)
	if err := v.Drag(".tl-range", 0.999, share); err != nil {
		t.Fatal(err)
	}
	v.wait("the past is shown", `document.body.dataset.mode === "past" && document.querySelector(".tl-state").textContent.includes("ago")`)
	v.wait("the faults can't be asked for in the past", `document.querySelector('[data-fault="kill"]').disabled`)
	v.wait("the lamps of then", `(() => { const r = document.querySelector(".tl-range"); const b = (v) => { r.value = v; r.dispatchEvent(new Event("input")); }; if (`+litOnAll(kind, floor)+`) return true; b(Math.min(998, Number(r.value) + 3)); return false; })()`)
	v.wait("who knew what then", `[...document.querySelectorAll(".matrix tbody tr:not([hidden])")].some((r) => r.innerText.includes("floor `+strconv.Itoa(floor)+`"))`)

	before := eval[float64](v, clock)
	v.click(".tl-play")
	v.wait("the past is played", clock+" > "+number(before+1))
	v.click(".tl-live")
	v.wait("the present is back", `document.body.dataset.mode === "live" && document.querySelector(".tl-live").getAttribute("aria-pressed") === "true"`)
	v.healthy()
}

// clock is the moment that is shown, in seconds.
const clock = `document.querySelector(".tl-now").textContent.split(":").reduce((a, x) => a * 60 + Number(x), 0)`

func number(x float64) string { return strconv.FormatFloat(x, 'f', 3, 64) }

// An incident is saved, and elevnet replay shows the same.
func TestSaveAndReplayAnIncident(t *testing.T) {
	dir := t.TempDir()
	v := open(t, demo(t).URL, Look{})
	if err := v.Download(dir); err != nil {
		t.Fatal(err)
	}
	v.alive()
	kind, floor := v.quietCall()
	v.press("2", kind, floor)
	v.wait("the lamps are lit", litOnAll(kind, floor))
	v.wait("the call is served", darkOnAll(kind, floor))
	v.click(".tl-save")
	v.wait("the file is saved", `[...document.querySelectorAll("#log li")].some((l) => l.innerText.includes("Saved"))`)
	file := saved(t, dir)
	v.healthy()

	w := open(t, replay(t, file).URL, Look{})
	w.wait("it is a recording", `document.getElementById("network-text").textContent.includes("a recording")`)
	w.wait("nothing can be broken in it", `document.getElementById("break-card").hidden`)
	w.wait("the lamps of then", litOnAll(kind, floor)+` || (document.querySelector(".tl-play").getAttribute("aria-label") === "play" && document.querySelector(".tl-play").click(), false)`)
	w.healthy()
}

// saved waits for a file that is complete.
func saved(t *testing.T, dir string) string {
	t.Helper()
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(100 * time.Millisecond) {
		files, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			if info, err := f.Info(); err == nil && info.Size() > 0 && !strings.HasSuffix(f.Name(), ".crdownload") {
				return filepath.Join(dir, f.Name())
			}
		}
	}
	t.Fatal("no file was saved")
	return ""
}
