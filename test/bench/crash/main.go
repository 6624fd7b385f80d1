// Command crash kills, with kill -9, the command line and then the agent
// before and after every single write to the journal of a deploy and of a
// rollback, while requests keep coming. After each kill it resumes, and
// checks that everything came to a clean end. It fails when a bar is missed.
package main

import "version-manager/test/sheet"

func main() { sheet.RunMain("crash-test", runAllSeries) }
