// Command switch deploys two versions in turn, a hundred times, under a load
// of 500 requests a second that also has requests of ten seconds, uploads and
// WebSockets, and counts what any of them noticed. Then it measures how fast
// a warm rollback is. It fails when a bar is missed.
//
// DEPLOYS and ROLLBACKS in the environment change how often.
package main

import "version-manager/test/sheet"

func main() { sheet.RunMain("bench-switch", runBench) }
