package web

import (
	"encoding/json"
	"io"
	"math"
	"strconv"
	"time"

	"elevnet/internal/elevator"
)

// ContractVersion is the version of what this file describes. Within a version
// fields and kinds are only ever added.
const ContractVersion = 1

// The modes of a page.
const (
	ModeDemo   = "demo"   // a whole building on one computer, seen from outside
	ModeNode   = "node"   // one node: what it knows
	ModeReplay = "replay" // a recording
)

// Ms is a time in milliseconds, to the microsecond: since the start of the
// source where it is a moment, or a length of time.
type Ms float64

// Millis returns a duration as the page has it.
func Millis(d time.Duration) Ms { return Ms(math.Round(float64(d)/1e3) / 1e3) }

// Duration returns it as a duration.
func (m Ms) Duration() time.Duration {
	return time.Duration(math.Round(float64(m)*1e3)) * time.Microsecond
}

// MarshalJSON writes no more digits than are meant. What isn't a number is 0.
func (m Ms) MarshalJSON() ([]byte, error) {
	x := math.Round(float64(m)*1e3) / 1e3
	if math.IsNaN(x) || math.IsInf(x, 0) || x == 0 { // -0 is 0
		x = 0
	}
	return strconv.AppendFloat(nil, x, 'f', -1, 64), nil
}

// The buttons, as the page names them.
const (
	ButtonUp   = "up"
	ButtonDown = "down"
	ButtonCab  = "cab"
)

// ButtonName returns the page's name of a button.
func ButtonName(b elevator.Button) string { return [...]string{ButtonUp, ButtonDown, ButtonCab}[b%3] }

// Hello is what does not change while a page is open. It is the first event of
// each stream, and comes again if it has changed after all.
type Hello struct {
	Version int    `json:"version"` // ContractVersion
	Program string `json:"program"` // such as "elevnet 1.2.0"
	Mode    string `json:"mode"`
	// Network says in words what the datagrams travel on, such as "real UDP on
	// loopback".
	Network  string        `json:"network"`
	Building string        `json:"building"`
	Floors   int           `json:"floors"` // numbered from 0
	TravelMs Ms            `json:"travelMs"`
	PassMs   Ms            `json:"passMs"`
	DoorMs   Ms            `json:"doorMs"`
	Nodes    []elevator.ID `json:"nodes"` // at the start; a frame may have more
	// Self is the node whose page this is, in ModeNode.
	Self elevator.ID `json:"self,omitempty"`
	// Press and Faults say whether /api/press and the others are open to this
	// page.
	Press  bool `json:"press"`
	Faults bool `json:"faults"`
	// Kinds are the faults that can be asked for.
	Kinds  []string `json:"kinds"`
	Scenes []Scene  `json:"scenes"`
	// Incident is set if /api/incident gives a recording.
	Incident  bool      `json:"incident"`
	StartedAt time.Time `json:"startedAt"` // when t was 0
	// T is the time now. In ModeReplay the recording is as long.
	T Ms `json:"t"`
}

// Scene is a demonstration that can be started.
type Scene struct {
	ID      string  `json:"id"`
	Title   string  `json:"title"`
	Seconds float64 `json:"seconds"` // how long it takes, about
	Text    string  `json:"text"`    // what it shows, in a sentence or two
}

// Frame is the whole state at one moment.
type Frame struct {
	T    Ms  `json:"t"`
	Loss int `json:"loss"` // of all datagrams, per cent
	// Traffic is set while random buttons are pressed, Chaos while random faults
	// are made.
	Traffic bool   `json:"traffic"`
	Chaos   bool   `json:"chaos"`
	Scene   string `json:"scene"` // the one that runs; "" for none
	// Workspaces are sorted as the nodes of the hello are; later ones follow.
	Workspaces []Workspace `json:"ws"`
	// Figures are measured since the start; nil where nobody measures.
	Figures *Figures `json:"figures,omitempty"`
}

// Figures are measured from buttons, lamps and doors alone.
type Figures struct {
	Presses     int `json:"presses"`
	Served      int `json:"served"`
	Lit         int `json:"lit"`         // calls that are lit now
	LampMs      Ms  `json:"lampMs"`      // from press to lamp on a healthy network: middle one
	LampWorstMs Ms  `json:"lampWorstMs"` // and the longest
	WaitMs      Ms  `json:"waitMs"`      // from press to door: mean
	WaitWorstMs Ms  `json:"waitWorstMs"`
	Broken      int `json:"broken"` // promises
}

