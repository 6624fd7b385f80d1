package memlimit

import (
	"math"
	"os"
	"strconv"
	"strings"
)

// machineMemory returns the size of the machine's memory; 0 if it is unknown.
func machineMemory() int64 {
	text, err := readFile(os.DirFS("/"), "proc/meminfo", maxList)
	if err != nil {
		return 0
	}
	return parseMemInfo(text)
}

// parseMemInfo reads the line "MemTotal:       24683652 kB".
func parseMemInfo(text string) int64 {
	for line := range strings.Lines(text) {
		f := strings.Fields(line)
		if len(f) != 3 || f[0] != "MemTotal:" || f[2] != "kB" {
			continue
		}
		n, err := strconv.ParseInt(f[1], 10, 64)
		if err != nil || n < 0 || n > math.MaxInt64>>10 {
			return 0
		}
		return n << 10
	}
	return 0
}
