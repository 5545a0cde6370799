// Package worldview is the replicated state: what every node knows of all
// calls and all elevators. It is a join-semilattice: a set of values that only
// grow, merged by taking the larger, so that any order, loss, repetition or
// delay of datagrams ends in the same worldview everywhere (SPEC R1 to R3).
//
// A hall call × origin, and a cab call of a node, is a [Call]; an elevator is a
// [Status], versioned and written by its own node alone. [Worldview.Merge]
// joins what a datagram holds, be it the whole or any fragment.
//
// # Datagram
//
// The encoding is canonical: one content has one encoding, and the decoder
// refuses every other. Integers are big-endian; a varint is base 128, least
// significant group first, in its shortest form.
//
//	offset size
//	0      4    magic "ELVN"
//	4      1    version, 1
//	5      1    flags: 1 = joining (listens only, holds nothing yet)
//	6      4    building: CRC-32C of its name
//	10     4    key id, 0 = no key
//	14     1    floors
//	15     2    timings: hash of door and travel times
//	17     8    boot: the sender's nonce, drawn at each start
//	25     6    sequence: the sender's monotone clock in µs, strictly growing
//	31     2    count: datagrams sent so far, modulo 2^16
//	33     1    loss: the worst loss seen on input from a live peer, in per cent
//	34     8    digest of all P and S that the sender holds
//	42     1+n  id of the sender: length, bytes
//	       varint number of lives, then for each, ascending:
//	       6      life
//	       1    number of sections, then for each, ids ascending:
//	       1+n    id of the node that the section is about
//	       1      contents: 1 = echo, 2 = status, 4 = calls
//	              echo: what the sender last heard from that node
//	       8        boot
//	       6        sequence
//	              status: of that node's elevator
//	       varint   life, as a number in the table of lives
//	       varint   version within that life
//	       1        floor
//	       1        behaviour | (direction+1)<<2 | disk<<4 | 64 = goal given | 128 = parking
//	       1        reasons why it is unavailable
//	       0/1      goal: the hall call that it goes to next, 2 × floor, + 1 for up
//	       ⌈s/8⌉    which sections' nodes it is linked with, both ways: bit set;
//	                the links of one version that find no room here travel in
//	                other datagrams
//	              calls
//	       varint   how many, less one; then for each, ascending:
//	       varint     number (floor × 3 + button) less that of the one before, less one
//	       1          form: 1 = life of P as in the call before in this section
//	                  2,4 = S: 0 as P, 1 never, 2 given
//	                  8,16 = C: 0 as P, 1 as S, 2 never, 3 given
//	                  32 = held: an open call's P is as safe with the sender as it can be
//	                  64 = age given
//	       0/varint   life of P, as a number in the table of lives
//	       varint     count of P
//	       0/varint   P - S
//	       0/varint   P - C
//	       0/varint   age in seconds
//
// A trailer (checksum or authentication) is put behind it by package bcast.
package worldview

import (
	"bytes"
	"fmt"
	"math/bits"
	"slices"
	"strings"

	"elevnet/internal/elevator"
)

// Worldview is what one node knows. Nodes have local numbers, in the order in
// which this process first heard of them, that stay as they are.
//
// The zero value is not usable; see [New].
type Worldview struct {
	floors int
	nodes  []Node
	order  []int // local numbers, sorted by id
	index  map[elevator.ID]int
	digest uint64
	// version counts the changes of anything.
	version uint64
	// near spares most look-ups: by nearness(id), the local number of the newest
	// such node, plus one.
	near [nearby]uint8
}

// nearby is the size of the tables that stand in front of a map of ids.
const nearby = 16

// nearness tells ids apart as well as a glance does: they tend to end in
// different digits. The id must not be empty.
func nearness[S elevator.ID | []byte](id S) int { return int(id[len(id)-1]) % nearby }

// Node is what is known of one node.
type Node struct {
	ID     elevator.ID
	Calls  []Call // by Number(floor, button): its presses of hall buttons, and its cab calls
	Status Status
	hash   uint64  // of the id
	merged Content // the last of its messages that was merged
}

