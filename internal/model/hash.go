package model

import (
	"encoding/binary"
	"math/bits"
)

// content is a fingerprint of some bytes that is long enough to stand for them.
type content [2]uint64

const (
	k0 = 0xa0761d6478bd642f
	k1 = 0xe7037ed1a0b428db
	k2 = 0x8ebc6af09c88c6e3
	k3 = 0x589965cc75374cc3
)

func mum(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	return hi ^ lo
}

func hashBytes(b []byte) content {
	h := content{k0 ^ uint64(len(b)), k2 + uint64(len(b))}
	for ; len(b) >= 8; b = b[8:] {
		h.add(binary.LittleEndian.Uint64(b))
	}
	var rest [8]byte
	copy(rest[:], b)
	h.add(binary.LittleEndian.Uint64(rest[:]))
	return h
}

func (h *content) add(v uint64) {
	h[0] = mum(h[0]^v, k1)
	h[1] = mum(h[1]+v^k3, k0) + bits.RotateLeft64(v, 29)
}
