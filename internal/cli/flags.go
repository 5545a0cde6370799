package cli

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"
)

// flags is a flag set whose values can also come from the environment
// (ELEVNET_UDP_PORT for --udp-port) and from a file of "name = value" lines. The
// command line goes before the environment, that before the file, and that
// before the default.
type flags struct {
	*flag.FlagSet
	command  string
	examples string
	after    string // what the help says after the flags
	file     *string
}

func newFlags(command, examples string) *flags {
	f := &flags{FlagSet: flag.NewFlagSet(command, flag.ContinueOnError), command: command, examples: examples}
	f.SetOutput(io.Discard)
	f.file = f.String("config", "", "FILE: with settings, lines such as \"floors = 4\"")
	return f
}

// parse reads the arguments, and then what they leave open.
func (f *flags) parse(args []string, out io.Writer) error {
	err := f.FlagSet.Parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		f.printHelp(out)
		return errHelp
	case err != nil:
		return f.explain(err)
	case f.NArg() > 0:
		return usage("unexpected argument %q; settings are written as --name value, see %s --help", f.Arg(0), f.path())
	}
	given := make(map[string]bool)
	f.Visit(func(x *flag.Flag) { given[x.Name] = true })
	f.VisitAll(func(x *flag.Flag) {
		v, ok := os.LookupEnv(envName(x.Name))
		if !ok || v == "" || given[x.Name] || err != nil {
			return
		}
		given[x.Name] = true
		if e := f.Set(x.Name, v); e != nil {
			err = usage("%s=%q: %v", envName(x.Name), v, plain(e))
		}
	})
	if err == nil && *f.file != "" {
		err = f.readFile(*f.file, given)
	}
	return err
}

func (f *flags) readFile(path string, given map[string]bool) error {
	file, err := os.Open(path)
	if err != nil {
		return usage("--config: %v", err)
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(strings.TrimPrefix(lines.Text(), "\ufeff")) // some editors mark the beginning
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		name, value, ok := strings.Cut(line, "=")
		name = strings.TrimLeft(strings.TrimSpace(name), "-")
		value = strings.Trim(strings.TrimSpace(value), `"`)
		switch {
		case !ok:
			return usage("%s line %d: write \"name = value\", not %q", path, n, line)
		case f.Lookup(name) == nil || name == "config":
			return usage("%s line %d: %v", path, n, f.unknown(name))
		case given[name]:
			continue
		}
		if err := f.Set(name, value); err != nil {
			return usage("%s line %d: %s = %q: %v", path, n, name, value, plain(err))
		}
	}
	if err := lines.Err(); err != nil {
		return usage("--config %s: %v", path, err)
	}
	return nil
}

// explain turns an error of package flag into one line that says what to do.
func (f *flags) explain(err error) error {
	text := err.Error()
	if name, ok := strings.CutPrefix(text, "flag provided but not defined: -"); ok {
		return usage("%v", f.unknown(strings.TrimLeft(name, "-")))
	}
	if name, ok := strings.CutPrefix(text, "flag needs an argument: -"); ok {
		return usage("--%s needs a value, see %s --help", name, f.path())
	}
	if rest, ok := strings.CutPrefix(text, "invalid boolean value "); ok {
		value, rest, _ := strings.Cut(rest, " for -")
		name, _, _ := strings.Cut(rest, ": ")
		return usage("--%s=%s: must be true or false", name, strings.Trim(value, `"`))
	}
	if rest, ok := strings.CutPrefix(text, "invalid value "); ok {
		value, rest, _ := strings.Cut(rest, " for flag -")
		name, why, _ := strings.Cut(rest, ": ")
		return usage("--%s %s: %s", name, strings.Trim(value, `"`), plainText(why))
	}
	return usage("%s, see %s --help", text, f.path())
}

func (f *flags) unknown(name string) error {
	var names []string
	f.VisitAll(func(x *flag.Flag) { names = append(names, x.Name) })
	if !strconv.CanBackquote(name) {
		name = strconv.Quote(name) // no control characters on a terminal
	}
	if near := nearest(name, names); near != "" {
		return fmt.Errorf("unknown flag --%s; did you mean --%s?", name, near)
	}
	return fmt.Errorf("unknown flag --%s; see %s --help", name, f.path())
}

func (f *flags) path() string {
	if f.command == "node" {
		return "elevnet"
	}
	return "elevnet " + f.command
}

func plain(err error) string { return plainText(err.Error()) }

// plainText says in words what package flag says in Go.
func plainText(s string) string {
	if s == "parse error" {
		return "not a valid value"
	}
	return s
}

func envName(flagName string) string {
	return "ELEVNET_" + strings.ToUpper(strings.ReplaceAll(flagName, "-", "_"))
}

// number adds a flag that takes a whole number from least to most.
func (f *flags) number(name string, value, least, most int, help string) *int {
	v := value
	f.Var(&numberValue{&v, least, most}, name, help)
	return &v
}

type numberValue struct {
	v           *int
	least, most int
}

func (n *numberValue) String() string {
	if n.v == nil {
		return ""
	}
	return fmt.Sprint(*n.v)
}

func (n *numberValue) Set(s string) error {
	var v int
	if _, err := fmt.Sscanf(s+"\n", "%d\n", &v); err != nil || fmt.Sprint(v) != strings.TrimPrefix(s, "+") {
		return fmt.Errorf("a whole number from %d to %d is needed", n.least, n.most)
	}
	if v < n.least || v > n.most {
		return fmt.Errorf("must be from %d to %d", n.least, n.most)
	}
	*n.v = v
	return nil
}

// duration adds a flag that takes a time from least to most.
func (f *flags) duration(name string, value, least, most time.Duration, help string) *time.Duration {
	v := value
	f.Var(&durationValue{&v, least, most}, name, help)
	return &v
}

type durationValue struct {
	v           *time.Duration
	least, most time.Duration
}

func (d *durationValue) String() string {
	if d.v == nil {
		return ""
	}
	return short(*d.v)
}

// short writes "1m" where package time writes "1m0s".
func short(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

func (d *durationValue) Set(s string) error {
	v, err := time.ParseDuration(s)
	if err != nil {
		return errors.New("a time with its unit is needed, such as 3s or 500ms")
	}
	if v < d.least || v > d.most {
		return fmt.Errorf("must be from %s to %s", short(d.least), short(d.most))
	}
	*d.v = v
	return nil
}

// choice adds a flag that takes one of several words.
func (f *flags) choice(name, value string, words []string, help string) *string {
	v := value
	f.Var(&choiceValue{&v, words}, name, help)
	return &v
}

type choiceValue struct {
	v     *string
	words []string
}

func (c *choiceValue) String() string {
	if c.v == nil {
		return ""
	}
	return *c.v
}

func (c *choiceValue) Set(s string) error {
	for _, w := range c.words {
		if s == w {
			*c.v = s
			return nil
		}
	}
	return fmt.Errorf("must be one of %s", strings.Join(c.words, ", "))
}
