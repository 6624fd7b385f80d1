package upload

import "version-manager/internal/kit/memlimit"

// DiskLimit returns how much uploads may store in temporary files, in bytes: less
// where those take the memory that everything else needs.
func DiskLimit(m memlimit.Memory) int64 {
	const disk, memory, percent = 768 << 20, 256 << 20, 15
	if isTempInMemory() {
		return m.Budget(percent, memory)
	}
	return disk
}
