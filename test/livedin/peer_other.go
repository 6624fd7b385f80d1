//go:build !linux

package main

import "net"

// peerOf is the client's address, which is all that can be told here.
func peerOf(c net.Conn) (who string, ours bool) { return c.RemoteAddr().String(), true }
