// Package cluster holds what the cluster that version-manager makes on one
// machine runs for all apps: DNS, metrics, volumes. They are complete YAML,
// one file for each. Their images are made of the programs that were compiled
// for that cluster and are put into its nodes; no registry has them.
package cluster

import "embed"

// Files are the objects, one part of the cluster in each file.
//
//go:embed *.yaml
var Files embed.FS
