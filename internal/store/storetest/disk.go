// Package storetest has a disk for tests and simulations of package store: an
// in-memory file system that loses power, fails, tears, lies and fills up, all
// of it decided by the caller and none of it by chance or by a clock.
//
// A [Disk] keeps two versions of everything: what programs see, and what would
// be there after a power cut. Between the two lie the pending changes, in the
// order in which they were made: one for each sector written, and one for each
// change of names. Sync and SyncDir apply those of one file or of one directory.
// [Disk.PowerCut] applies any subset, chosen by the caller, and forgets the
// rest; that is more than most file systems do to their users. A rename is one
// change, as POSIX promises.
//
// A [Fault], chosen for each call by a function, says how the call fails. The
// one with Drop is what Linux does when fsync fails: the pages count as clean,
// reads still show the new bytes, the next Sync succeeds, and the disk has the
// old ones.
package storetest

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
	"time"

	"elevnet/internal/store"
)

// SectorSize is what the disk writes as a whole or not at all, in bytes.
const SectorSize = 512

// ErrPowerLost is the error of every call between a Fault with Crash and the
// PowerCut or Kill that follows.
var ErrPowerLost = errors.New("power lost")

// Op is a kind of call.
type Op uint8

// The kinds of call.
const (
	Lock Op = iota
	Mkdir
	Exists
	Open
	Create
	Rename
	Remove
	SyncDir
	Size
	Read
	Write
	Sync
	Close
)

func (o Op) String() string {
	return [...]string{"lock", "mkdir", "exists", "open", "create", "rename", "remove",
		"syncdir", "size", "read", "write", "sync", "close"}[o]
}

// Call is one call of the store, as it is put to the function that chooses the
// faults.
type Call struct {
	N     int // counted from 0 since the disk was made
	Op    Op
	Path  string
	Bytes int // to be read or written
}

func (c Call) String() string {
	return "call " + strconv.Itoa(c.N) + " " + c.Op.String() + " " + c.Path
}

// Fault is how one call goes wrong. The zero value is a call that works.
type Fault struct {
	// Err is what the call returns.
	Err error
	// Applied, with Err: the call did its work in spite of the error.
	Applied bool
	// Written, with Err, in a write: so many bytes were written before the error.
	Written int
	// Drop, with Err, in a Sync: the pending sectors of the file are forgotten,
	// while reads go on to show them.
	Drop bool
	// Crash ends the process before the call does anything.
	Crash bool
	// Delay is added to what Elapsed returns.
	Delay time.Duration
}

// Disk is an in-memory file system; it implements [store.FS]. It is not safe
// for concurrent use.
type Disk struct {
	seen, durable map[string]int // inode by path
	inodes        map[int]*inode
	pending       []change
	locked        map[string]bool

	nextInode int
	process   int // counts kills and power cuts: files opened before are dead
	dead      bool
	calls     int
	faults    func(Call) Fault
	elapsed   time.Duration
	space     int64 // in bytes, negative for no limit
}

// inode is one file or directory.
type inode struct {
	dir           bool
	seen, durable contents
}

// contents holds the sectors of a file, of which those that were never written
// are nil. A sector is never changed, only replaced.
type contents struct {
	sectors []*[SectorSize]byte
	size    int64
}

func (c contents) clone() contents { return contents{slices.Clone(c.sectors), c.size} }

// sector returns sector i, nil if it was never written.
func (c contents) sector(i int) *[SectorSize]byte {
	if i < len(c.sectors) {
		return c.sectors[i]
	}
	return nil
}

func (c *contents) setSector(i int, data *[SectorSize]byte) {
	for len(c.sectors) <= i {
		c.sectors = append(c.sectors, nil)
	}
	c.sectors[i] = data
}

// used returns how many bytes the sectors take.
func (c contents) used() (bytes int64) {
	for _, s := range c.sectors {
		if s != nil {
			bytes += SectorSize
		}
	}
	return bytes
}

// change is one step from seen to durable.
type change struct {
	inode  int // of the file; 0 for a change of names
	sector int
	data   *[SectorSize]byte
	end    int64 // the file is at least so long

	dir   string // the directory whose names change
	names []name
}

