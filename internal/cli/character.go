package cli

import (
	"errors"
	"unicode/utf8"
)

// character adds a flag that takes one character.
func (f *flags) character(name string, value rune, help string) *rune {
	v := value
	f.Var(&characterValue{&v}, name, help)
	return &v
}

type characterValue struct{ v *rune }

func (c *characterValue) String() string {
	if c.v == nil {
		return ""
	}
	return string(*c.v)
}

func (c *characterValue) Set(s string) error {
	r, size := utf8.DecodeRuneInString(s)
	if size == 0 || size != len(s) || r == utf8.RuneError {
		return errors.New("one character is needed")
	}
	*c.v = r
	return nil
}
