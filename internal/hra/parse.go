package hra

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// deepest is how deep values that are skipped may be nested.
const deepest = 200

// parser reads JSON (RFC 8259) without allocating. It knows where in the document
// it is, so that an error can tell.
type parser struct {
	text    []byte
	at      int
	path    []step
	scratch []byte // the last string that had escapes
}

// step is one step on the way from the root of the document to a value.
type step struct {
	kind  stepKind
	name  string // of a member
	index int    // of an element
}

type stepKind uint8

const (
	member  stepKind = iota // of ours
	id                      // a member whose name comes from outside
	element                 // of a list
)

func (p *parser) reset(text []byte) {
	p.text, p.at, p.path = text, 0, p.path[:0]
}

// enter and leave keep the path. After an error nobody leaves, so that the path
// still tells where it was.
func (p *parser) enter(s step) { p.path = append(p.path, s) }
func (p *parser) leave()       { p.path = p.path[:len(p.path)-1] }

// where returns the place in the document, such as $.states["one"].floor.
func (p *parser) where() string {
	var sb strings.Builder
	sb.WriteByte('$')
	for i, s := range p.path {
		if i == 10 {
			sb.WriteString("…")
			break
		}
		switch s.kind {
		case member:
			sb.WriteByte('.')
			sb.WriteString(s.name)
		case id:
			fmt.Fprintf(&sb, "[%s]", quoted(s.name))
		case element:
			fmt.Fprintf(&sb, "[%d]", s.index)
		}
	}
	return sb.String()
}

// quoted returns a text from outside in quotes, in one short line.
func quoted(s string) string {
	const most = 60
	if len(s) <= most {
		return strconv.Quote(s)
	}
	return strconv.Quote(strings.ToValidUTF8(s[:most], "")) + "…"
}

// fail returns an error about the place in the document that is being read.
func (p *parser) fail(format string, args ...any) error {
	before := p.text[:min(p.at, len(p.text))]
	line := bytes.Count(before, []byte{'\n'}) + 1
	column := utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:]) + 1
	return fmt.Errorf("%s: %s (line %d, column %d)", p.where(), fmt.Sprintf(format, args...), line, column)
}

// next skips white space and returns the byte after it, 0 at the end.
func (p *parser) next() byte {
	for p.at < len(p.text) {
		switch c := p.text[p.at]; c {
		case ' ', '\t', '\n', '\r':
			p.at++
		default:
			return c
		}
	}
	return 0
}

// kind says what stands here, for an error.
func (p *parser) kind() string {
	switch c := p.next(); {
	case p.at >= len(p.text):
		return "the end"
	case c == '{':
		return "an object"
	case c == '[':
		return "a list"
	case c == '"':
		return "a text"
	case c == '-' || c >= '0' && c <= '9':
		return "a number"
	}
	for _, w := range [...]string{"true", "false", "null"} {
		if p.word(w) {
			return w
		}
	}
	r, _ := utf8.DecodeRune(p.text[p.at:])
	return strconv.QuoteRune(r)
}

// word reports whether w stands here.
func (p *parser) word(w string) bool {
	return len(p.text)-p.at >= len(w) && string(p.text[p.at:p.at+len(w)]) == w
}

// object reads an object; read is called for each member, with its name, and
// reads the value. The name is valid until the next string is read.
func (p *parser) object(read func(name []byte) error) error {
	if p.next() != '{' {
		return p.fail("an object is needed, not %s", p.kind())
	}
	p.at++
	if p.next() == '}' {
		p.at++
		return nil
	}
	for {
		if p.next() != '"' {
			return p.fail("the name of a member is needed, not %s", p.kind())
		}
		name, err := p.string()
		if err != nil {
			return err
		}
		if p.next() != ':' {
			return p.fail("a colon is needed after %s, not %s", quoted(string(name)), p.kind())
		}
		p.at++
		if err := read(name); err != nil {
			return err
		}
		more, err := p.more('}')
		if !more {
			return err
		}
	}
}

// list reads a list; read is called for each element, and reads it.
func (p *parser) list(read func(i int) error) error {
	if p.next() != '[' {
		return p.fail("a list is needed, not %s", p.kind())
	}
	p.at++
	if p.next() == ']' {
		p.at++
		return nil
	}
	for i := 0; ; i++ {
		p.enter(step{kind: element, index: i})
		if err := read(i); err != nil {
			return err
		}
		p.leave()
		more, err := p.more(']')
		if !more {
			return err
		}
	}
}

// more reads a comma, or the end of the list or object.
func (p *parser) more(end byte) (bool, error) {
	switch p.next() {
	case ',':
		p.at++
		return true, nil
	case end:
		p.at++
		return false, nil
	}
	return false, p.fail("a comma or %q is needed, not %s", end, p.kind())
}

func (p *parser) bool() (bool, error) {
	p.next()
	switch {
	case p.word("true"):
		p.at += 4
		return true, nil
	case p.word("false"):
		p.at += 5
		return false, nil
	}
	return false, p.fail("true or false is needed, not %s", p.kind())
}

