package browsertest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/emulation"
	devlog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// ErrNoBrowser is returned where there is no browser.
var ErrNoBrowser = errors.New("no Chromium or Chrome was found; ELEVNET_BROWSER may name one")

// FindBrowser returns the path of a browser.
func FindBrowser() (string, error) {
	if p := os.Getenv("ELEVNET_BROWSER"); p != "" {
		return p, nil
	}
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge",
		"/Applications/Google Chrome.app/Contents/MacOS/Google Chrome", `C:\Program Files\Google\Chrome\Application\chrome.exe`} {
		if p, err := exec.LookPath(name); err == nil {
			return p, nil
		}
	}
	return "", ErrNoBrowser
}

// Browser is a running browser without a window.
type Browser struct {
	ctx    context.Context
	cancel context.CancelFunc
}

// OpenBrowser starts a browser.
func OpenBrowser(ctx context.Context) (*Browser, error) {
	path, err := FindBrowser()
	if err != nil {
		return nil, err
	}
	ctx, cancelAllocator := chromedp.NewExecAllocator(ctx, chromedp.ExecPath(path), chromedp.Headless,
		chromedp.NoFirstRun, chromedp.NoDefaultBrowserCheck, chromedp.NoSandbox, chromedp.DisableGPU)
	ctx, cancelContext := chromedp.NewContext(ctx)
	cancel := func() { cancelContext(); cancelAllocator() }
	if err := chromedp.Do(ctx); err != nil {
		cancel()
		return nil, fmt.Errorf("start %s: %w", path, err)
	}
	return &Browser{ctx, cancel}, nil
}

// Close ends the browser.
func (b *Browser) Close() { b.cancel() }

// Look is how a page is looked at.
type Look struct {
	Width, Height int64 // in pixels; 0 is 1440 × 900
	Phone         bool
	Dark, Calm    bool // what the system prefers: dark colours, little motion
}

// Page is a tab.
type Page struct {
	ctx    context.Context
	cancel context.CancelFunc

	mu       sync.Mutex
	problems []string
}

// Open opens a page in a new tab.
func (b *Browser) Open(url string, look Look) (*Page, error) {
	if look.Width == 0 {
		look.Width, look.Height = 1440, 900
	}
	p := &Page{}
	p.ctx, p.cancel = chromedp.NewContext(b.ctx)
	if err := p.open(url, look); err != nil {
		p.cancel()
		return nil, fmt.Errorf("open %s: %w", url, err)
	}
	return p, nil
}

func (p *Page) open(url string, look Look) error {
	if err := chromedp.Listen(p.ctx, p.listen); err != nil {
		return err
	}
	if _, err := chromedp.Call(p.ctx, network.Enable, network.EnableParams{}); err != nil {
		return err
	}
	media := []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "light"}}
	if look.Dark {
		media[0].Value = "dark"
	}
	if look.Calm {
		media = append(media, &emulation.MediaFeature{Name: "prefers-reduced-motion", Value: "reduce"})
	}
	if _, err := chromedp.Call(p.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: media}); err != nil {
		return err
	}
	phone := func(m *emulation.SetDeviceMetricsOverrideParams, _ *emulation.SetTouchEmulationEnabledParams) {
		m.Mobile = look.Phone
	}
	return chromedp.Do(p.ctx, chromedp.EmulateViewport(look.Width, look.Height, phone), chromedp.Navigate(url))
}

// Close closes the tab.
func (p *Page) Close() { p.cancel() }

