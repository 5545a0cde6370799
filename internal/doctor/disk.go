package doctor

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"elevnet/internal/store"
	"elevnet/worldview"
)

const (
	diskCheck  = "state directory"
	syncCheck  = "disk"
	spaceCheck = "free space"
	stateCheck = "state"
	clockCheck = "clock"

	// slowSync is how long it may take to store something. Lamps wait for
	// peers or for the disk, whichever comes first, so a slow disk shows where
	// a node is alone.
	slowSync = 100 * time.Millisecond
	// A state is some kilobytes, and is written to a new file as it grows.
	leastSpace  = 1 << 20
	littleSpace = 50 << 20
	// early is how far a clock may be behind what was stored; starts within
	// one second count it up.
	early = 10 * time.Second
)

// examineDisk looks at where the state is kept. It returns who has the state
// open, "" if nobody has.
func examineDisk(f *findings, o Options) (holder string) {
	examineClock(f)
	if o.StateDir == "" {
		f.add(diskCheck, Warn, "give one with --state-dir", "none: calls that only this node knows are lost if it crashes")
		return ""
	}
	place, missing, err := existing(o.StateDir)
	if err != nil {
		f.add(diskCheck, Fail, "choose another one with --state-dir", "%v", err)
		return ""
	}
	took, err := tryDisk(place)
	switch {
	case err != nil:
		f.add(diskCheck, Fail, "give this user the right to write there, or choose another one with --state-dir", "%v", err)
		return ""
	case missing:
		f.add(diskCheck, OK, "", "%s will be made", o.StateDir)
	default:
		f.add(diskCheck, OK, "", "%s can be written", o.StateDir)
	}
	if took > slowSync {
		f.add(syncCheck, Warn, "use another disk with --state-dir: a node alone lights a lamp only when the call is stored", "storing something takes %s", brief(took))
	} else {
		f.add(syncCheck, OK, "", "storing something takes %s", brief(took))
	}
	examineSpace(f, place)
	if missing || o.ID == "" {
		return ""
	}
	return examineState(f, o)
}

// existing returns the directory, or what is there of the way to it.
func existing(dir string) (place string, missing bool, err error) {
	dir, err = filepath.Abs(dir)
	if err != nil {
		return "", false, err
	}
	for place = dir; ; place = filepath.Dir(place) {
		info, err := os.Stat(place)
		switch {
		case err == nil && !info.IsDir():
			return "", false, fmt.Errorf("%s is no directory", place)
		case err == nil:
			return place, place != dir, nil
		case !errors.Is(err, fs.ErrNotExist) || place == filepath.Dir(place):
			return "", false, err
		}
	}
}

// tryDisk writes a file as a node does and returns how long it took until that
// was durable. Nothing is left.
func tryDisk(dir string) (time.Duration, error) {
	file, err := os.CreateTemp(dir, "elevnet-doctor-")
	if err != nil {
		return 0, err
	}
	defer os.Remove(file.Name())
	defer file.Close()
	var took []time.Duration
	block := make([]byte, 8192)
	for k := range 5 {
		block[0] = byte(k)
		began := time.Now()
		if _, err := file.WriteAt(block, 0); err != nil {
			return 0, err
		}
		if err := file.Sync(); err != nil {
			return 0, err
		}
		took = append(took, time.Since(began))
	}
	return median(took), nil
}

func examineSpace(f *findings, dir string) {
	free, err := freeSpace(dir)
	switch text := fmt.Sprintf("%.1f MB", float64(free)/1e6); {
	case err != nil:
		f.add(spaceCheck, Warn, "", "can't be told: %v", plain(err))
	case free < leastSpace:
		f.add(spaceCheck, Fail, "make room on this disk, or choose another one with --state-dir", "%s", text)
	case free < littleSpace:
		f.add(spaceCheck, Warn, "make room on this disk soon", "%s", text)
	case free >= 1e9:
		f.add(spaceCheck, OK, "", "%.1f GB", float64(free)/1e9)
	default:
		f.add(spaceCheck, OK, "", "%s", text)
	}
}

// examineState looks at what an earlier start of this node has stored.
func examineState(f *findings, o Options) (holder string) {
	name := store.FileName(o.Building, string(o.ID))
	path := filepath.Join(o.StateDir, name)
	holder, err := store.Holder(store.OS(), o.StateDir, name)
	if err != nil {
		f.add(stateCheck, Fail, "choose another directory with --state-dir", "%v", err)
		return ""
	}
	found, err := store.Inspect(store.OS(), o.StateDir, name)
	if err == nil && holder != "" && len(found.Damaged) > 0 {
		// It was just being written, most likely.
		found, err = store.Inspect(store.OS(), o.StateDir, name)
	}
	switch {
	case err != nil:
		f.add(stateCheck, Fail, "give this user the right to read and write it", "%v", err)
	case holder != "":
		f.add(stateCheck, Warn, "fine if that is the node you ask about; another needs an id of its own, with --id",
			"a node with id %s runs on this computer now (%s)", o.ID, holder)
	case found.Fresh:
		f.add(stateCheck, OK, "", "node %s has stored nothing yet", o.ID)
	case len(found.Payloads) == 0:
		f.add(stateCheck, Warn, "the node will keep the file under another name and begin anew; its peers may know its calls",
			"%s holds nothing that can be read", path)
	default:
		examinePayloads(f, o, path, found)
	}
	return holder
}

func examinePayloads(f *findings, o Options, path string, found store.Recovery) {
	w := worldview.New(o.Elevator.Floors)
	var last worldview.Life
	for _, b := range found.Payloads {
		life, err := w.Restore(b)
		var floors worldview.FloorsError
		switch {
		case errors.As(err, &floors):
			f.add(stateCheck, Fail, fmt.Sprintf("give --floors %d; or, if the building has changed, remove the state of all nodes", floors.Stored),
				"%s: %v", path, err)
			return
		case err != nil:
			f.add(stateCheck, Warn, "the node leaves it out", "%s: %v", path, err)
			return
		}
		last = max(last, life)
	}
	calls := 0
	view := w.View()
	for _, n := range view.Nodes {
		if n.ID == o.ID {
			calls += len(n.Cab)
		}
	}
	text := fmt.Sprintf("readable: %s", counted(len(view.Hall)+calls, "open call"))
	if len(found.Damaged) > 0 {
		text += "; one of its two copies is damaged, as a power cut leaves it"
	}
	f.add(stateCheck, OK, "", "%s", text)
	if behind := time.Until(last.Time()); behind > early {
		f.add(clockCheck, Warn, "set the clock: after the loss of its disk this node's calls could be taken for old ones",
			"it is %s behind what this node has stored", behind.Round(time.Second))
	}
}

// examineClock looks at whether the clock can be right.
func examineClock(f *findings) {
	now := time.Now()
	switch {
	case now.Year() < 2025:
		f.add(clockCheck, Fail, "set the clock", "it says %s", now.Format(time.DateOnly))
	case now.Unix() > worldview.MaxSecond:
		f.add(clockCheck, Fail, "set the clock: nodes don't believe in that", "it says %s", now.Format(time.DateOnly))
	default:
		f.add(clockCheck, OK, "", "it says %s", now.Format("2006-01-02 15:04:05 -0700"))
	}
}
