package record

import (
	"errors"
	"fmt"
	"io"
	"time"
)

// ErrForeign is returned for a file that isn't a recording.
var ErrForeign = errors.New("not a recording of elevnet")

// VersionError is returned for a recording in another version of the format.
type VersionError struct{ Version int }

func (e VersionError) Error() string {
	return fmt.Sprintf("a recording in version %d of the format, and this program reads version %d: take the elevnet that wrote it", e.Version, Version)
}

// checkHeader looks at the beginning of a file.
func checkHeader(b []byte) error {
	switch {
	case len(b) < headerSize || string(b[:len(magic)]) != magic:
		return ErrForeign
	case b[len(magic)] != Version:
		return VersionError{int(b[len(magic)])}
	}
	return nil
}

// tornHeader reports whether b is the beginning of a header and no more.
func tornHeader(b []byte) bool {
	return len(b) < headerSize && string(b) == string(fileHeader()[:len(b)])
}

// scan calls see with each whole frame, and where it begins. The frame is valid
// during the call alone. It returns where the last one ends; behind that nothing
// can be read. A frame that is damaged, with its length intact, is passed over.
func scan(r *io.SectionReader, see func(h frameHead, at int64, frame []byte) error) (end int64, err error) {
	head := make([]byte, headerSize)
	n, err := r.ReadAt(head, 0)
	if err != nil && err != io.EOF {
		return 0, err
	}
	if err := checkHeader(head[:n]); err != nil {
		return 0, err
	}
	end = int64(headerSize)
	buf := make([]byte, frameHeadSize, 64<<10)
	for at := end; ; {
		buf = buf[:frameHeadSize]
		if _, err := r.ReadAt(buf, at); err != nil {
			return end, ignoreEOF(err)
		}
		h, sum, ok := readFrameHead(buf)
		if !ok || at+int64(h.size()) > r.Size() {
			return end, nil
		}
		if cap(buf) < h.size() {
			buf = append(make([]byte, 0, h.size()), buf...)
		}
		buf = buf[:h.size()]
		if _, err := r.ReadAt(buf, at); err != nil {
			return end, ignoreEOF(err)
		}
		if frameSum(buf) == sum {
			if err := see(h, at, buf); err != nil {
				return end, err
			}
			end = at + int64(h.size())
		}
		at += int64(h.size())
	}
}

func ignoreEOF(err error) error {
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return nil
	}
	return err
}

// readMissing reads the body of a frame that says what was dropped.
func readMissing(body []byte) Missing {
	r := reader{b: body}
	if r.byte() != byte(kindDropped) {
		return Missing{}
	}
	m := Missing{Bytes: int64(r.uvarint()), Segments: int(min(r.uvarint(), 1<<31)), From: time.Unix(0, r.varint())}
	if r.err != nil {
		return Missing{}
	}
	return m
}
