package command

import (
	"cmp"
	"fmt"
	"strings"

	"version-manager/internal/ui"
)

// PrintAnswer writes v to standard output in the format that --output asks
// for, as text with the given function.
func (inv *Invocation) PrintAnswer(v any, printText func() error) error {
	return inv.Streams.WriteAnswer(inv.Global.Format, v, printText)
}

// PrintTables prints tables with an empty line between them.
func (inv *Invocation) PrintTables(list ...*ui.Table) error {
	for i, t := range list {
		if i > 0 {
			fmt.Fprintln(inv.Streams.Out)
		}
		if err := t.WriteTo(inv.Streams.Out); err != nil {
			return err
		}
	}
	return nil
}

// PrintLines prints each line of an answer.
func (inv *Invocation) PrintLines(lines ...string) error {
	for _, l := range lines {
		if err := inv.Streams.PrintLine("%s", l); err != nil {
			return err
		}
	}
	return nil
}

// ShortDigest shortens a digest for a person; "-" stands for none.
func ShortDigest(digest string) string {
	_, hex, ok := strings.Cut(digest, ":")
	if !ok {
		return cmp.Or(digest, "-")
	}
	return ShortHash(hex)
}

// ShortHash is the start of a hash, enough to tell it from others.
func ShortHash(hash string) string { return hash[:min(12, len(hash))] }

// FirstLine returns s up to its first line break.
func FirstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}

// YesNo returns "yes" or "no".
func YesNo(yes bool) string {
	if yes {
		return "yes"
	}
	return "no"
}

// Megabytes writes n bytes in megabytes of 1000 * 1000 bytes.
func Megabytes(n int64) string { return fmt.Sprintf("%d MB", (n+500_000)/1_000_000) }
