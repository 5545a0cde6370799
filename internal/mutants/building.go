package main

const (
	driveFile   = "internal/node/drive.go"
	serveFile   = "internal/node/serve.go"
	nodeFile    = "internal/node/node.go"
	pressFile   = "internal/node/press.go"
	nodeDisk    = "internal/node/disk.go"
	receiveFile = "internal/node/receive.go"
	ageFile     = "internal/node/confirm.go"
	storeFile   = "internal/store/store.go"
	slotFile    = "internal/store/slot.go"
)

// The small mistakes in a whole node, and in the file that it keeps.

func inNode() []Mutant {
	return []Mutant{{
		Name:  "presses-while-joining-lost",
		Wrong: "What is pressed while a node only listens is forgotten.",
		Rule:  "2, 10", Spec: "S3",
		Patches: []Patch{{File: pressFile, Old: "		n.latched = n.latched.Or(pressed)\n", New: ""}},
	}, {
		Name:  "held-button-presses",
		Wrong: "A button that is held is pressed with every reading.",
		Rule:  "2", Spec: "R6",
		Patches: []Patch{{File: pressFile, Old: "	pressed := in.Buttons.AndNot(n.in.Buttons)\n", New: "	pressed := in.Buttons\n"}},
	}, {
		Name:  "press-stored-lazily",
		Wrong: "A press waits for the next commit, as a confirmation may.",
		Rule:  "9", Spec: "S3",
		Patches: []Patch{{File: pressFile, Old: "before.P != after.P || before.S != after.S)", New: "before.S != after.S)"}},
	}, {
		Name:  "failed-commit-counts",
		Wrong: "A commit that has failed counts as one that has succeeded.",
		Rule:  "9", Spec: "F6, F4",
		Patches: []Patch{{File: nodeDisk, Old: "	if err != nil {\n		d.dirty, d.retry = true, n.now+DiskRetry\n		n.diskFails(err)\n		return\n	}\n", New: ""}},
	}, {
		Name:  "hung-disk-unnoticed",
		Wrong: "A disk that doesn't answer is waited for for ever.",
		Rule:  "9", Spec: "F6, S3",
		Patches: []Patch{
			{File: nodeDisk, Func: "Node.checkDisk", New: ""},
			{File: nodeDisk, Old: "	case d.busy && !d.failed:\n		return d.began + DiskPatience\n", New: ""},
		},
	}, {
		Name:  "disk-not-tried-again",
		Wrong: "After an error nothing is committed until something else changes.",
		Rule:  "9", Spec: "F6",
		Patches: []Patch{{File: nodeDisk, Old: "		d.dirty, d.retry = true, n.now+DiskRetry\n", New: ""}},
	}, {
		Name:  "served-unseen",
		Wrong: "A press at an open door is served before its lamp was lit for anybody to see.",
		Rule:  "5", Spec: "S3",
		Patches: []Patch{{File: serveFile, Old: "		if n.now-n.litSince[number] < MinLit {\n			continue // serveAt wakes the node for it\n		}\n", New: ""}},
	}, {
		Name:  "record-with-the-deed",
		Wrong: "The record is made in the step that opens the door, before the command has gone out.",
		Rule:  "5", Spec: "S1, S4",
		Tests: Tests{Package: "internal/node", Run: "TestInvariants",
			Why: "In the simulation a step is never cut in the middle: to see the difference takes a crash between the record and the deed.",
		},
		Patches: []Patch{
			{File: serveFile, Old: "	if !n.in.Connected || n.shown.Empty() {", New: "	if !n.in.Connected {"},
			{File: serveFile, Old: "	for f, b := range n.shown.All() {", New: "	for f, b := range n.carOut.Serving.All() {"},
		},
	}, {
		Name:  "thawed-node-trusts-itself",
		Wrong: "A node that was frozen shows and follows what it knew, before it has heard what happened since.",
		Rule:  "4", Spec: "S2, F2",
		Tests: Tests{Package: "internal/node", Run: "TestCaughtUpAfterAFreeze",
			Why: "The judge allows a node that has just been thawed some time to learn.",
		},
		Patches: []Patch{{File: nodeFile, Old: "		n.caughtUp = now + CatchUp // no step", New: "		_ = now + CatchUp // no step"}},
	}, {
		Name:  "stuck-cars-get-calls",
		Wrong: "Elevators that say that they aren't available are given hall calls.",
		Rule:  "11, 13", Spec: "E3, E4, E5, E6",
		Patches: []Patch{{File: driveFile, Old: "		c.Put(i, s.Known() && s.Unavailable.Available())", New: "		c.Put(i, s.Known())"}},
	}, {
		Name:  "dead-cars-get-calls",
		Wrong: "Every node that was ever heard of is given hall calls, be it reachable or not.",
		Rule:  "11", Spec: "F2, F3",
		Patches: []Patch{{File: driveFile, Old: "	for i := range peers.Component(n.me, links[:n.view.Len()]).All() {", New: "	_ = peers.Component\n	for i := range n.view.Len() {"}},
	}, {
		Name:  "status-never-renewed",
		Wrong: "A node's status has the same version for ever.",
		Rule:  "1", Spec: "R1, R4",
		Patches: []Patch{{File: driveFile, Old: "	n.version.Seq++\n", New: "	n.version.Seq = 1\n"}},
	}, {
		Name:  "ages-stand-still",
		Wrong: "Open calls don't grow older.",
		Rule:  "12", Spec: "R8",
		Tests: Tests{Package: "internal/scenario", Run: "TestR8AnOverdueCallIsTakenByAll",
			Why: "It takes the net of rule 12 away, and the other rules make no mistake that would need it. The scenario asks for it.",
		},
		Patches: []Patch{{File: ageFile, Func: "Node.age", New: "	n.nextAge = never"}},
	}, {
		Name:  "the-earlier-one-ends",
		Wrong: "Of two nodes with one id, the one that was started earlier ends.",
		Rule:  "10", Spec: "F7",
		Patches: []Patch{{File: receiveFile, Old: "	if n.later(m) {", New: "	if !n.later(m) {"}},
	}, {
		Name:  "motor-runs-on-at-the-end",
		Wrong: "A node that ends because of a duplicate leaves the motor on.",
		Rule:  "10", Spec: "F7, E2",
		Tests: Tests{Package: "internal/node", Run: "TestRule10TheOneThatEndsStopsItsMotorAndIsSilent",
			Why: "The judge of the simulation excuses the workspace of a node that has ended.",
		},
		Patches: []Patch{{File: driveFile, Old: "	if n.exit != nil {\n		o.Motor = elevator.Stop\n	}\n", New: ""}},
	}, {
		Name:  "other-floors-are-let-in",
		Wrong: "Datagrams of a building with other floors aren't refused, nor said.",
		Rule:  "14", Spec: "F7",
		Tests: Tests{Package: "internal/node", Run: "TestRule14DropWhole",
			Why: "All nodes of a simulated building have the same floors.",
		},
		Patches: []Patch{{File: receiveFile, Old: "	if m.Floors != n.cfg.Elevator.Floors {", New: "	if m.Floors == 0 {"}},
	}}
}

