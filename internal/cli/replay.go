package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"elevnet/internal/record"
	"elevnet/internal/web"
)

const replayHelp = `
FILE is what node --record or demo --record wrote, or what "Save incident" on the
page gave; several files, of nodes of one building, are shown together. Without
--check or --lines the recording is shown on the page, until Ctrl-C.

The nodes are run again on what was recorded. The exit status is 0 if they decide
the same, and 3 if not.
`

func runReplay(ctx context.Context, args []string, std stdio) (int, error) {
	f := newFlags("replay", "  elevnet replay incident.elevrec           on the page\n  elevnet replay --check incident.elevrec   does this program decide the same?\n  elevnet replay --lines incident.elevrec   as a story\n")
	f.after = replayHelp
	check := f.Bool("check", false, "run the nodes again, say whether they decide the same, and end")
	lines := f.Bool("lines", false, "print what happened, a line each, and end")
	all := f.Bool("all", false, "with --lines, every datagram and commit as well")
	addr := f.String("http", "", "ADDR: of the page, HOST:PORT or a part of it (default "+web.DefaultAddr+", or the next port that is free)")
	names, flags := splitNames(args)
	if err := f.parse(flags, std.out); err != nil {
		return exitUsage, err
	}
	if len(names) == 0 {
		return exitUsage, usage("a recording is needed: elevnet replay FILE")
	}
	var files []*record.Recording
	defer func() {
		for _, r := range files {
			r.Close()
		}
	}()
	for _, name := range names {
		r, err := record.Open(name)
		if err != nil {
			return exitUsage, usageError{err}
		}
		files = append(files, r)
		for _, line := range r.Remarks() {
			fmt.Fprintf(std.err, "elevnet: %s: %s\n", name, line)
		}
	}
	x, story := &record.Rerun{Policy: policyNamed}, (*record.Lines)(nil)
	out := bufio.NewWriter(std.out)
	start := record.Start(files)
	if *lines {
		story = record.NewLines(out, start, *all)
		fmt.Fprintf(out, "# seconds since %s\n", time.Unix(0, start).Format("2006-01-02 15:04:05.000000 -0700"))
	}
	if !*check && !*lines {
		return replayOnPage(ctx, files, x, *addr, std)
	}
	for rec := range record.Together(files) {
		x.Feed(rec)
		if story != nil {
			if err := story.Feed(rec); err != nil {
				return exitFailed, err
			}
		}
		if ctx.Err() != nil {
			return exitFailed, errors.New("replay: interrupted")
		}
	}
	if *check {
		x.Print(out, start)
	}
	v := x.Verdict()
	if *check {
		fmt.Fprintln(out, v)
	} else {
		fmt.Fprintln(std.err, "elevnet:", v)
	}
	if err := out.Flush(); err != nil {
		return exitFailed, err
	}
	return replayed(v)
}

// replayed returns the exit status.
func replayed(v record.Verdict) (int, error) {
	switch {
	case v.First != nil:
		return exitBroken, nil
	case v.Compared == 0:
		return exitFailed, errors.New("nothing of it could be run again")
	}
	return exitOK, nil
}

// splitNames takes the names of files, which may stand anywhere, from the flags.
func splitNames(args []string) (names, flags []string) {
	for k := 0; k < len(args); k++ {
		switch a := args[k]; {
		case a == "--":
			return append(names, args[k+1:]...), flags
		case !strings.HasPrefix(a, "-"):
			names = append(names, a)
		default:
			flags = append(flags, a)
			if name := strings.TrimLeft(a, "-"); (name == "http" || name == "config") && k+1 < len(args) {
				k++
				flags = append(flags, args[k])
			}
		}
	}
	return names, flags
}

// replayOnPage shows recordings until ctx is done.
func replayOnPage(ctx context.Context, files []*record.Recording, x *record.Rerun, addr string, std stdio) (int, error) {
	var size int64
	for _, r := range files {
		size += r.Size()
	}
	if size > 4<<20 {
		fmt.Fprintf(std.err, "elevnet: running %d MB of recordings again before they are shown; Ctrl-C ends it\n", size>>20)
	}
	player, err := record.NewPlayer(ctx, files, x, versionText())
	if err != nil {
		return exitFailed, fmt.Errorf("replay: %w", err)
	}
	v := x.Verdict()
	fmt.Fprintln(std.out, v)
	server, err := web.Listen(addr, web.Options{Source: player})
	if err != nil {
		return exitUsage, usageError{err}
	}
	fmt.Fprintln(std.out, "the recording is shown at", server.URL(), "until Ctrl-C")
	if err := server.Serve(ctx); err != nil && ctx.Err() == nil {
		return exitFailed, err
	}
	if v.First != nil {
		return exitBroken, nil
	}
	return exitOK, nil
}
