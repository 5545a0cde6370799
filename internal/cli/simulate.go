package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"

	"elevnet/internal/elevator"
	"elevnet/internal/scenario"
	"elevnet/internal/trial"
)

// simulation is what simulate was asked for.
type simulation struct {
	profile  trial.Profile
	first    uint64
	seeds    int           // 0: as many as length takes
	length   time.Duration // 0: as many as seeds says
	workers  int
	timeline bool
	keep     string
}

// defaultSeeds take about 20 s on two cores.
const defaultSeeds = 40

func runSimulate(ctx context.Context, args []string, std stdio) (int, error) {
	f := newFlags("simulate", `  elevnet simulate                            some buildings with every fault, and a summary
  elevnet simulate --for 24h                  a simulated day
  elevnet simulate --seed 17 --timeline       one of them again, and what happens in it
  elevnet simulate --faults motor,loss,kill   only these faults
  elevnet simulate --file scenario.txt        a scenario from a file
`)
	seeds := f.number("seeds", 0, 0, 1_000_000_000, "NUMBER: of plans, each with a building of its own; 0 is "+strconv.Itoa(defaultSeeds))
	seed := f.String("seed", "", "NUMBER: run the plan of this seed again, alone")
	from := f.number("from", 1, 0, 2_000_000_000, "NUMBER: the first seed")
	length := f.duration("for", 0, 0, 1_000_000*time.Hour, "TIME: as many plans as this much simulated time takes")
	nodes := f.numbers("nodes", 1, elevator.MaxNodes, "NUMBERS: of nodes, as in 3 or 1-8 (default by chance, most often 3)")
	floors := f.numbers("floors", elevator.MinFloors, elevator.MaxFloors, "NUMBERS: of floors, as in 4 or 2-9 (default by chance, most often 4)")
	park := f.choice("park", "some", []string{"some", "all", "none"}, "WHICH: idle elevators wait where the next call is likely: some, all or none")
	faults := f.String("faults", "all", "LIST: all, none, or some of the names below")
	workers := f.number("workers", 0, 0, 1024, "NUMBER: of plans that run at one time; 0 is one for each core")
	file := f.String("file", "", "FILE: run the scenario in it instead")
	keep := f.String("keep", "", "DIR: write the shortest scenario of each plan that fails there")
	timeline := f.Bool("timeline", false, "with --seed or --file: print all that happens")
	f.after = "\nFaults: " + wrap(strings.Join(trial.FaultNames(), " "), 8) + "\n"
	if err := f.parse(args, std.out); err != nil {
		return exitUsage, err
	}
	s := simulation{first: uint64(*from), seeds: *seeds, length: *length, workers: *workers, timeline: *timeline, keep: *keep}
	s.profile = trial.Profile{Nodes: *nodes, Floors: *floors}
	set, err := trial.ParseFaults(*faults)
	if err != nil {
		return exitUsage, usage("--faults: %v", err)
	}
	s.profile.Faults = set
	s.profile.Parks = map[string]trial.Parks{"some": trial.SomePark, "all": trial.AllPark, "none": trial.NonePark}[*park]
	one := *seed != ""
	switch {
	case one && (*seeds > 0 || *length > 0), *seeds > 0 && *length > 0:
		return exitUsage, usage("only one of --seeds, --seed and --for can be given")
	case *file != "" && (one || *seeds > 0 || *length > 0):
		return exitUsage, usage("--file runs one scenario: leave out --seeds, --seed and --for")
	case s.timeline && !one && *file == "":
		return exitUsage, usage("--timeline needs --seed or --file")
	case *keep != "" && !isDir(*keep):
		return exitUsage, usage("--keep %s is not a directory", *keep)
	}
	if *file != "" {
		return runScenario(*file, s.timeline, std)
	}
	if one {
		if s.first, err = strconv.ParseUint(*seed, 10, 64); err != nil {
			return exitUsage, usage("--seed %s: a whole number is needed", clip(*seed))
		}
		s.seeds = 1
	}
	if s.seeds == 0 && s.length == 0 {
		s.seeds = defaultSeeds
	}
	if s.workers == 0 {
		s.workers = runtime.GOMAXPROCS(0)
	}
	return s.run(ctx, std)
}

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// runScenario runs a scenario from a file.
func runScenario(path string, timeline bool, std stdio) (int, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return exitUsage, usage("--file: %v", err)
	}
	began := time.Now()
	report, err := trial.Play(string(data), trial.Options{})
	if err != nil {
		return exitUsage, usage("--file %s %v", path, err)
	}
	if timeline {
		if err := printStory(string(data), std); err != nil {
			return exitFailed, err
		}
	}
	report.Plans = 1
	printSummary(std.out, &report, time.Since(began), time.Since(began))
	if len(report.Violations) == 0 {
		return exitOK, nil
	}
	printViolations(std.out, report.Violations)
	return exitBroken, nil
}