// Number returns the index of a button's call in Node.Calls.
func Number(floor int, b elevator.Button) int { return floor*elevator.Buttons + int(b) }

// FloorButton returns the floor and the button of a call by its number.
func FloorButton(number int) (int, elevator.Button) {
	return number / elevator.Buttons, elevator.Button(number % elevator.Buttons)
}

// New returns the empty worldview of a building with so many floors.
func New(floors int) *Worldview {
	return &Worldview{floors: floors, index: make(map[elevator.ID]int)}
}

// Floors returns the number of floors.
func (w *Worldview) Floors() int { return w.floors }

// Len returns the number of nodes ever heard of.
func (w *Worldview) Len() int { return len(w.nodes) }

// Node returns what is known of the node with local number i. It shares memory
// with the worldview and must not be changed.
func (w *Worldview) Node(i int) *Node { return &w.nodes[i] }

// Call returns one slot.
func (w *Worldview) Call(i, number int) Call { return w.nodes[i].Calls[number] }

// SetCall replaces a slot by one that is at or above it.
func (w *Worldview) SetCall(i, number int, c Call) {
	n := &w.nodes[i]
	old := &n.Calls[number]
	if old.P != c.P || old.S != c.S {
		w.digest += mix(n.hash, number, c) - mix(n.hash, number, *old)
	}
	*old = c
	w.version++
}

// SetStatus replaces the status of node i's elevator.
func (w *Worldview) SetStatus(i int, s Status) {
	w.nodes[i].Status = s
	w.version++
}

// Lookup returns the local number of a node.
func (w *Worldview) Lookup(id elevator.ID) (int, bool) {
	if id == "" {
		return 0, false
	}
	if i := int(w.near[nearness(id)]) - 1; i >= 0 && w.nodes[i].ID == id {
		return i, true
	}
	i, ok := w.index[id]
	return i, ok
}

// Add returns the local number of a node, giving it one if it has none. It
// returns false when there are already MaxNodes others.
func (w *Worldview) Add(id elevator.ID) (int, bool) {
	if i, ok := w.Lookup(id); ok {
		return i, true
	}
	if len(w.nodes) == elevator.MaxNodes {
		return 0, false
	}
	id = elevator.ID(strings.Clone(string(id)))
	i := len(w.nodes)
	w.nodes = append(w.nodes, Node{
		ID:    id,
		Calls: make([]Call, w.floors*elevator.Buttons),
		hash:  hashID(id),
	})
	w.index[id] = i
	w.near[nearness(id)] = uint8(i + 1)
	w.version++
	at, _ := slices.BinarySearchFunc(w.order, id, func(j int, id elevator.ID) int {
		return strings.Compare(string(w.nodes[j].ID), string(id))
	})
	w.order = slices.Insert(w.order, at, i)
	return i, true
}

// Sorted returns the local numbers in the order of the ids. It must not be
// changed.
func (w *Worldview) Sorted() []int { return w.order }

// Digest returns a hash of every P and S: equal sets of calls have equal
// digests on all nodes, and different ones hardly ever.
func (w *Worldview) Digest() uint64 { return w.digest }

// Lit returns the lit hall calls, and the lit cab calls of node me.
func (w *Worldview) Lit(me int) elevator.Calls {
	var lit elevator.Calls
	for i := range w.nodes {
		for number, c := range w.nodes[i].Calls {
			if !c.Lit() {
				continue
			}
			if f, b := FloorButton(number); b != elevator.Cab || i == me {
				lit.Put(f, b, true)
			}
		}
	}
	return lit
}

// Change is told what Merge did to one slot.
type Change func(i, number int, before, after Call)

