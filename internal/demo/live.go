package demo

import (
	"context"
	"errors"
	"io"
)

// runLive demonstrates on the live screen of a terminal, and on the page.
func runLive(ctx context.Context, opts Options, cfg Config, in io.Reader, out io.Writer) (int, error) {
	s, end, err := openShow(opts, cfg)
	if err != nil {
		return exitUsage, err
	}
	s.visitors.in.Store(opts.Traffic)
	s.setFaults(opts.Faults)
	if len(opts.Scenes) > 0 {
		err = s.startScenes(opts.Scenes)
	}
	if opts.For > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, opts.For)
		defer cancel()
	}
	if err = errors.Join(err, runScreen(ctx, s, in, out), end()); err != nil {
		return exitFailed, err
	}
	return exitOK, nil
}

// openShow opens a session with all that the options ask for, and returns what
// ends it.
func openShow(opts Options, cfg Config) (s *session, end func() error, err error) {
	if s, err = newSession(cfg, opts.Seed); err != nil {
		return nil, nil, err
	}
	if !opts.NoPage {
		s.page = newPage(opts.Version, cfg.Nodes)
	}
	r, err := newRecording(s, cfg, opts)
	if err != nil {
		return nil, nil, err
	}
	var v *serving
	if !opts.NoPage {
		if v, err = s.listen(opts.Page, r.incidents()); err != nil {
			return nil, nil, errors.Join(err, r.close())
		}
	}
	if err = s.openRecorded(cfg, opts, r); err != nil {
		return nil, nil, errors.Join(err, v.close(), r.close())
	}
	if v != nil {
		v.begin()
		if !opts.NoOpen {
			openBrowser(s.url)
		}
	}
	return s, func() error { return errors.Join(v.close(), s.close(), r.close()) }, nil
}
