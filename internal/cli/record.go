package cli

import (
	"log/slog"

	"elevnet/internal/advice"
	"elevnet/internal/host"
	"elevnet/internal/node"
	"elevnet/internal/record"
)

// recordFlags say where what nodes live through is recorded.
type recordFlags struct {
	file  *string
	limit *int
}

func addRecordFlags(f *flags) recordFlags {
	return recordFlags{
		file:  f.String("record", "", "FILE: record there all that happens, for elevnet replay; a recording that is there is continued"),
		limit: f.number("record-limit", record.DefaultLimit>>20, 1, 1<<20, "MB: size of the recording above which its oldest parts are dropped"),
	}
}

// open returns a recorder, nil if nothing is to be recorded.
func (r recordFlags) open(warn func(string)) (*record.Recorder, error) {
	if *r.file == "" {
		return nil, nil
	}
	rec, err := record.Create(*r.file, record.Options{Limit: int64(*r.limit) << 20, Program: versionText(), Warn: warn})
	if err != nil {
		return nil, usage("--record: %v", err)
	}
	return rec, nil
}

// tap adds a recorder to what is told of a node, if there is one. The second
// value ends it.
func (r recordFlags) tap(opts *host.Options, log *slog.Logger) (end func(), err error) {
	rec, err := r.open(func(text string) { log.Warn(text) })
	if err != nil || rec == nil {
		return func() {}, err
	}
	opts.Tap = host.Taps(opts.Tap, rec.Tap())
	return func() {
		if err := rec.Close(); err != nil {
			log.Error("the recording isn't whole", "error", err)
		}
	}, nil
}

// policyNamed returns the policy with which a node was recorded, nil if it isn't
// known.
func policyNamed(name string) node.Policy {
	for _, p := range []node.Policy{new(advice.Reference)} {
		if record.PolicyName(p) == name {
			return p
		}
	}
	return nil
}
