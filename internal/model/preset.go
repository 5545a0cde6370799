package model

// Preset returns the sets of bounds of a name, nil if there is none: small is
// for seconds, default for a minute, deep for as long as one has.
func Preset(name string) []Options {
	switch name {
	case "small":
		return []Options{
			{Name: "press", Nodes: 2, Hall: 1, Crashes: 1, Losses: 1},
			{Name: "late", Nodes: 2, Hall: 1, Saved: 1},
			{Name: "no disk", Nodes: 2, Hall: 1, Crashes: 1, Diskless: 1},
		}
	case "default":
		return []Options{
			{Name: "press", Nodes: 2, Hall: 1, Crashes: 1, Losses: 1},
			{Name: "late", Nodes: 2, Hall: 1, Saved: 1},
			{Name: "cab", Nodes: 2, Cab: 1, Crashes: 1, Losses: 1},
			{Name: "no disk", Nodes: 2, Hall: 1, Crashes: 1, Diskless: 1},
			{Name: "press again", Nodes: 2, Hall: 2, MaxStates: 600_000},
			{Name: "clock back", Nodes: 2, Hall: 3, Crashes: 1, Back: 1, MaxStates: 300_000},
			{Name: "disk lost, clock back", Nodes: 2, Hall: 2, Crashes: 1, Losses: 1, Back: 1, MaxStates: 300_000, Acquainted: true},
			{Name: "disk lost, clock back, strangers", Nodes: 2, Hall: 2, Crashes: 1, Losses: 1, Back: 1, MaxStates: 800_000},
			{Name: "late life", Nodes: 2, Hall: 1, Crashes: 1, Saved: 1},
			{Name: "late life, no disks", Nodes: 2, Hall: 1, Crashes: 1, Saved: 1, Diskless: 2},
			{Name: "late, both restarted", Nodes: 2, Crashes: 2, Saved: 1, Acquainted: true, MaxStates: 100_000},
			{Name: "disk fails", Nodes: 2, Hall: 1, Crashes: 1, Failures: 1, MaxStates: 300_000},
			{Name: "hall and cab", Nodes: 2, Hall: 1, Cab: 1, Crashes: 1, MaxStates: 200_000},
			{Name: "three nodes", Nodes: 3, Hall: 1, MaxStates: 200_000, Acquainted: true},
		}
	case "deep":
		return []Options{
			{Name: "press again", Nodes: 2, Hall: 2, Crashes: 1, Losses: 1},
			{Name: "late life", Nodes: 2, Hall: 1, Crashes: 2, Losses: 1, Saved: 1},
			{Name: "clock back", Nodes: 2, Hall: 2, Crashes: 2, Losses: 1, Back: 1, Failures: 1},
			{Name: "two late", Nodes: 2, Hall: 1, Crashes: 1, Losses: 1, Saved: 2},
			{Name: "no disk", Nodes: 2, Hall: 2, Crashes: 2, Diskless: 1},
			{Name: "no disks, clock back, late", Nodes: 2, Hall: 2, Crashes: 1, Back: 1, Saved: 1, Diskless: 2},
			{Name: "hall and cab", Nodes: 2, Hall: 1, Cab: 1, Crashes: 1, Losses: 1},
			{Name: "three nodes", Nodes: 3, Hall: 1, Crashes: 1, Losses: 1},
		}
	}
	return nil
}

// Presets are the names.
func Presets() []string { return []string{"small", "default", "deep"} }