// Merge joins what a datagram holds into the worldview and tells of each slot
// that grew. It returns whether the status of any elevator changed, and an
// error when the message can't be of this building or there are too many nodes;
// what could be merged has been merged then.
//
// The join is idempotent and the worldview only grows, so a message with the
// content that the one before from its sender had is not looked at.
func (w *Worldview) Merge(m *Message, changed Change) (status bool, err error) {
	if m.Floors != w.floors {
		return false, fmt.Errorf("%d floors instead of %d", m.Floors, w.floors)
	}
	sender, known := w.Lookup(m.ID)
	known = known && m.content.Known()
	if known && w.nodes[sender].merged == m.content {
		return false, nil
	}
	var local [elevator.MaxNodes]int
	if err = w.locate(m, &local); err == nil && known {
		w.nodes[sender].merged = m.content
	}
	var theirs, ours elevator.NodeSet // links, in the numbers of m and in those of w
	for k := range m.Sections {
		s, i := &m.Sections[k], local[k]
		if i < 0 {
			continue
		}
		calls := w.nodes[i].Calls
		for j := range s.Calls {
			e := &s.Calls[j]
			before := calls[e.Number]
			if before == e.Call {
				continue
			}
			if after := before.Join(e.Call); after != before {
				w.SetCall(i, e.Number, after)
				if changed != nil {
					changed(i, e.Number, before, after)
				}
			}
		}
		if !s.HasStatus || s.Status.Version.Compare(w.nodes[i].Status.Version) < 0 {
			continue
		}
		if s.Status.Links != theirs { // most have the same
			theirs, ours = s.Status.Links, localLinks(s.Status.Links, local[:len(m.Sections)])
		}
		if w.mergeStatus(i, s.Status, ours) {
			status = true
		}
	}
	return status, err
}

// locate finds the local numbers of the sections' nodes, -1 for one that there
// is no room for. It walks through both, which are sorted as a rule.
func (w *Worldview) locate(m *Message, local *[elevator.MaxNodes]int) (err error) {
	at := 0
	for k := range m.Sections {
		id := m.Sections[k].ID
		for at < len(w.order) && w.nodes[w.order[at]].ID < id {
			at++
		}
		if at < len(w.order) && w.nodes[w.order[at]].ID == id {
			local[k] = w.order[at]
			continue
		}
		i, ok := w.Add(id)
		if !ok {
			err = fmt.Errorf("more than %d nodes: %q is left out", elevator.MaxNodes, id)
			i = -1
		}
		local[k] = i
	}
	return err
}

// localLinks returns links, which are numbers of sections, as local numbers.
func localLinks(links elevator.NodeSet, local []int) elevator.NodeSet {
	var ours elevator.NodeSet
	for rest := uint64(links); rest != 0; rest &= rest - 1 {
		if j := bits.TrailingZeros64(rest); j < len(local) && local[j] >= 0 {
			ours |= 1 << local[j]
		}
	}
	return ours
}

// mergeStatus joins what a message says of node i's elevator, whose links are
// the given ones, and reports whether that changed anything.
func (w *Worldview) mergeStatus(i int, s Status, links elevator.NodeSet) bool {
	s.Links = links
	before := &w.nodes[i].Status
	if s == *before {
		return false
	}
	after := before.join(s)
	if after == *before {
		return false
	}
	w.SetStatus(i, after)
	return true
}

// Equal reports whether two worldviews hold the same calls and statuses,
// whatever their local numbers. A node of which nothing is known doesn't count.
func (w *Worldview) Equal(v *Worldview) bool {
	return bytes.Equal(w.AppendSnapshot(nil, 0), v.AppendSnapshot(nil, 0)) && w.covers(v) && v.covers(w)
}

func hashID(id elevator.ID) uint64 {
	h := uint64(0xcbf29ce484222325) // FNV-1a
	for _, c := range []byte(id) {
		h = (h ^ uint64(c)) * 0x100000001b3
	}
	return h
}

// mix hashes what the digest covers of one slot; an untouched slot gives 0, so
// that a node of which nothing is known doesn't count.
func mix(id uint64, number int, c Call) uint64 {
	if c.P == 0 {
		return 0
	}
	h := id
	for _, v := range [...]uint64{uint64(number) + 1, uint64(c.P), uint64(c.S)} {
		h = (h ^ v) * 0x9e3779b97f4a7c15
		h ^= h >> 29
	}
	return h
}
