package upload

import "version-manager/internal/kit/memlimit"

// DiskLimit returns how many bytes uploads may store in temporary files. It is less
// if temporary files are in memory.
func DiskLimit(m memlimit.Memory) int64 {
	const disk, memory, percent = 768 << 20, 256 << 20, 15
	if isTempInMemory() {
		return m.Budget(percent, memory)
	}
	return disk
}
