// Package ociimage reads, checks, stores, and unpacks OCI images without Docker.
//
// A Layout is a folder with blobs and an index, which other tools read too. An
// Image is one image in it. LoadImage accepts what others built. Archives and
// layers are hostile input: every number in them has a limit, and nothing they
// contain leads out of the folder they are unpacked into.
package ociimage
