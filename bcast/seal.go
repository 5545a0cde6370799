package bcast

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"hash/crc32"
)

const (
	crcSize = 4  // CRC-32C, big endian
	macSize = 16 // the first bytes of HMAC-SHA-256
	// keyIDLabel is what is authenticated to name a key. Nothing else that this
	// package makes ends up in a KeyID.
	keyIDLabel = "bcast key id, version 1"
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Sealer appends a trailer to datagrams and checks it: without a key a CRC-32C
// (RFC 3720), which finds accidents; with one an HMAC-SHA-256 (RFC 2104) cut to
// 16 bytes, which finds everything that no holder of the key made. Nothing is
// kept secret, and a datagram that is recorded and sent again passes.
//
// A Sealer must not be used by two goroutines at once; have one for sending and
// one for receiving.
type Sealer struct {
	mac hash.Hash // nil without a key
	id  uint32
	sum [sha256.Size]byte
}

// NewSealer makes a Sealer; an empty key means none. The key isn't kept.
func NewSealer(key []byte) *Sealer {
	if len(key) == 0 {
		return &Sealer{}
	}
	s := &Sealer{mac: hmac.New(sha256.New, key)}
	s.mac.Write([]byte(keyIDLabel))
	digest := sha256.Sum256(s.mac.Sum(nil))
	s.id = max(1, binary.BigEndian.Uint32(digest[:]))
	return s
}

// KeyID tells keys apart, so that a datagram under another key can be told from
// a corrupted one: 0 without a key, never 0 with one. Of a strong key it gives
// nothing away; a weak one can be found by trying, from this as from any sealed
// datagram. Two keys share an id by chance once in four thousand million.
func (s *Sealer) KeyID() uint32 { return s.id }

// Overhead is the length of the trailer in bytes.
func (s *Sealer) Overhead() int {
	if s.mac == nil {
		return crcSize
	}
	return macSize
}

// Seal appends the trailer of b to b. It doesn't allocate if b has room for
// [Sealer.Overhead] more bytes.
func (s *Sealer) Seal(b []byte) []byte {
	if s.mac == nil {
		return binary.BigEndian.AppendUint32(b, crc32.Checksum(b, castagnoli))
	}
	return append(b, s.authenticate(b)...)
}

// Open checks a sealed datagram and returns it without its trailer. The payload
// shares its memory with b.
func (s *Sealer) Open(b []byte) (payload []byte, ok bool) {
	n := len(b) - s.Overhead()
	if n < 0 {
		return nil, false
	}
	payload, trailer := b[:n:n], b[n:]
	if s.mac == nil {
		ok = binary.BigEndian.Uint32(trailer) == crc32.Checksum(payload, castagnoli)
	} else {
		ok = hmac.Equal(trailer, s.authenticate(payload))
	}
	if !ok {
		return nil, false
	}
	return payload, true
}

// authenticate returns the trailer of b, valid until the next call.
func (s *Sealer) authenticate(b []byte) []byte {
	s.mac.Reset()
	s.mac.Write(b)
	return s.mac.Sum(s.sum[:0])[:macSize]
}