// listen keeps what a developer would see as an error.
func (p *Page) listen(event any) {
	problem := ""
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		problem = "exception: " + e.ExceptionDetails.Text
		if x := e.ExceptionDetails.Exception; x != nil {
			problem += " " + x.Description
		}
	case *runtime.EventConsoleAPICalled:
		if e.Type != "error" && e.Type != "warning" {
			return
		}
		for _, a := range e.Args {
			problem += fmt.Sprintf("console %s: %s %s", e.Type, a.Value, a.Description)
		}
	case *devlog.EventEntryAdded:
		if e.Entry.Level == "error" || e.Entry.Level == "warning" {
			problem = fmt.Sprintf("log: %s %s", e.Entry.Text, e.Entry.URL)
		}
	case *network.EventResponseReceived:
		if e.Response.Status >= 400 {
			problem = fmt.Sprintf("answer %d: %s", int(e.Response.Status), e.Response.URL)
		}
	case *network.EventLoadingFailed:
		if !e.Canceled {
			problem = "request failed: " + e.ErrorText
		}
	}
	if problem == "" {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.problems = append(p.problems, problem)
}

// Problems are the errors of scripts and requests so far.
func (p *Page) Problems() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string(nil), p.problems...)
}

// Eval evaluates an expression in the page.
func Eval[T any](p *Page, expression string) (T, error) {
	v, err := chromedp.Run(p.ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		err = fmt.Errorf("%s: %w", strings.TrimSpace(expression), err)
	}
	return v, err
}

// Wait waits until a condition holds in the page.
func (p *Page) Wait(condition string, atMost time.Duration) error {
	for deadline := time.Now().Add(atMost); ; time.Sleep(40 * time.Millisecond) {
		ok, err := Eval[bool](p, "Boolean("+condition+")")
		if ok && err == nil {
			return nil
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("not within %v: %s (%w)", atMost, condition, errors.Join(err, errStill))
		}
	}
}

var errStill = errors.New("it doesn't hold")

// Click clicks an element with the mouse, after scrolling to it.
func (p *Page) Click(selector string) error {
	where, err := p.place(selector, 0.5)
	if err != nil {
		return err
	}
	if err := chromedp.Do(p.ctx, chromedp.MouseClickXY(where[0], where[1])); err != nil {
		return fmt.Errorf("click %s: %w", selector, err)
	}
	return nil
}

// Drag presses the mouse on an element at one share of its width, and moves it to
// another.
func (p *Page) Drag(selector string, from, to float64) error {
	a, err := p.place(selector, from)
	if err != nil {
		return err
	}
	b, err := p.place(selector, to)
	if err != nil {
		return err
	}
	if err := chromedp.Do(p.ctx, chromedp.DragAndDropXY(a[0], a[1], b[0], b[1], 12)); err != nil {
		return fmt.Errorf("drag %s: %w", selector, err)
	}
	return nil
}

// place returns where an element is in the window, at a share of its width.
func (p *Page) place(selector string, share float64) ([2]float64, error) {
	at, err := Eval[[]float64](p, fmt.Sprintf(`(() => {
		const e = document.querySelector(%q);
		if (!e) return [];
		if (!e.closest("footer")) e.scrollIntoView({block: "center", inline: "center"});
		const r = e.getBoundingClientRect();
		return [r.left + r.width * %g, r.top + r.height / 2, r.width];
	})()`, selector, share))
	switch {
	case err != nil:
		return [2]float64{}, err
	case len(at) == 0:
		return [2]float64{}, fmt.Errorf("there is no %s", selector)
	case at[2] == 0:
		return [2]float64{}, fmt.Errorf("%s can't be seen", selector)
	}
	return [2]float64{at[0], at[1]}, nil
}

// Type presses keys: see the package kb of chromedp for those without a letter.
func (p *Page) Type(keys string) error {
	if err := chromedp.Do(p.ctx, chromedp.KeyEvent(keys)); err != nil {
		return fmt.Errorf("type %q: %w", keys, err)
	}
	return nil
}

// Picture returns what is to be seen, as PNG.
func (p *Page) Picture() ([]byte, error) {
	return chromedp.Run(p.ctx, chromedp.CaptureScreenshot())
}

// Download makes files that are saved go into a directory.
func (p *Page) Download(dir string) error {
	_, err := chromedp.CallBrowser(p.ctx, browser.SetDownloadBehavior, browser.SetDownloadBehaviorParams{Behavior: "allow", DownloadPath: dir})
	return err
}
