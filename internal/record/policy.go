package record

import (
	"fmt"

	"elevnet/internal/node"
)

// PolicyName names the policy of a configuration, so that it can be told when a
// recording was made with another one than that of package assigner.
func PolicyName(p node.Policy) string {
	switch p := p.(type) {
	case nil:
		return ""
	case fmt.Stringer:
		return p.String()
	default:
		return fmt.Sprintf("%T", p)
	}
}
