package command

import "os"

// PickVariables returns the named variables of our environment, as NAME=value.
// An empty one counts as not set, because many programs refuse an empty HOME.
func PickVariables(names []string) []string {
	var env []string
	for _, name := range names {
		if v := os.Getenv(name); v != "" {
			env = append(env, name+"="+v)
		}
	}
	return env
}
