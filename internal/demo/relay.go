package demo

import (
	"elevnet/bcast"
	"elevnet/worldview"
)

// relay is what a node in a process of its own talks to. Each such node has a
// UDP port to itself on the loopback interface; what it broadcasts there is
// passed on to the ports of the others, unless the wire says otherwise. So cables
// can be cut and datagrams lost without any right on this computer.
type relay struct {
	building *Building
	index    int
	conn     *bcast.Conn
	running  bool
	ended    chan struct{}
}

func (b *Building) openRelay(index int) (*relay, error) {
	conn, err := bcast.Listen(bcast.Options{LoopbackOnly: true})
	if err != nil {
		return nil, err
	}
	return &relay{building: b, index: index, conn: conn, ended: make(chan struct{})}, nil
}

// begin begins to pass on.
func (r *relay) begin() {
	r.running = true
	go r.run()
}

// run passes on what the node sends, until the relay is closed. What it hears of
// its own sending, on the node's port, has other senders' ids and is passed over.
func (r *relay) run() {
	defer close(r.ended)
	var decoder worldview.Decoder
	me := r.building.all[r.index].id
	buf := make([]byte, worldview.Limit+1)
	for {
		n, _, err := r.conn.Receive(buf)
		if err != nil {
			return
		}
		head, err := decoder.Peek(buf[:n])
		if err != nil || head.ID != me || head.Building != r.building.wire.building {
			continue
		}
		if !r.building.wire.sends(r.index, buf[:n]) {
			continue
		}
		for _, o := range r.building.all {
			if o.index != r.index && r.building.wire.reaches(o.index) && r.building.wire.arrives(o.index, buf[:n]) {
				_, _ = o.relay.conn.Send(buf[:n]) // a relay that is closed is the end of all
			}
		}
	}
}

func (w *workspace) closeRelay() error {
	if w.relay == nil {
		return nil
	}
	err := w.relay.conn.Close()
	if w.relay.running {
		<-w.relay.ended
	}
	return err
}
