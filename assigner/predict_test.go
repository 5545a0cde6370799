package assigner_test

import (
	"cmp"
	"slices"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"elevnet/assigner"
	"elevnet/internal/elevator"
)

// course is the course's building with n floors: 3 s door, 2.5 s a floor.
func course(n int) elevator.Config {
	cfg := elevator.DefaultConfig()
	cfg.Floors = n
	return cfg
}

// calls is the union of the given calls.
func calls(cs ...elevator.Calls) elevator.Calls {
	var all elevator.Calls
	for _, c := range cs {
		all = all.Or(c)
	}
	return all
}

func one(f int, b elevator.Button) elevator.Calls {
	var c elevator.Calls
	c.Put(f, b, true)
	return c
}

func up(f int) elevator.Calls   { return one(f, elevator.HallUp) }
func down(f int) elevator.Calls { return one(f, elevator.HallDown) }
func cab(f int) elevator.Calls  { return one(f, elevator.Cab) }

func idle(f int) elevator.State { return elevator.State{Floor: f} }
func moving(f int, d elevator.Direction) elevator.State {
	return elevator.State{Floor: f, Direction: d, Behaviour: elevator.Moving}
}

func open(f int, d elevator.Direction) elevator.State {
	return elevator.State{Floor: f, Direction: d, Behaviour: elevator.DoorOpen}
}

func predict(cfg elevator.Config, s elevator.State, all elevator.Calls) []assigner.Service {
	return assigner.Predict(nil, cfg, assigner.Car{State: s, Cab: all.Cab}, all.Hall())
}

func TestPredict(t *testing.T) {
	const ms = time.Millisecond
	for name, tc := range map[string]struct {
		state elevator.State
		calls elevator.Calls
		want  []assigner.Service
	}{
		"nothing to do":           {idle(2), calls(), nil},
		"a call here":             {idle(2), up(2), []assigner.Service{{2, elevator.HallUp, 0}}},
		"two floors up":           {idle(0), down(2), []assigner.Service{{2, elevator.HallDown, 5000 * ms}}},
		"half a leg is left":      {moving(0, elevator.Up), up(2), []assigner.Service{{2, elevator.HallUp, 3750 * ms}}},
		"it has just left here":   {moving(1, elevator.Up), up(1), []assigner.Service{{1, elevator.HallUp, 3750 * ms}}},
		"half the door is left":   {open(1, elevator.Up), cab(2), []assigner.Service{{2, elevator.Cab, 4000 * ms}}},
		"announced already":       {open(1, elevator.Up), up(1), []assigner.Service{{1, elevator.HallUp, 0}}},
		"it announces the other":  {open(1, elevator.Up), down(1), []assigner.Service{{1, elevator.HallDown, 1500 * ms}}},
		"it announces nothing":    {open(1, elevator.Stop), down(1), []assigner.Service{{1, elevator.HallDown, 0}}},
		"it announces nonsense":   {open(1, 7), down(1), []assigner.Service{{1, elevator.HallDown, 0}}},
		"it moves nowhere":        {moving(1, elevator.Stop), down(1), []assigner.Service{{1, elevator.HallDown, 0}}},
		"below the shaft":         {moving(-9, elevator.Up), up(2), []assigner.Service{{2, elevator.HallUp, 3750 * ms}}},
		"above the shaft":         {idle(99), cab(2), []assigner.Service{{2, elevator.Cab, 2500 * ms}}},
		"moving without any call": {moving(1, elevator.Up), calls(), nil},
		"an announcement of its own has a full door time": {
			open(1, elevator.Stop), calls(down(1), cab(1), cab(0)), []assigner.Service{
				{1, elevator.HallDown, 0}, {1, elevator.Cab, 0}, {0, elevator.Cab, 5500 * ms},
			},
		},
		"nothing announced and nobody here": {
			open(1, elevator.Stop), cab(3), []assigner.Service{{3, elevator.Cab, 6500 * ms}},
		},
		"both directions here: one stop each": {
			idle(2), calls(up(2), down(2)), []assigner.Service{
				{2, elevator.HallUp, 0}, {2, elevator.HallDown, 3000 * ms},
			},
		},
		"what goes the other way is passed": {
			moving(0, elevator.Up), calls(down(1), up(2), cab(3)), []assigner.Service{
				{2, elevator.HallUp, 3750 * ms}, {3, elevator.Cab, 9250 * ms}, {1, elevator.HallDown, 17250 * ms},
			},
		},
		"the shaft ends": {
			moving(3, elevator.Up), cab(2), []assigner.Service{{2, elevator.Cab, 3750 * ms}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := predict(course(4), tc.state, tc.calls)
			if d := gocmp.Diff(tc.want, sorted(got)); d != "" {
				t.Errorf("Predict(%+v, %v): (-want +got)\n%s", tc.state, tc.calls, d)
			}
		})
	}
}

