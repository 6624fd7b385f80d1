package programs

import (
	"io/fs"
	"strconv"
	"syscall"
)

// ownerOf returns the numeric user who owns a file.
func ownerOf(info fs.FileInfo) string {
	if s, ok := info.Sys().(*syscall.Stat_t); ok {
		return strconv.FormatUint(uint64(s.Uid), 10)
	}
	return ""
}
