package statedir

import (
	"os"
	"path/filepath"
)

// Kept is one state folder of a user.
type Kept struct {
	Dir     string
	Binding Binding
}

// All lists the state folders below base that were made by somebody.
func All(base string) (list []Kept) {
	entries, _ := os.ReadDir(base) // without a base there are none
	for _, e := range entries {
		dir := filepath.Join(base, e.Name())
		if b, err := Read(dir); err == nil && e.IsDir() {
			list = append(list, Kept{dir, b})
		}
	}
	return list
}
