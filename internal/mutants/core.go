package main

// The small mistakes in the replicated state, in what is known of peers, and in
// the protocol itself.

func inWorldview() []Mutant {
	return []Mutant{{
		Name:  "merge-smaller-service",
		Wrong: "Merging takes the smaller S instead of the larger.",
		Rule:  "1", Spec: "R3, S1",
		Check:   "--crashes 1",
		Patches: []Patch{{File: callFile, Old: "S: max(c.S, d.S)", New: "S: min(c.S, d.S)"}},
	}, {
		Name:  "merge-own-press",
		Wrong: "Merging keeps my own P if I have one.",
		Rule:  "1", Spec: "R3, S1",
		Check:   "--hall 2",
		Patches: []Patch{{File: callFile, Old: "	if j.Active() {", New: "	if c.P != 0 {\n		j.P = c.P\n		j.C, j.S = min(j.C, j.P), min(j.S, j.P)\n	}\n	if j.Active() {"}},
	}, {
		Name:  "lit-though-served",
		Wrong: "A call is lit when it was ever confirmed: S is forgotten.",
		Rule:  "4", Spec: "S3",
		Patches: []Patch{{File: callFile, Func: "Call.Lit", New: "	return c.C > 0"}},
	}, {
		Name:  "press-without-one-more",
		Wrong: "A press sets P to the start of the life and doesn't count on.",
		Rule:  "2", Spec: "S1, S3",
		Check:   "--hall 2",
		Patches: []Patch{{File: callFile, Old: "min(max(c.P, l.Start())+1, maxLife", New: "min(max(c.P, l.Start()+1), maxLife"}},
	}, {
		Name:  "press-below-former-life",
		Wrong: "A press counts from the start of this life, though a former one may have been ahead.",
		Rule:  "2", Spec: "S1, R6",
		Check: "--hall 2 --crashes 2 --losses 1 --back 1",
		Patches: []Patch{
			{File: callFile, Old: "min(max(c.P, l.Start())+1, maxLife", New: "min(max(min(c.P, l.Start()|0xffff), l.Start())+1, maxLife"},
			{File: ledgerFile, Old: "p > l.life {", New: "p > l.life && false {"},
		},
	}, {
		Name:  "serve-what-was-confirmed",
		Wrong: "Serving raises S to C: a press that is not confirmed yet is left, and lights the lamp again behind the passenger's back.",
		Rule:  "5", Spec: "S1, R6",
		Tests: Tests{Package: "worldview", Run: "TestServedIsNotRevived",
			Why: "The press that is left was pressed, as far as the judge can see, at the open door: a passenger who is too late, and gets a lamp.",
		},
		Patches: []Patch{{File: callFile, Func: "Call.Serve", New: "	c.S = c.C\n	if !c.Active() {\n		c.Age = 0\n	}\n	return c"}},
	}, {
		Name:  "served-call-keeps-its-age",
		Wrong: "Serving a call doesn't set its age back.",
		Rule:  "14", Spec: "R1, S2",
		Patches: []Patch{{File: callFile, Func: "Call.Serve", New: "	c.S = c.P\n	return c"}},
	}, {
		Name:  "keep-mine-on-equal",
		Wrong: "Of two statuses with the same version each node keeps its own, and its own links.",
		Rule:  "1", Spec: "R3, R4, F7",
		Tests: Tests{Package: "worldview", Run: "TestStatusVersions",
			Why: "Only two nodes with one id ever make two statuses of one version, and the judge of the simulation excuses those.",
		},
		Patches: []Patch{{File: statusFile, Func: "Status.join", New: "	if s.Version.Compare(t.Version) < 0 {\n		return t\n	}\n	return s"}},
	}, {
		Name:  "status-without-life",
		Wrong: "Statuses are compared by their number alone: what a node says after its restart is older than what it said before.",
		Rule:  "1", Spec: "R1, R4",
		Patches: []Patch{{File: statusFile, Func: "Version.Compare", New: "	return cmp.Compare(v.Seq, u.Seq)"}},
	}, {
		Name:  "foreign-numbers-in-links",
		Wrong: "The links in a datagram are read as local numbers, though they are those of its sections.",
		Rule:  "1", Spec: "R1, R4",
		Patches: []Patch{{File: viewFile, Func: "localLinks", New: "	return links"}},
	}, {
		Name:  "foreign-cab-lamps",
		Wrong: "Cab calls of all nodes light the lamps of all panels.",
		Rule:  "4", Spec: "S2, S5",
		Patches: []Patch{{File: viewFile, Old: "b != elevator.Cab || i == me {", New: "b != elevator.Cab || i == me || i != me {"}},
	}, {
		Name:  "snapshot-of-open-calls",
		Wrong: "The disk keeps the open calls only: what was served is forgotten, and comes back with the next old datagram.",
		Rule:  "9", Spec: "R6, F1, F2",
		Patches: []Patch{{File: snapshotFile, Old: "			if c.P != 0 {", New: "			if c.Active() {"}},
	}, {
		Name:  "closed-calls-told-once",
		Wrong: "That a call was served is told once, and not again to those who missed it.",
		Rule:  "1", Spec: "R3, S2, F1",
		Check:   "--crashes 1",
		Patches: []Patch{{File: composeFile, Old: "		c.closedTurn = c.turns(n*numbers, c.closedTurn, full, add(false))\n", New: ""}},
	}, {
		Name:  "trailing-bytes",
		Wrong: "The decoder takes a datagram with something behind its end: one content has many encodings.",
		Rule:  "14", Spec: "F1",
		Tests: Tests{Package: "worldview", Run: "TestMalformed",
			Why: "No node sends such bytes: only the tests of the decoder do.",
		},
		Patches: []Patch{{File: decodeFile, Old: "	if r.err == nil && len(r.b) > 0 {\n		r.fail(\"bytes left over\")\n	}\n", New: ""}},
	}}
}

