package cli

import _ "embed"

// The policies that "elevnet assign --template" prints, to be edited.
var (
	//go:embed templates/policy.py
	pythonTemplate string
	//go:embed templates/policy.go.txt
	goTemplate string
)

var templates = map[string]string{"python": pythonTemplate, "go": goTemplate}
