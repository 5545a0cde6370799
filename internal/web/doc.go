// Package web shows a building, or what one node knows of it, on a page in a
// browser: live, and what was a while ago.
//
// It knows nothing of demonstrations, nodes and recordings. A [Source] says what
// there is to see, [Hands] do what the page asks for, and contract.go describes
// what travels between the server and the page.
//
//	GET  /                   the page, and all that it needs
//	GET  /api/stream         server-sent events: hello, frame, happen, beat, gap
//	GET  /api/history        the same, of a time that is over: ?from=ms&to=ms&step=ms
//	GET  /api/incident       a recording of that time: ?from=ms&to=ms
//	POST /api/press          a button is pressed
//	POST /api/fault          something breaks, or is mended
//	POST /api/scene          a scene begins or ends
//	POST /api/traffic        random presses begin or end
//
// # Safety
//
// A page can stop elevators, so not everybody may open it; see guard.go. Nothing
// that a browser sends can make the server panic, write many log lines, or hold
// more than a bounded part of memory, connections and time; and no browser can
// hold up the building.
package web
