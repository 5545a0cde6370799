package hra

import (
	"strconv"
	"time"
	"unicode/utf8"

	"elevnet/internal/elevator"
)

// AppendRequest appends the question in the JSON of the contract, in one line
// without its end, with all that [Decoder] takes. What is empty, or negative, is
// left out: the ages, the presses, the times, and the phase of an elevator. Times
// are cut to milliseconds.
func AppendRequest(dst []byte, r *Request) []byte {
	in := &r.Input
	dst = append(dst, `{"hallRequests":[`...)
	for f := range in.Floors {
		dst = appendComma(dst, f)
		dst = append(dst, '[')
		dst = appendBool(dst, in.Up.Has(f))
		dst = append(dst, ',')
		dst = appendBool(dst, in.Down.Has(f))
		dst = append(dst, ']')
	}
	dst = append(dst, `],"states":{`...)
	for i := range in.Cars {
		dst = appendComma(dst, i)
		dst = appendState(dst, &in.Cars[i], in.Floors, r.More[i])
	}
	dst = append(dst, '}')
	if len(r.UpAge) > 0 {
		dst = append(dst, `,"hallAges":[`...)
		for f := range in.Floors {
			dst = appendComma(dst, f)
			dst = append(dst, '[')
			dst = appendMillis(dst, r.UpAge[f])
			dst = append(dst, ',')
			dst = appendMillis(dst, r.DownAge[f])
			dst = append(dst, ']')
		}
		dst = append(dst, ']')
	}
	if len(r.Presses) > 0 {
		dst = append(dst, `,"hallPresses":[`...)
		for f := range in.Floors {
			dst = appendComma(dst, f)
			dst = strconv.AppendUint(dst, uint64(r.Presses[f]), 10)
		}
		dst = append(dst, ']')
	}
	if r.Travel >= 0 {
		dst = appendMillis(append(dst, `,"travelDuration":`...), r.Travel)
	}
	if r.Door >= 0 {
		dst = appendMillis(append(dst, `,"doorOpenDuration":`...), r.Door)
	}
	return append(dst, '}')
}

// The words of the contract.
var (
	behaviours = [elevator.Behaviours]string{elevator.Idle: "idle", elevator.Moving: "moving", elevator.DoorOpen: "doorOpen"}
	directions = [...]string{"down", "stop", "up"} // from elevator.Down on
)

// appendState appends one elevator and its id.
func appendState(dst []byte, c *Car, floors int, m More) []byte {
	dst = appendText(dst, c.ID)
	dst = append(append(dst, `:{"behaviour":"`...), behaviours[c.Behaviour]...)
	dst = strconv.AppendInt(append(dst, `","floor":`...), int64(c.Floor), 10)
	dst = append(append(dst, `,"direction":"`...), directions[c.Direction-elevator.Down]...)
	dst = append(dst, `","cabRequests":[`...)
	for f := range floors {
		dst = appendComma(dst, f)
		dst = appendBool(dst, c.Cab.Has(f))
	}
	dst = append(dst, ']')
	if m.Phase >= 0 {
		dst = appendMillis(append(dst, `,"phase":`...), m.Phase)
	}
	dst = appendBool(append(dst, `,"available":`...), !m.Unavailable)
	return append(dst, '}')
}

func appendMillis(dst []byte, t time.Duration) []byte {
	return strconv.AppendInt(dst, int64(t/time.Millisecond), 10)
}

// appendComma appends what stands in front of element i.
func appendComma(dst []byte, i int) []byte {
	if i > 0 {
		dst = append(dst, ',')
	}
	return dst
}

// AppendAnswer appends the answer in the JSON of the contract, in one line
// without its end: for each elevator of in, in their order, the calls that it
// takes by floor, [up, down], and with includeCab its cab calls: [up, down, cab].
func AppendAnswer(dst []byte, in *Input, a Answer, includeCab bool) []byte {
	dst = append(dst, '{')
	for i := range in.Cars {
		dst = appendComma(dst, i)
		dst = appendText(dst, in.Cars[i].ID)
		dst = append(dst, ':', '[')
		for f := range in.Floors {
			dst = appendComma(dst, f)
			dst = append(dst, '[')
			dst = appendBool(dst, a.Up[f] == int32(i))
			dst = append(dst, ',')
			dst = appendBool(dst, a.Down[f] == int32(i))
			if includeCab {
				dst = append(dst, ',')
				dst = appendBool(dst, in.Cars[i].Cab.Has(f))
			}
			dst = append(dst, ']')
		}
		dst = append(dst, ']')
	}
	return append(dst, '}')
}

// AppendError appends {"error":"…"} in one line without its end.
func AppendError(dst []byte, err error) []byte {
	dst = append(dst, `{"error":`...)
	dst = appendText(dst, err.Error())
	return append(dst, '}')
}

func appendBool(dst []byte, v bool) []byte {
	if v {
		return append(dst, "true"...)
	}
	return append(dst, "false"...)
}

// appendText appends a JSON string. What isn't UTF-8 becomes U+FFFD.
func appendText(dst []byte, s string) []byte {
	const hex = "0123456789abcdef"
	dst = append(dst, '"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			dst = append(dst, '\\', byte(r))
		case r < ' ' || r == 0x7f:
			dst = append(dst, '\\', 'u', '0', '0', hex[r>>4], hex[r&15])
		default:
			dst = utf8.AppendRune(dst, r)
		}
	}
	return append(dst, '"')
}
