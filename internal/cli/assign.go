package cli

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"time"

	"elevnet/internal/hra"
)

// assignLimit is the longest document that is read, in bytes.
const assignLimit = 16 << 20

// assignSettings are the flags of assign. Those of the field's reference keep its
// names.
type assignSettings struct {
	i, input     *string
	travel, door *int
	clear        *string
	includeCab   *bool
	algorithm    *string
	stream       *bool
	template     *string
}

func assignFlags() (*flags, *assignSettings) {
	f := newFlags("assign", `  elevnet assign < question.json              who takes which hall call: JSON in, JSON out
  elevnet assign --algorithm hra -i "$JSON"   as the course's hall_request_assigner answers it
  elevnet assign --stream                     one question a line, one answer a line, for ever
  elevnet assign --template python > my.py    a policy to edit, for elevnet traffic --assigner exec:./my.py
`)
	const most = int(hra.MaxTime / time.Millisecond)
	return f, &assignSettings{
		i:          f.String("i", "", "JSON: the same as --input"),
		input:      f.String("input", "", "JSON: the question; without it, it's read from standard input"),
		travel:     f.number("travelDuration", 2500, 0, most, "MS: from one floor to the next, in milliseconds"),
		door:       f.number("doorOpenDuration", 3000, 0, most, "MS: for which a door stays open, in milliseconds"),
		clear:      f.choice("clearRequestType", "inDirn", []string{"inDirn", "all"}, "RULE: what a stop clears: inDirn or all hall calls"),
		includeCab: f.Bool("includeCab", false, "add the cab calls to the answer, as a third column"),
		algorithm:  f.choice("algorithm", "ours", []string{"ours", "hra"}, "NAME: ours, or hra for the answers of the course's program"),
		stream:     f.Bool("stream", false, "answer each line of standard input with a line, until its end"),
		template:   f.choice("template", "", []string{"python", "go"}, "LANGUAGE: print a small policy of your own to edit: python or go"),
	}
}

func runAssign(ctx context.Context, args []string, std stdio) (int, error) {
	f, s := assignFlags()
	if err := f.parse(args, std.out); err != nil {
		return exitUsage, err
	}
	if *s.template != "" {
		_, err := io.WriteString(std.out, templates[*s.template])
		return exitOK, err
	}
	given, text := f.given("i", "input"), *s.input
	if *s.i != "" {
		text = *s.i
	}
	if given && *s.stream {
		return exitUsage, usage("--stream reads standard input: leave --input out")
	}

	// A read from a terminal or a pipe can't be interrupted, but left alone.
	type result struct {
		code int
		err  error
	}
	done := make(chan result, 1)
	go func() {
		var r result
		switch a := newAnswerer(s); {
		case *s.stream:
			r.code, r.err = a.stream(std.in, std.out)
		case given:
			r.code, r.err = a.one([]byte(text), std.out)
		default:
			r.code, r.err = a.read(std.in, std.out)
		}
		done <- r
	}()
	select {
	case r := <-done:
		return r.code, r.err
	case <-ctx.Done():
	}
	if *s.stream {
		return exitOK, nil
	}
	return exitFailed, errors.New("interrupted before the question was read")
}

// given reports whether one of the flags has been set.
func (f *flags) given(names ...string) bool {
	found := false
	for _, name := range names {
		f.Visit(func(x *flag.Flag) { found = found || x.Name == name })
	}
	return found
}

// answerer answers questions, one after the other.
type answerer struct {
	config     hra.Config
	includeCab bool
	policy     policy
	decoder    hra.Decoder
	out        []byte
}

// policy decides who takes which hall call.
type policy interface {
	assign(*hra.Request) (hra.Answer, error)
}

func newAnswerer(s *assignSettings) *answerer {
	a := &answerer{
		config: hra.Config{
			Travel: time.Duration(*s.travel) * time.Millisecond,
			Door:   time.Duration(*s.door) * time.Millisecond,
		},
		includeCab: *s.includeCab,
		policy:     new(oursPolicy),
	}
	if *s.clear == "all" {
		a.config.Clear = hra.All
	}
	if *s.algorithm == "hra" {
		a.policy = new(hraPolicy)
	}
	return a
}