// The behaviours of an elevator; the door of [BehaviourDoor] is open.
const (
	BehaviourIdle   = "idle"
	BehaviourMoving = "moving"
	BehaviourDoor   = "door"
)

// The conditions of a disk.
const (
	DiskOK      = "ok"
	DiskSlow    = "slow"
	DiskNone    = "none"
	DiskFailing = "failing"
)

// Workspace is one elevator with its panel, and its node.
//
// On the page of one node only that node's own workspace has a view and a panel;
// of the others it shows what this node knows.
type Workspace struct {
	ID elevator.ID `json:"id"`
	// Alive is set while the node runs. On the page of one node: while it is
	// linked with it.
	Alive bool `json:"alive"`
	// Frozen is set while the process is stopped without being told.
	Frozen bool `json:"frozen"`
	// Joined is off while the node only listens, for half a second after a start.
	Joined bool `json:"joined"`

	// Pos is where the car is, in floors; 1.5 is half-way between 1 and 2. If
	// Physical is off it is the last floor whose sensor the node has reported.
	Pos      float64 `json:"pos"`
	Physical bool    `json:"physical"`
	// Floor is the last floor whose sensor was seen.
	Floor int `json:"floor"`
	// Dir is the direction of travel, or the one that an open door announces: -1,
	// 0 or 1.
	Dir        int    `json:"dir"`
	Behaviour  string `json:"behaviour"`
	Door       bool   `json:"door"`       // open
	Obstructed bool   `json:"obstructed"` // the switch is on
	Motor      bool   `json:"motor"`      // has power
	Server     bool   `json:"server"`     // the elevator server can be reached
	Stop       bool   `json:"stop"`       // the stop lamp is on
	Disk       string `json:"disk"`
	// Unavailable says why the node takes no hall calls; empty if it does.
	Unavailable []string `json:"unavailable"`

	// CutIn and CutOut are set while its cable is cut: nothing comes in, or goes
	// out. CutFrom are the peers from which alone nothing comes in.
	CutIn   bool          `json:"cutIn"`
	CutOut  bool          `json:"cutOut"`
	CutFrom []elevator.ID `json:"cutFrom"`
	// Hears are the nodes from which it has received something in the last half
	// second; Linked those that hear it as well.
	Hears  []elevator.ID `json:"hears"`
	Linked []elevator.ID `json:"linked"`

	// Panel is set if the lamps can be seen: those that burn on this panel, and
	// the buttons that are held down.
	Panel bool  `json:"panel"`
	Lamps Calls `json:"lamps"`
	Held  Calls `json:"held"`
	// Serves are the calls that this elevator is to serve.
	Serves Calls `json:"serves"`
	// Escalated are the hall calls that it goes to because they have waited for
	// too long.
	Escalated Calls `json:"escalated"`
	// Parking: the car has nothing to do, and waits where the next call is likely,
	// or is moving there. Parked is that floor, where it is known.
	Parking bool `json:"parking"`
	Parked  *int `json:"parked,omitempty"`

	// View is what this node knows; nil if that can't be seen.
	View  *View  `json:"view"`
	Rates *Rates `json:"rates,omitempty"`
}

// Calls is a set of calls, buttons or lamps: the floors of each kind, ascending.
type Calls struct {
	Up   []int `json:"up"`
	Down []int `json:"down"`
	Cab  []int `json:"cab"`
}

// CallsOf returns a set as the page has it.
func CallsOf(c elevator.Calls) Calls {
	list := func(s elevator.FloorSet) []int {
		floors := make([]int, 0, s.Len())
		for f := range elevator.MaxFloors {
			if s.Has(f) {
				floors = append(floors, f)
			}
		}
		return floors
	}
	return Calls{list(c.Up), list(c.Down), list(c.Cab)}
}

// View is what one node knows of all calls. Views of several nodes side by side
// are the matrix of calls and nodes: what a node has no entry for, it holds to
// be none.
type View struct {
	// Digest is equal at nodes that hold the same presses and services.
	Digest string `json:"digest"`
	// Calls are the open ones, and those that were served in the last seconds, by
	// floor and button, cab calls by owner.
	Calls []Call `json:"calls"`
}

