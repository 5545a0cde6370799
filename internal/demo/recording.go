package demo

import (
	"errors"
	"io"
	"reflect"
	"time"

	"elevnet/internal/elevator"
	"elevnet/internal/host"
	"elevnet/internal/record"
	"elevnet/internal/web"
)

// recording keeps what the nodes live through: lately, in memory, for the page to
// give away; and in a file if one was asked for.
type recording struct {
	began time.Time
	ring  *record.Ring     // nil if no page asks for it
	file  *record.Recorder // nil if there is no file
}

// seenEvery is how often what can be seen beside the elevators is recorded.
const seenEvery = 200 * time.Millisecond

// newRecording opens what the options ask for.
func newRecording(s *session, cfg Config, opts Options) (*recording, error) {
	r := &recording{}
	if cfg.Network == Processes {
		return r, nil // each process has a file of its own
	}
	if opts.Record != "" {
		warn := func(text string) {
			if s.building != nil {
				s.complain(errors.New("recording: " + text))
			}
		}
		var err error
		r.file, err = record.Create(opts.Record, record.Options{Limit: opts.RecordLimit, Program: opts.Version, Warn: warn})
		if err != nil {
			return nil, err
		}
	}
	if s.page != nil {
		r.ring = record.NewRing(record.Options{Limit: ringLimit, Program: opts.Version})
	}
	return r, nil
}

// openRecorded opens the building of a session, and tells the recording and the
// page of it.
func (s *session) openRecorded(cfg Config, opts Options, r *recording) error {
	if cfg.Network == Processes {
		cfg.Record = opts.Record
	}
	if r.ring != nil || r.file != nil {
		cfg.Tap = r.tap
	}
	recorded := r.ring != nil || r.file != nil
	if recorded && s.page == nil {
		s.page = newPage(opts.Version, cfg.Nodes)
	}
	if s.page != nil {
		s.page.session, s.page.began = s, time.Now()
		cfg.news = s.page
		inner := cfg.OnLine
		cfg.OnLine = func(l Line) {
			s.page.line(l)
			if inner != nil {
				inner(l)
			}
		}
	}
	if recorded {
		s.page.note = r.note
	}
	cfg.OnEvent, cfg.OnTime = s.observe, s.advance
	if err := s.open(cfg); err != nil {
		return err
	}
	r.began = s.building.feed.began
	if recorded {
		s.running.Go(func() { r.watch(s) })
	}
	return nil
}

// watch records what is to be seen beside the elevators, until the session ends.
func (r *recording) watch(s *session) {
	var last web.Frame
	for sleep(s.ctx, seenEvery) {
		f := s.page.outside()
		t := f.T
		f.T = 0
		if reflect.DeepEqual(last, *f) {
			continue
		}
		last = *f
		seen := last // so that last keeps no time
		seen.T = t
		r.each(func(to *record.Recorder) { to.Seen(r.began.Add(t.Duration()), &seen) })
	}
}

// note records what the nodes can't know.
func (r *recording) note(h web.Happen) {
	r.each(func(to *record.Recorder) { to.Happened(time.Now(), h) })
}

func (r *recording) each(do func(*record.Recorder)) {
	if r.ring != nil {
		do(r.ring.Recorder)
	}
	if r.file != nil {
		do(r.file)
	}
}

// ringLimit bounds what is kept in memory for the page to give away, in bytes.
const ringLimit = 32 << 20

// tap returns who is told what one life of a node goes through.
func (r *recording) tap(elevator.ID) host.Tap {
	var taps []host.Tap
	if r.ring != nil {
		taps = append(taps, r.ring.Tap())
	}
	if r.file != nil {
		taps = append(taps, r.file.Tap())
	}
	return host.Taps(taps...)
}

func (r *recording) close() error {
	if r == nil {
		return nil
	}
	var errs []error
	if r.ring != nil {
		errs = append(errs, r.ring.Close())
	}
	if r.file != nil {
		errs = append(errs, r.file.Close())
	}
	return errors.Join(errs...)
}

// incidents returns who gives recordings to the page, nil if nobody does.
func (r *recording) incidents() web.Incidents {
	if r.ring == nil {
		return nil
	}
	return incidents{r}
}

// incidents gives away what is in memory.
type incidents struct{ *recording }

// Incident implements [web.Incidents].
func (i incidents) Incident(w io.Writer, from, to time.Duration) error {
	return i.ring.Incidents(i.began).Incident(w, from, to)
}

// Name implements [web.Incidents].
func (i incidents) Name() string { return i.ring.Incidents(i.began).Name() }
