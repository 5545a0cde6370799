package worldview

import (
	"errors"
	"fmt"
	"slices"

	"elevnet/internal/elevator"
)

// snapshotVersion is the version of the encoding on disk.
const snapshotVersion = 1

// AppendSnapshot appends what a node keeps on its disk: every slot that was
// ever touched, and the life in which it was written. Equal worldviews have
// equal snapshots.
//
//	offset size
//	0      4    magic "ELVS"
//	4      1    version, 1
//	5      1    floors
//	6      6    life of the writer
//	12          lives and sections as in a datagram, calls alone
func (w *Worldview) AppendSnapshot(dst []byte, life Life) []byte {
	dst = append(dst, snapshotMagic...)
	dst = append(dst, snapshotVersion, byte(w.floors))
	dst = append48(dst, uint64(life))
	var m Message
	for _, i := range w.order {
		s := m.grow(w.nodes[i].ID)
		for number, c := range w.nodes[i].Calls {
			if c.P != 0 {
				s.Calls = append(s.Calls, Entry{Number: number, Call: c})
			}
		}
		if len(s.Calls) == 0 {
			m.Sections = m.Sections[:len(m.Sections)-1]
		}
	}
	var e Encoder
	return e.appendBody(dst, m.Sections)
}

// FloorsError is returned for a snapshot of a building with other floors.
type FloorsError struct{ Stored, Wanted int }

func (e FloorsError) Error() string {
	return fmt.Sprintf("the saved state is for %d floors, not %d", e.Stored, e.Wanted)
}

// Restore joins a snapshot into the worldview and returns the life of its
// writer. What can't be read is an error and changes nothing.
func (w *Worldview) Restore(b []byte) (Life, error) {
	r := reader{b: b}
	if m := r.bytes(4); m == nil || string(m) != snapshotMagic {
		return 0, errors.New("not a saved worldview")
	}
	if v := r.byte(); r.err == nil && v != snapshotVersion {
		return 0, fmt.Errorf("saved worldview of version %d instead of %d", v, snapshotVersion)
	}
	floors := int(r.byte())
	life := Life(r.uint48())
	switch {
	case r.err != nil:
		return 0, torn(r.err)
	case floors < elevator.MinFloors || floors > elevator.MaxFloors:
		return 0, fmt.Errorf("saved worldview with %d floors", floors)
	case floors != w.floors:
		return 0, FloorsError{floors, w.floors}
	case life > maxLife:
		return 0, errors.New("saved worldview with an absurd life")
	}
	var d Decoder
	var m Message
	d.readBody(&r, &m, floors)
	if r.err == nil && len(r.b) > 0 {
		r.fail("bytes left over")
	}
	if r.err == nil && !callsAlone(m.Sections) {
		r.fail("more than calls")
	}
	if r.err != nil {
		return 0, torn(r.err)
	}
	m.Floors = floors
	_, err := w.Merge(&m, nil)
	return life, err
}

// torn says of a snapshot what the reader says of a datagram.
func torn(err error) error {
	var malformed MalformedError
	if errors.As(err, &malformed) {
		return fmt.Errorf("malformed saved worldview: %s", malformed.What)
	}
	return err
}

// callsAlone reports whether nothing is said but what AppendSnapshot writes.
func callsAlone(sections []Section) bool {
	return !slices.ContainsFunc(sections, func(s Section) bool {
		return s.HasEcho || s.HasStatus || len(s.Calls) == 0 ||
			slices.ContainsFunc(s.Calls, func(e Entry) bool { return e.Held })
	})
}