// name is a path and what it stands for from now on, 0 for nothing.
type name struct {
	path  string
	inode int
}

// New returns an empty disk without a limit.
func New() *Disk {
	return &Disk{
		seen: map[string]int{}, durable: map[string]int{}, inodes: map[int]*inode{},
		locked: map[string]bool{}, nextInode: 1, space: -1,
	}
}

// Clone returns an independent copy, without the open files. Locks stay held
// until Kill or PowerCut.
func (d *Disk) Clone() *Disk {
	c := *d
	c.seen, c.durable, c.locked = maps.Clone(d.seen), maps.Clone(d.durable), maps.Clone(d.locked)
	c.pending = slices.Clone(d.pending)
	c.inodes = make(map[int]*inode, len(d.inodes))
	for i, n := range d.inodes {
		c.inodes[i] = &inode{n.dir, n.seen.clone(), n.durable.clone()}
	}
	return &c
}

// SetFaults sets the function that chooses a fault for each call; nil for none.
func (d *Disk) SetFaults(f func(Call) Fault) { d.faults = f }

// SetSpace limits what all files together may take, in bytes; a negative value
// is no limit. A write that needs more is cut short with ENOSPC.
func (d *Disk) SetSpace(bytes int64) { d.space = bytes }

// Calls returns how many calls there were.
func (d *Disk) Calls() int { return d.calls }

// Elapsed returns the sum of all delays.
func (d *Disk) Elapsed() time.Duration { return d.elapsed }

// Pending returns how many changes a power cut could still lose.
func (d *Disk) Pending() int { return len(d.pending) }

// Kill ends the process: its files are closed and its locks are free. What it
// wrote is still seen, and still pending.
func (d *Disk) Kill() {
	d.process++
	d.dead = false
	clear(d.locked)
}

// Evict makes reads show what is durable or pending, where they showed sectors
// that a Sync with Drop has forgotten.
func (d *Disk) Evict() {
	for _, n := range d.inodes {
		n.seen = n.durable.clone()
	}
	for _, c := range d.pending {
		if n := d.inodes[c.inode]; n != nil {
			n.seen.apply(c)
		}
	}
}

// PowerCut ends the process and loses the pending changes but for those, by
// their index below Pending, for which keep returns true. Nil keeps none.
func (d *Disk) PowerCut(keep func(i int) bool) {
	d.Kill()
	for i, c := range d.pending {
		if keep != nil && keep(i) {
			d.apply(c)
		}
	}
	d.pending = nil
	// What lies in a directory that was lost is lost.
	maps.DeleteFunc(d.durable, func(path string, _ int) bool {
		for p := filepath.Dir(path); !top(p); p = filepath.Dir(p) {
			if n, ok := d.durable[p]; !ok || !d.inodes[n].dir {
				return true
			}
		}
		return false
	})
	d.seen = maps.Clone(d.durable)
	d.forget()
	for _, n := range d.inodes {
		n.seen = n.durable.clone()
	}
}

// Paths returns the paths of all files, sorted, without the locks.
func (d *Disk) Paths() []string {
	var paths []string
	for p, i := range d.seen {
		if !d.inodes[i].dir {
			paths = append(paths, p)
		}
	}
	slices.Sort(paths)
	return paths
}

// Contents returns what a program sees in the file at path, nil if there is
// none.
func (d *Disk) Contents(path string) []byte {
	i, ok := d.seen[path]
	if !ok || d.inodes[i].dir {
		return nil
	}
	b := make([]byte, d.inodes[i].seen.size)
	d.inodes[i].seen.read(b, 0)
	return b
}

// Put makes the file at path, and the directories above it, or replaces it, all
// of it durable.
func (d *Disk) Put(path string, b []byte) {
	for p := filepath.Dir(path); !top(p); p = filepath.Dir(p) {
		if _, ok := d.seen[p]; !ok {
			i := d.newInode(true)
			d.seen[p], d.durable[p] = i, i
		}
	}
	i := d.newInode(false)
	n := d.inodes[i]
	n.seen.write(b, 0, nil)
	n.durable = n.seen.clone()
	d.seen[path], d.durable[path] = i, i
}

