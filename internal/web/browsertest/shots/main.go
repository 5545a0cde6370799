// Command shots takes the pictures of the README: it starts the demonstration,
// presses and breaks things on its page, and photographs what is to be seen.
package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"image"
	"image/draw"
	"image/gif"
	"image/png"
	"os"
	"path/filepath"
	"time"

	browser "elevnet/internal/web/browsertest"
)

// patience is how long anything may take.
const patience = 2 * time.Minute

func main() {
	root := flag.String("root", "../../..", "DIR: where elevnet's source is")
	out := flag.String("out", "", "DIR: for the pictures (default docs/img in root)")
	flag.Parse()
	if *out == "" {
		*out = filepath.Join(*root, "docs", "img")
	}
	if err := run(context.Background(), *root, *out); err != nil {
		fmt.Fprintln(os.Stderr, "shots:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, root, out string) error {
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "elevnet-shots-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	program, err := browser.Build(ctx, root, dir)
	if err != nil {
		return err
	}
	tabs, err := browser.OpenBrowser(ctx)
	if err != nil {
		return err
	}
	defer tabs.Close()
	start, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	demo, err := browser.StartDemo(start, program, "--seed", "7")
	if err != nil {
		return err
	}
	defer demo.Stop()
	s := &session{tabs: tabs, url: demo.URL, out: out}
	for _, take := range []func() error{s.start, s.press, s.busy, s.fault} {
		if err := take(); err != nil {
			return err
		}
	}
	return nil
}

// session takes the pictures one after the other, of one building.
type session struct {
	tabs *browser.Browser
	url  string
	out  string
}

const alive = `[...document.querySelectorAll(".node-word")].every((w) => w.textContent === "alive")`

// open opens the page and waits until all nodes take part.
func (s *session) open(look browser.Look) (*browser.Page, error) {
	p, err := s.tabs.Open(s.url, look)
	if err != nil {
		return nil, err
	}
	if err := p.Wait(`document.querySelector(".node-word") && `+alive, patience); err != nil {
		p.Close()
		return nil, err
	}
	return p, nil
}

// start is what a visitor sees first.
func (s *session) start() error {
	p, err := s.open(browser.Look{Width: 1360, Height: 850})
	if err != nil {
		return err
	}
	defer p.Close()
	time.Sleep(time.Second)
	return s.picture(p, "start.png")
}

// press is a moving picture of a press, from the ring to the lamp.
func (s *session) press() error {
	p, err := s.open(browser.Look{Width: 1240, Height: 800, Dark: true})
	if err != nil {
		return err
	}
	defer p.Close()
	if err := p.Click(`.call[data-node="2"][data-button="up"][data-floor="2"]`); err != nil {
		return err
	}
	if err := p.Wait(`document.querySelector(".life-title").textContent.includes("up at floor 2, pressed on panel 2")`, patience); err != nil {
		return err
	}
	area, err := browser.Eval[[]int](p, `(() => {
		scrollTo(0, 0);
		const r = document.querySelector(".card-life").getBoundingClientRect();
		return [r.left, r.top, r.right, r.bottom].map(Math.round);
	})()`)
	if err != nil {
		return err
	}
	clip := image.Rect(area[0]-8, area[1]-8, area[2]+8, min(area[3]+8, 720))
	// From now on the page's frames come one by one when they are asked for: so the
	// picture moves evenly, however slow this computer is.
	if _, err := browser.Eval[bool](p, `(() => {
		const next = new Promise((r) => { window.requestAnimationFrame = (f) => { window.nextFrame = f; r(); }; });
		window.pictureTime = performance.now();
		return next.then(() => { document.querySelector(".life-head button").click(); return true; });
	})()`); err != nil {
		return err
	}
	var frames []image.Image
	for range int(7 * time.Second / frameTime) {
		if _, err := browser.Eval[bool](p, fmt.Sprintf(`(nextFrame(pictureTime += %d), true)`, frameTime.Milliseconds())); err != nil {
			return err
		}
		f, err := shoot(p)
		if err != nil {
			return err
		}
		cut := image.NewRGBA(image.Rect(0, 0, clip.Dx(), clip.Dy()))
		draw.Draw(cut, cut.Rect, f, clip.Min, draw.Src)
		frames = append(frames, cut)
	}
	return s.moving("press.gif", frames)
}

// busy is a building with traffic.
func (s *session) busy() error {
	p, err := s.open(browser.Look{Width: 1360, Height: 1180, Dark: true})
	if err != nil {
		return err
	}
	defer p.Close()
	if err := p.Click("#traffic"); err != nil {
		return err
	}
	time.Sleep(25 * time.Second)
	if err := p.Wait(`document.querySelectorAll(".lamp.lit").length > 8 && document.querySelector(".lamp-main.open:not(.lit) .ring-held")`, patience); err != nil {
		return err
	}
	time.Sleep(1500 * time.Millisecond)
	return s.picture(p, "busy.png")
}

// fault is the same with a dead node and a cut cable.
func (s *session) fault() error {
	p, err := s.open(browser.Look{Width: 1360, Height: 850})
	if err != nil {
		return err
	}
	defer p.Close()
	for _, step := range []string{`.node-box[data-select="1"]`, `[data-fault="kill"]`, `.node-box[data-select="3"]`, `[data-fault="unplug-in"]`} {
		time.Sleep(700 * time.Millisecond)
		if err := p.Click(step); err != nil {
			return err
		}
	}
	if err := p.Wait(`document.querySelector(".g-way.unheard") && document.querySelectorAll(".lamp.lit").length > 3`, patience); err != nil {
		return err
	}
	time.Sleep(3 * time.Second)
	if _, err := browser.Eval[bool](p, `scrollTo(0, 0), true`); err != nil {
		return err
	}
	time.Sleep(300 * time.Millisecond)
	return s.picture(p, "fault.png")
}

func shoot(p *browser.Page) (image.Image, error) {
	b, err := p.Picture()
	if err != nil {
		return nil, err
	}
	return png.Decode(bytes.NewReader(b))
}

// picture writes what is to be seen, with few colours.
func (s *session) picture(p *browser.Page, name string) error {
	f, err := shoot(p)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	enc := png.Encoder{CompressionLevel: png.BestCompression}
	if err := enc.Encode(&b, reduce(f, paletteOf(f))); err != nil {
		return err
	}
	return s.write(name, b.Bytes())
}

// frameTime is between two frames of a moving picture.
const frameTime = 70 * time.Millisecond

// moving writes a picture that moves, over and over again.
func (s *session) moving(name string, frames []image.Image) error {
	colours := paletteOf(frames...)
	g := &gif.GIF{}
	var last *image.Paletted
	for i, f := range frames {
		now := reduce(f, colours)
		shown := now
		if last != nil {
			shown = difference(last, now)
		}
		delay := 300 // hundredths of a second that the last one stays
		if i+1 < len(frames) {
			delay = int(frameTime / (10 * time.Millisecond))
		}
		g.Image, g.Delay, g.Disposal = append(g.Image, shown), append(g.Delay, delay), append(g.Disposal, gif.DisposalNone)
		last = now
	}
	var b bytes.Buffer
	if err := gif.EncodeAll(&b, g); err != nil {
		return err
	}
	return s.write(name, b.Bytes())
}

func (s *session) write(name string, b []byte) error {
	path := filepath.Join(s.out, name)
	fmt.Printf("%s: %d kB\n", path, len(b)/1000)
	return os.WriteFile(path, b, 0o644)
}
