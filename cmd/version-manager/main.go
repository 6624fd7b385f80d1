// Version-manager ships versions of an app without losing a request.
package main

import (
	"os"

	"version-manager/internal/cli"
)

func main() { os.Exit(cli.Main(os.Args[1:])) }
