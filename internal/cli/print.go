package cli

import (
	"cmp"
	"fmt"
	"strings"

	"version-manager/internal/ui"
)

// tables prints several with an empty line between.
func (a *app) tables(list ...*ui.Table) error {
	for i, t := range list {
		if i > 0 {
			fmt.Fprintln(a.io.Out)
		}
		if err := t.Print(a.io.Out); err != nil {
			return err
		}
	}
	return nil
}

// digest shortens a digest for reading.
func digest(d string) string {
	_, hex, ok := strings.Cut(d, ":")
	if !ok {
		return cmp.Or(d, "-")
	}
	return short(hex)
}

// short is the start of a hash, enough for a person to tell it from others.
func short(hash string) string { return hash[:min(12, len(hash))] }
