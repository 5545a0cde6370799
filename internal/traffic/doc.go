// Package traffic measures how long people wait for an elevator under one policy
// or another of answering hall calls. It is a discrete-event simulation of a
// building: the cars are those of packages fsm, requests and hoistway, the same
// code that drives and simulates real ones, and the passengers are drawn from a
// traffic pattern.
//
// # What is simulated
//
// A passenger comes to a floor and presses the hall button, if its lamp isn't
// lit and no open door announces the wanted direction. Lamps are lit at once and
// everybody knows everything at once: there is no network in it. Through a door
// that announces the wanted direction passengers board, in the order in which
// they came, as long as there is room; each then presses the cab button of the
// floor that he wants to. At that floor he leaves. Walking takes no time: a stop
// lasts for a door time. Who found no room presses again as soon as that door no
// longer announces his direction.
//
// The hall calls are assigned as package node does it. What happens at a car,
// such as that it comes to a floor, it first decides by the assignment under
// which it travelled; then the policy is asked again, as often as its input
// changes (and each second, if it looks at ages, which count whole seconds); and
// so on until nothing changes any more at that moment. A car that loses its last
// call between two floors stops at the next without opening its door, which is
// again fsm's doing and not this package's.
//
// # What is comparable
//
// The passengers are a function of the scenario and the seed, and of nothing that
// a policy does ([Passengers]): all policies serve the same people, who come at
// the same times. So differences are taken seed by seed ([Report]), and what is
// chance in the arrivals cancels out. Everything is deterministic: the same
// scenario, seed and policy give the same run, event for event, wherever it is
// computed. Arrivals are drawn and times are counted in integers.
package traffic
