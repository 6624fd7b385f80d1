package visible

import (
	"fmt"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// EscapeJSON escapes what is hidden in an encoded JSON value. It can only be
// within strings, where an escape means the same.
func EscapeJSON(data []byte) []byte {
	return escape(data, func(b []byte, r rune) []byte {
		if high, low := utf16.EncodeRune(r); r > 0xffff {
			return fmt.Appendf(b, `\u%04x\u%04x`, high, low)
		}
		return fmt.Appendf(b, `\u%04x`, r)
	})
}

// EscapeYAML is EscapeJSON for YAML whose strings with anything hidden stand
// in double quotes.
func EscapeYAML(data []byte) []byte {
	return escape(data, func(b []byte, r rune) []byte { return fmt.Appendf(b, `\U%08X`, r) })
}

func escape(data []byte, appendEscape func([]byte, rune) []byte) []byte {
	var out []byte
	done := 0
	for i := 0; i < len(data); {
		r, size := utf8.DecodeRune(data[i:])
		if mustEscape(r) {
			out = appendEscape(append(out, data[done:i]...), r)
			done = i + size
		}
		i += size
	}
	if done == 0 {
		return data
	}
	return append(out, data[done:]...)
}

// MustEscape reports whether EscapeJSON and EscapeYAML change s.
func MustEscape(s string) bool {
	for _, r := range s {
		if mustEscape(r) {
			return true
		}
	}
	return false
}

func mustEscape(r rune) bool { return r >= utf8.RuneSelf && (Hidden(r) || unicode.IsControl(r)) }