// answer returns the answer to a question, as a line, valid until the next call.
func (a *answerer) answer(question []byte) ([]byte, error) {
	r, err := a.decoder.Decode(bytes.TrimPrefix(question, []byte("\ufeff"))) // some shells mark the beginning
	if err != nil {
		return nil, err
	}
	r.Input.Config = a.config
	answer, err := a.policy.assign(r)
	if err != nil {
		return nil, err
	}
	a.out = append(hra.AppendAnswer(a.out[:0], &r.Input, answer, a.includeCab), '\n')
	return a.out, nil
}

// one answers one question.
func (a *answerer) one(question []byte, out io.Writer) (int, error) {
	line, err := a.answer(question)
	if err != nil {
		return exitUsage, usage("%v", err)
	}
	if _, err := out.Write(line); err != nil {
		return exitFailed, err
	}
	return exitOK, nil
}

// read answers the question that is read. It may go over several lines, and ends
// with the line on which its braces are closed: whoever asks need not close the
// stream to be answered. What has come after that must be blank.
func (a *answerer) read(in io.Reader, out io.Writer) (int, error) {
	var question []byte
	var framer hra.Framer
	part := make([]byte, 64<<10)
	for {
		n, err := in.Read(part)
		_, whole := framer.End(part[:n])
		question = append(question, part[:n]...)
		switch {
		case len(question) > assignLimit:
			return exitUsage, usage("$: the input is longer than %d bytes", assignLimit)
		case whole || errors.Is(err, io.EOF):
			return a.one(question, out)
		case err != nil:
			return exitFailed, fmt.Errorf("can't read the question: %w", err)
		}
	}
}

// stream answers each line with a line. One that can't be answered is answered
// with what is wrong with it.
func (a *answerer) stream(in io.Reader, out io.Writer) (int, error) {
	lines := lineReader{in: bufio.NewReaderSize(in, 64<<10)}
	answers := bufio.NewWriterSize(out, 64<<10)
	for {
		question, err := lines.next()
		var line []byte
		switch {
		case errors.Is(err, io.EOF):
			return flushed(answers)
		case errors.Is(err, errLongLine):
		case err != nil:
			flushed(answers)
			return exitFailed, fmt.Errorf("can't read the next question: %w", err)
		default:
			line, err = a.answer(bytes.TrimRight(question, "\r\n"))
		}
		if err != nil {
			a.out = append(hra.AppendError(a.out[:0], err), '\n')
			line = a.out
		}
		if _, err := answers.Write(line); err != nil {
			return exitFailed, err
		}
		if !lines.ready() {
			if code, err := flushed(answers); err != nil {
				return code, err
			}
		}
	}
}

func flushed(w *bufio.Writer) (int, error) {
	if err := w.Flush(); err != nil {
		return exitFailed, err
	}
	return exitOK, nil
}

// errLongLine is a line that is too long. It has been skipped.
var errLongLine = fmt.Errorf("$: the line is longer than %d bytes", assignLimit)

// lineReader reads lines of any length and keeps those that are not too long.
type lineReader struct {
	in   *bufio.Reader
	long []byte // a line that doesn't fit the reader
}

// next returns the next line, valid until the next call, or io.EOF.
func (r *lineReader) next() ([]byte, error) {
	line, err := r.in.ReadSlice('\n')
	if err == nil || errors.Is(err, io.EOF) && len(line) > 0 {
		return line, nil
	}
	if !errors.Is(err, bufio.ErrBufferFull) {
		return nil, err
	}
	r.long = r.long[:0]
	for tooLong := false; ; line, err = r.in.ReadSlice('\n') {
		if tooLong = tooLong || len(r.long)+len(line) > assignLimit; !tooLong {
			r.long = append(r.long, line...)
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
		case err != nil && !errors.Is(err, io.EOF):
			return nil, err
		case tooLong:
			r.long = nil
			return nil, errLongLine
		default:
			return r.long, nil
		}
	}
}

// ready reports whether another line has already been read.
func (r *lineReader) ready() bool {
	read, _ := r.in.Peek(r.in.Buffered())
	return bytes.IndexByte(read, '\n') >= 0
}
