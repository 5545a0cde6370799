package demo

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"elevnet/internal/elevator"
)

// Scene is a guided demonstration: a script of steps.
type Scene struct {
	ID, Title string
	// Text says in a sentence or two what it shows.
	Text string
	// Nodes is how many it needs at the least.
	Nodes int
	steps []step
}

// step is one step of a scene: something is said, done, and waited for.
type step struct {
	// text is what is said before it. [n] stands for what the cast has: see
	// director.words.
	text string
	act  func(*director) error
	// until is what must be seen within a time, by default soon.
	until  func(*director, *sight) bool
	within time.Duration
	// brief is set if the elevators don't leave the time to read: what is to come
	// was said before.
	brief bool
	// told is the caption afterwards, "" where the fault's own is enough.
	told func(*director, *sight) string
}

// soon is how long anything may take but a ride.
const soon = 10 * time.Second

// Scenes returns the guided scenes, in their order.
func Scenes() []Scene {
	return []Scene{
		{
			ID: "promise", Title: "A call that cannot be lost", Nodes: 2,
			Text: "A button is pressed. Its lamp is lit when every other node holds the press, and not before; then the node where it was pressed is killed.",
			steps: []step{
				{
					text:  "Somebody presses [call] at node [one]. No lamp yet: if node [one] died now, nobody would come. Once all others hold the press, no single fault can take it away, and the lamp may burn. Then node [one] is killed.",
					brief: true,
					act:   func(d *director) error { return d.pressHall(0, 0) },
					until: func(d *director, s *sight) bool { return d.held(s, 0) },
					told: func(d *director, s *sight) string {
						return fmt.Sprintf("%s held the press %s after it.", d.others(0), d.since(s, d.calls[0]))
					},
				},
				{
					text:  "Now the lamp may burn.",
					brief: true,
					until: func(d *director, s *sight) bool { return d.litEverywhere(s, 0) },
					told: func(d *director, s *sight) string {
						return fmt.Sprintf("%s was lit on all %d panels %s after the press. From now on it is a promise.", title(d.name(0)), len(d.building.all), d.lampAfter(s, 0))
					},
				},
				{
					text:  "Node [one] is killed, with all that it remembers.",
					brief: true,
					act:   func(d *director) error { return d.building.Kill(0) },
					until: func(d *director, s *sight) bool { return d.forgotten(s, 0) },
				},
				{
					text:   "The lamp burns on at the others, and somebody comes.",
					until:  func(d *director, s *sight) bool { return d.served(s, 0) },
					within: ride,
					told:   func(d *director, s *sight) string { return d.serviceOf(s, 0) },
				},
				{
					text:  "Node [one] starts again. It learns that its call was served, and doesn't bring it back.",
					act:   func(d *director) error { return d.building.Restart(0, false) },
					until: func(d *director, s *sight) bool { return d.allAgree(s) },
				},
			},
		},
		{
			ID: "death", Title: "A node dies on its way", Nodes: 2,
			Text: "The elevator that is on its way dies; another one takes its call. It comes back without its disk, and gets its passengers' calls from the others.",
			steps: []step{
				{
					text:  "Somebody presses [call] at node [one]. All nodes compute, from the same view, who goes. In that car a passenger presses a button as well; and then its node is killed.",
					brief: true,
					act:   func(d *director) error { return d.pressHall(0, 0) },
					until: func(d *director, s *sight) bool {
						if !d.litEverywhere(s, 0) || s.who(d.calls[0]) == 0 {
							return false
						}
						d.victim = lowest(s.who(d.calls[0]))
						return true
					},
					told: func(d *director, s *sight) string {
						return fmt.Sprintf("%s is on its way.", title(d.nodeName(d.victim)))
					},
				},
				{
					text:  "A passenger in that car wants to get off there.",
					brief: true,
					act:   func(d *director) error { return d.pressCabTo(1, d.victim, d.calls[0].floor) },
					until: func(d *director, s *sight) bool { return d.litEverywhere(s, 1) && d.held(s, 1) },
					told: func(d *director, s *sight) string {
						return fmt.Sprintf("%s of node %s is lit, and held by the others as well, %s after the press.", title(d.name(1)), d.building.all[d.victim].id, d.since(s, d.calls[1]))
					},
				},
				{
					text:  "Node [victim] is killed.",
					brief: true,
					act:   func(d *director) error { return d.building.Kill(d.victim) },
					until: func(d *director, s *sight) bool {
						return d.over(s, 0) || s.who(d.calls[0])&^(1<<d.victim) != 0 && d.forgotten(s, d.victim)
					},
				},
				{
					text:   "The passengers in the hall notice nothing but a short wait.",
					until:  func(d *director, s *sight) bool { return d.served(s, 0) },
					within: ride,
					told:   func(d *director, s *sight) string { return d.serviceOf(s, 0) },
				},
				{
					text: "Node [victim] comes back on an empty disk. Its cab call is known to the others alone.",
					act:  func(d *director) error { return d.building.Restart(d.victim, true) },
					until: func(d *director, s *sight) bool {
						return d.allAgree(s) && (d.over(s, 1) || s.spaces[d.victim].speech.lit.Has(d.calls[1].floor, elevator.Cab))
					},
				},
				{
					text:   "It still owes its passenger a ride.",
					until:  func(d *director, s *sight) bool { return d.served(s, 1) },
					within: ride,
					told:   func(d *director, s *sight) string { return d.serviceOf(s, 1) },
				},
			},
		},
		{
			ID: "loss", Title: "Sixty per cent loss", Nodes: 2,
			Text: "Most datagrams die on their way. Every one that arrives carries all that its sender knows, so nothing is asked for again and little is lost but time.",
			steps: []step{
				{
					text: "From now on 60 % of all datagrams are lost, on each way by itself.",
					act:  func(d *director) error { return d.building.SetLoss(60) },
				},
				{
					text: "Buttons are pressed at several nodes.",
					act: func(d *director) error {
						return errors.Join(d.pressHall(0, 0), d.pressHall(1, len(d.building.all)-1), d.pressCab(2, 0))
					},
					until: func(d *director, s *sight) bool {
						return d.litEverywhere(s, 0) && d.litEverywhere(s, 1) && d.litEverywhere(s, 2)
					},
					told: func(d *director, s *sight) string {
						worst := max(d.lampTime(s, 0), d.lampTime(s, 1), d.lampTime(s, 2))
						return fmt.Sprintf("All lamps are lit on all panels; the slowest took %s.", measured(worst))
					},
				},
				{
					text:   "The elevators go on as if nothing were the matter.",
					until:  func(d *director, s *sight) bool { return d.served(s, 0) && d.served(s, 1) && d.served(s, 2) },
					within: 2 * ride,
					told: func(d *director, s *sight) string {
						return fmt.Sprintf("All three were served, the last %s after it was pressed.", measured(max(d.wait(s, 0), d.wait(s, 1), d.wait(s, 2))))
					},
				},
				{
					text:  "The network is well again.",
					act:   func(d *director) error { return d.building.SetLoss(0) },
					until: func(d *director, s *sight) bool { return d.allAgree(s) },
				},
			},
		},
		{
			ID: "cable", Title: "The cut cable and the reunion", Nodes: 2,
			Text: "One node loses its cable. Both sides go on and take calls. When the cable is back, what both know is joined: nothing to negotiate, nothing to lose.",
			steps: []step{
				{
					text:  "The cable of node [last] is pulled out.",
					act:   func(d *director) error { return d.building.SetNetwork(d.last(), true, true) },
					until: func(d *director, s *sight) bool { return d.forgotten(s, d.last()) },
				},
				{
					text:  "Buttons are pressed on both sides: [call] at node [one], [call2] at node [last].",
					brief: true,
					act:   func(d *director) error { return errors.Join(d.pressHall(0, 0), d.pressHall(1, d.last())) },
					until: func(d *director, s *sight) bool {
						return d.litEverywhere(s, 0) && d.litEverywhere(s, 1)
					},
					told: func(d *director, s *sight) string {
						return fmt.Sprintf("Both are lit, each on its own side, after %s and %s. Neither side knows of the other's.", d.lampAfter(s, 0), d.lampAfter(s, 1))
					},
				},
				{
					text:  "The cable is put back.",
					brief: true,
					act:   func(d *director) error { return d.building.SetNetwork(d.last(), false, false) },
					until: func(d *director, s *sight) bool {
						return d.allAgree(s) && (d.over(s, 0) || d.litEverywhere(s, 0)) && (d.over(s, 1) || d.litEverywhere(s, 1))
					},
				},
				{
					text:   "Both calls are everybody's now.",
					until:  func(d *director, s *sight) bool { return d.served(s, 0) && d.served(s, 1) },
					within: 2 * ride,
					told: func(d *director, s *sight) string {
						return d.serviceOf(s, 0) + " " + d.serviceOf(s, 1)
					},
				},
			},
		},
		{
			ID: "power", Title: "The power cut", Nodes: 1,
			Text: "All nodes are killed at the same moment, with lamps lit. Nobody is left to remember but the disks.",
			steps: []step{
				{
					text:  "Calls are made in the halls and in the cars. Then the power fails.",
					brief: true,
					act: func(d *director) error {
						return errors.Join(d.pressHall(0, 0), d.pressHall(1, d.last()), d.pressCab(2, 0), d.pressCab(3, d.last()))
					},
					until: func(d *director, s *sight) bool {
						for i := range d.calls {
							if !d.litEverywhere(s, i) {
								return false
							}
						}
						return true
					},
					told: func(d *director, s *sight) string {
						return fmt.Sprintf("%s lit.", title(are(len(d.calls), "lamp")))
					},
				},
				{
					text:  "The power fails.",
					act:   func(d *director) error { return d.building.PowerCut() },
					until: func(d *director, s *sight) bool { return s.running() == 0 },
				},
				{
					text: "The power is back. Each node reads its disk, listens, and joins.",
					act:  func(d *director) error { return d.building.PowerOn() },
					until: func(d *director, s *sight) bool {
						for i := range d.calls {
							if !d.over(s, i) && !d.litEverywhere(s, i) {
								return false
							}
						}
						return d.allAgree(s)
					},
				},
				{
					text: "Every promise is kept, however late.",
					until: func(d *director, s *sight) bool {
						for i := range d.calls {
							if !d.served(s, i) {
								return false
							}
						}
						return true
					},
					within: 3 * ride,
					told: func(d *director, s *sight) string {
						return fmt.Sprintf("All %s were served.", counted(len(d.calls), "call"))
					},
				},
			},
		},
	}
}

