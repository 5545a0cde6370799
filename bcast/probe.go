package bcast

import (
	"encoding/binary"
	"hash/crc32"
)

// A probe is a datagram that says nothing: who wants to know whether what is
// sent on this port arrives sends some and looks which come back. Whoever
// receives another's drops it without a word.
//
//	offset size
//	0      8    "ELVPROBE"
//	8      8    nonce of the sender
//	16     4    number
//	20     4    CRC-32C of all before
const (
	probeMagic = "ELVPROBE"
	probeSize  = 24
)

// AppendProbe appends a probe: nonce tells whose it is, number which.
func AppendProbe(dst []byte, nonce uint64, number uint32) []byte {
	from := len(dst)
	dst = append(dst, probeMagic...)
	dst = binary.BigEndian.AppendUint64(dst, nonce)
	dst = binary.BigEndian.AppendUint32(dst, number)
	return binary.BigEndian.AppendUint32(dst, crc32.Checksum(dst[from:], castagnoli))
}

// ParseProbe reads a probe; ok is false for anything else.
func ParseProbe(b []byte) (nonce uint64, number uint32, ok bool) {
	if len(b) != probeSize || string(b[:8]) != probeMagic ||
		binary.BigEndian.Uint32(b[20:]) != crc32.Checksum(b[:20], castagnoli) {
		return 0, 0, false
	}
	return binary.BigEndian.Uint64(b[8:]), binary.BigEndian.Uint32(b[16:]), true
}
