package main

const (
	callFile      = "worldview/call.go"
	statusFile    = "worldview/status.go"
	viewFile      = "worldview/worldview.go"
	snapshotFile  = "worldview/snapshot.go"
	composeFile   = "worldview/compose.go"
	decodeFile    = "worldview/decode.go"
	peersFile     = "peers/peers.go"
	componentFile = "peers/component.go"
	ledgerFile    = "internal/ledger/ledger.go"
	confirmFile   = "internal/ledger/confirm.go"
	diskFile      = "internal/ledger/disk.go"
)

// cyclic is the merge of one cyclic number, none → unconfirmed → confirmed →
// none: one step ahead wins. Going on to none is kept as S := P, so that the
// watermarks, which this protocol doesn't have, don't give it away.
const cyclic = `
	if d.Phase() != (c.Phase()+1)%3 {
		return c
	}
	if d.Phase() == None {
		return Call{P: c.P, C: c.C, S: c.P}
	}
	return Call{P: max(c.P, d.P), C: max(c.C, d.C), S: c.S}`

// protocols are the wrong protocols of docs/protocol.md, each as a whole: what
// one would write who had never seen it fail.
func protocols() []Mutant {
	return []Mutant{{
		Name:  "cyclic-number",
		Wrong: "One cyclic number for each call, none → unconfirmed → confirmed → none, where one step ahead wins, and what a peer doesn't mention is none.",
		Rule:  "1", Spec: "S1, R3, R6",
		Check: "--fair 0 --crashes 1",
		Patches: []Patch{
			{File: callFile, Func: "Call.Join", New: cyclic},
			{File: viewFile, Old: "		if !s.HasStatus", New: `		if !m.Joining {
			mentioned := make(map[int]bool)
			for _, e := range s.Calls {
				mentioned[e.Number] = true
			}
			for number, before := range w.nodes[i].Calls {
				if after := before.Join(Call{}); !mentioned[number] && after != before {
					w.SetCall(i, number, after)
					if changed != nil {
						changed(i, number, before, after)
					}
				}
			}
		}
		if !s.HasStatus`},
		},
	}, {
		Name:  "cyclic-number-unknown",
		Wrong: "One cyclic number for each call, with a fourth value for \"unknown\" that loses to all others.",
		Rule:  "1", Spec: "S1, R3, R6",
		Check:   "--fair 0 --hall 2",
		Patches: []Patch{{File: callFile, Func: "Call.Join", New: "	if c.P == 0 {\n		return d\n	}\n	if d.P == 0 {\n		return c\n	}" + cyclic}},
	}, {
		Name:  "counter-per-call",
		Wrong: "One growing counter for each call, whatever is pressed while it is open: the larger count wins, and \"served\" closes it.",
		Rule:  "2", Spec: "S1, R6",
		Check: "--fair 0 --hall 2",
		Patches: []Patch{{File: callFile, Old: "	if j.Active() {", New: `	served := c
	if d.S > c.S {
		served = d
	}
	if c.S != d.S && !served.Active() {
		j.S = j.P
	}
	if j.Active() {`}},
	}, {
		Name:  "counter-per-origin",
		Wrong: "One growing counter for each call and origin, …, pressed, confirmed, served, …: a new press is pressed and not yet confirmed, whatever was lit before.",
		Rule:  "2, 4", Spec: "S1, R2",
		Check: "--fair 0 --hall 2",
		Patches: []Patch{
			{File: callFile, Func: "Call.Lit", New: "	return c.C > c.S && c.C == c.P"},
			{File: callFile, Old: "	c.P = min(max(c.P, l.Start())+1, maxLife.Start()|0xffff)\n", New: `	lit := c.Lit()
	c.P = min(max(c.P, l.Start())+1, maxLife.Start()|0xffff)
	if lit {
		c.C = c.P
	}
`},
		},
	}, {
		Name:  "no-latch",
		Wrong: "The lamp follows the acknowledgements of the moment: C isn't replicated, and falls when somebody comes who hasn't acknowledged.",
		Rule:  "3, 4", Spec: "S1, S2",
		Check: "--fair 0 --hall 2",
		Patches: []Patch{
			{File: callFile, Old: "C: max(c.C, d.C)", New: "C: c.C"},
			{File: confirmFile, Old: "c.P <= c.S || c.C == c.P", New: "c.P <= c.S"},
			{File: confirmFile, Old: "if w := confirmable(h); w > c.C && w > c.S {\n				l.set(i, number, c.Confirm(w))", New: `if w := confirmable(h); w != c.C && (w > c.S || c.Lit()) {
				c.C = w
				l.set(i, number, c)`},
		},
	}, {
		Name:  "alone-without-disk",
		Wrong: "A node with no live peer lights the lamp at once, before its disk holds the press.",
		Rule:  "3, 9", Spec: "S1, F2, F4, F8",
		Check:   "--crashes 1",
		Patches: []Patch{{File: confirmFile, Old: "	if h.NoDisk {", New: "	if h.NoDisk || h.Peers == 0 {"}},
	}, {
		Name:  "acks-outlive-the-peer",
		Wrong: "What the former life of a peer acknowledged still counts when the peer has been started again.",
		Rule:  "8", Spec: "S1, F2",
		Check:   "--fair 0 --crashes 1 --losses 1",
		Patches: []Patch{{File: ledgerFile, Old: "	if r.Verdict.NewLife {\n", New: "	if false {\n"}},
	}, {
		Name:  "acks-of-any-life",
		Wrong: "An echo counts whichever life of mine it is of: the boot nonce isn't compared.",
		Rule:  "8", Spec: "S1, F1, F2",
		Check:   "--fair 0 --crashes 2 --saved 1",
		Patches: []Patch{{File: peersFile, Old: "d.EchoBoot != t.boot || echo > sent", New: "echo > sent"}},
	}, {
		Name:  "acks-by-hearing",
		Wrong: "A peer is live, and acknowledges, when it is heard: no echo is asked for.",
		Rule:  "8", Spec: "S1, S3, F1, F3",
		Patches: []Patch{
			{File: peersFile, Func: "Table.Live", New: "	return t.Heard(i, now) && !t.peers[i].joining"},
			{File: peersFile, Old: "sentAt(t.peers[i].echoed) + t.timeout + 1", New: "t.peers[i].heard + t.timeout + 1"},
			{File: peersFile, Old: "	v.Acknowledges = echo != 0 && !d.Joining", New: "	v.Acknowledges = !d.Joining"},
			{File: peersFile, Old: "		if echo <= p.sent && (echo != 0 || p.echoed != 0 || now-p.heard <= t.timeout) {\n			return v\n		}\n", New: ""},
		},
	}, {
		Name:  "no-epochs",
		Wrong: "Stamps don't say in which life they were issued: each start of a process counts from 1 again.",
		Rule:  "2, 7", Spec: "S1, R6, F2",
		Check: "--hall 2 --crashes 2 --losses 1 --back 1",
		Patches: []Patch{
			{File: ledgerFile, Old: "	after := before.Press(l.life)\n", New: "	after := before.Press(0)\n"},
			{File: ledgerFile, Func: "Ledger.LiveAbove", New: ""},
		},
	}, {
		Name:  "serve-more-than-seen",
		Wrong: "Serving a call raises S above every press that was seen, to be on the safe side.",
		Rule:  "5", Spec: "S1, S4",
		Check:   "--crashes 1",
		Patches: []Patch{{File: callFile, Func: "Call.Serve", New: "	c.P++\n	c.S, c.Age = c.P, 0\n	return c"}},
	}, {
		Name:  "two-of-one-id",
		Wrong: "Two nodes with one id are let be.",
		Rule:  "10", Spec: "F7",
		Patches: []Patch{{File: receiveFile, Func: "Node.duplicate", New: ""}},
	}, {
		Name:  "serve-on-arrival",
		Wrong: "A call counts as served when the elevator is at its floor: the record comes before the deed.",
		Rule:  "5", Spec: "S1, S4",
		Patches: []Patch{
			{File: serveFile, Old: "	if !n.in.Connected || n.shown.Empty() {", New: "	if st := n.car.State(); n.in.Connected && n.in.Floor == st.Floor {\n		var s elevator.Calls\n		for f, b := range n.calls.All() {\n			if f == st.Floor && (b == elevator.Cab || b == st.Direction.Hall()) {\n				s.Put(f, b, true)\n			}\n		}\n		return s\n	}\n	if !n.in.Connected || n.shown.Empty() {"},
		},
	}, {
		Name:  "serve-unlit-calls",
		Wrong: "Elevators travel for calls that aren't lit, and serve them: a press may be gone without a lamp.",
		Rule:  "5, 6", Spec: "S3",
		Patches: []Patch{
			{File: driveFile, Old: "	hall := n.lit.Hall()", New: `	hall := n.lit.Hall()
	for i := range n.view.Len() {
		for number, c := range n.view.Node(i).Calls {
			if f, b := worldview.FloorButton(number); c.Active() && b != elevator.Cab {
				hall.Put(f, b, true)
			} else if c.Active() && i == n.me {
				calls.Cab.Put(f, true)
			}
		}
	}`},
			{File: serveFile, Old: "if !n.lit.Has(f, b) || !n.carOut.Serving.Has(f, b) {", New: "if !n.carOut.Serving.Has(f, b) {"},
			{File: serveFile, Old: "		if n.now-n.litSince[number] < MinLit {\n			continue // serveAt wakes the node for it\n		}\n		served = true", New: `		open := false
		for i := range n.view.Len() {
			open = open || n.view.Call(i, number).Active() && (b != elevator.Cab || i == n.me)
		}
		if !open {
			continue
		}
		served = true`},
			{File: serveFile, Func: "Node.serveAt", New: "	return 0"},
		},
	}, {
		Name:  "disk-before-fsync",
		Wrong: "What was given to the disk counts as held before the disk says so.",
		Rule:  "9", Spec: "S1, F2, F4",
		Check:   "--crashes 1",
		Patches: []Patch{{File: diskFile, Old: "			l.held[i][number].pending = l.view.Call(i, number).P\n", New: "			l.held[i][number].pending = l.view.Call(i, number).P\n			l.held[i][number].durable = l.held[i][number].pending\n"}},
	}, {
		Name:  "last-press-wins",
		Wrong: "Merging keeps the slot with the newer press, and mine if they are equal.",
		Rule:  "1", Spec: "R3, S2",
		Check:   "--crashes 1",
		Patches: []Patch{{File: callFile, Func: "Call.Join", New: "	if d.P > c.P {\n		return d\n	}\n	return c"}},
	}}
}