// whole reads a whole number of at most 15 digits.
func (p *parser) whole() (int64, error) {
	c := p.next()
	if c != '-' && (c < '0' || c > '9') {
		return 0, p.fail("a whole number is needed, not %s", p.kind())
	}
	begin := p.at
	if err := p.number(); err != nil {
		return 0, err
	}
	text := p.text[begin:p.at]
	var v int64
	for i, c := range text {
		switch {
		case i == 0 && c == '-':
		case c < '0' || c > '9' || i > 15:
			p.at = begin
			return 0, p.fail("a whole number of at most 15 digits is needed, not %.30s", text)
		default:
			v = v*10 + int64(c-'0')
		}
	}
	if c == '-' {
		v = -v
	}
	return v, nil
}

// number reads past a number.
func (p *parser) number() error {
	begin := p.at
	if p.text[p.at] == '-' {
		p.at++
	}
	whole := p.digits()
	zero := whole > 1 && p.text[p.at-whole] == '0'
	fraction, exponent := 1, 1
	if p.at < len(p.text) && p.text[p.at] == '.' {
		p.at++
		fraction = p.digits()
	}
	if p.at < len(p.text) && (p.text[p.at] == 'e' || p.text[p.at] == 'E') {
		p.at++
		if p.at < len(p.text) && (p.text[p.at] == '+' || p.text[p.at] == '-') {
			p.at++
		}
		exponent = p.digits()
	}
	if whole == 0 || zero || fraction == 0 || exponent == 0 {
		text := p.text[begin:p.at]
		p.at = begin
		return p.fail("%.30s is not a number", text)
	}
	return nil
}

// digits reads past digits and returns how many.
func (p *parser) digits() int {
	n := 0
	for ; p.at < len(p.text) && p.text[p.at] >= '0' && p.text[p.at] <= '9'; n++ {
		p.at++
	}
	return n
}

// string reads a text. The result is valid until the next one is read.
func (p *parser) string() ([]byte, error) {
	if p.next() != '"' {
		return nil, p.fail("a text is needed, not %s", p.kind())
	}
	p.at++
	begin, plain := p.at, true
	for p.at < len(p.text) {
		switch c := p.text[p.at]; {
		case c == '"':
			text := p.text[begin:p.at]
			if !plain {
				p.scratch = append(p.scratch, text...)
				text = p.scratch
			}
			p.at++
			return text, nil
		case c == '\\':
			if plain {
				p.scratch = p.scratch[:0]
				plain = false
			}
			p.scratch = append(p.scratch, p.text[begin:p.at]...)
			if err := p.escape(); err != nil {
				return nil, err
			}
			begin = p.at
		case c < ' ':
			return nil, p.fail("a control character in a text")
		case c < utf8.RuneSelf:
			p.at++
		default:
			r, n := utf8.DecodeRune(p.text[p.at:])
			if r == utf8.RuneError && n == 1 {
				return nil, p.fail("a text that is not UTF-8")
			}
			p.at += n
		}
	}
	return nil, p.fail("a text that doesn't end")
}

// escape reads an escape and adds what it stands for to p.scratch.
func (p *parser) escape() error {
	if p.at+1 < len(p.text) {
		if c := p.text[p.at+1]; c == 'u' {
			r, ok := p.unicode()
			if !ok {
				return p.fail(`not a character: %.12q`, p.text[p.at:])
			}
			p.scratch = utf8.AppendRune(p.scratch, r)
			return nil
		} else if i := strings.IndexByte(`"\/bfnrt`, c); i >= 0 {
			p.scratch = append(p.scratch, "\"\\/\b\f\n\r\t"[i])
			p.at += 2
			return nil
		}
	}
	return p.fail(`no such escape: %.2q`, p.text[p.at:])
}

// unicode reads \u and four digits, twice for a surrogate pair.
func (p *parser) unicode() (rune, bool) {
	r, ok := p.hex(p.at)
	switch {
	case !ok || r >= 0xdc00 && r < 0xe000:
		return 0, false
	case r < 0xd800 || r >= 0xe000:
		p.at += 6
		return r, true
	}
	low, ok := p.hex(p.at + 6)
	if !ok || low < 0xdc00 || low >= 0xe000 {
		return 0, false
	}
	p.at += 12
	return (r-0xd800)<<10 + (low - 0xdc00) + 0x10000, true
}

func (p *parser) hex(at int) (rune, bool) {
	if len(p.text)-at < 6 || p.text[at] != '\\' || p.text[at+1] != 'u' {
		return 0, false
	}
	var r rune
	for _, c := range p.text[at+2 : at+6] {
		switch {
		case c >= '0' && c <= '9':
			r = r<<4 | rune(c-'0')
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			r = r<<4 | rune(c|0x20-'a'+10)
		default:
			return 0, false
		}
	}
	return r, true
}

// skip reads past any value.
func (p *parser) skip(depth int) error {
	if depth > deepest {
		return p.fail("nested deeper than %d", deepest)
	}
	switch c := p.next(); {
	case c == '{':
		return p.object(func([]byte) error { return p.skip(depth + 1) })
	case c == '[':
		return p.list(func(int) error { return p.skip(depth + 1) })
	case c == '"':
		_, err := p.string()
		return err
	case c == '-' || c >= '0' && c <= '9':
		return p.number()
	}
	for _, w := range [...]string{"true", "false", "null"} {
		if p.word(w) {
			p.at += len(w)
			return nil
		}
	}
	return p.fail("a value is needed, not %s", p.kind())
}
