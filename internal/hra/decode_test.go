package hra

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
)

// question is a document with all members that there are.
const question = `{"hallRequests":[[true,false],[false,true]],"hallAges":[[1500,0],[0,61000]],
	"states":{"two":{"behaviour":"idle","floor":0,"direction":"stop","cabRequests":[false,false],"available":false},
	"one":{"behaviour":"moving","floor":0,"direction":"up","cabRequests":[false,true],"phase":700}}}`

func TestDecode(t *testing.T) {
	r, err := new(Decoder).Decode([]byte(question))
	check(t, err)
	if r.Input.Cars[0].ID != "one" || r.More[0] != (More{Phase: 700 * time.Millisecond}) {
		t.Errorf("%+v %+v", r.Input.Cars[0], r.More[0])
	}
	if r.Input.Cars[1].ID != "two" || r.More[1] != (More{Phase: -1, Unavailable: true}) {
		t.Errorf("%+v %+v", r.Input.Cars[1], r.More[1])
	}
	if r.UpAge[0] != 1500*time.Millisecond || r.DownAge[0] != 0 || r.UpAge[1] != 0 || r.DownAge[1] != 61*time.Second {
		t.Error(r.UpAge, r.DownAge)
	}
}

// TestRecordedAsText goes from the text that the reference read to the text that
// it wrote, but for the order of the names.
func TestRecordedAsText(t *testing.T) {
	var d Decoder
	var a Assigner
	for _, c := range recordedCases(t, "*.gz") {
		r, err := d.Decode([]byte(c.input))
		if err != nil {
			t.Fatalf("%s: %v", c.where, err)
		}
		r.Input.Config = c.cars.Config
		answer, err := a.Assign(&r.Input)
		check(t, err)
		want, err := json.Marshal(c.output) // sorts the names
		check(t, err)
		if have := AppendAnswer(nil, &r.Input, answer, c.cab); string(have) != string(want) {
			t.Errorf("%s:\nhave %s\nwant %s", c.where, have, want)
		}
	}
}

// small is a document of the least size; the tests below change it.
const small = `{"hallRequests":[[true,false],[false,true]],"states":{"a":{"behaviour":"idle","floor":0,"direction":"stop","cabRequests":[false,true]}}}`

