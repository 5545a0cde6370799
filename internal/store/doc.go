// Package store keeps bytes that survive a crash: a kill, a power cut, a full
// disk, a torn or rotten sector (protocol rule 9, SPEC F4 and F6). It knows
// nothing of what the bytes mean.
//
// One [Store] is one small file that holds the last two payloads, each in a
// slot of its own. [Store.Commit] overwrites the older slot in place and waits
// until the disk has it; whatever happens meanwhile, the newer slot is not
// touched. [Open] returns every payload that is whole, newest first, and the
// caller joins them.
//
// # When the file is written in place, and when it is replaced
//
// In-place writes are allowed only into a file that this very Store created,
// and only as long as no call on it has failed. In all other cases (the first
// commit after Open, a payload that doesn't fit, any error of a write or an
// fsync) Commit writes a new file: temporary name, both slots, fsync, rename
// over the old one, fsync of the directory.
//
// The reason is what an operating system does when fsync fails: it may mark
// the unwritten pages as clean. From then on reads show the new bytes, further
// fsyncs succeed, and the disk still holds the old ones. A slot that reads well
// in such a file may be on no disk at all, so the other slot must not be
// overwritten. A process that is restarted can't know whether its predecessor
// saw such an error, hence the new file at the first commit.
//
// For the same reason a recovered payload is known, but not known to be
// durable, until the first Commit after Open has succeeded.
//
// # Bytes of the file
//
// Integers are little-endian. The file has two slots of equal size, a multiple
// of 4096, so that no sector or page belongs to both. The second starts at the
// offset that is the slot size.
//
//	offset  size  field
//	0       8     magic "elevslot"
//	8       32    SHA-256 of the bytes from offset 40 to the end of the payload
//	40      2     version of this table, 1
//	42      2     which slot this is, 0 or 1
//	44      4     slot size in bytes
//	48      8     generation: 0 blank, then one more for each attempted commit
//	56      4     length of the payload in bytes, at most 16 MiB
//	60      4     zero
//	64      n     payload
//	64+n          zeros up to a multiple of 4096; what follows has no meaning
//
// Magic and version keep their place in every later version. A new file has a
// payload in slot 0 and a valid blank slot 1, so that a slot which is not valid
// is always damage, or a write that was cut short.
//
// # Files
//
//	name            the two slots
//	name.tmp-0, -1  a new file that is being written; read at Open if left over,
//	                and removed when a newer file is durable
//	name.lock       locked while the store is open, holds the owner's process id
//	name.damaged-N  a file in which no slot could be read, kept for a human
package store
