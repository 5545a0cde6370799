package hra

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

// drawRequest draws a question with all that a document can tell, or without
// what it needn't.
func drawRequest(t *rapid.T) *Request {
	r := &Request{Input: *drawInput(t), Travel: -1, Door: -1}
	r.Input.Config = Config{}
	slices.SortFunc(r.Input.Cars, func(x, y Car) int { return strings.Compare(x.ID, y.ID) })
	millis := rapid.Custom(func(t *rapid.T) time.Duration {
		return time.Duration(rapid.Int64Range(0, maxMillis).Draw(t, "ms")) * time.Millisecond
	})
	if rapid.Bool().Draw(t, "ages") {
		for range r.Input.Floors {
			r.UpAge = append(r.UpAge, millis.Draw(t, "up"))
			r.DownAge = append(r.DownAge, millis.Draw(t, "down"))
		}
	}
	if rapid.Bool().Draw(t, "presses") {
		for range r.Input.Floors {
			r.Presses = append(r.Presses, rapid.Uint32().Draw(t, "presses"))
		}
	}
	if rapid.Bool().Draw(t, "times") {
		r.Travel, r.Door = min(millis.Draw(t, "travel"), MaxTime), min(millis.Draw(t, "door"), MaxTime)
	}
	for range r.Input.Cars {
		m := More{Phase: -1, Unavailable: rapid.Bool().Draw(t, "unavailable")}
		if rapid.Bool().Draw(t, "phase known") {
			m.Phase = millis.Draw(t, "phase")
		}
		r.More = append(r.More, m)
	}
	return r
}

// TestDecodeInvertsAppendRequest: what is written of a question is read as it was.
func TestDecodeInvertsAppendRequest(t *testing.T) {
	var d Decoder
	rapid.Check(t, func(t *rapid.T) {
		want := drawRequest(t)
		text := AppendRequest(nil, want)
		if !json.Valid(text) || strings.ContainsRune(string(text), '\n') {
			t.Fatalf("not JSON in one line: %s", text)
		}
		have, err := d.Decode(text)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		for len(want.UpAge) < want.Input.Floors {
			want.UpAge, want.DownAge = append(want.UpAge, 0), append(want.DownAge, 0)
		}
		for len(want.Presses) < want.Input.Floors {
			want.Presses = append(want.Presses, 0)
		}
		if diff := cmp.Diff(want, have, cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("%s\n%s", text, diff)
		}
	})
}

// TestAnswerInvertsAppendAnswer: what the reference answers is read as it was.
func TestAnswerInvertsAppendAnswer(t *testing.T) {
	var d AnswerDecoder
	rapid.Check(t, func(t *rapid.T) {
		in := drawInput(t)
		want, err := Assign(in)
		if err != nil {
			t.Fatal(err)
		}
		r := &Request{Input: *in, More: make([]More, len(in.Cars))}
		taken, err := d.Decode(AppendAnswer(nil, in, want, rapid.Bool().Draw(t, "cab")), r)
		if err != nil {
			t.Fatal(err)
		}
		for f := range in.Floors {
			for i := range in.Cars {
				if taken[i].Up.Has(f) != (want.Up[f] == int32(i)) || taken[i].Down.Has(f) != (want.Down[f] == int32(i)) {
					t.Fatalf("floor %d: %v, want %d %d", f, taken[i], want.Up[f], want.Down[f])
				}
			}
		}
	})
}

// pair is a question about two elevators, and both ways to answer it.
const (
	pair  = `{"hallRequests":[[true,false],[false,false]],"states":{"a":{"behaviour":"idle","floor":0,"direction":"stop","cabRequests":[false,true]},"b":{"behaviour":"idle","floor":0,"direction":"stop","cabRequests":[false,true],"available":%v}}}`
	byA   = `{"a":[[true,false],[false,false]],"b":[[false,false],[false,false]]}`
	byTwo = `{"b":[[true,false],[false,false]], "a":[[true,false,false],[false,false,true]]}` + "\r\n"
)

func pairAsked(t testing.TB, bAvailable bool) *Request {
	r, err := new(Decoder).Decode(fmt.Appendf(nil, pair, bAvailable))
	check(t, err)
	return r
}

func TestAnswerOfSeveral(t *testing.T) {
	taken, err := new(AnswerDecoder).Decode([]byte(byTwo), pairAsked(t, true))
	check(t, err)
	if !taken[0].Up.Has(0) || !taken[1].Up.Has(0) || taken[0].Up.Has(1) || taken[1].Down.Has(0) {
		t.Error(taken)
	}
}

