// Command cold measures what a newcomer pays: the first build with an empty
// cache, the start of the program, and the memory of the agent with two
// instances of Caloguessr. It fails when a bar is missed.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "bench-cold:", err)
		os.Exit(1)
	}
}
