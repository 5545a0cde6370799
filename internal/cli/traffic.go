package cli

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"elevnet/internal/elevator"
	"elevnet/internal/program"
	"elevnet/internal/traffic"
)

const trafficExamples = `  elevnet traffic                                                   every policy in every scenario
  elevnet traffic --policies hra,ours --seeds 1-10 --for 2h         two of them, more precisely
  elevnet traffic --sizes 4x10 --patterns lunch --intensities 0.8   one scenario
  elevnet traffic --capacity 8 --batch --svg pictures               small cars, groups of people; with pictures
  elevnet traffic --assigner exec:./my.py --sizes 3x4               a policy of your own, beside ours and the course's
`

// study is what is to be measured.
type study struct {
	scenarios []traffic.Scenario
	policies  []string
	programs  map[string]*programPolicy // of these policies
	seeds     []uint64
	length    time.Duration
	capacity  int
	batch     bool
	format    string
	svg       string // directory
}

func runTraffic(ctx context.Context, args []string, std stdio) (int, error) {
	s, err := parseStudy(args, std)
	if err != nil {
		return exitUsage, err
	}
	if s.svg != "" {
		if err := os.MkdirAll(s.svg, 0o777); err != nil {
			return exitUsage, usage("--svg: %v", err)
		}
	}
	results, err := s.run(ctx, std.err)
	if err != nil {
		return exitFailed, err
	}
	for _, p := range s.programs {
		if err := p.report(std.err); err != nil {
			return exitFailed, err
		}
	}
	report := results.Report()
	if err := s.print(std.out, report); err != nil {
		return exitFailed, err
	}
	if s.svg != "" {
		err = writeCharts(s.svg, report)
	}
	return exitOK, err
}

func parseStudy(args []string, std stdio) (study, error) {
	var s study
	f := newFlags("traffic", trafficExamples)
	sizes := list(f, "sizes", "3x4,3x9,6x16", parseSize, "LIST: of buildings, cars x floors")
	patterns := list(f, "patterns", strings.Join(patternNames(), ","), parsePattern, "LIST: of where people go")
	intensities := list(f, "intensities", "0.1,0.4,0.8", parseIntensity, "LIST: of how many people come, 1 being the up-peak handling capacity")
	policies := list(f, "policies", strings.Join(policyNames(), ","), parsePolicy, "LIST: of ways to assign the calls; exec:PROGRAM is one of your own")
	who := f.assigner("", "WHO: another way, exec:PROGRAM of your own; beside hra and ours unless --policies is given")
	seeds := list(f, "seeds", "1-5", parseSeeds, "LIST: of numbers and ranges; each draws other passengers, the same for all policies")
	length := f.duration("for", 30*time.Minute, time.Minute, traffic.MaxLength, "TIME: to measure with each seed")
	capacity := f.number("capacity", 0, 0, traffic.MaxCapacity, "NUMBER: of people that fit into a car; 0 is no limit")
	f.BoolVar(&s.batch, "batch", false, "people come in groups")
	format := f.choice("format", "table", []string{"table", "csv", "json"}, "FORMAT: table, csv or json")
	f.StringVar(&s.svg, "svg", "", "DIR: for pictures of it")
	if err := f.parse(args, std.out); err != nil {
		return s, err
	}
	for _, size := range *sizes {
		for _, p := range *patterns {
			for _, i := range *intensities {
				sc := traffic.Scenario{Cars: size[0], Floors: size[1], Pattern: p, Intensity: i, Batch: s.batch, Capacity: *capacity}
				if err := sc.Validate(); err != nil {
					return s, usageError{err}
				}
				s.scenarios = append(s.scenarios, sc)
			}
		}
	}
	*policies = withAssigner(*policies, who.text, f.given("policies"))
	s.programs = make(map[string]*programPolicy)
	log := newLogger(std.err, "info", "auto")
	for _, name := range *policies {
		if text, ok := strings.CutPrefix(name, execPrefix); ok {
			c, err := program.ParseCommand(text)
			if err != nil {
				return s, usageError{err}
			}
			s.programs[name] = &programPolicy{name: name, command: c, log: log}
		}
	}
	s.policies, s.seeds, s.length, s.capacity, s.format = *policies, *seeds, *length, *capacity, *format
	return s, nil
}

