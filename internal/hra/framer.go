package hra

// Framer finds out where a document ends that may go over several lines, without
// waiting for the end of the stream: at the end of the line on which its braces
// and brackets are closed. It doesn't look whether the text is JSON. The zero
// value is ready for one document.
type Framer struct {
	depth           int
	begun           bool
	inText, escaped bool
}

// End takes the next part of the text. It returns how many bytes of it belong to
// the document, the end of the line included, and whether the document ends
// there.
func (f *Framer) End(part []byte) (int, bool) {
	for i, c := range part {
		switch {
		case c == '\n':
			// A text that a line ends is an error: there's nothing to wait for.
			if f.begun && (f.depth <= 0 || f.inText) {
				return i + 1, true
			}
		case f.escaped:
			f.escaped = false
		case f.inText:
			f.escaped = c == '\\'
			f.inText = c != '"'
		case c == '"':
			f.begun, f.inText = true, true
		case c == '{' || c == '[':
			f.begun = true
			f.depth++
		case c == '}' || c == ']':
			f.begun = true
			f.depth--
		case c != ' ' && c != '\t' && c != '\r':
			f.begun = true
		}
	}
	return len(part), false
}
