package assigner

import "elevnet/internal/elevator"

// likely tells how likely the next hall call is at each floor: weight of sum. A
// floor where nobody has pressed yet counts as if somebody had once.
type likely struct {
	weight [elevator.MaxFloors]int64
	sum    int64
	to     rides
}

func (s *shaft) likely(presses *[elevator.MaxFloors]uint32) likely {
	var l likely
	for f := range s.floors {
		l.weight[f] = 1 + min(int64(presses[f]), 1_000_000)
		l.sum += l.weight[f]
	}
	return l
}

// rides holds, by hall button and floor, the floor to which whoever boards is
// expected to ride.
type rides [2][elevator.MaxFloors]int

// rides returns those to the mean of the floors in the direction of the call, by how
// likely a call is made there: where people come from is where they go.
func (l *likely) rides(floors int) *rides {
	r := &l.to
	var sum, moment int64
	for f := range floors {
		r[elevator.HallDown][f] = mean(sum, moment)
		sum += l.weight[f]
		moment += l.weight[f] * int64(f)
	}
	sum, moment = 0, 0
	for f := floors - 1; f >= 0; f-- {
		r[elevator.HallUp][f] = mean(sum, moment)
		sum += l.weight[f]
		moment += l.weight[f] * int64(f)
	}
	return r
}

// mean returns the nearest floor, nowhere if there is no weight.
func mean(sum, moment int64) int {
	if sum == 0 {
		return nowhere
	}
	return int((moment + sum/2) / sum)
}
