// Command cold measures what a newcomer pays: the first build with an empty
// cache, the start of the program, and the memory of the agent with two
// instances of Caloguessr. It fails when a bar is missed.
package main

import "version-manager/test/sheet"

func main() { sheet.RunMain("bench-cold", runBench) }
