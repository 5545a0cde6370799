package systest

import "testing"

// TestNeeds says aloud whether the tests of this package can run here.
func TestNeeds(t *testing.T) { needs(t) }
