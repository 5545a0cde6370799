package record

import (
	"strings"

	"elevnet/internal/node"
	"elevnet/internal/scenario"
)

// noticeText says what a node noticed, as the stories of the simulation do.
func noticeText(n node.Notice) string {
	_, text, _ := strings.Cut(scenario.Entry{Kind: scenario.Said, Notice: n}.Text(), ": ")
	return text
}

func noticesText(all []node.Notice) string {
	if len(all) == 0 {
		return "nothing"
	}
	var texts []string
	for _, n := range all {
		texts = append(texts, noticeText(n))
	}
	return strings.Join(texts, "; ")
}
