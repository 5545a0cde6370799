package demo

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"elevnet/internal/elevator"
)

// readingPace is how long a person is given to read a letter of a scene.
const readingPace = 45 * time.Millisecond

// stage is where scenes are played, one at a time, for people who watch.
type stage struct {
	mu    sync.Mutex
	stop  context.CancelFunc // nil while nothing is played
	ended chan struct{}
}

// startScenes plays some scenes, one after the other, in place of what is being
// played.
func (s *session) startScenes(list []Scene) error {
	s.stopScene()
	s.stage.mu.Lock()
	defer s.stage.mu.Unlock()
	if s.stage.stop != nil {
		return errors.New("another scene was started at the same moment")
	}
	ctx, cancel := context.WithCancel(s.ctx)
	ended := make(chan struct{})
	s.stage.stop, s.stage.ended = cancel, ended
	s.running.Go(func() {
		defer close(ended)
		defer cancel()
		s.setTraffic(false)
		s.setFaults(false)
		for _, sc := range list {
			if err := s.director(readingPace, s.cue).play(ctx, sc); err != nil {
				if ctx.Err() == nil {
					s.complain(err)
				}
				break
			}
		}
		s.stage.mu.Lock()
		defer s.stage.mu.Unlock()
		if s.stage.ended == ended {
			s.stage.stop = nil
		}
	})
	return nil
}

// stopScene ends what is being played, and waits until it is cleared away.
func (s *session) stopScene() {
	s.stage.mu.Lock()
	stop, ended := s.stage.stop, s.stage.ended
	s.stage.mu.Unlock()
	if stop == nil {
		return
	}
	stop()
	<-ended
	s.stage.mu.Lock()
	defer s.stage.mu.Unlock()
	if s.stage.ended == ended {
		s.stage.stop = nil
	}
}

func (s *session) director(pace time.Duration, tell func(cue)) *director {
	return &director{building: s.building, pace: pace, tell: tell}
}

// cue tells the page, if there is one, and the log.
func (s *session) cue(c cue) {
	if s.page != nil {
		s.page.cue(c)
	}
	if c.text != "" {
		s.building.say(slog.LevelInfo, "", "%s", c.text)
	}
}

// seconds is how long a scene takes on the page, about.
func (sc Scene) seconds(c elevator.Config) time.Duration {
	total := time.Duration(0)
	for _, st := range sc.steps {
		total += 2 * max(time.Second, time.Duration(len(st.text))*readingPace)
		if st.within < 0 {
			total += c.Travel + c.Pass + c.Door
		}
	}
	return total.Round(5 * time.Second)
}
