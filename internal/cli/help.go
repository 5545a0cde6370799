package cli

import (
	"context"
	"flag"
	"fmt"
	"io"
	"runtime/debug"
	"strings"
)

// version is that of the program, not that of the protocol.
const version = "0.1.0"

func runVersion(_ context.Context, args []string, std stdio) (int, error) {
	f := newFlags("version", "")
	if err := f.parse(args, std.out); err != nil {
		return exitUsage, err
	}
	fmt.Fprintln(std.out, versionText())
	return exitOK, nil
}

func versionText() string {
	text := "elevnet " + version
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" && len(s.Value) >= 12 {
				text += " (" + s.Value[:12] + ")"
			}
		}
		text += ", " + info.GoVersion
	}
	return text
}

const examples = `Examples:
  elevnet demo                      three nodes and their elevators, here and now, no hardware
  elevnet --id 1                    a node for the elevator server at localhost:15657
  elevnet --id 2 --port 15658       another one on the same computer
  elevnet sim --port 15658          a simulated elevator for it
  elevnet doctor --id 1             would a node do well here? and what to do if not
  elevnet watch                     see what the network knows
  elevnet simulate --for 24h        a day of faults in virtual time, and a verdict
  elevnet watch --once              the same as JSON, once

From the source tree write "go run ." for "elevnet".
`

func printHelp(w io.Writer) {
	fmt.Fprint(w, "elevnet: a peer-to-peer elevator network. A lit lamp is a promise.\n\n", examples, "\nCommands:\n")
	for _, c := range commands() {
		fmt.Fprintf(w, "  %-10s %s\n", c.name, c.summary)
	}
	fmt.Fprint(w, "\nFlags of a node:\n")
	f, _ := nodeFlags()
	f.printFlags(w)
	fmt.Fprint(w, "\nEach flag can be set by the environment as well: ELEVNET_UDP_PORT for --udp-port.\nFlags of another command: elevnet demo --help\n")
}

func (f *flags) printHelp(w io.Writer) {
	if f.command == "node" {
		printHelp(w)
		return
	}
	for _, c := range commands() {
		if c.name == f.command {
			fmt.Fprintf(w, "elevnet %s: %s\n\n", c.name, c.summary)
		}
	}
	if f.examples != "" {
		fmt.Fprint(w, "Examples:\n", f.examples, "\n")
	}
	fmt.Fprint(w, "Flags:\n")
	f.printFlags(w)
	fmt.Fprint(w, f.after)
}

// printFlags lists the flags. A usage begins with what the value is called, in
// capitals: "PORT: to listen on".
func (f *flags) printFlags(w io.Writer) {
	f.VisitAll(func(x *flag.Flag) {
		value, help := "", x.Usage
		if name, rest, ok := strings.Cut(x.Usage, ": "); ok && name == strings.ToUpper(name) {
			value, help = name, rest
		}
		left := "--" + x.Name
		if value != "" {
			left += " " + value
		}
		if x.DefValue != "" && x.DefValue != "false" {
			help += " (default " + x.DefValue + ")"
		}
		fmt.Fprintf(w, "  %-22s %s\n", left, help)
	})
}
