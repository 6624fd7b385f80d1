// Command kube switches an app in a real cluster fifty times, under load at
// every entrance, and measures what that costs and how fast a warm rollback
// is. Beside it stand what people do otherwise, in the same cluster, through
// the same Traefik, under the same load: a rolling update of one Deployment,
// with and without a sleep before the end, and two Deployments behind a
// Service whose selector is changed.
//
// It needs root, and makes the same cluster as the end-to-end tests. SWITCHES
// and RIVALS in the environment change how often. It fails when a bar is
// missed.
package main

import "version-manager/test/sheet"

func main() { sheet.RunMain("bench-kube", runBench) }
