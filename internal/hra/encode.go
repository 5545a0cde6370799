package hra

import "unicode/utf8"

// AppendAnswer appends the answer in the JSON of the contract, in one line
// without its end: for each elevator of in, in their order, the calls that it
// takes by floor, [up, down], and with includeCab its cab calls: [up, down, cab].
func AppendAnswer(dst []byte, in *Input, a Answer, includeCab bool) []byte {
	dst = append(dst, '{')
	for i := range in.Cars {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendText(dst, in.Cars[i].ID)
		dst = append(dst, ':', '[')
		for f := range in.Floors {
			if f > 0 {
				dst = append(dst, ',')
			}
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
