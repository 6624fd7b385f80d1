package upload

import (
	"os"

	"golang.org/x/sys/unix"
)

// isTempInMemory reports whether temporary files are in memory instead of on disk.
func isTempInMemory() bool {
	var fs unix.Statfs_t
	if unix.Statfs(os.TempDir(), &fs) != nil {
		return false
	}
	return fs.Type == unix.TMPFS_MAGIC || fs.Type == unix.RAMFS_MAGIC
}