// withAssigner adds to the policies the one that --assigner names.
func withAssigner(policies []string, assigner string, given bool) []string {
	switch {
	case assigner == "":
		return policies
	case assigner == builtin:
		assigner = "ours"
	}
	if !given {
		policies = []string{hraName, "ours"}
	}
	if slices.Contains(policies, assigner) {
		return policies
	}
	return append(slices.Clone(policies), assigner)
}

// list adds a flag that takes values separated by commas. A parser may return
// several values for what stands between two commas.
func list[T comparable](f *flags, name, value string, parse func(string) ([]T, error), help string) *[]T {
	l := &listValue[T]{parse: parse}
	if err := l.Set(value); err != nil {
		panic(fmt.Sprintf("default of --%s: %v", name, err))
	}
	f.Var(l, name, help)
	return &l.values
}

type listValue[T comparable] struct {
	text   string
	values []T
	parse  func(string) ([]T, error)
}

func (l *listValue[T]) String() string { return l.text }

func (l *listValue[T]) Set(s string) error {
	var values []T
	for part := range strings.SplitSeq(s, ",") {
		some, err := l.parse(strings.TrimSpace(part))
		switch {
		case err != nil && part != s:
			return fmt.Errorf("%q: %w", part, err)
		case err != nil:
			return err
		}
		for _, v := range some {
			if slices.Contains(values, v) {
				return fmt.Errorf("%s is named twice", strings.TrimSpace(part))
			}
			values = append(values, v)
		}
	}
	l.text, l.values = s, values
	return nil
}

func parseSize(s string) ([][2]int, error) {
	c, f, _ := strings.Cut(s, "x")
	cars, err := strconv.Atoi(c)
	floors, err2 := strconv.Atoi(f)
	if errors.Join(err, err2) != nil || cars < 1 || cars > traffic.MaxCars || floors < elevator.MinFloors || floors > elevator.MaxFloors {
		return nil, fmt.Errorf("a size such as 3x4 is needed, 1 to %d cars and %d to %d floors", traffic.MaxCars, elevator.MinFloors, elevator.MaxFloors)
	}
	return [][2]int{{cars, floors}}, nil
}

func parsePattern(s string) ([]traffic.Pattern, error) {
	i := slices.Index(patternNames(), s)
	if i < 0 {
		return nil, oneOf(s, patternNames())
	}
	return []traffic.Pattern{traffic.Pattern(i)}, nil
}

func patternNames() []string {
	var names []string
	for p := range traffic.Pattern(traffic.Patterns) {
		names = append(names, p.String())
	}
	return names
}

func parsePolicy(s string) ([]string, error) {
	if command, ok := strings.CutPrefix(s, execPrefix); ok {
		if _, err := program.ParseCommand(command); err != nil {
			return nil, err
		}
		return []string{s}, nil
	}
	if _, ok := traffic.PolicyNamed(s); !ok {
		return nil, oneOf(s, policyNames())
	}
	return []string{s}, nil
}

func policyNames() []string {
	var names []string
	for _, p := range traffic.Policies() {
		names = append(names, p.Name)
	}
	return names
}

func oneOf(s string, names []string) error {
	hint := ""
	if near := nearest(s, names); near != "" {
		hint = fmt.Sprintf("; did you mean %s?", near)
	}
	return fmt.Errorf("must be one of %s%s", strings.Join(names, ", "), hint)
}

// parseIntensity returns thousandths.
func parseIntensity(s string) ([]int, error) {
	v, err := strconv.ParseFloat(s, 64)
	thousandths := math.Round(v * 1000)
	if err != nil || !(thousandths >= 1 && thousandths <= traffic.MaxIntensity) {
		return nil, fmt.Errorf("a number from 0.001 to %d is needed", traffic.MaxIntensity/1000)
	}
	return []int{int(thousandths)}, nil
}

// maxSeeds bounds one range of seeds, and so what a slip of the finger costs.
const maxSeeds = 1000

func parseSeeds(s string) ([]uint64, error) {
	from, to, isRange := strings.Cut(s, "-")
	if !isRange {
		to = from
	}
	first, err := strconv.ParseUint(from, 10, 64)
	last, err2 := strconv.ParseUint(to, 10, 64)
	switch {
	case errors.Join(err, err2) != nil || last < first:
		return nil, errors.New("whole numbers and ranges such as 1-10,20 are needed")
	case last-first >= maxSeeds:
		return nil, fmt.Errorf("a range holds at most %d seeds", maxSeeds)
	}
	var seeds []uint64
	for i := range last - first + 1 {
		seeds = append(seeds, first+i)
	}
	return seeds, nil
}
