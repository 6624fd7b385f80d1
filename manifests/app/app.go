// Package app holds the objects that an app is made of in a cluster, as
// complete YAML with an example app: they can be read, and applied, as they
// stand. Package manifest fills in what differs between apps.
package app

import "embed"

// Files are the objects, one in each file.
//
//go:embed *.yaml
var Files embed.FS