func TestAnswerRefuses(t *testing.T) {
	for _, tc := range []struct{ text, want string }{
		{``, `$: the answer is empty`},
		{` `, `$: the answer is empty`},
		{`debug`, `$: an object is needed, not 'd' (line 1, column 1)`},
		{`{}`, `$["a"]: missing (line 1, column 3)`},
		{byA[:len(byA)-1], `$: a comma or '}' is needed, not the end`},
		{byA + byA, `$: the answer goes on after its end, with an object`},
		{`{"a":[[true,false],[false,false]]}`, `$["b"]: missing`},
		{strings.Replace(byA, `"b"`, `"c"`, 1), `$["c"]: no elevator has this id`},
		{strings.Replace(byA, `"b"`, `"a"`, 1), `$["a"]: given twice`},
		{strings.Replace(byA, `"b"`, `"error"`, 1), `$["error"]: no elevator has this id`},
		{`{"error":"a line\nof it"}`, `it says: "a line\nof it"`},
		{strings.Replace(byA, `true`, `false`, 1), `$: no elevator takes the call up at floor 0`},
		{strings.Replace(byA, `,false]`, `,true]`, 1), `$["a"][0][1]: nobody called there`},
		{strings.Replace(byA, `true`, `1`, 1), `$["a"][0][0]: true or false is needed, not a number`},
		{strings.Replace(byA, `true,false`, `true`, 1), `$["a"][0]: a floor has two elements: up, down; not 1`},
		{strings.Replace(byA, `true,false`, `true,false,false,false`, 1), `$["a"][0][3]: a floor has two elements: up, down; or three`},
		{strings.Replace(byA, `[true,false],`, ``, 1), `$["a"]: must have one element for each floor, 2; not 1`},
		{strings.Replace(byA, `[true,false],`, `[true,false],[false,false],`, 1), `$["a"][2]: the building has 2 floors`},
		{strings.Replace(byA, `{"a"`, `{"a":0,"a"`, 1), `$["a"]: a list is needed, not a number`},
		{byTwo, `$["b"][0][0]: this elevator isn't available`},
	} {
		_, err := new(AnswerDecoder).Decode([]byte(tc.text), pairAsked(t, false))
		if err == nil || !strings.HasPrefix(err.Error(), tc.want) {
			t.Errorf("%s\nhave %v\nwant %s", tc.text, err, tc.want)
		}
	}
	if _, err := new(AnswerDecoder).Decode([]byte(byA), pairAsked(t, false)); err != nil {
		t.Error(err)
	}
}

// FuzzAnswer: whatever comes, the decoder doesn't panic, and what it accepts is
// JSON in which each call is taken, and nothing else.
func FuzzAnswer(f *testing.F) {
	f.Add([]byte(byA))
	f.Add([]byte(byTwo))
	f.Add([]byte(`{"error":"no"}`))
	f.Add([]byte(`{"a":[[true,false,false],[false,false,1]],"b":[]}`))
	r := pairAsked(f, true)
	var d AnswerDecoder
	f.Fuzz(func(t *testing.T, text []byte) {
		taken, err := d.Decode(text, r)
		if err != nil {
			if len(err.Error()) > 2000 {
				t.Fatalf("a long error: %v", err)
			}
			return
		}
		if !json.Valid(text) {
			t.Fatalf("accepted, but not JSON: %q", text)
		}
		a, b := taken[0], taken[1]
		if !a.Up.Has(0) && !b.Up.Has(0) || a.Up.Has(1) || b.Up.Has(1) || a.Down[0]|b.Down[0] != 0 {
			t.Fatalf("%q: %v", text, taken)
		}
	})
}

func TestDecodeMore(t *testing.T) {
	r, err := new(Decoder).Decode([]byte(strings.Replace(small, `{`, `{"hallPresses":[7,4294967295],"travelDuration":2000,"doorOpenDuration":0,`, 1)))
	check(t, err)
	if r.Presses[0] != 7 || r.Presses[1] != math.MaxUint32 || r.Travel != 2*time.Second || r.Door != 0 {
		t.Errorf("%+v", r)
	}
	r, err = new(Decoder).Decode([]byte(small))
	check(t, err)
	if len(r.Presses) != 2 || r.Travel >= 0 || r.Door >= 0 {
		t.Errorf("%+v", r)
	}
	for members, want := range map[string]string{
		`"hallPresses":[1],`:                     `$.hallPresses: must have one element for each floor of $.hallRequests, 2; not 1`,
		`"hallPresses":[1,-1],`:                  `$.hallPresses[1]: must be 0 to 4294967295, not -1`,
		`"hallPresses":[1,4294967296],`:          `$.hallPresses[1]: must be 0 to 4294967295`,
		`"hallPresses":[1,[]],`:                  `$.hallPresses[1]: a whole number is needed, not a list`,
		`"travelDuration":2147483648,`:           `$.travelDuration: must be 0 to 2147483647 milliseconds`,
		`"doorOpenDuration":-1,`:                 `$.doorOpenDuration: must be 0 to 2147483647 milliseconds, not -1`,
		`"doorOpenDuration":1.5,`:                `$.doorOpenDuration: a whole number`,
		`"hallPresses":0,`:                       `$.hallPresses: a list is needed, not a number`,
		`"travelDuration":1,"travelDuration":1,`: `$.travelDuration: given twice`,
	} {
		_, err := new(Decoder).Decode([]byte(strings.Replace(small, `{`, `{`+members, 1)))
		if err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: %v, want %s", members, err, want)
		}
	}
}
