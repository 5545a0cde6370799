package doctor

import (
	"errors"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"
	"time"

	"elevnet/bcast"
	"elevnet/internal/elevator"
	"elevnet/worldview"
)

const (
	peersCheck     = "other nodes"
	idCheck        = "id"
	floorsCheck    = "floors"
	timingsCheck   = "timings"
	keyCheck       = "key"
	versionCheck   = "version"
	buildingCheck  = "building"
	strangersCheck = "strangers"
	linksCheck     = "links"

	// clocksApart is how far the clocks of two nodes may differ. They need not
	// agree: a clock that is far ahead makes trouble only when it's put right
	// and its node loses its disk.
	clocksApart = time.Minute
	// lossWorthAWord is in per cent.
	lossWorthAWord = 10
)

// peers is what is heard of other nodes. It belongs to the receiver until that
// has ended.
type peers struct {
	options Options
	dec     worldview.Decoder
	ours    map[elevator.ID]*peer
	// others are nodes that can't be heard, and strangers senders of what isn't a
	// node's, by where and what.
	others  map[outsider]bool
	foreign map[netip.Addr]int
	damaged map[netip.Addr]int
	whole   map[netip.Addr]int
	view    *worldview.Worldview
}

// outsider is a node that a node of ours wouldn't listen to.
type outsider struct {
	check string
	id    elevator.ID
	at    netip.Addr
	text  string
}

// peer is a node of this building.
type peer struct {
	at      map[netip.Addr]bool
	boots   map[uint64]bool
	floors  int
	timings uint16
	loss    uint8
	joining bool
	clock   time.Duration // how far ahead its clock is; 0 if it isn't known
}

func newPeers(o Options) *peers {
	return &peers{
		options: o, ours: make(map[elevator.ID]*peer), others: make(map[outsider]bool),
		foreign: make(map[netip.Addr]int), damaged: make(map[netip.Addr]int), whole: make(map[netip.Addr]int),
		view: worldview.New(o.Elevator.Floors),
	}
}

// take looks at a datagram.
func (p *peers) take(opener *bcast.Sealer, b []byte, from netip.Addr, now time.Time) {
	payload, sealed := opener.Open(b)
	if !sealed {
		p.unsealed(opener, b, from)
		return
	}
	m, err := p.dec.Decode(payload)
	var version worldview.VersionError
	switch {
	case errors.As(err, &version):
		p.outsider(outsider{versionCheck, "", from, err.Error()})
	case errors.Is(err, worldview.ErrForeign):
		count(p.foreign, from)
	case err != nil:
		count(p.damaged, from)
	case m.Building != worldview.HashBuilding(p.options.Building):
		p.outsider(outsider{buildingCheck, m.ID, from, ""})
	default:
		count(p.whole, from)
		p.node(m, from, now)
	}
}

// unsealed says why a datagram's trailer isn't right.
func (p *peers) unsealed(opener *bcast.Sealer, b []byte, from netip.Addr) {
	h, err := p.dec.Peek(b)
	var version worldview.VersionError
	switch {
	case errors.As(err, &version):
		p.outsider(outsider{versionCheck, "", from, err.Error()})
	case err != nil:
		count(p.foreign, from)
	case h.Building != worldview.HashBuilding(p.options.Building):
		p.outsider(outsider{buildingCheck, h.ID, from, ""})
	case h.KeyID != opener.KeyID():
		p.outsider(outsider{keyCheck, h.ID, from, map[bool]string{true: "no key", false: "another key"}[h.KeyID == 0]})
	default:
		count(p.damaged, from)
	}
}

func count(m map[netip.Addr]int, from netip.Addr) {
	if _, known := m[from]; known || len(m) < maxSenders {
		m[from]++
	}
}

func (p *peers) outsider(x outsider) {
	if len(p.others) < maxSenders {
		p.others[x] = true
	}
}

// node notes what a node of ours says.
func (p *peers) node(m *worldview.Message, from netip.Addr, now time.Time) {
	x := p.ours[m.ID]
	if x == nil {
		if len(p.ours) >= elevator.MaxNodes {
			return
		}
		x = &peer{at: make(map[netip.Addr]bool), boots: make(map[uint64]bool)}
		p.ours[m.ID] = x
	}
	if len(x.at) < maxSenders {
		x.at[from] = true
	}
	if len(x.boots) < maxSenders {
		x.boots[m.Boot] = true
	}
	x.floors, x.timings, x.joining = m.Floors, m.Timings, m.Joining
	x.loss = max(x.loss, m.Loss)
	for k := range m.Sections {
		if s := &m.Sections[k]; s.ID == m.ID && s.HasStatus && s.Status.Known() {
			there := s.Status.Life.Time().Add(time.Duration(m.Seq) * time.Microsecond)
			x.clock = there.Sub(now)
		}
	}
	if m.Floors == p.options.Elevator.Floors {
		_, _ = p.view.Merge(m, nil) // more nodes than there may be are left out
	}
}

// findings says what was heard. holder is the process on this computer that
// runs the node now, "" if none does.
func (p *peers) findings(f *findings, e *ears, status bcast.Status, holder string) {
	p.heard(f, e)
	p.duplicate(f, status, holder)
	for _, id := range slices.Sorted(maps.Keys(p.ours)) {
		x := p.ours[id]
		who := fmt.Sprintf("node %s at %s", id, addresses(x.at))
		if x.floors != p.options.Elevator.Floors {
			f.add(floorsCheck, Fail, "give all nodes the same --floors: until then they ignore each other",
				"%s has %d floors, and we would have %d", who, x.floors, p.options.Elevator.Floors)
		}
		if x.timings != worldview.HashTimings(p.options.Elevator) {
			f.add(timingsCheck, Warn, "give all nodes the same --door, --travel and --motor-timeout", "%s has other door or travel times", who)
		}
		if x.clock.Abs() > clocksApart {
			ahead := "ahead of"
			if x.clock < 0 {
				ahead = "behind"
			}
			f.add(clockCheck, Warn, "set the clocks, best by a time service", "the one of %s is %s %s ours", who, x.clock.Abs().Round(time.Second), ahead)
		}
		if x.loss >= lossWorthAWord {
			f.add(linksCheck, Warn, "look at its cable or radio network; nodes bear it, and lamps are lit later", "%s loses %d %% of what another sends", who, x.loss)
		}
	}
	p.links(f)
	p.outsiders(f)
	p.strangers(f)
}