// Flip inverts one bit of the file at path, bit counting from the first byte's
// lowest, on the disk and in what programs see. It reports whether the file
// has that bit.
func (d *Disk) Flip(path string, bit int64) bool {
	i, ok := d.seen[path]
	if !ok || bit < 0 || bit/8 >= d.inodes[i].seen.size {
		return false
	}
	n := d.inodes[i]
	for _, c := range []*contents{&n.seen, &n.durable} {
		if bit/8 >= c.size {
			continue
		}
		var b [1]byte
		c.read(b[:], bit/8)
		b[0] ^= 1 << (bit % 8)
		c.write(b[:], bit/8, nil)
	}
	return true
}

// call counts a call and returns what goes wrong with it.
func (d *Disk) call(op Op, path string, bytes int) Fault {
	if d.dead {
		return Fault{Err: ErrPowerLost}
	}
	var f Fault
	if d.faults != nil {
		f = d.faults(Call{d.calls, op, path, bytes})
	}
	d.calls++
	d.elapsed += f.Delay
	if f.Crash {
		d.dead = true
		return Fault{Err: ErrPowerLost}
	}
	return f
}

// Lock implements [store.FS].
func (d *Disk) Lock(path string) (io.Closer, error) {
	if f := d.call(Lock, path, 0); f.Err != nil {
		return nil, pathError(Lock, path, f.Err)
	}
	if err := d.checkParent(path); err != nil {
		return nil, pathError(Lock, path, err)
	}
	if d.locked[path] {
		return nil, pathError(Lock, path, store.ErrLocked)
	}
	d.locked[path] = true
	return &lock{d, path, d.process}, nil
}

type lock struct {
	d       *Disk
	path    string
	process int
}

func (l *lock) Close() error {
	if l.process == l.d.process {
		delete(l.d.locked, l.path)
	}
	return nil
}

// Mkdir implements [store.FS].
func (d *Disk) Mkdir(path string) (bool, error) {
	f := d.call(Mkdir, path, 0)
	if f.Err != nil && !f.Applied {
		return false, pathError(Mkdir, path, f.Err)
	}
	if top(path) {
		return false, f.Err
	}
	if err := d.checkParent(path); err != nil {
		return false, pathError(Mkdir, path, err)
	}
	if i, ok := d.seen[path]; ok {
		if !d.inodes[i].dir {
			return false, pathError(Mkdir, path, syscall.ENOTDIR)
		}
		return false, f.Err
	}
	d.setNames(filepath.Dir(path), name{path, d.newInode(true)})
	return f.Err == nil, f.Err
}

// Exists implements [store.FS].
func (d *Disk) Exists(path string) (bool, error) {
	if f := d.call(Exists, path, 0); f.Err != nil {
		return false, pathError(Exists, path, f.Err)
	}
	_, ok := d.seen[path]
	return ok || top(path), nil
}

// Open implements [store.FS].
func (d *Disk) Open(path string) (store.File, error) {
	if f := d.call(Open, path, 0); f.Err != nil {
		return nil, pathError(Open, path, f.Err)
	}
	i, ok := d.seen[path]
	switch {
	case !ok:
		return nil, pathError(Open, path, fs.ErrNotExist)
	case d.inodes[i].dir:
		return nil, pathError(Open, path, syscall.EISDIR)
	}
	return &file{d: d, inode: d.inodes[i], number: i, path: path, process: d.process}, nil
}

// Create implements [store.FS].
func (d *Disk) Create(path string) (store.File, error) {
	f := d.call(Create, path, 0)
	if f.Err != nil && !f.Applied {
		return nil, pathError(Create, path, f.Err)
	}
	if err := d.checkParent(path); err != nil {
		return nil, pathError(Create, path, err)
	}
	if _, ok := d.seen[path]; ok {
		return nil, pathError(Create, path, fs.ErrExist)
	}
	i := d.newInode(false)
	d.setNames(filepath.Dir(path), name{path, i})
	if f.Err != nil {
		return nil, pathError(Create, path, f.Err)
	}
	return &file{d: d, inode: d.inodes[i], number: i, path: path, process: d.process}, nil
}

