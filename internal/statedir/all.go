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

// ListAll lists the state folders below base that were made by somebody.
func ListAll(base string) (list []Kept) {
	entries, _ := os.ReadDir(base) // without a base the list is empty
	for _, e := range entries {
		dir := filepath.Join(base, e.Name())
		if b, err := ReadBinding(dir); err == nil && e.IsDir() {
			list = append(list, Kept{dir, b})
		}
	}
	return list
}
