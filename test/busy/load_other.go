//go:build !linux

package busy

// runnableProcesses is unknown here.
func runnableProcesses() float64 { return 0 }
