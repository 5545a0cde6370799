package storetest

import (
	"fmt"
	"slices"
)

// EverySubset calls f with choices of pending changes, for [Disk.PowerCut] on a
// clone, that leave the disk in every state in which any of the 2^n choices would
// leave it. It returns how many choices f was called for.
//
// A void change can do no more than lengthen its file, so that of those of one
// file the last one to end stands for all sets that it is the last of.
func (d *Disk) EverySubset(f func(keep func(i int) bool)) (chosen int) {
	solid, void := d.kinds()
	if len(solid) > 16 {
		panic(fmt.Sprintf("storetest: %d changes to choose from", len(solid)))
	}
	keep := make([]bool, len(d.pending))
	var choose func(k int)
	choose = func(k int) {
		if k == len(void) {
			chosen++
			f(func(i int) bool { return keep[i] })
			return
		}
		choose(k + 1)
		for _, i := range void[k] {
			keep[i] = true
			choose(k + 1)
			keep[i] = false
		}
	}
	for mask := range 1 << len(solid) {
		for k, i := range solid {
			keep[i] = mask&(1<<k) != 0
		}
		choose(0)
	}
	return chosen
}

// SomeSubsets is EverySubset for where a fault has left much under way: the void
// changes come together or not at all, and of the others, if they are more than
// six, all prefixes, each alone, and all but one.
func (d *Disk) SomeSubsets(f func(keep func(i int) bool)) (chosen int) {
	solid, _ := d.kinds()
	keep := make([]bool, len(d.pending))
	for _, void := range []bool{false, true} {
		if void && len(solid) == len(d.pending) {
			break
		}
		for i := range keep {
			keep[i] = void
		}
		some := func(in func(k int) bool) {
			for k, i := range solid {
				keep[i] = in(k)
			}
			chosen++
			f(func(i int) bool { return keep[i] })
		}
		if len(solid) <= 6 {
			for mask := range 1 << len(solid) {
				some(func(k int) bool { return mask&(1<<k) != 0 })
			}
			continue
		}
		for at := range solid {
			some(func(k int) bool { return k < at })
			some(func(k int) bool { return k == at })
			some(func(k int) bool { return k != at })
		}
		some(func(int) bool { return true })
	}
	return chosen
}

// kinds tells the void changes, by file and one for each length, from the others.
func (d *Disk) kinds() (solid []int, void [][]int) {
	files := map[int]int{} // index in void, by inode
	for i, c := range d.pending {
		if !d.isVoid(c) {
			solid = append(solid, i)
			continue
		}
		k, ok := files[c.inode]
		if !ok {
			k = len(void)
			files[c.inode] = k
			void = append(void, nil)
		}
		if !slices.ContainsFunc(void[k], func(j int) bool { return d.pending[j].end == c.end }) {
			void[k] = append(void[k], i)
		}
	}
	return solid, void
}

// isVoid reports whether a pending change is a sector of zeros where the disk
// holds zeros or nothing, whatever else of the pending changes is kept.
func (d *Disk) isVoid(c change) bool {
	n := d.inodes[c.inode]
	return n != nil && blank(c.data) && blank(n.durable.sector(c.sector)) &&
		!slices.ContainsFunc(d.pending, func(other change) bool {
			return other.inode == c.inode && other.sector == c.sector && !blank(other.data)
		})
}

func blank(s *[SectorSize]byte) bool { return s == nil || *s == [SectorSize]byte{} }
