package hra

import "errors"

// Taken is what one elevator takes in an answer from outside.
type Taken struct{ Up, Down Floors }

// AnswerDecoder reads answers of the contract that come from outside. It holds
// memory that the next one uses again. The zero value is ready for use; it must
// not be used by two goroutines at once.
type AnswerDecoder struct {
	p     parser
	taken []Taken
	seen  []bool
	up    Floors // taken by anybody
	down  Floors
}

// Decode decodes the answer to the question r, as [AppendAnswer] writes it, with
// or without the cab calls: for each elevator of r, by floor, the calls that it
// takes. It must tell of each elevator; every call must be taken, by an elevator
// that is available, and nothing else. Several may take one call. The result is
// by r.Input.Cars and valid until the next call. An error tells the place in the
// answer.
func (d *AnswerDecoder) Decode(text []byte, r *Request) ([]Taken, error) {
	in := &r.Input
	words := (in.Floors + 63) / 64
	d.up, d.down = empty(d.up, words), empty(d.down, words)
	d.seen = resize(d.seen, len(in.Cars))
	clear(d.seen)
	if len(d.taken) > len(in.Cars) {
		d.taken = d.taken[:len(in.Cars)]
	}
	for len(d.taken) < len(in.Cars) {
		d.taken = append(d.taken, Taken{})
	}
	for i := range d.taken {
		d.taken[i] = Taken{empty(d.taken[i].Up, words), empty(d.taken[i].Down, words)}
	}
	d.p.reset(text)
	if d.p.next(); d.p.at == len(text) {
		return nil, errors.New("$: the answer is empty")
	}
	if err := d.p.object(func(name []byte) error { return d.elevator(r, name) }); err != nil {
		return nil, err
	}
	if d.p.next(); d.p.at < len(text) {
		return nil, d.p.fail("the answer goes on after its end, with %s", d.p.kind())
	}
	for i := range in.Cars {
		if !d.seen[i] {
			d.p.enter(step{kind: id, name: in.Cars[i].ID})
			return nil, d.p.fail("missing")
		}
	}
	for f := range in.Floors {
		switch {
		case in.Up.Has(f) && !d.up.Has(f):
			return nil, d.p.fail("no elevator takes the call up at floor %d", f)
		case in.Down.Has(f) && !d.down.Has(f):
			return nil, d.p.fail("no elevator takes the call down at floor %d", f)
		}
	}
	return d.taken, nil
}

// elevator reads what one elevator takes.
func (d *AnswerDecoder) elevator(r *Request, name []byte) error {
	in := &r.Input
	car := -1
	for i := range in.Cars {
		if in.Cars[i].ID == string(name) {
			car = i
			break
		}
	}
	d.p.enter(step{kind: id, name: string(name)})
	switch {
	case car < 0 && string(name) == "error" && d.p.next() == '"':
		why, err := d.p.string()
		if err != nil {
			return err
		}
		return errors.New("it says: " + quoted(string(why)))
	case car < 0:
		return d.p.fail("no elevator has this id")
	case d.seen[car]:
		return d.p.fail("given twice")
	}
	d.seen[car] = true
	floors := 0
	err := d.p.list(func(f int) error {
		if floors++; f >= in.Floors {
			return d.p.fail("the building has %d floors", in.Floors)
		}
		return d.floor(r, car, f)
	})
	switch {
	case err != nil:
		return err
	case floors != in.Floors:
		return d.p.fail("must have one element for each floor, %d; not %d", in.Floors, floors)
	}
	d.p.leave()
	return nil
}

// floor reads what one elevator takes at one floor: up, down and, perhaps, cab.
func (d *AnswerDecoder) floor(r *Request, car, f int) error {
	n := 0
	err := d.p.list(func(b int) error {
		if n++; n > 3 {
			return d.p.fail("a floor has two elements: up, down; or three, with the cab call")
		}
		on, err := d.p.bool()
		if err != nil || !on || b == 2 {
			return err
		}
		called, mine, all := r.Input.Up, d.taken[car].Up, d.up
		if b == 1 {
			called, mine, all = r.Input.Down, d.taken[car].Down, d.down
		}
		switch {
		case !called.Has(f):
			return d.p.fail("nobody called there")
		case r.More[car].Unavailable:
			return d.p.fail("this elevator isn't available")
		}
		mine[f/64] |= 1 << (f % 64)
		all[f/64] |= 1 << (f % 64)
		return nil
	})
	if err == nil && n < 2 {
		return d.p.fail("a floor has two elements: up, down; not %d", n)
	}
	return err
}

// empty returns an empty set of that many words, in the memory of s if it fits.
func empty(s Floors, words int) Floors {
	s = resize(s, words)
	clear(s)
	return s
}
