// Package browsertest looks at the page as a person does: it starts the
// demonstration, opens the page in a real browser without a window, presses
// buttons with a mouse or a keyboard, and waits for what is to be seen. It is a
// module of its own, so that nobody who only builds elevnet needs a browser or
// what drives one.
//
// The tests run with `make browser`. Where there is no Chromium or Chrome they
// are skipped and say so; ELEVNET_BROWSER names one that isn't found.
package browsertest