func (p *peers) heard(f *findings, e *ears) {
	var names []string
	for _, id := range slices.Sorted(maps.Keys(p.ours)) {
		names = append(names, fmt.Sprintf("%s at %s", id, addresses(p.ours[id].at)))
	}
	var doctors []string
	for _, at := range slices.SortedFunc(maps.Keys(e.doctors), netip.Addr.Compare) {
		doctors = append(doctors, at.String())
	}
	switch {
	case len(names) > 0:
		f.add(peersCheck, OK, "", "%s heard: %s", counted(len(names), "node"), strings.Join(names, ", "))
	case len(doctors) == 0:
		f.add(peersCheck, OK, "", "none of building %q is heard on udp port %d within %v; fine if none runs", p.options.Building, p.options.Port, p.options.Listen)
	}
	if len(doctors) > 0 {
		f.add(peersCheck, OK, "", "another elevnet doctor is heard, at %s: the network carries what we send there and here", strings.Join(doctors, ", "))
	}
}

// duplicate looks for a node with our id.
func (p *peers) duplicate(f *findings, status bcast.Status, holder string) {
	x := p.ours[p.options.ID]
	if p.options.ID == "" {
		return
	}
	if x == nil {
		f.add(idCheck, OK, "", "no other node is heard under id %s", p.options.ID)
		return
	}
	here := true
	for at := range x.at {
		here = here && slices.ContainsFunc(status.Interfaces, func(i bcast.Interface) bool { return i.Source == at })
	}
	switch {
	case len(x.boots) > 1:
		f.add(idCheck, Fail, "give each node an id of its own, with --id", "%d nodes have id %s: at %s", len(x.boots), p.options.ID, addresses(x.at))
	case here && holder != "":
		// Said already, of the state.
	case here:
		f.add(idCheck, Warn, "fine if that is the node you ask about; another needs an id of its own, with --id", "a node with id %s runs on this computer now", p.options.ID)
	default:
		f.add(idCheck, Fail, "give each node an id of its own, with --id", "id %s is in use by the node at %s", p.options.ID, addresses(x.at))
	}
}

// links looks for nodes that are heard here and don't hear each other.
func (p *peers) links(f *findings) {
	linked := make(map[elevator.ID][]elevator.ID)
	for _, n := range p.view.View().Nodes {
		linked[n.ID] = n.Links
	}
	ids := slices.Sorted(maps.Keys(p.ours))
	for i, a := range ids {
		for _, b := range ids[i+1:] {
			joining := p.ours[a].joining || p.ours[b].joining || p.ours[a].floors != p.ours[b].floors
			if !joining && !slices.Contains(linked[a], b) && !slices.Contains(linked[b], a) {
				f.add(linksCheck, Warn, "look at the network between them; until then each lights its lamps with those that it hears",
					"nodes %s and %s don't hear each other", a, b)
			}
		}
	}
}

// outsiders are nodes that ours doesn't listen to.
func (p *peers) outsiders(f *findings) {
	sorted := slices.SortedFunc(maps.Keys(p.others), func(a, b outsider) int {
		return strings.Compare(fmt.Sprint(a), fmt.Sprint(b))
	})
	buildings := make(map[netip.Addr]bool)
	for _, x := range sorted {
		switch x.check {
		case keyCheck:
			f.add(keyCheck, Fail, "give all nodes the same --key-file", "node %s at %s has %s: it and we wouldn't hear each other", x.id, x.at, x.text)
		case versionCheck:
			f.add(versionCheck, Fail, "update one of the two", "a node of another version is at %s: %s", x.at, x.text)
		case buildingCheck:
			buildings[x.at] = true
		}
	}
	switch {
	case len(buildings) == 0:
	case len(p.ours) == 0:
		f.add(buildingCheck, Warn, fmt.Sprintf("is %q right? See --building", p.options.Building), "only nodes of another building are heard, at %s", addresses(buildings))
	default:
		f.add(buildingCheck, OK, "", "nodes of another building are heard, too, at %s; they and ours ignore each other", addresses(buildings))
	}
}

// strangers send what isn't a node's, or isn't whole.
func (p *peers) strangers(f *findings) {
	if len(p.foreign) > 0 {
		f.add(strangersCheck, Warn, "nodes ignore it; another --udp-port for all nodes would keep it away",
			"another program sends on udp port %d: %s", p.options.Port, addresses(p.foreign))
	}
	for _, at := range slices.SortedFunc(maps.Keys(p.damaged), netip.Addr.Compare) {
		if n, all := p.damaged[at], p.damaged[at]+p.whole[at]; n > all/100 {
			f.add(strangersCheck, Warn, "look at its cable and its network adapter", "%d of %d datagrams from %s are damaged", n, all, at)
		}
	}
}

// addresses lists the keys of a map, sorted.
func addresses[T any](m map[netip.Addr]T) string {
	var names []string
	for _, at := range slices.SortedFunc(maps.Keys(m), netip.Addr.Compare) {
		names = append(names, at.String())
	}
	return strings.Join(names, ", ")
}