// Rename implements [store.FS], within one directory.
func (d *Disk) Rename(from, to string) error {
	f := d.call(Rename, from, 0)
	if f.Err != nil && !f.Applied {
		return pathError(Rename, from, f.Err)
	}
	if filepath.Dir(from) != filepath.Dir(to) {
		return pathError(Rename, from, errors.ErrUnsupported)
	}
	i, ok := d.seen[from]
	if !ok {
		return pathError(Rename, from, fs.ErrNotExist)
	}
	if from != to {
		d.setNames(filepath.Dir(from), name{to, i}, name{from, 0})
	}
	return f.Err
}

// Remove implements [store.FS].
func (d *Disk) Remove(path string) error {
	f := d.call(Remove, path, 0)
	if f.Err != nil && !f.Applied {
		return pathError(Remove, path, f.Err)
	}
	if _, ok := d.seen[path]; !ok {
		return pathError(Remove, path, fs.ErrNotExist)
	}
	for p := range d.seen {
		if filepath.Dir(p) == path {
			return pathError(Remove, path, syscall.ENOTEMPTY)
		}
	}
	d.setNames(filepath.Dir(path), name{path, 0})
	return f.Err
}

// SyncDir implements [store.FS].
func (d *Disk) SyncDir(path string) error {
	f := d.call(SyncDir, path, 0)
	if f.Err != nil && !f.Applied {
		return pathError(SyncDir, path, f.Err)
	}
	d.flush(func(c change) bool { return c.inode == 0 && c.dir == path })
	d.forget()
	return f.Err
}

// file is an open file.
type file struct {
	d       *Disk
	inode   *inode
	number  int
	path    string
	process int
	closed  bool
}

// check returns an error if the file is closed or its process is gone.
func (f *file) check(op Op) error {
	if f.closed || f.process != f.d.process {
		return pathError(op, f.path, fs.ErrClosed)
	}
	return nil
}

func (f *file) Size() (int64, error) {
	if err := f.check(Size); err != nil {
		return 0, err
	}
	if fault := f.d.call(Size, f.path, 0); fault.Err != nil {
		return 0, pathError(Size, f.path, fault.Err)
	}
	return f.inode.seen.size, nil
}

func (f *file) ReadAt(b []byte, at int64) (int, error) {
	if err := f.check(Read); err != nil {
		return 0, err
	}
	if fault := f.d.call(Read, f.path, len(b)); fault.Err != nil {
		return 0, pathError(Read, f.path, fault.Err)
	}
	n := f.inode.seen.read(b, at)
	if n < len(b) {
		return n, io.EOF
	}
	return n, nil
}

func (f *file) WriteAt(b []byte, at int64) (int, error) {
	if err := f.check(Write); err != nil {
		return 0, err
	}
	fault := f.d.call(Write, f.path, len(b))
	n, err := len(b), fault.Err
	if err != nil && !fault.Applied {
		n = max(0, min(fault.Written, n))
	}
	if room := f.d.room(f.inode, at, n); room < n {
		n, err = room, syscall.ENOSPC
	}
	f.inode.seen.write(b[:n], at, func(sector int, old, data *[SectorSize]byte) {
		end := min(at+int64(n), int64(sector+1)*SectorSize)
		// Writing what is there already changes nothing that could be lost.
		if old != nil && *old == *data && end <= f.inode.durable.size && f.inode.durable.sector(sector) == old {
			return
		}
		f.d.pending = append(f.d.pending, change{inode: f.number, sector: sector, data: data, end: end})
	})
	if err != nil {
		return n, pathError(Write, f.path, err)
	}
	return n, nil
}

func (f *file) Sync() error {
	if err := f.check(Sync); err != nil {
		return err
	}
	fault := f.d.call(Sync, f.path, 0)
	own := func(c change) bool { return c.inode == f.number }
	switch {
	case fault.Err == nil:
		f.d.flush(own)
		return nil
	case fault.Applied:
		f.d.flush(own)
	case fault.Drop:
		f.d.pending = slices.DeleteFunc(f.d.pending, own)
	}
	return pathError(Sync, f.path, fault.Err)
}

func (f *file) Close() error {
	if err := f.check(Close); err != nil {
		return err
	}
	fault := f.d.call(Close, f.path, 0)
	f.closed = true
	if fault.Err != nil {
		return pathError(Close, f.path, fault.Err)
	}
	return nil
}