// ride stands for the time within which an elevator comes, which depends on the
// building.
const ride = -1

// FindScenes returns the scenes of a list: ids or numbers from 1, separated by
// commas, or "all".
func FindScenes(list string, nodes int) ([]Scene, error) {
	all := Scenes()
	if list == "all" {
		return slices.DeleteFunc(all, func(s Scene) bool { return s.Nodes > nodes }), nil
	}
	var found []Scene
	for _, word := range strings.Split(list, ",") {
		i := slices.IndexFunc(all, func(s Scene) bool { return s.ID == strings.TrimSpace(word) })
		for n := range all {
			if strings.TrimSpace(word) == fmt.Sprint(n+1) {
				i = n
			}
		}
		if i < 0 {
			return nil, fmt.Errorf("there is no scene %.40q: give numbers from 1 to %d, all, or some of %s", word, len(all), sceneIDs())
		}
		if all[i].Nodes > nodes {
			return nil, fmt.Errorf("the scene %q needs %d nodes at the least", all[i].ID, all[i].Nodes)
		}
		found = append(found, all[i])
	}
	return found, nil
}

func sceneIDs() string {
	var ids []string
	for _, s := range Scenes() {
		ids = append(ids, s.ID)
	}
	return listed(ids)
}

func title(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

// are says "1 lamp is", "3 lamps are".
func are(n int, what string) string {
	if n == 1 {
		return "1 " + what + " is"
	}
	return fmt.Sprintf("%d %ss are", n, what)
}
