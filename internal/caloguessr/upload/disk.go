package upload

import "version-manager/internal/kit/memlimit"

// Disk returns how much uploads may store in temporary files, in bytes: less
// where those take the memory that everything else needs.
func Disk(m memlimit.Memory) int64 {
	const disk, memory, percent = 768 << 20, 256 << 20, 15
	if onMemory() {
		return m.Budget(percent, memory)
	}
	return disk
}