// The phases of a call.
const (
	PhaseNone    = "none"
	PhasePressed = "pressed" // a press that isn't a promise yet
	PhaseLit     = "lit"     // a promise: the lamp burns
	PhaseServed  = "served"  // a short while ago
)

// Call is what one node knows of one call.
type Call struct {
	Button string      `json:"button"`
	Floor  int         `json:"floor"`
	Owner  elevator.ID `json:"owner,omitempty"` // of a cab call
	Phase  string      `json:"phase"`
	// Slots are what was pressed, confirmed and served by origin: by the panel on
	// which the button was pressed. A cab call has the one of its owner.
	Slots []Slot `json:"slots"`
	// Holders are the nodes that this one knows to hold the newest press, itself
	// included.
	Holders []elevator.ID `json:"holders"`
	Age     int           `json:"age"` // seconds
	// Assigned is the node that is to serve it, by the reckoning of this one; ""
	// for none.
	Assigned elevator.ID `json:"assigned,omitempty"`
}

// Slot is three watermarks: the newest press, confirmed press and served press of
// one origin. Each is a text to be shown and to be compared with that of another
// node: "life.count", or "" for never.
type Slot struct {
	ID elevator.ID `json:"id"`
	P  string      `json:"p"`
	C  string      `json:"c"`
	S  string      `json:"s"`
}

// Rates are datagrams and bytes in the last second.
type Rates struct {
	Sent      int `json:"sent"`
	Got       int `json:"got"`
	SentBytes int `json:"sentBytes"`
	GotBytes  int `json:"gotBytes"`
	Dropped   int `json:"dropped"` // all since the start
}

// The kinds of what happens.
const (
	// HappenPress: Button at Floor was pressed on the panel of ID.
	HappenPress = "press"
	// HappenLamp: that lamp went on (On) or off on the panel of ID; Ms since the
	// press that it belongs to, if that is known.
	HappenLamp = "lamp"
	// HappenSent: ID broadcast datagram Seq. Calls are those in it of which the
	// sender has said something for the first time; without any it was a mere
	// heartbeat, of which only some are told.
	HappenSent = "sent"
	// HappenGot: Peer got ID's datagram Seq, Ms after it was sent.
	HappenGot = "got"
	// HappenLost: ID's datagram Seq never got to Peer; Why is loss, cut or dead.
	HappenLost = "lost"
	// HappenHeld: ID has learned that Peer holds the call of Button at Floor, Ms
	// after the press.
	HappenHeld = "held"
	// HappenServed: ID's door has opened for the call of Button at Floor, Ms after
	// the press.
	HappenServed = "served"
	// HappenDoor: the door of ID opened (On) or closed at Floor.
	HappenDoor = "door"
	// HappenFault and HappenHealed: something was done to ID, or to its way from
	// Peer; Why is the kind of fault, Text says it.
	HappenFault  = "fault"
	HappenHealed = "healed"
	// HappenCaption: Text is a sentence about what is to be seen, with Ms as
	// measured.
	HappenCaption = "caption"
	// HappenScene: Scene has come to Step (from 0), which Text describes; at its
	// end Step is -1.
	HappenScene = "scene"
	// HappenNotice: ID says Text in its log; Why is the level: info, warn, error.
	HappenNotice = "notice"
)

// The ways in which a datagram dies.
const (
	LostToLoss = "loss"
	LostToCut  = "cut"
	LostToDead = "dead" // there is nobody to receive it
)

// Happen is something that happened. See the kinds for which fields each has.
type Happen struct {
	T    Ms     `json:"t"`
	Kind string `json:"kind"`
	ID   string `json:"id,omitempty"`
	Peer string `json:"peer,omitempty"`
	// Floor and Button name a call; Owner as well if it is another node's cab
	// call.
	Floor  *int   `json:"floor,omitempty"`
	Button string `json:"button,omitempty"`
	Owner  string `json:"owner,omitempty"`
	On     bool   `json:"on,omitempty"`
	Text   string `json:"text,omitempty"`
	Ms     *Ms    `json:"ms,omitempty"`
	// Seq numbers the datagrams of one life of a node; they grow.
	Seq   uint64 `json:"seq,omitempty"`
	Calls []Ref  `json:"calls,omitempty"`
	Why   string `json:"why,omitempty"`
	Scene string `json:"scene,omitempty"`
	Step  *int   `json:"step,omitempty"`
}

