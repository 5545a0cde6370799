package store

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"strings"
)

// maxName leaves room for the endings of the store's other files below the
// 143 bytes that the narrowest file system in use allows.
const maxName = 110

// FileName returns the name of the file for one node of one building. Different
// pairs have different names, on any file system: only a-z, 0-9, '-', '_' and
// '.' occur, every other byte is written as '_' and two hexadecimal digits, and
// the beginning is none of the names that Windows keeps for devices. A pair
// whose name would be too long gets a hash instead.
func FileName(building, id string) string {
	name := "state-" + escape(building) + "." + escape(id)
	if len(name) <= maxName {
		return name
	}
	// The length in front keeps ("ab", "c") and ("a", "bc") apart.
	b := binary.LittleEndian.AppendUint64(nil, uint64(len(building)))
	b = append(append(b, building...), id...)
	sum := sha256.Sum256(b)
	return "hash-" + hex.EncodeToString(sum[:])
}

func escape(s string) string {
	if s == "" {
		return "_"
	}
	const digits = "0123456789abcdef"
	var sb strings.Builder
	for _, c := range []byte(s) {
		switch {
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9', c == '-':
			sb.WriteByte(c)
		default:
			sb.WriteByte('_')
			sb.WriteByte(digits[c>>4])
			sb.WriteByte(digits[c&15])
		}
	}
	return sb.String()
}
