// Command faults breaks one thing at a time while a deploy is under way in a
// real cluster and 200 requests a second come in through Traefik, and counts
// what users noticed. After each it checks that nothing is left half done:
// what is wanted, what runs and what the journal says are the same.
//
// It needs root, and makes the same cluster as e2e. FAULTS in the
// environment names those to show, by the beginnings of their names and with
// commas between. It fails when a
// bar is missed.
package main

import "version-manager/test/sheet"

func main() { sheet.RunMain("e2e-faults", runFaults) }
