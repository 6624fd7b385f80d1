package message

import (
	"bufio"
	"bytes"
	"fmt"
	"net/textproto"
)

// readFields reads header lines up to the empty one.
func readFields(lines *lineReader, field func(name, value string) error) error {
	for {
		line, err := lines.nextLine()
		if err != nil || len(line) == 0 {
			return err
		}
		name, value, found := bytes.Cut(line, []byte(":"))
		value = bytes.Trim(value, " \t")
		if !found || !isToken(name) || !isFieldValue(value) {
			return fmt.Errorf("%w: header line %.40q", ErrMalformed, line)
		}
		if err := field(canonicalName(name), string(value)); err != nil {
			return err
		}
	}
}

// lineReader reads lines of at most left bytes in all.
type lineReader struct {
	br   *bufio.Reader
	left int
	long []byte // a line that did not fit into br's buffer
}

// nextLine returns a line without its end. It is valid until the next call.
func (l *lineReader) nextLine() ([]byte, error) {
	l.long = l.long[:0]
	for {
		part, err := l.br.ReadSlice('\n')
		if l.left -= len(part); l.left < 0 {
			return nil, errHeadTooLarge
		}
		if err == bufio.ErrBufferFull {
			l.long = append(l.long, part...)
			continue
		}
		if err != nil {
			return nil, err
		}
		if len(l.long) > 0 {
			l.long = append(l.long, part...)
			part = l.long
		}
		return bytes.TrimSuffix(part[:len(part)-1], []byte("\r")), nil
	}
}

// canonicalName returns the usual spelling of a header name. The most frequent
// names allocate nothing.
func canonicalName(name []byte) string {
	switch string(name) {
	case "Content-Type", "content-type":
		return "Content-Type"
	case "Content-Length", "content-length":
		return "Content-Length"
	case "Transfer-Encoding", "transfer-encoding":
		return "Transfer-Encoding"
	case "Cache-Control", "cache-control":
		return "Cache-Control"
	case "Connection", "connection":
		return "Connection"
	case "Date", "date":
		return "Date"
	}
	return textproto.CanonicalMIMEHeaderKey(string(name))
}

// isToken reports whether b can be a header name (RFC 9110, 5.6.2).
func isToken(b []byte) bool {
	for _, c := range b {
		if (c|0x20 < 'a' || c|0x20 > 'z') && (c < '0' || c > '9') && bytes.IndexByte([]byte("!#$%&'*+-.^_`|~"), c) < 0 {
			return false
		}
	}
	return len(b) > 0
}

// isFieldValue reports whether b can be a header value: no control character
// except the tab.
func isFieldValue(b []byte) bool {
	for _, c := range b {
		if (c < ' ' && c != '\t') || c == 0x7f {
			return false
		}
	}
	return true
}

// IsPrintable reports whether s can stand in a request line: no space and no
// control character.
func IsPrintable(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] == 0x7f {
			return false
		}
	}
	return true
}

// IsVisibleASCII reports whether s consists of ASCII letters, digits, and
// punctuation.
func IsVisibleASCII(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] >= 0x7f {
			return false
		}
	}
	return true
}

func isAlphanumeric(c byte) bool {
	return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z'
}