func TestDecodeAccepts(t *testing.T) {
	for name, text := range map[string]string{
		"spaces":          " \t\r\n" + strings.NewReplacer(",", " ,\r\n\t", ":", " : ", "[", "[ ").Replace(small) + "\r\n \n",
		"escapes":         strings.NewReplacer(`"floor"`, `"fl\u006For"`, "idle", `\u0069dle`).Replace(small),
		"surrogates":      strings.Replace(small, `"a"`, `"\ud83d\ude00\"\\\/\b\f\n\r\t\u0000"`, 1),
		"any id":          strings.Replace(small, `"a"`, `" 😀é"`, 1),
		"unknown members": strings.Replace(small, `"floor"`, `"x":{"y":[1,-2.5e+3,0.1E-1,null,true,{}],"z":"\u00e9"},"floor"`, 1),
		"unknown at root": `{"v":[[]],` + small[1:],
		"order":           `{"states":{"a":{"cabRequests":[false,true],"direction":"stop","floor":0,"behaviour":"idle"}},"hallRequests":[[true,false],[false,true]]}`,
		"minus zero":      strings.Replace(small, `"floor":0`, `"floor":-0`, 1),
		"available":       strings.Replace(small, `"floor"`, `"available":true,"phase":0,"floor"`, 1),
		"one floor":       `{"hallRequests":[[true,true]],"states":{"a":{"behaviour":"moving","floor":0,"direction":"stop","cabRequests":[true]}}}`,
	} {
		if _, err := new(Decoder).Decode([]byte(text)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestDecodeRefuses(t *testing.T) {
	change := func(from, to string) string {
		if !strings.Contains(small, from) {
			t.Fatalf("%s isn't there", from)
		}
		return strings.Replace(small, from, to, 1)
	}
	deep := strings.Repeat(`[`, 100_000)
	long := strings.Repeat("x", 1000)
	for _, tc := range []struct{ text, want string }{
		{``, `$: the input is empty`},
		{" \r\n", `$: the input is empty`},
		{`null`, `$: an object is needed, not null (line 1, column 1)`},
		{`[]`, `$: an object is needed, not a list (line 1, column 1)`},
		{`"`, `$: an object is needed, not a text (line 1, column 1)`},
		{`é`, `$: an object is needed, not 'é' (line 1, column 1)`},
		{`{`, `$: the name of a member is needed, not the end (line 1, column 2)`},
		{`{}`, `$.hallRequests: missing`},
		{`{"hallRequests":[[true,false]]}`, `$.states: missing`},
		{`{"hallRequests":[],"states":{"a":{"behaviour":"idle","floor":0,"direction":"stop","cabRequests":[]}}}`, `$.hallRequests: must have one element for each floor, not none`},
		{change(`{"a":`, `{},"x":{"a":`), `$.states: at least one elevator is needed`},
		{small + "x", `$: the input goes on after its end, with 'x' (line 1, column 137)`},
		{small + "\n" + small, `$: the input goes on after its end, with an object (line 2, column 1)`},
		{small[:len(small)-1], `$: a comma or '}' is needed, not the end (line 1, column 136)`},
		{change(`"hallRequests":`, `"hallRequests"`), `$: a colon is needed after "hallRequests", not a list`},
		{change(`,"states"`, `,"hallRequests":[],"states"`), `$.hallRequests: given twice`},
		{change(`"floor":0`, `"floor":0,"floor":1`), `$.states["a"].floor: given twice`},
		{change(`{"a":`, `{"a":{"behaviour":"idle","floor":1,"direction":"stop","cabRequests":[true,true]},"a":`), `$.states["a"]: two elevators have this id`},
		{change(`[true,false]`, `true`), `$.hallRequests[0]: a list is needed, not true`},
		{change(`[true,false]`, `[]`), `$.hallRequests[0]: a floor has two elements: up, down; not 0`},
		{change(`[true,false]`, `[true]`), `$.hallRequests[0]: a floor has two elements: up, down; not 1`},
		{change(`[true,false]`, `[true,false,true]`), `$.hallRequests[0][2]: a floor has two elements: up, down`},
		{change(`[true,false]`, `[1,0]`), `$.hallRequests[0][0]: true or false is needed, not a number`},
		{change(`[true,false]`, `["true",0]`), `$.hallRequests[0][0]: true or false is needed, not a text`},
		{change(`[true,false]`, `[tru,0]`), `$.hallRequests[0][0]: true or false is needed, not 't'`},
		{change(`[true,false]`, `[true,false`), `$.hallRequests[0][2]: a floor has two elements: up, down`},
		{change(`[true,false]`, `[true,]`), `$.hallRequests[0][1]: true or false is needed, not ']'`},
		{change(`{"a":{`, `{"":{`), `$.states[""]: an elevator needs an id that isn't empty`},
		{change(`"behaviour":"idle",`, ``), `$.states["a"].behaviour: missing`},
		{change(`"floor":0,`, ``), `$.states["a"].floor: missing`},
		{change(`"direction":"stop",`, ``), `$.states["a"].direction: missing`},
		{change(`,"cabRequests":[false,true]`, ``), `$.states["a"].cabRequests: missing`},
		{change(`"cabRequests":[false,true]`, `"cabRequests":[false]`), `$.states["a"].cabRequests: must have one element for each floor of $.hallRequests, 2; not 1`},
		{change(`"cabRequests":[false,true]`, `"cabRequests":[false,true,true]`), `$.states["a"].cabRequests: must have one element for each floor of $.hallRequests, 2; not 3`},
		{change(`"cabRequests":[false,true]`, `"cabRequests":[false,null]`), `$.states["a"].cabRequests[1]: true or false is needed, not null`},
		{change(`idle`, `Idle`), `$.states["a"].behaviour: must be "idle", "moving" or "doorOpen", not "Idle"`},
		{change(`"idle"`, `2`), `$.states["a"].behaviour: a text is needed, not a number`},
		{change(`stop`, `left`), `$.states["a"].direction: must be "up", "down" or "stop", not "left"`},
		{change(`"floor":0`, `"floor":2`), `$.states["a"].floor: must be 0 to 1, not 2`},
		{change(`"floor":0`, `"floor":-1`), `$.states["a"].floor: no floor -1`},
		{change(`"floor":0`, `"floor":99999999999`), `$.states["a"].floor: no floor 99999999999`},
		{change(`"floor":0`, `"floor":99999999999999999999`), `$.states["a"].floor: a whole number of at most 15 digits is needed`},
		{change(`"floor":0`, `"floor":0.0`), `$.states["a"].floor: a whole number of at most 15 digits is needed, not 0.0`},
		{change(`"floor":0`, `"floor":"0"`), `$.states["a"].floor: a whole number is needed, not a text`},
		{change(`"floor":0`, `"floor":01`), `$.states["a"].floor: 01 is not a number`},
		{change(`"floor":0`, `"floor":-`), `$.states["a"].floor: - is not a number`},
		{change(`"floor":0`, `"floor":null`), `$.states["a"].floor: a whole number is needed, not null`},
		{change(`idle`, `moving`), ``},
		{change(`"idle","floor":0,"direction":"stop"`, `"moving","floor":0,"direction":"down"`), `$.states["a"].direction: moves down from floor 0, out of the shaft`},
		{change(`"idle","floor":0,"direction":"stop"`, `"moving","floor":1,"direction":"up"`), `$.states["a"].direction: moves up from floor 1, out of the shaft`},
		{change(`"floor"`, `"phase":-1,"floor"`), `$.states["a"].phase: must be 0 to 86400000000 milliseconds, not -1`},
		{change(`"floor"`, `"available":1,"floor"`), `$.states["a"].available: true or false is needed, not a number`},
		{change(`,"states"`, `,"hallAges":[[0,0]],"states"`), `$.hallAges: must have one element for each floor of $.hallRequests, 2; not 1`},
		{change(`,"states"`, `,"hallAges":[[0,-5],[0,0]],"states"`), `$.hallAges[0][1]: must be 0 to`},
		{change(`"a"`, `"`+"\xff"+`"`), `$.states: a text that is not UTF-8`},
		{change(`"a"`, `"\ud800"`), `$.states: not a character`},
		{change(`"a"`, `"\ud800\u0041"`), `$.states: not a character`},
		{change(`"a"`, `"\udc00\ud800"`), `$.states: not a character`},
		{change(`"a"`, `"\x41"`), `$.states: no such escape`},
		{change(`"a"`, `"\u00g0"`), `$.states: not a character`},
		{change(`"a"`, "\"a\nb\""), `$.states: a control character in a text`},
		{change(`"a"`, `"`+long+`"`) + "x", `$: the input goes on`},
		{change(`"a"`, `"`+long+`"`)[:200], `$.states: a text that doesn't end`},
		{change(`{"a":{"behaviour":"idle",`, `{"`+long+`":{`), `$.states["` + long[:60] + `"…].behaviour: missing`},
		{change(`"floor"`, `"x":`+deep+`,"floor"`), `nested deeper than 200`},
		{`{"x":nul}`, `$: a value is needed, not 'n'`},
		{`{"x":1.}`, `$: 1. is not a number`},
		{`{"x":1e}`, `$: 1e is not a number`},
		{`{1:2}`, `$: the name of a member is needed, not a number`},
		{"\x00", `$: an object is needed, not '\x00'`},
	} {
		shown := tc.text[:min(len(tc.text), 200)]
		_, err := new(Decoder).Decode([]byte(tc.text))
		switch {
		case tc.want == "" && err == nil:
		case err == nil:
			t.Errorf("%s: accepted, want %s", shown, tc.want)
		case tc.want == "" || !strings.HasPrefix(err.Error(), tc.want) && !strings.Contains(err.Error(), "nested"):
			t.Errorf("%s:\nhave %v\nwant %s", shown, err, tc.want)
		case len(err.Error()) > 300:
			t.Errorf("%s: an error of %d bytes", shown, len(err.Error()))
		}
	}
}

// TestTooMany: the bounds hold, and are said.
func TestTooMany(t *testing.T) {
	floors := strings.Repeat("[true,false],", MaxFloors)
	cabs := strings.Repeat("true,", MaxFloors)
	cars := new(strings.Builder)
	for i := range MaxCars {
		fmt.Fprintf(cars, `"%d":{"behaviour":"idle","floor":0,"direction":"stop","cabRequests":[true]},`, i)
	}
	const car = `"a":{"behaviour":"idle","floor":0,"direction":"stop","cabRequests":[true]}`
	for _, tc := range []struct{ text, want string }{
		{`{"hallRequests":[` + floors + `[true,true]]}`, "$.hallRequests[10000]: a building has at most 10000 floors"},
		{`{"hallAges":[` + strings.Repeat("[0,0],", MaxFloors) + `[0,0]]}`, "$.hallAges[10000]: a building has at most 10000 floors"},
		{`{"states":{"a":{"cabRequests":[` + cabs + `true]}}}`, `$.states["a"].cabRequests[10000]: a building has at most 10000 floors`},
		{`{"hallRequests":[[true,true]],"states":{` + cars.String() + car + `}}`, "$.states: more than 10000 elevators"},
	} {
		_, err := new(Decoder).Decode([]byte(tc.text))
		if err == nil || !strings.HasPrefix(err.Error(), tc.want) {
			t.Errorf("%v, want %s", err, tc.want)
		}
	}
	var d Decoder
	r, err := d.Decode([]byte(`{"hallRequests":[[true,true]],"states":{` + strings.TrimSuffix(cars.String(), ",") + `}}`))
	check(t, err)
	r.Input.Config = DefaultConfig()
	answer, err := Assign(&r.Input)
	check(t, err)
	if id := r.Input.Cars[answer.Up[0]].ID; id != "9999" {
		t.Errorf("of all that stand there the last one takes a call, not %s", id)
	}
}

// TestDecoderForgets: an error leaves nothing behind.
func TestDecoderForgets(t *testing.T) {
	var d Decoder
	for _, bad := range []string{question[:len(question)-5], question + "x", `{"hallRequests":[[true,true],[true,true]],"hallAges":[[1,1],[1,1]],"states":{"a":{"behaviour":"idle","phase":5,"available":false}}}`} {
		if _, err := d.Decode([]byte(bad)); err == nil {
			t.Fatal("accepted:", bad)
		}
		r, err := d.Decode([]byte(small))
		check(t, err)
		if r.Input.Up.Has(1) || r.Input.Down.Has(0) || len(r.UpAge) != 2 || r.UpAge[0] != 0 || len(r.Input.Cars) != 1 ||
			len(r.More) != 1 || r.More[0] != (More{Phase: -1}) {
			t.Errorf("after %s: %+v", bad, r)
		}
	}
}

func TestAppendError(t *testing.T) {
	line := AppendError(nil, fmt.Errorf("a \"b\" \\ \n\x7f é \xff"))
	var v map[string]string
	if err := json.Unmarshal(line, &v); err != nil || v["error"] != "a \"b\" \\ \n\x7f é \ufffd" {
		t.Errorf("%s: %v %q", line, err, v)
	}
}

func TestFramer(t *testing.T) {
	for _, tc := range []struct{ text, document string }{
		{"{}\nrest", "{}\n"},
		{"{}\r\n{}", "{}\r\n"},
		{"\n \r\n{}\n", "\n \r\n{}\n"},
		{"{\n\"a\":[\n]}\n{}", "{\n\"a\":[\n]}\n"},
		{"{\"}\\\"]\":1\n}\n}", "{\"}\\\"]\":1\n}\n"},
		{"{}x\n{}", "{}x\n"},
		{"}\n{}", "}\n"},
		{"nonsense\n{}\n", "nonsense\n"},
		{"{\"a\n{}\n", "{\"a\n"},
		{"{}", ""},
		{"\n", ""},
		{"{\n", ""},
	} {
		// Whole, and byte by byte.
		n, ends := new(Framer).End([]byte(tc.text))
		if ends != (tc.document != "") || ends && tc.text[:n] != tc.document || !ends && n != len(tc.text) {
			t.Errorf("%q: %d %v", tc.text, n, ends)
		}
		var f Framer
		for i := range tc.text {
			if _, ends = f.End([]byte(tc.text[i : i+1])); ends {
				n = i + 1
				break
			}
		}
		if ends != (tc.document != "") || ends && tc.text[:n] != tc.document {
			t.Errorf("%q byte by byte: %d %v", tc.text, n, ends)
		}
	}
}

// FuzzDecode: whatever comes, the decoder neither panics nor accepts what isn't
// JSON; what it accepts can be assigned, and the answer is JSON of one line.
func FuzzDecode(f *testing.F) {
	f.Add([]byte(question))
	f.Add([]byte(small))
	f.Add([]byte(strings.Replace(small, `"a"`, `"\ud83d\ude00\n"`, 1)))
	f.Add([]byte(`{"hallRequests":[[true,true]],"states":{"a":{"behaviour":"moving","floor":0,"direction":"stop","cabRequests":[true]},"":{}}}`))
	f.Add([]byte("{\"x\":[-0.5e+7,{\"y\":null}],\r\n\"states\":{}}"))
	var d Decoder
	var a Assigner
	f.Fuzz(func(t *testing.T, text []byte) {
		var framer Framer
		framer.End(text)
		r, err := d.Decode(text)
		if err != nil {
			if line := AppendError(nil, err); !json.Valid(line) || strings.ContainsRune(string(line), '\n') || len(line) > 2000 {
				t.Fatalf("error %q", line)
			}
			return
		}
		if !json.Valid(text) {
			t.Fatalf("accepted, but not JSON: %q", text)
		}
		for _, c := range []Config{DefaultConfig(), {Clear: All}, {Travel: MaxTime, Door: 1}} {
			r.Input.Config = c
			answer, err := a.Assign(&r.Input)
			check(t, err)
			line := AppendAnswer(nil, &r.Input, answer, true)
			if !json.Valid(line) || strings.ContainsRune(string(line), '\n') {
				t.Fatalf("answer %q", line)
			}
			for f := range r.Input.Floors {
				if (answer.Up[f] >= 0) != r.Input.Up.Has(f) || (answer.Down[f] >= 0) != r.Input.Down.Has(f) {
					t.Fatalf("floor %d is taken by %d %d", f, answer.Up[f], answer.Down[f])
				}
			}
		}
	})
}
