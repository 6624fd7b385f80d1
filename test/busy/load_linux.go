package busy

import (
	"fmt"
	"os"
	"strings"
)

// runnableProcesses is how many processes and threads run or wait for a core.
func runnableProcesses() float64 {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(text))
	if len(fields) < 4 {
		return 0
	}
	var running float64
	if _, err := fmt.Sscanf(fields[3], "%f/", &running); err != nil {
		return 0
	}
	return running - 1 // this one
}
