package worldview_test

import (
	"fmt"

	"elevnet/internal/elevator"
	"elevnet/worldview"
)

// hearsAll is what a node that hears the other one adds to its datagrams.
type hearsAll struct{}

func (hearsAll) Echo(int) (worldview.Echo, bool) { return worldview.Echo{Boot: 1, Seq: 2}, true }
func (hearsAll) Held(int, int) bool              { return true }

// A press on one panel, as it comes to shine on both, and is served.
func Example() {
	const floors = 4
	up := worldview.Number(2, elevator.HallUp)

	// Node "a" takes a press.
	a := worldview.New(floors)
	me, _ := a.Add("a")
	a.SetCall(me, up, a.Call(me, up).Press(worldview.NewLife(1_700_000_000, 7)))
	fmt.Println("at a:", a.Call(me, up).Phase())

	// It sends what it knows.
	var composer worldview.Composer
	var encoder worldview.Encoder
	m := composer.Compose(a, worldview.Header{Floors: floors, ID: "a"}, me, hearsAll{}, false)
	datagram := encoder.Append(nil, m)

	// Node "b" receives it, twice and late: it makes no difference.
	b := worldview.New(floors)
	var decoder worldview.Decoder
	for range 2 {
		m, err := decoder.Decode(datagram)
		if err != nil {
			fmt.Println(err)
			return
		}
		if _, err := b.Merge(m, nil); err != nil {
			fmt.Println(err)
			return
		}
	}
	fmt.Println("b holds the same:", b.Equal(a), b.Digest() == a.Digest())

	// Both hold the press: b may confirm it, and its elevator serves it.
	i, _ := b.Lookup("a")
	call := b.Call(i, up)
	b.SetCall(i, up, call.Confirm(call.P))
	fmt.Println("at b:", b.Call(i, up).Phase(), "lit:", b.Lit(i))
	b.SetCall(i, up, b.Call(i, up).Serve())
	fmt.Println("at b:", b.Call(i, up).Phase())

	// The stale datagram doesn't revive it.
	m, _ = decoder.Decode(datagram)
	_, _ = b.Merge(m, nil)
	fmt.Println("at b:", b.Call(i, up).Phase())

	// Output:
	// at a: unconfirmed
	// b holds the same: true true
	// at b: confirmed lit: 2↑
	// at b: none
	// at b: none
}
