package appcmd

import (
	"cmp"
	"fmt"
	"os"
	"os/user"
)

// readSecrets reads the values of the named variables from the environment.
// What is not set is left out of values and returned by name.
func readSecrets(getenv func(string) string, names []string) (values map[string]string, unset []string) {
	values = map[string]string{}
	for _, name := range names {
		if v := getenv(name); v != "" {
			values[name] = v
		} else {
			unset = append(unset, name)
		}
	}
	return values, unset
}

// lockHolder names this process to others that find the target locked.
func lockHolder(getenv func(string) string) string {
	host, err := os.Hostname()
	if err != nil {
		host = "localhost"
	}
	return fmt.Sprintf("%s@%s, process %d", cmp.Or(getenv("USER"), getenv("LOGNAME"), accountName()), host, os.Getpid())
}

// accountName is the user of this process where the environment does not say
// so, as in a pipeline. A number says more than nothing.
func accountName() string {
	if u, err := user.Current(); err == nil && u.Username != "" {
		return u.Username
	}
	return fmt.Sprintf("user %d", os.Getuid())
}