// room returns how many of n bytes can be written at offset at before the disk
// is full.
func (d *Disk) room(n *inode, at int64, bytes int) int {
	if d.space < 0 {
		return bytes
	}
	free := d.space
	for _, i := range d.seen {
		free -= d.inodes[i].seen.used()
	}
	for done := 0; done < bytes; {
		sector := int((at + int64(done)) / SectorSize)
		if n.seen.sector(sector) == nil {
			if free < SectorSize {
				return done
			}
			free -= SectorSize
		}
		done = min(bytes, int(int64(sector+1)*SectorSize-at))
	}
	return bytes
}

func (d *Disk) newInode(dir bool) int {
	i := d.nextInode
	d.nextInode++
	d.inodes[i] = &inode{dir: dir}
	return i
}

func (d *Disk) setNames(dir string, names ...name) {
	for _, n := range names {
		setName(d.seen, n)
	}
	d.pending = append(d.pending, change{dir: dir, names: names})
}

func setName(m map[string]int, n name) {
	if n.inode == 0 {
		delete(m, n.path)
	} else {
		m[n.path] = n.inode
	}
}

// flush makes the pending changes for which own returns true durable.
func (d *Disk) flush(own func(change) bool) {
	d.pending = slices.DeleteFunc(d.pending, func(c change) bool {
		if !own(c) {
			return false
		}
		d.apply(c)
		return true
	})
}

func (d *Disk) apply(c change) {
	if n := d.inodes[c.inode]; n != nil {
		n.durable.apply(c)
	}
	for _, n := range c.names {
		setName(d.durable, n)
	}
}

// forget drops the files that have no name any more, neither now nor after any
// power cut, and their pending changes.
func (d *Disk) forget() {
	named := map[int]bool{}
	for _, names := range []map[string]int{d.seen, d.durable} {
		for _, i := range names {
			named[i] = true
		}
	}
	for _, c := range d.pending {
		for _, n := range c.names {
			named[n.inode] = true
		}
	}
	maps.DeleteFunc(d.inodes, func(i int, _ *inode) bool { return !named[i] })
	d.pending = slices.DeleteFunc(d.pending, func(c change) bool { return c.inode != 0 && !named[c.inode] })
}

func (c *contents) apply(ch change) {
	c.setSector(ch.sector, ch.data)
	c.size = max(c.size, ch.end)
}

func (c *contents) read(b []byte, at int64) int {
	if at < 0 || at >= c.size {
		return 0
	}
	b = b[:min(int64(len(b)), c.size-at)]
	for done := 0; done < len(b); {
		sector, from := int((at+int64(done))/SectorSize), int((at+int64(done))%SectorSize)
		n := min(len(b)-done, SectorSize-from)
		if s := c.sector(sector); s != nil {
			copy(b[done:done+n], s[from:])
		} else {
			clear(b[done : done+n])
		}
		done += n
	}
	return len(b)
}

// write writes b and tells changed, if given, of each sector.
func (c *contents) write(b []byte, at int64, changed func(sector int, old, data *[SectorSize]byte)) {
	for len(b) > 0 {
		sector, from := int(at/SectorSize), int(at%SectorSize)
		n := min(len(b), SectorSize-from)
		old, data := c.sector(sector), new([SectorSize]byte)
		if old != nil {
			*data = *old
		}
		copy(data[from:], b[:n])
		c.size = max(c.size, at+int64(n))
		if changed != nil {
			changed(sector, old, data)
		}
		if old == nil || *old != *data {
			c.setSector(sector, data)
		}
		b, at = b[n:], at+int64(n)
	}
}

// checkParent returns an error unless the directory above path is there.
func (d *Disk) checkParent(path string) error {
	parent := filepath.Dir(path)
	if top(parent) {
		return nil
	}
	i, ok := d.seen[parent]
	switch {
	case !ok:
		return fs.ErrNotExist
	case !d.inodes[i].dir:
		return syscall.ENOTDIR
	}
	return nil
}

// top reports whether path is a directory that always exists.
func top(path string) bool { return filepath.Dir(path) == path }

func pathError(op Op, path string, err error) error {
	return &fs.PathError{Op: fmt.Sprint(op), Path: path, Err: err}
}

var _ store.FS = (*Disk)(nil)