// sorted orders what is served at one moment by button.
func sorted(s []assigner.Service) []assigner.Service {
	slices.SortStableFunc(s, func(x, y assigner.Service) int {
		return cmp.Or(cmp.Compare(x.In, y.In), cmp.Compare(x.Button, y.Button))
	})
	return s
}

func TestPredictKeepsWhatIsThere(t *testing.T) {
	dst := []assigner.Service{{Floor: 9}}
	got := assigner.Predict(dst, course(4), assigner.Car{Cab: cab(1).Cab}, elevator.Calls{})
	if len(got) != 2 || got[0] != dst[0] {
		t.Errorf("Predict did not append: %v", got)
	}
}

// floorByFloor is the oracle of Predict: a car in virtual time that asks the
// rules at every floor.
func floorByFloor(cfg elevator.Config, s elevator.State, all elevator.Calls) []assigner.Service {
	b := newBuilding(cfg, func(in assigner.Input) []elevator.Calls {
		return []elevator.Calls{all}
	}, []int{s.Floor})
	b.strict = true
	c := &b.cars[0]
	c.state = s
	c.cab = all.Cab
	var got []assigner.Service
	note := func() {
		left := all.Hall().AndNot(c.hall)
		left.Cab = all.Cab.AndNot(c.cab)
		for f, btn := range left.All() {
			got = append(got, assigner.Service{Floor: f, Button: btn, In: b.now})
		}
		all = all.AndNot(left)
	}
	c.hall = all.Hall()
	switch s.Behaviour {
	case elevator.Moving:
		c.due = b.leg() / 2
	case elevator.DoorOpen:
		c.due = cfg.Door / 2
		for b.pressed(c) {
		}
	default:
		b.choose(c)
	}
	note()
	for !all.Empty() {
		b.now = c.due
		b.due(c)
		note()
	}
	return got
}

// TestPredictIsFloorByFloor checks that the shortcut of the prediction, from
// call to call instead of from floor to floor, loses nothing: it agrees with the
// simulation of package requests at every floor, and with what every
// prediction must be.
func TestPredictIsFloorByFloor(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cfg := drawConfig(t)
		all := drawCalls(t, cfg.Floors)
		s := drawState(t, cfg.Floors)
		got := predict(cfg, s, all)
		if d := gocmp.Diff(sortedByCall(floorByFloor(cfg, s, all)), sortedByCall(got)); d != "" {
			t.Fatalf("%+v %v (-floor by floor +predicted)\n%s", s, all, d)
		}
		var served elevator.Calls
		var last time.Duration
		for _, v := range got {
			if served.Has(v.Floor, v.Button) {
				t.Fatalf("%v is served twice: %v", v, got)
			}
			served.Put(v.Floor, v.Button, true)
			if v.In < last {
				t.Fatalf("not in the order of service: %v", got)
			}
			last = v.In
		}
		if served != all {
			t.Fatalf("served %v of %v", served, all)
		}
		if p := assigner.Patience(cfg); last > p {
			t.Fatalf("the last call is served after %v, Patience is %v", last, p)
		}
	})
}

