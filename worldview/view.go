package worldview

import (
	"time"

	"elevnet/internal/elevator"
)

// View is the worldview as people read it: in logs, in `elevnet watch`, on the
// page. Its JSON is stable: fields are only ever added.
type View struct {
	Floors int         `json:"floors"`
	Hall   []HallView  `json:"hall"`  // calls that are not "none", by floor, up first
	Nodes  []NodeView  `json:"nodes"` // by id
	Digest DigestValue `json:"digest"`
}

// DigestValue prints as 16 hexadecimal digits: JSON numbers can't hold it.
type DigestValue uint64

// MarshalText implements encoding.TextMarshaler.
func (d DigestValue) MarshalText() ([]byte, error) {
	const hex = "0123456789abcdef"
	var b [16]byte
	for i := range b {
		b[i] = hex[d>>(60-4*i)&15]
	}
	return b[:], nil
}

// HallView is one hall call.
type HallView struct {
	Floor      int    `json:"floor"`
	Button     string `json:"button"` // hall-up, hall-down
	Phase      string `json:"phase"`  // unconfirmed, confirmed
	AgeSeconds int    `json:"ageSeconds"`
	// Origins are the nodes with a press that nobody has served.
	Origins []elevator.ID `json:"origins"`
}

// CabView is one cab call.
type CabView struct {
	Floor      int    `json:"floor"`
	Phase      string `json:"phase"`
	AgeSeconds int    `json:"ageSeconds"`
}

// NodeView is one node, its elevator and its cab calls.
type NodeView struct {
	ID          elevator.ID `json:"id"`
	Known       bool        `json:"known"` // false: heard of, never heard from
	Behaviour   string      `json:"behaviour,omitempty"`
	Floor       int         `json:"floor"`
	Direction   string      `json:"direction,omitempty"`
	Available   bool        `json:"available"`
	Unavailable []string    `json:"unavailable,omitempty"` // why
	// Parking: it has nothing to do and waits where the next call is likely, or
	// is moving there.
	Parking bool          `json:"parking,omitempty"`
	Disk    string        `json:"disk,omitempty"`
	Links   []elevator.ID `json:"links"` // nodes that it is linked with, both ways
	Started string        `json:"started,omitempty"`
	Version uint64        `json:"version"`
	Cab     []CabView     `json:"cab"`
}

// View returns the worldview as people read it.
func (w *Worldview) View() View {
	v := View{Floors: w.floors, Hall: []HallView{}, Nodes: []NodeView{}, Digest: DigestValue(w.digest)}
	for f := range w.floors {
		for _, b := range [...]elevator.Button{elevator.HallUp, elevator.HallDown} {
			if h, open := w.hallView(f, b); open {
				v.Hall = append(v.Hall, h)
			}
		}
	}
	for _, i := range w.order {
		v.Nodes = append(v.Nodes, w.nodeView(i))
	}
	return v
}

func (w *Worldview) hallView(f int, b elevator.Button) (HallView, bool) {
	h := HallView{Floor: f, Button: b.String(), Origins: []elevator.ID{}}
	phase := None
	for _, i := range w.order {
		c := w.nodes[i].Calls[Number(f, b)]
		if c.Active() {
			h.Origins = append(h.Origins, w.nodes[i].ID)
			h.AgeSeconds = max(h.AgeSeconds, int(c.Age))
			phase = max(phase, c.Phase())
		}
	}
	h.Phase = phase.String()
	return h, phase != None
}

func (w *Worldview) nodeView(i int) NodeView {
	n := &w.nodes[i]
	v := NodeView{ID: n.ID, Known: n.Status.Known(), Links: w.ids(n.Status.Links), Cab: []CabView{}}
	if v.Known {
		v.Behaviour = n.Status.Behaviour.String()
		v.Floor = n.Status.Floor
		v.Direction = n.Status.Direction.String()
		v.Available = n.Status.Unavailable.Available()
		v.Unavailable = n.Status.Unavailable.Names()
		v.Parking = n.Status.Parking
		v.Disk = n.Status.Disk.String()
		v.Started = n.Status.Life.Time().Format(time.RFC3339)
		v.Version = n.Status.Seq
	}
	for f := range w.floors {
		if c := n.Calls[Number(f, elevator.Cab)]; c.Active() {
			v.Cab = append(v.Cab, CabView{Floor: f, Phase: c.Phase().String(), AgeSeconds: int(c.Age)})
		}
	}
	return v
}
