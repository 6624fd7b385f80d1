package main

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
)

// peerOf names the process at the other end of a connection on this machine, if
// /proc shows it, and reports whether the command under test started it.
func peerOf(c net.Conn) (name string, ours bool) {
	remote := c.RemoteAddr().(*net.TCPAddr) // of a TCP listener
	inode := socketInode(remote.Port, c.LocalAddr().(*net.TCPAddr).Port)
	if inode == "" {
		return remote.String(), true
	}
	links, _ := filepath.Glob("/proc/[0-9]*/fd/*")
	for _, link := range links {
		if to, err := os.Readlink(link); err == nil && to == "socket:["+inode+"]" {
			pid := strings.Split(link, "/")[2]
			cmdline, _ := os.ReadFile("/proc/" + pid + "/cmdline")
			environ, err := os.ReadFile("/proc/" + pid + "/environ")
			program, _, _ := strings.Cut(string(cmdline), "\x00")
			return program, err != nil || strings.Contains(string(environ), runMark())
		}
	}
	return remote.String(), true
}

// socketInode finds the client's socket in the kernel's table of connections.
func socketInode(local, remote int) string {
	for _, table := range []string{"/proc/net/tcp", "/proc/net/tcp6"} {
		content, _ := os.ReadFile(table)
		for line := range strings.SplitSeq(string(content), "\n") {
			f := strings.Fields(line)
			if len(f) > 9 && strings.HasSuffix(f[1], fmt.Sprintf(":%04X", local)) && strings.HasSuffix(f[2], fmt.Sprintf(":%04X", remote)) {
				return f[9]
			}
		}
	}
	return ""
}