func sortedByCall(s []assigner.Service) []assigner.Service {
	s = slices.Clone(s)
	slices.SortFunc(s, func(x, y assigner.Service) int {
		return cmp.Or(cmp.Compare(x.Floor, y.Floor), cmp.Compare(x.Button, y.Button))
	})
	return s
}

// TestOneDirectionPerStop checks SPEC S4 of the prediction: of one floor, the
// hall calls are served a door time or more apart.
func TestOneDirectionPerStop(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cfg := drawConfig(t)
		f := rapid.IntRange(0, cfg.Floors-1).Draw(t, "floor")
		all := drawCalls(t, cfg.Floors)
		var at [2][]time.Duration
		s := drawState(t, cfg.Floors)
		for _, v := range predict(cfg, s, all) {
			if v.Floor == f && v.Button != elevator.Cab {
				at[v.Button] = append(at[v.Button], v.In)
			}
		}
		if len(at[0]) == 0 || len(at[1]) == 0 {
			return
		}
		gap := (at[0][0] - at[1][0]).Abs()
		if gap < cfg.Door/2 || gap < cfg.Door && s.Behaviour != elevator.DoorOpen {
			t.Fatalf("%+v %v: both directions of floor %d within %v", s, all, f, gap)
		}
	})
}

func TestPatience(t *testing.T) {
	if got, want := assigner.Patience(course(4)), (3*4*2500+13*3000+1000)*time.Millisecond; got != want {
		t.Errorf("Patience of 4 floors is %v, want %v", got, want)
	}
	slow := elevator.Config{Floors: 128, Door: time.Hour, Travel: time.Hour}
	if got, want := assigner.Patience(slow), 65535*time.Second; got != want {
		t.Errorf("Patience of a very slow building is %v, want the greatest age, %v", got, want)
	}
}

func TestOverdue(t *testing.T) {
	cfg := course(4)
	// Up and down again, a door for each of the six calls and for one cab call,
	// and two more; two of the calls don't exist but are counted.
	const limit = (8*2500 + 9*3000 + 1000) / 1000
	in := assigner.Input{Config: cfg, Cars: []assigner.Car{{ID: "1"}}, Calls: []assigner.HallCall{
		{Floor: 0, Button: elevator.HallUp, Age: limit - 1},
		{Floor: 1, Button: elevator.HallUp, Age: limit},
		{Floor: 2, Button: elevator.HallDown, Age: 65535},
		{Floor: 2, Button: elevator.Cab, Age: 65535},
		{Floor: 0, Button: elevator.HallDown, Age: 65535},
		{Floor: 4, Button: elevator.HallUp, Age: 65535},
	}}
	in.Cars[0].Cab.Put(3, true)
	if got, want := assigner.Overdue(in), calls(up(1), down(2)); got != want {
		t.Errorf("Overdue: %v, want %v", got, want)
	}
	// However many calls there are, none is overdue later than by Patience.
	for range 100 {
		in.Calls = append(in.Calls, in.Calls[2])
	}
	in.Calls[0].Age = uint16(assigner.Patience(cfg) / time.Second)
	if got := assigner.Overdue(in); !got.Has(0, elevator.HallUp) {
		t.Errorf("Overdue: %v, want floor 0 among them", got)
	}
}

// TestGoal checks that an elevator says that it goes to the hall call that it is
// predicted to serve first.
func TestGoal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cfg := drawConfig(t)
		all := drawCalls(t, cfg.Floors)
		car := assigner.Car{State: drawState(t, cfg.Floors), Cab: all.Cab}
		var want elevator.Goal
		for _, s := range assigner.Predict(nil, cfg, car, all) {
			if s.Button != elevator.Cab {
				want = elevator.GoalOf(s.Floor, s.Button)
				break
			}
		}
		if got := assigner.Goal(cfg, car, all); got != want {
			t.Fatalf("%v %v: goal %d, want %d", car.State, all, got, want)
		}
	})
}
