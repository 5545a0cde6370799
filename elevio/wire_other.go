//go:build !linux

package elevio

import (
	"errors"
	"io"
	"time"
)

// wire exchanges polls by the standard library's means.
type wire struct{ link *link }

func (w *wire) open(l *link) error {
	w.link = l
	return nil
}

func (w *wire) close() error { return nil }

// exchange writes requests and reads until reply is full.
func (w *wire) exchange(requests, reply []byte) (int, error) {
	if err := w.post(requests); err != nil {
		return 0, err
	}
	n, err := io.ReadFull(w.link.conn, reply)
	if errors.Is(err, io.ErrUnexpectedEOF) {
		err = io.EOF
	}
	return n, err
}

// post writes requests without waiting for a reply.
func (w *wire) post(requests []byte) error { return w.link.write(requests) }

// drain reads what there is, without waiting: here nothing, since exchange has
// read all that came.
func (w *wire) drain([]byte) (int, error) { return 0, nil }

// pause waits for d.
func (w *wire) pause(d time.Duration) { time.Sleep(d) }
