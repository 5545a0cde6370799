package demo

import (
	"context"
	"errors"
	"fmt"
	"io"

	tea "charm.land/bubbletea/v2"
)

// runScreen shows a session in a terminal until somebody quits or ctx is done.
func runScreen(ctx context.Context, s *session, in io.Reader, out io.Writer) error {
	p := tea.NewProgram(newModel(s.look, s.act),
		tea.WithContext(ctx), tea.WithInput(in), tea.WithOutput(out),
		tea.WithFPS(30), tea.WithoutSignalHandler())
	_, err := p.Run()
	if err != nil && !(ctx.Err() != nil && errors.Is(err, tea.ErrProgramKilled)) {
		return fmt.Errorf("the screen: %w; try --headless", err)
	}
	return nil
}
