package node

import (
	"elevnet/assigner"
	"elevnet/internal/elevator"
	"elevnet/worldview"
)

// Reckon returns who is to serve which lit hall call, car by car, as any node with
// this worldview works it out by itself (SPEC R4): for those who know what a node
// knows, from what it broadcasts, and not what it has decided. me is its local
// number.
func Reckon(cfg elevator.Config, view *worldview.Worldview, me int) (cars []elevator.ID, calls []elevator.Calls) {
	n := &Node{cfg: Config{Elevator: cfg}, view: view, me: me}
	hall := view.Lit(me).Hall()
	if hall.Empty() {
		return nil, nil
	}
	in := n.assignment(hall)
	for _, c := range in.Cars {
		cars = append(cars, c.ID)
	}
	return cars, new(assigner.Assigner).Assign(in)
}
