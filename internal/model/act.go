package model

import "fmt"

// kind of an act.
type actKind uint8

const (
	actPress actKind = iota
	actDeliver
	actSave
	actLate
	actConfirm
	actOpen
	actServe
	actBegin
	actStored
	actFail
	actSlow
	actCrash
	actRestart
	actJoin
	actRecover
)

// act is something that happens in the world.
type act struct {
	kind actKind
	node int8 // to which it happens
	peer int8 // the sender; which of the saved datagrams
	call int8
	// live and late belong to actConfirm.
	live, late uint8
	// silent: of actDeliver and actLate. kept and lost: of actFail and actCrash,
	// the old contents stay on the disk; the disk is lost. back, lost: of
	// actRestart, the clock is set back, the disk can't be read.
	silent, kept, lost, back bool
}

// Step is one step of a story.
type Step struct {
	Text string
}

func (s Step) String() string { return s.Text }

// tell says in words what happened between two states.
func (w *worker) tell(a act, s, t *state) Step {
	n := ids[a.node]
	call := [kinds]string{"hall-up 0", "cab 0"}[max(a.call, 0)]
	var text string
	switch a.kind {
	case actPress:
		text = fmt.Sprintf("%s is pressed on %s", call, n)
	case actDeliver:
		what := "datagram"
		if !s.node[a.peer].has(joined) {
			what = "probe"
		}
		text = fmt.Sprintf("%s's %s reaches %s", ids[a.peer], what, n)
	case actSave:
		text = fmt.Sprintf("a datagram of %s is kept by the network for later", n)
	case actLate:
		m := w.msg(s.saved[a.peer].msg)
		life := "present"
		if from := &s.node[m.from]; !from.up() || from.life != m.life {
			life = "former"
		}
		text = fmt.Sprintf("the kept datagram of %s's %s life reaches %s", ids[m.from], life, n)
	case actConfirm:
		text = fmt.Sprintf("%s looks, taking %s for live%s", n, names(a.live), lateText(a.late))
	case actOpen:
		text = fmt.Sprintf("%s's door opens for %s", n, call)
	case actServe:
		text = fmt.Sprintf("%s records that %s is served", n, call)
	case actBegin:
		text = fmt.Sprintf("%s begins to store what it knows", n)
	case actStored:
		text = fmt.Sprintf("%s's disk has stored it", n)
	case actFail:
		text = fmt.Sprintf("%s's disk fails; it holds the %s contents", n, oldNew(a.kept))
	case actSlow:
		text = fmt.Sprintf("%s's disk does not answer", n)
	case actCrash:
		switch {
		case a.lost:
			text = fmt.Sprintf("%s crashes and its disk is lost", n)
		case s.node[a.node].pending != 0:
			text = fmt.Sprintf("%s crashes while it stores; its disk holds the %s contents", n, oldNew(a.kept))
		default:
			text = fmt.Sprintf("%s crashes", n)
		}
	case actRestart:
		text = fmt.Sprintf("%s is started again", n)
		if a.back {
			text += ", its clock set back"
		}
		if a.lost {
			text += ", its disk unreadable"
		}
	case actJoin:
		text = fmt.Sprintf("%s joins", n)
	case actRecover:
		text = fmt.Sprintf("%s can read its disk again", n)
	}
	if a.silent {
		text += ", when its former life has long been silent"
	}
	return Step{text + w.changes(a, s, t) + "."}
}

func oldNew(kept bool) string {
	if kept {
		return "old"
	}
	return "new"
}

func names(set uint8) string {
	text := ""
	for i, id := range ids {
		if set&(1<<i) != 0 {
			if text != "" {
				text += " and "
			}
			text += string(id)
		}
	}
	if text == "" {
		return "nobody"
	}
	return text
}

func lateText(late uint8) string {
	if late == 0 {
		return ""
	}
	return ", out of patience"
}

// changes says what an act has changed that people see: lamps, and whether the
// call is open where it happened.
func (w *worker) changes(a act, s, t *state) string {
	text := ""
	if !t.node[a.node].up() {
		return ""
	}
	after := w.led(t.node[a.node].led)
	for k := range kinds {
		call := [kinds]string{"hall-up 0", "cab 0"}[k]
		was, is := 0, 0
		if s.node[a.node].up() {
			was = w.phase(w.led(s.node[a.node].led), int(a.node), k)
		}
		is = w.phase(after, int(a.node), k)
		if is != was {
			text += fmt.Sprintf("; %s is %s there now", call, [...]string{"not active", "active, not lit", "lit"}[is])
		}
	}
	return text
}

// phase is a call as node n sees it.
func (w *worker) phase(e *ledgerEntry, n, k int) int {
	phase := 0
	for o := range w.opts.Nodes {
		if k == cab && o != n {
			continue
		}
		phase = max(phase, int(e.calls[o][k].Phase()))
	}
	return phase
}
