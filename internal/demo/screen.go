package demo

import (
	"context"
	"fmt"
	"io"

	tea "charm.land/bubbletea/v2"
)

// runScreen shows a session in a terminal until somebody quits or ctx is done.
func runScreen(ctx context.Context, s *session, in io.Reader, out io.Writer) error {
	p := tea.NewProgram(newModel(s.look, s.act),
		tea.WithInput(in), tea.WithOutput(out),
		tea.WithFPS(30), tea.WithoutSignalHandler())
	// Not tea.WithContext: that would close the input while it's being read.
	stop := context.AfterFunc(ctx, p.Quit)
	defer stop()
	if _, err := p.Run(); err != nil {
		return fmt.Errorf("the screen: %w; try --headless", err)
	}
	return nil
}
