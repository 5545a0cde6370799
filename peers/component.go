package peers

import "elevnet/internal/elevator"

// Component returns the nodes that node me can reach over links, itself
// included. links[i] holds the nodes with which node i says that it is linked;
// a link counts when both ends say so, so that what a dead node said last leads
// nowhere. A hears B hears C but A does not hear C is one component: what A and
// C know of each other goes through B.
func Component(me int, links []elevator.NodeSet) elevator.NodeSet {
	var reached elevator.NodeSet
	reached.Put(me, true)
	for frontier := reached; frontier != 0; {
		var next elevator.NodeSet
		for i := range frontier.All() {
			if i >= len(links) {
				continue
			}
			for j := range links[i].All() {
				if j < len(links) && links[j].Has(i) && !reached.Has(j) {
					next.Put(j, true)
				}
			}
		}
		reached |= next
		frontier = next
	}
	return reached
}