// Ref names a call that a datagram carries, and as what.
type Ref struct {
	Button string      `json:"button"`
	Floor  int         `json:"floor"`
	Owner  elevator.ID `json:"owner,omitempty"` // of a cab call
	Phase  string      `json:"phase"`           // pressed, lit, served
}

// Press is the body of POST /api/press.
type Press struct {
	ID     elevator.ID `json:"id"`
	Button string      `json:"button"`
	Floor  int         `json:"floor"`
}

// The kinds of faults. On says whether it begins or ends, where it is a state.
const (
	FaultKill     = "kill"     // ID crashes
	FaultRestart  = "restart"  // ID starts again with its disk
	FaultWipe     = "wipe"     // ID starts again without what its disk held
	FaultFreeze   = "freeze"   // ID stops without being told
	FaultThaw     = "thaw"     // and goes on
	FaultUnplug   = "unplug"   // ID's cable, On or not; Way says which direction
	FaultLink     = "link"     // what Peer sends doesn't reach ID, On or not
	FaultLoss     = "loss"     // Value per cent of all datagrams are lost
	FaultMotor    = "motor"    // ID's motor has no power, On or not
	FaultObstruct = "obstruct" // ID's obstruction switch, On or not
	FaultServer   = "server"   // ID's elevator server is gone, On or not
	FaultStop     = "stop"     // ID's stop button is tapped
	FaultDisk     = "disk"     // ID's disk fails, On or not
	FaultPowerCut = "powercut" // all nodes crash at once (On), or all start again
	FaultHealAll  = "heal-all" // everything is mended
)

// The directions of [FaultUnplug].
const (
	WayBoth = "both" // also ""
	WayIn   = "in"
	WayOut  = "out"
)

// Fault is the body of POST /api/fault.
type Fault struct {
	Kind  string      `json:"kind"`
	ID    elevator.ID `json:"id"`
	Peer  elevator.ID `json:"peer"`
	On    bool        `json:"on"`
	Way   string      `json:"way"`
	Value int         `json:"value"` // per cent
}

// SceneOrder is the body of POST /api/scene: starts a scene, or stops the one
// that runs.
type SceneOrder struct {
	ID   string `json:"id"`
	Stop bool   `json:"stop"`
}

// TrafficOrder is the body of POST /api/traffic: random presses begin or end.
// With Chaos it is about random faults instead.
type TrafficOrder struct {
	On    bool `json:"on"`
	Chaos bool `json:"chaos"`
}

// Source is what a page shows. Its methods are called by one goroutine and
// should return within milliseconds.
type Source interface {
	// Hello returns what doesn't change; the server fills in Version, Press,
	// Faults and Incident.
	Hello() Hello
	// Frame returns the state now. It shares nothing with the source that may
	// change. A moment that differs from another one by its time alone must be
	// equal to it in all else: measurements that flicker must be rounded.
	Frame() *Frame
	// Happens returns what happened since the last call, in the order of time.
	// What nobody takes must be bounded: see Log.
	Happens() []Happen
}

// Past is a source that knows more of the past than the server has seen, such as
// a recording.
type Past interface {
	// History returns what is known of the time from one moment to another, both
	// included: the state at its beginning and each later one, and what happened.
	History(from, to time.Duration) (frames []*Frame, happens []Happen, err error)
}

// Hands do what a page asks for. Their methods may be called by several
// goroutines, and may take some seconds. An error is one line for the person who
// asked.
type Hands interface {
	Press(Press) error
	Fault(Fault) error
	Scene(SceneOrder) error
	Traffic(TrafficOrder) error
	// Kinds are the faults that Fault knows.
	Kinds() []string
}

// Incidents give recordings of what has happened.
type Incidents interface {
	// Incident writes a recording of the time from one moment to another, in the
	// format that `elevnet replay` shows. Nothing was written if it returns an
	// error at once.
	Incident(w io.Writer, from, to time.Duration) error
	// Name returns the name of such a file.
	Name() string
}

// History is the answer to GET /api/history.
type History struct {
	Hello   Hello             `json:"hello"`
	Frames  []json.RawMessage `json:"frames"`
	Happens []json.RawMessage `json:"happens"`
}
