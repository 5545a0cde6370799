package web

import (
	"net/http"
	"time"
)

// writePatience is for how long a write to a page may take before the page is
// given up. Its browser will come again.
const writePatience = 10 * time.Second

// stream serves GET /api/stream.
func (s *Server) stream(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodHead {
		w.Header().Set("Content-Type", "text/event-stream")
		return
	}
	c, err := s.hub.join()
	if err != nil {
		w.Header().Set("Retry-After", "5")
		fail(w, http.StatusServiceUnavailable, err.Error())
		return
	}
	defer s.hub.leave(c)
	out := http.NewResponseController(w)
	// The limits of a request are not those of a stream.
	if out.SetReadDeadline(time.Time{}) != nil {
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	w.WriteHeader(http.StatusOK)
	if !s.write(w, out, []message{message("retry: 1000\n\n")}) {
		return
	}
	for {
		select {
		case <-r.Context().Done():
			return
		case <-c.over:
			return
		case <-c.wake:
		}
		if !s.write(w, out, c.take()) {
			return
		}
	}
}

func (s *Server) write(w http.ResponseWriter, out *http.ResponseController, list []message) bool {
	if out.SetWriteDeadline(time.Now().Add(s.patience)) != nil {
		return false
	}
	for _, m := range list {
		if _, err := w.Write(m); err != nil {
			return false
		}
	}
	return out.Flush() == nil
}