func inPeers() []Mutant {
	return []Mutant{{
		Name:  "former-life-flips-back",
		Wrong: "Any datagram with another nonce is that of a new life, be it a late one of a life that has ended.",
		Rule:  "8", Spec: "S1, F1, F2",
		Check:   "--fair 0 --crashes 1 --saved 1",
		Patches: []Patch{{File: peersFile, Old: "		if echo <= p.sent && (echo != 0 || p.echoed != 0 || now-p.heard <= t.timeout) {", New: "		if false {"}},
	}, {
		Name:  "later-is-who-heard-more",
		Wrong: "Of two lives of a peer the later one is that which has echoed more of me: a new one that has echoed nothing yet loses to any late datagram of the former.",
		Rule:  "8", Spec: "S1, F1, F2",
		Check:   "--fair 0 --crashes 1 --saved 1",
		Patches: []Patch{{File: peersFile, Old: "		if echo <= p.sent && (echo", New: "		if echo <= p.echoed && (echo"}},
	}, {
		Name:  "late-datagrams-are-fresh",
		Wrong: "The sequence number isn't looked at: late and repeated datagrams prove that the peer is there.",
		Rule:  "8", Spec: "F1",
		Tests: Tests{Package: "peers", Run: "TestReceive",
			Why: "Within one life what a late datagram shows is still held, and its echo is as old as it was: the harm is in a digest and a loss that are out of date.",
		},
		Patches: []Patch{{File: peersFile, Old: "	case d.Seq <= p.seq:\n", New: "	case false:\n"}},
	}, {
		Name:  "echo-of-the-unsent",
		Wrong: "An echo of something that was never sent is believed.",
		Rule:  "8", Spec: "F1",
		Tests: Tests{Package: "peers", Run: "TestReceive",
			Why: "Nobody echoes what was not sent, but with the intention to deceive.",
		},
		Patches: []Patch{{File: peersFile, Old: "d.EchoBoot != t.boot || echo > sent", New: "d.EchoBoot != t.boot"}},
	}, {
		Name:  "live-for-ever",
		Wrong: "A peer that was live once stays live.",
		Rule:  "8", Spec: "S3, F2, F3",
		Patches: []Patch{
			{File: peersFile, Old: "	return p.echoed != 0 && !p.joining && now-sentAt(p.echoed) <= t.timeout", New: "	return p.echoed != 0 && !p.joining"},
			{File: peersFile, Func: "Table.Expires", New: "	return 0"},
		},
	}, {
		Name:  "joining-peers-are-live",
		Wrong: "Lamps wait for peers that only listen yet.",
		Rule:  "3, 10", Spec: "S3, R5",
		Tests: Tests{Package: "peers", Run: "TestReceive",
			Why: "The lamps wait for half a second while somebody joins, which the judge takes for a network that settles.",
		},
		Patches: []Patch{{File: peersFile, Old: "	return p.echoed != 0 && !p.joining && now-sentAt(p.echoed) <= t.timeout", New: "	return p.echoed != 0 && now-sentAt(p.echoed) <= t.timeout"}},
	}, {
		Name:  "links-of-the-dead",
		Wrong: "A link counts if one end says so: what a dead node said last still connects.",
		Rule:  "11", Spec: "R4, F2",
		Tests: Tests{Package: "peers", Run: "TestComponent",
			Why: "A dead node may be given a call, and by rule 12 somebody comes all the same.",
		},
		Patches: []Patch{{File: componentFile, Old: "j < len(links) && links[j].Has(i) && !reached.Has(j)", New: "j < len(links) && !reached.Has(j)"}},
	}}
}

