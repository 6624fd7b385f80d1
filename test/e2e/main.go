// Command e2e tells the whole story of an app in a real cluster: it boots
// three nodes on this machine, runs the conformance suite of the target, and
// then does by the command line alone what a user does, from the first version
// to an empty machine, while requests keep coming at every entrance. Its table
// has a line for each chapter, and it fails when a bar is missed.
//
// It needs root. A cluster that runs already is used and kept; the chapters
// that would end it are then left out, and the table says so.
package main

import "version-manager/test/sheet"

func main() { sheet.RunMain("e2e", runStory) }
