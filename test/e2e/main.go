// Command e2e tests the life of an app in a real cluster. It starts three nodes
// on this machine, runs the conformance suite of the target, and then does with
// the command line what a user does, from the first version to an empty machine,
// while requests arrive at every entrance. Its table has a row for each chapter,
// and it fails when a bar is missed.
//
// It needs root. A cluster that is already running is used and kept; the
// chapters that would stop it are then skipped, and the table says so.
package main

import "version-manager/test/sheet"

func main() { sheet.RunMain("e2e", runStory) }