// printStory prints a scenario with all that happens in it.
func printStory(text string, std stdio) error {
	story, err := playStory(text)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(std.out, story)
	return err
}

// playStory plays a story, in which the code that is tried may crash.
func playStory(text string) (story string, err error) {
	defer func() {
		if p := recover(); p != nil {
			story, err = text+"\n\n(it crashes: "+fmt.Sprint(p)+")", nil
		}
	}()
	return scenario.Play(text)
}

// failure is a plan that broke a promise, and the shortest one that does so.
type failure struct {
	seed        uint64
	requirement string
	plan        trial.Plan
	tries       int
	steps       int // of the whole plan
}

// name is the name of the file in which it is kept.
func (f *failure) name() string {
	return fmt.Sprintf("%s-seed-%d.txt", strings.ToLower(f.requirement), f.seed)
}

// text is what is in the file.
func (f *failure) text() string {
	return fmt.Sprintf("# %s was broken by seed %d.\n#\n# %d of %d steps are left, after %d tries.\n\n%s",
		f.requirement, f.seed, f.plan.Steps(), f.steps, f.tries, f.plan.Text())
}

// shrinkTries is how often a plan is run at the most to shorten it, and
// shrinkTime for how long.
const (
	shrinkTries = 20_000
	shrinkTime  = time.Minute
)

// shrink finds the shortest plan that breaks the promise that was broken first.
func (s *simulation) shrink(ctx context.Context, seed uint64) (*failure, error) {
	report, err := trial.Run(trial.Generate(seed, s.profile), trial.Options{Record: true})
	if err != nil {
		return nil, err
	}
	if len(report.Violations) == 0 {
		return nil, errors.New("it does not fail again: this is a fault of the simulation")
	}
	f := &failure{seed: seed, requirement: report.Violations[0].Requirement, steps: report.Done.Steps()}
	began := time.Now()
	fails := trial.Fails(f.requirement, trial.Options{})
	f.plan, f.tries = trial.Shrink(report.Done, func(p trial.Plan) bool {
		return ctx.Err() == nil && time.Since(began) < shrinkTime && fails(p)
	}, shrinkTries)
	return f, nil
}

// tell prints a failure, and keeps it.
func (s *simulation) tell(f *failure, std stdio) error {
	fmt.Fprintf(std.out, "\n%s", f.text())
	fmt.Fprintf(std.out, "\nWhat happens in it:\n\n")
	if err := printStory(f.plan.Text(), std); err != nil {
		return err
	}
	fmt.Fprintf(std.out, "Again, in full: elevnet simulate --seed %d --timeline%s\n", f.seed, s.words())
	if s.keep == "" {
		return nil
	}
	path := filepath.Join(s.keep, f.name())
	if err := os.WriteFile(path, []byte(f.text()), 0o644); err != nil {
		return err
	}
	fmt.Fprintf(std.out, "Kept in %s\n", path)
	return nil
}

// words are the flags that a seed needs to mean the same.
func (s *simulation) words() string {
	var b strings.Builder
	for _, r := range []struct {
		name  string
		given trial.Range
	}{{"nodes", s.profile.Nodes}, {"floors", s.profile.Floors}} {
		if r.given != (trial.Range{}) {
			fmt.Fprintf(&b, " --%s %s", r.name, rangeText(r.given))
		}
	}
	if p := s.profile.Parks; p != trial.SomePark {
		fmt.Fprintf(&b, " --park %s", map[trial.Parks]string{trial.AllPark: "all", trial.NonePark: "none"}[p])
	}
	if s.profile.Faults != trial.All() {
		fmt.Fprintf(&b, " --faults %s", s.profile.Faults)
	}
	return b.String()
}

// numbers adds a flag that takes a whole number or a range of them.
func (f *flags) numbers(name string, least, most int, help string) *trial.Range {
	v := new(trial.Range)
	f.Var(&rangeValue{v, least, most}, name, help)
	return v
}

type rangeValue struct {
	v           *trial.Range
	least, most int
}

func (r *rangeValue) String() string {
	if r.v == nil || *r.v == (trial.Range{}) {
		return ""
	}
	return rangeText(*r.v)
}

func rangeText(r trial.Range) string {
	if r.Least == r.Most {
		return strconv.Itoa(r.Least)
	}
	return fmt.Sprintf("%d-%d", r.Least, r.Most)
}

func (r *rangeValue) Set(s string) error {
	low, high, ranged := strings.Cut(s, "-")
	if !ranged {
		high = low
	}
	a, err := strconv.Atoi(low)
	b, err2 := strconv.Atoi(high)
	switch {
	case err != nil || err2 != nil:
		return fmt.Errorf("a whole number, or a range such as %d-%d, is needed", r.least, r.most)
	case a < r.least || b > r.most:
		return fmt.Errorf("must be from %d to %d", r.least, r.most)
	case a > b:
		return fmt.Errorf("%d is above %d", a, b)
	}
	*r.v = trial.Range{Least: a, Most: b}
	return nil
}
