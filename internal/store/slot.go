package store

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// MaxPayload is the longest payload, in bytes.
const MaxPayload = 16 << 20

const (
	magic      = "elevslot"
	version    = 1
	headerSize = 64
	block      = 4096

	offSum        = 8
	offVersion    = 40
	offSlot       = 42
	offSlotSize   = 44
	offGeneration = 48
	offLength     = 56
	offZero       = 60

	maxSlotSize = (headerSize + MaxPayload + block - 1) / block * block
	// maxGeneration is the greatest that is read; no disk lives that long, so a
	// greater one is damage. None is written either.
	maxGeneration = 1<<63 - 1
)

var errTooShort = errors.New("the file is too short for it")

// slot is one valid slot as read from a file.
type slot struct {
	generation uint64 // 0 for a blank one
	slotSize   int
	payload    []byte
}

// padded rounds n up to whole blocks.
func padded(n int) int { return (n + block - 1) / block * block }

// slotSizeFor returns the size of the slots of a new file: room for twice the
// payload, so that a growing payload seldom needs a new file.
func slotSizeFor(payload int) int {
	return min(padded(2*(headerSize+payload)), maxSlotSize)
}

// encodeSlot writes slot number index into buf, which has the length of the
// slot size, and returns the part of buf that has to be written: whole blocks,
// so that the system needn't read a page in order to change a part of it.
func encodeSlot(buf []byte, index int, generation uint64, payload []byte) []byte {
	end := headerSize + len(payload)
	clear(buf[end:padded(end)])
	copy(buf, magic)
	binary.LittleEndian.PutUint16(buf[offVersion:], version)
	binary.LittleEndian.PutUint16(buf[offSlot:], uint16(index))
	binary.LittleEndian.PutUint32(buf[offSlotSize:], uint32(len(buf)))
	binary.LittleEndian.PutUint64(buf[offGeneration:], generation)
	binary.LittleEndian.PutUint32(buf[offLength:], uint32(len(payload)))
	binary.LittleEndian.PutUint32(buf[offZero:], 0)
	copy(buf[headerSize:], payload)
	sum := sha256.Sum256(buf[offVersion:end])
	copy(buf[offSum:], sum[:])
	return buf[:padded(end)]
}

// readSlots reads both slots of a file of size bytes. It returns the valid
// ones, blank ones included, and one error for each that isn't.
func readSlots(r io.ReaderAt, size int64) ([]slot, []error) {
	var (
		valid []slot
		bad   []error
	)
	// The first slot says where the second is. If it can't be trusted, the
	// second is in the middle, for a file never changes its size.
	second := min(size/2/block*block, maxSlotSize)
	first, err := readSlot(r, size, 0, 0)
	if err != nil {
		bad = append(bad, fmt.Errorf("slot 0: %w", err))
	} else {
		valid = append(valid, first)
		second = int64(first.slotSize)
	}
	other, err := readSlot(r, size, 1, second)
	if err != nil {
		bad = append(bad, fmt.Errorf("slot 1: %w", err))
	} else {
		valid = append(valid, other)
	}
	return valid, bad
}

// readSlot reads slot number index at offset at of a file of size bytes.
// Nothing that the slot says is believed before its checksum has been seen to
// be right, except for a length within bounds.
func readSlot(r io.ReaderAt, size int64, index int, at int64) (slot, error) {
	var h [headerSize]byte
	if err := readFull(r, h[:], at); err != nil {
		return slot{}, err
	}
	if string(h[:len(magic)]) != magic {
		return slot{}, errors.New("it doesn't begin with the mark of a slot")
	}
	if v := binary.LittleEndian.Uint16(h[offVersion:]); v != version {
		return slot{}, fmt.Errorf("it has version %d of the format, this program reads version %d", v, version)
	}
	s := slot{
		generation: binary.LittleEndian.Uint64(h[offGeneration:]),
		slotSize:   int(binary.LittleEndian.Uint32(h[offSlotSize:])),
	}
	length := binary.LittleEndian.Uint32(h[offLength:])
	switch {
	case s.slotSize < block, s.slotSize > maxSlotSize, s.slotSize%block != 0, index == 1 && at != int64(s.slotSize):
		return slot{}, fmt.Errorf("its slot size, %d bytes, can't be right", s.slotSize)
	case length > MaxPayload, int(length) > s.slotSize-headerSize:
		return slot{}, fmt.Errorf("its length, %d bytes, can't be right", length)
	case at+headerSize+int64(length) > size:
		return slot{}, errTooShort
	}
	buf := make([]byte, headerSize-offVersion+int(length))
	if err := readFull(r, buf, at+offVersion); err != nil {
		return slot{}, err
	}
	if sum := sha256.Sum256(buf); string(sum[:]) != string(h[offSum:offVersion]) {
		return slot{}, errors.New("its checksum is wrong: the write of it was cut short, or it was changed later")
	}
	switch {
	case int(binary.LittleEndian.Uint16(h[offSlot:])) != index:
		return slot{}, errors.New("it belongs to the other place in the file")
	case s.generation > maxGeneration, s.generation == 0 && length != 0, binary.LittleEndian.Uint32(h[offZero:]) != 0:
		return slot{}, errors.New("its header holds values that are never written")
	}
	s.payload = buf[headerSize-offVersion:]
	return s, nil
}

// readFull reads len(buf) bytes at offset at.
func readFull(r io.ReaderAt, buf []byte, at int64) error {
	n, err := r.ReadAt(buf, at)
	switch {
	case n == len(buf):
		return nil
	case err == nil, errors.Is(err, io.EOF):
		return errTooShort
	default:
		return fmt.Errorf("it can't be read: %w", err)
	}
}
