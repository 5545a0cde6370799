// Again runs a recording again and says whether it is decided the same. It is
// built with a changed rule by a test.
package main

import (
	"fmt"
	"os"

	"elevnet/internal/record"
)

func main() {
	r, err := record.Open(os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	defer r.Close()
	var x record.Rerun
	for rec := range r.Records() {
		x.Feed(rec)
	}
	x.Print(os.Stdout, record.Start([]*record.Recording{r}))
	fmt.Println(x.Verdict())
	if x.Verdict().First != nil {
		os.Exit(3)
	}
}
