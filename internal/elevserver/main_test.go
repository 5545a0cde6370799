package elevserver

import (
	"testing"

	"go.uber.org/goleak"
)

// TestMain fails when a test leaves a goroutine behind: Close ends them all.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