func inLedger() []Mutant {
	return []Mutant{{
		Name:  "impatience-ignored",
		Wrong: "A press on a lit button isn't counted.",
		Rule:  "2", Spec: "S1",
		Check:   "--hall 2",
		Patches: []Patch{{File: ledgerFile, Old: "	if p := before.P.Life(); p > l.life {\n		l.LiveAbove(p)", New: "	if before.Lit() {\n		return\n	}\n	if p := before.P.Life(); p > l.life {\n		l.LiveAbove(p)"}},
	}, {
		Name:  "press-in-a-former-life",
		Wrong: "A node that finds its own slot ahead of its life presses above it without taking a new life: the former one may have issued that stamp.",
		Rule:  "2, 7", Spec: "S1, R6",
		Tests: Tests{Package: "internal/node", Run: "TestRule7PressAfterAPressFromTheDiskWasServedElsewhere",
			Why: "It takes a disk that is older than what the peers know, a clock that went back, and a late datagram: beyond the bounds of the model checker.",
		},
		Patches: []Patch{{File: ledgerFile, Old: "		l.LiveAbove(p) // that life may have issued the next stamp itself\n", New: ""}},
	}, {
		Name:  "no-repair",
		Wrong: "A node whose slot is shown ahead of it doesn't press again.",
		Rule:  "7", Spec: "S1, F2",
		Check:   "--fair 0 --hall 2 --crashes 1 --losses 1 --back 1",
		Patches: []Patch{{File: ledgerFile, Func: "Ledger.repair", New: ""}},
	}, {
		Name:  "repair-in-the-same-life",
		Wrong: "Pressing again above a slot that was ahead is done without a new life.",
		Rule:  "7", Spec: "S1, R6",
		Tests: Tests{Package: "internal/node", Run: "TestRule7OwnSlotOfAnotherLife",
			Why: "It takes a late datagram of a life whose disk was lost, after the clock went back: beyond the bounds of the model checker.",
		},
		Patches: []Patch{
			{File: ledgerFile, Old: "	l.LiveAbove(max(l.life, after.P.Life()))\n	l.Press(number)", New: "	again := l.view.Call(l.me, number).Press(l.life)\n	l.issued[number] = again.P\n	l.set(l.me, number, again)"},
		},
	}, {
		Name:  "repair-what-was-restored",
		Wrong: "A press that only came back from the disk is pressed again when its slot is shown ahead: it may have been served.",
		Rule:  "7", Spec: "R6",
		Tests: Tests{Package: "internal/node", Run: "TestRule7NoGhostFromStaleDisks",
			Why: "It takes a disk that is older than what the peers know, and a press there that only they know was served: beyond the bounds of the model checker.",
		},
		Patches: []Patch{{File: ledgerFile, Old: "!before.Active() || !l.overtaken(number, before.P, after.P) {", New: "!before.Active() {"}},
	}, {
		Name:  "restored-press-left-dark",
		Wrong: "A press that came back from the disk is never pressed again, though its slot was ahead in a life that the disk doesn't know.",
		Rule:  "7", Spec: "S1, F2",
		Tests: Tests{Package: "internal/ledger", Run: "TestRule7Repair",
			Why: "It takes a disk that is lost, a clock that goes back, a press, another restart, and a peer that is silent until then: some twenty steps, too deep for the model checker.",
		},
		Patches: []Patch{{File: ledgerFile, Old: "	return mine == l.issued[number] ||\n		mine.Life() <= l.stored && l.stored < theirs.Life()", New: "	return mine == l.issued[number]"}},
	}, {
		Name:  "repaired-lamp-goes-off",
		Wrong: "A lit press that is pressed again above its former life has to be confirmed once more: the lamp goes off until then.",
		Rule:  "7", Spec: "S1",
		Tests: Tests{Package: "internal/ledger", Run: "TestRule7Repair",
			Why: "It takes a disk that is lost, a clock that goes back, and a lamp that is lit before a peer that has served a press is heard: fifteen steps, for which the model checker needs a million and a half states.",
		},
		Patches: []Patch{{File: ledgerFile, Old: "	if before.Lit() {\n		l.set(", New: "	if false {\n		l.set("}},
	}, {
		Name:  "equal-life-is-above",
		Wrong: "A life that equals the one that it must be above is kept: two lives issue the same stamps.",
		Rule:  "2, 7", Spec: "S1, R6",
		Tests: Tests{Package: "internal/ledger", Run: "TestLiveAbove",
			Why: "Two lives are equal once in 65,536 restarts within one second of the clock.",
		},
		Patches: []Patch{{File: ledgerFile, Old: "	if l.life <= other {", New: "	if l.life < other {"}},
	}, {
		Name:  "serve-own-slot-only",
		Wrong: "An open door serves the presses of its own panel only.",
		Rule:  "5", Spec: "S1, S3",
		Patches: []Patch{{File: ledgerFile, Old: "		if b == elevator.Cab && i != l.me {", New: "		if _ = b; i != l.me {"}},
	}, {
		Name:  "serve-all-cabs",
		Wrong: "A cab call is served at every node when one of them opens its door there.",
		Rule:  "5", Spec: "S1, S5",
		Patches: []Patch{{File: ledgerFile, Old: "		if b == elevator.Cab && i != l.me {\n			continue\n		}\n", New: "		_ = b\n"}},
	}, {
		Name:  "acks-without-proof",
		Wrong: "What a datagram shows counts as held by its sender, be it late, repeated or from a former life.",
		Rule:  "8", Spec: "S1, F1, F2",
		Check:   "--fair 0 --diskless 1 --crashes 1 --saved 1",
		Patches: []Patch{{File: ledgerFile, Old: "i != l.me && r.Verdict.Acknowledges && ", New: "i != l.me && "}},
	}, {
		Name:  "memory-is-held",
		Wrong: "A peer that has a press in its memory counts as holding it on its disk.",
		Rule:  "3, 9", Spec: "S1, F4",
		Check:   "--fair 0 --hall 1",
		Patches: []Patch{{File: ledgerFile, Old: "			if e.Held {\n", New: "			if e.Call.P > 0 {\n"}},
	}, {
		Name:  "says-held-at-once",
		Wrong: "A node says that it holds a press before its disk does.",
		Rule:  "3, 9", Spec: "S1, F4",
		Check:   "--fair 0 --hall 1",
		Patches: []Patch{{File: confirmFile, Func: "Ledger.Held", New: "	return true"}},
	}, {
		Name:  "an-older-press-is-held",
		Wrong: "A node says that it holds a press when its disk holds an older one of that button.",
		Rule:  "3, 9", Spec: "S1, F4",
		Check:   "--fair 0 --hall 2",
		Patches: []Patch{{File: confirmFile, Func: "Ledger.Held", New: "	return l.disk != worldview.DiskWorks || l.Durable(i, number) > 0"}},
	}, {
		Name:  "own-disk-ignored",
		Wrong: "With live peers the lamp doesn't wait for this node's own disk.",
		Rule:  "3", Spec: "R2, F4",
		Check:   "--crashes 1",
		Patches: []Patch{{File: confirmFile, Old: "		w = min(w, h.ByAll)", New: "		w = h.ByAll"}},
	}, {
		Name:  "one-peer-is-enough",
		Wrong: "The lamp is lit when any one live peer holds the press: max for min.",
		Rule:  "3", Spec: "R2, F2",
		Check:   "--nodes 3",
		Patches: []Patch{{File: confirmFile, Old: "		h.ByAll = min(h.ByAll, a.held)", New: "		if h.Peers == 1 {\n			h.ByAll = 0\n		}\n		h.ByAll = max(h.ByAll, a.held)"}},
	}, {
		Name:  "never-patient",
		Wrong: "The patience with a silent peer is over at once.",
		Rule:  "3", Spec: "R2",
		Check:   "--crashes 1",
		Patches: []Patch{{File: confirmFile, Old: "w > h.Call.S || !h.Late {", New: "w > h.Call.S {"}},
	}, {
		Name:  "patient-for-ever",
		Wrong: "A live peer that stays silent, or a disk that hangs, keeps the lamp dark for as long as it does.",
		Rule:  "3", Spec: "S3, F6",
		Tests: Tests{Package: "internal/ledger", Run: "TestRule3Confirmable",
			Why: "A peer that stays silent is no longer live after half a second, and a disk that hangs has failed after two: so the lamp is late, and not later than the judge allows in a building with such faults.",
		},
		Patches: []Patch{{File: confirmFile, Old: "w > h.Call.S || !h.Late {", New: "w > h.Call.S || w <= h.Call.S {"}},
	}, {
		Name:  "dark-without-disk",
		Wrong: "A node without a disk that works lights nothing.",
		Rule:  "9", Spec: "S3, F6",
		Patches: []Patch{{File: confirmFile, Old: "	if h.NoDisk {\n		own = h.Call.P\n	}\n", New: ""}},
	}, {
		Name:  "commit-holds-what-came-later",
		Wrong: "When a commit has ended, what was pressed while it was under way counts as stored, too.",
		Rule:  "9", Spec: "S1, F4",
		Check:   "--crashes 1",
		Patches: []Patch{{File: diskFile, Old: "			if h.durable == h.pending {", New: "			h.pending = l.view.Call(i, number).P\n			if h.durable == h.pending {"}},
	}, {
		Name:  "restored-calls-untold",
		Wrong: "What the disk gave back is merged and nobody is told: no lamp, no commit, no age.",
		Rule:  "9", Spec: "S1, F4",
		Patches: []Patch{{File: diskFile, Func: "Ledger.tellSince", New: ""}},
	}, {
		Name:  "new-life-in-the-same-second",
		Wrong: "A new life is drawn in the second of the one that it must be above: it may be below.",
		Rule:  "7", Spec: "S1, R6",
		Tests: Tests{Package: "internal/scenario", Run: "TestF2Killed",
			Why: "It takes a restart without a disk, in a second that the clock has shown before, with smaller random bits: the scenario turns the clock back.",
		},
		Patches: []Patch{{File: ledgerFile, Old: "worldview.NewLife(other.Second()+1, l.random())", New: "worldview.NewLife(other.Second(), l.random())"}},
	}, {
		Name:  "acks-unnoticed",
		Wrong: "Nobody looks at the lamps when an acknowledgement comes.",
		Rule:  "3", Spec: "S3",
		Patches: []Patch{{File: ledgerFile, Old: "			if *a != before {\n				l.news = true\n			}\n", New: "			_ = before\n"}},
	}}
}
