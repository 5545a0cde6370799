package record

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
)

// frameHeadSize is the size of a frame's header.
const frameHeadSize = 29

// maxBody is the largest body, before compression, that is believed.
const maxBody = 16 << 20

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// frameHead is the header of a frame.
type frameHead struct {
	kind         byte
	stored, full int
	first, last  int64
}

// size is that of the whole frame.
func (h frameHead) size() int { return frameHeadSize + h.stored }

func (h frameHead) append(b []byte) []byte {
	b = append(b, h.kind)
	b = binary.BigEndian.AppendUint32(b, uint32(h.stored))
	b = binary.BigEndian.AppendUint32(b, uint32(h.full))
	b = binary.BigEndian.AppendUint64(b, uint64(h.first))
	return binary.BigEndian.AppendUint64(b, uint64(h.last))
}

// readFrameHead reads a header, and reports whether it can be one.
func readFrameHead(b []byte) (h frameHead, sum uint32, ok bool) {
	if len(b) < frameHeadSize {
		return h, 0, false
	}
	h = frameHead{
		kind:   b[0],
		stored: int(binary.BigEndian.Uint32(b[1:])),
		full:   int(binary.BigEndian.Uint32(b[5:])),
		first:  int64(binary.BigEndian.Uint64(b[9:])),
		last:   int64(binary.BigEndian.Uint64(b[17:])),
	}
	sum = binary.BigEndian.Uint32(b[25:])
	// Deflate adds five bytes to a block that can't be compressed.
	ok = h.kind >= frameFirst && h.kind <= frameDropped && h.full <= maxBody && h.stored <= h.full+h.full/1000+64 && h.first <= h.last
	return h, sum, ok
}

func frameSum(frame []byte) uint32 {
	return crc32.Update(crc32.Checksum(frame[:frameHeadSize-4], castagnoli), castagnoli, frame[frameHeadSize:])
}

// packer makes frames of bodies. It keeps its memory.
type packer struct {
	w   *flate.Writer
	out bytes.Buffer
}

// pack returns a frame of its own memory.
func (p *packer) pack(kind byte, b *body) ([]byte, frameHead, error) {
	head := frameHead{kind: kind, full: len(b.b), first: b.first, last: b.last}
	if head.full > maxBody {
		return nil, head, fmt.Errorf("%d bytes at once are too many", head.full)
	}
	p.out.Reset()
	p.out.Write(make([]byte, frameHeadSize))
	var err error
	if p.w == nil {
		// Of all levels this one costs least, and what it leaves to the others is
		// not much: see docs/recordings.md.
		p.w, err = flate.NewWriter(&p.out, compression)
	} else {
		p.w.Reset(&p.out)
	}
	if err == nil {
		_, err = p.w.Write(b.b)
	}
	if err == nil {
		err = p.w.Close()
	}
	if err != nil {
		return nil, head, err
	}
	frame := bytes.Clone(p.out.Bytes())
	head.stored = len(frame) - frameHeadSize
	head.append(frame[:0])
	binary.BigEndian.PutUint32(frame[frameHeadSize-4:], frameSum(frame))
	return frame, head, nil
}

const compression = flate.BestSpeed

var errFrame = errors.New("a frame is torn or damaged")

// unpack returns the body of a frame that begins at the beginning of b.
func unpack(b []byte) ([]byte, frameHead, error) {
	h, sum, ok := readFrameHead(b)
	if !ok || len(b) < h.size() {
		return nil, h, errFrame
	}
	b = b[:h.size()]
	if frameSum(b) != sum {
		return nil, h, errFrame
	}
	r := flate.NewReader(bytes.NewReader(b[frameHeadSize:]))
	var out bytes.Buffer
	out.Grow(min(h.full, 1<<20))
	n, err := io.Copy(&out, io.LimitReader(r, int64(h.full)+1))
	if err != nil || n != int64(h.full) {
		return nil, h, errFrame
	}
	return out.Bytes(), h, nil
}