func inStore() []Mutant {
	return []Mutant{{
		Name:  "commit-without-sync",
		Wrong: "A commit ends before the disk has it.",
		Rule:  "9", Spec: "F4, F6",
		Tests: Tests{Package: "internal/store", Run: "TestFailedSyncMeansNewFile",
			Why: "The model checker and the simulation have disks of their own: what the file system does is tried by the tests of the store.",
		},
		Patches: []Patch{{File: storeFile, Old: "	if err := s.file.Sync(); err != nil {\n		s.distrust()\n		return explain(\"sync\", s.path, err)\n	}\n", New: ""}},
	}, {
		Name:  "one-slot-for-all",
		Wrong: "Each commit overwrites the one before: torn, there is none.",
		Rule:  "9", Spec: "F4, F6",
		Tests: Tests{Package: "internal/store", Run: "TestEveryFaultAndEveryPowerCut",
			Why: "The model checker and the simulation have disks of their own: what the file system does is tried by the tests of the store.",
		},
		Patches: []Patch{{File: storeFile, Old: "	s.older = 1 - s.older\n", New: ""}},
	}, {
		Name:  "failed-file-is-trusted",
		Wrong: "After a sync that failed the same file is written and synced again.",
		Rule:  "9", Spec: "F6",
		Tests: Tests{Package: "internal/store", Run: "TestFailedSyncMeansNewFile",
			Why: "The model checker and the simulation have disks of their own: what the file system does is tried by the tests of the store.",
		},
		Patches: []Patch{{File: storeFile, Old: "	if err := s.file.Sync(); err != nil {\n		s.distrust()\n", New: "	if err := s.file.Sync(); err != nil {\n"}},
	}, {
		Name:  "rename-without-sync",
		Wrong: "A new file replaces the old one, and the directory isn't synced.",
		Rule:  "9", Spec: "F4, F6",
		Tests: Tests{Package: "internal/store", Run: "TestCommitAndRecover",
			Why: "The model checker and the simulation have disks of their own: what the file system does is tried by the tests of the store.",
		},
		Patches: []Patch{{File: storeFile, Old: "	if err := s.fsys.SyncDir(s.dir); err != nil {\n		return explain(\"sync the directory\", s.dir, err)\n	}\n	if s.leftover {", New: "	if s.leftover {"}},
	}, {
		Name:  "checksum-not-compared",
		Wrong: "A slot is believed whatever its checksum says.",
		Rule:  "9", Spec: "F6",
		Tests: Tests{Package: "internal/store", Run: "TestEveryBitCounts",
			Why: "The model checker and the simulation have disks of their own: what the file system does is tried by the tests of the store.",
		},
		Patches: []Patch{{File: slotFile, Old: "	if sum := sha256.Sum256(buf); string(sum[:]) != string(h[offSum:offVersion]) {", New: "	if sum := sha256.Sum256(buf); string(sum[:]) == \"\" {"}},
	}}
}
