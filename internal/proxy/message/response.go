package message

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"net/textproto"
	"strconv"
	"strings"
	"time"

	"version-manager/internal/wire"
)

// maxResponseHeadBytes limits a response head, and the trailers, so that a
// broken app cannot fill the memory.
const maxResponseHeadBytes = 256 << 10

var (
	errHeadTooLarge = errors.New("response head too large")

	// ErrMalformed means that a response breaks the rules of HTTP.
	ErrMalformed = errors.New("malformed response")
)

// ResponseHead is what the ingress itself needs of a response's head. The
// fields that are for the client go into a header.
type ResponseHead struct {
	Status    int
	Length    int64 // of the body; -1: not known
	Chunked   bool
	Close     bool          // the connection cannot be used again
	Upgrade   string        // the protocol after a 101
	KeepAlive time.Duration // how long the app keeps an unused connection open; -1: it does not say

	connectionFields []string // headers that concern only this connection
}

// ReadResponseHead reads a response head and puts the end-to-end fields into h.
// It is strict where two readers could disagree about the end of the response.
func ReadResponseHead(br *bufio.Reader, h http.Header) (ResponseHead, error) {
	lines := lineReader{br: br, left: maxResponseHeadBytes}
	line, err := lines.nextLine()
	if err != nil {
		return ResponseHead{}, err
	}
	r := ResponseHead{Length: -1, KeepAlive: -1}
	if r.Status, r.Close, err = parseStatusLine(line); err != nil {
		return ResponseHead{}, err
	}
	length := ""
	err = readFields(&lines, func(name string, value string) error {
		return r.addField(h, name, value, &length)
	})
	if err != nil {
		return ResponseHead{}, err
	}
	for _, name := range r.connectionFields {
		delete(h, name)
	}
	return r, r.resolveFraming(h, length)
}

// addField sorts one header line into r or h.
func (r *ResponseHead) addField(h http.Header, name, value string, length *string) error {
	switch name {
	case "Connection":
		r.parseConnection(value)
	case "Transfer-Encoding":
		if r.Chunked || !strings.EqualFold(value, "chunked") {
			return fmt.Errorf("%w: transfer encoding %q", ErrMalformed, value)
		}
		r.Chunked = true
	case "Content-Length":
		if value == "" || (*length != "" && *length != value) {
			return fmt.Errorf("%w: content lengths %q and %q", ErrMalformed, *length, value)
		}
		*length = value
		h[name] = []string{value}
	case "Upgrade":
		r.Upgrade = value
	case "Keep-Alive":
		r.KeepAlive = parseKeepAlive(value)
	case "Proxy-Connection", "Te", wire.HeaderColor, wire.HeaderVersion:
	default:
		h[name] = append(h[name], value)
	}
	return nil
}

// parseKeepAlive reads the header of that name: for how long, and for how many
// requests, the connection stays open. It returns -1 if the header does not say.
func parseKeepAlive(value string) time.Duration {
	limit := time.Duration(-1)
	for item := range strings.SplitSeq(value, ",") {
		name, number, _ := strings.Cut(strings.TrimSpace(item), "=")
		n, err := strconv.ParseUint(strings.Trim(number, `"`), 10, 31)
		switch {
		case err != nil:
		case strings.EqualFold(name, "timeout"):
			limit = time.Duration(n) * time.Second
		case strings.EqualFold(name, "max") && n == 0:
			return 0
		}
	}
	return limit
}

// parseConnection reads a Connection header.
func (r *ResponseHead) parseConnection(value string) {
	for item := range strings.SplitSeq(value, ",") {
		switch name := textproto.CanonicalMIMEHeaderKey(strings.TrimSpace(item)); name {
		case "Close":
			r.Close = true
		case "Keep-Alive", "Upgrade", "Content-Length", "":
		default:
			r.connectionFields = append(r.connectionFields, name)
		}
	}
}

// resolveFraming decides where the body ends.
func (r *ResponseHead) resolveFraming(h http.Header, length string) error {
	if length != "" {
		n, err := strconv.ParseUint(length, 10, 63)
		if err != nil {
			return fmt.Errorf("%w: content length %q", ErrMalformed, length)
		}
		r.Length = int64(n)
	}
	if r.Chunked {
		// Both together are an attempt to make two readers disagree: chunked
		// wins, and nothing that follows on this connection is trusted.
		r.Close = r.Close || length != ""
		r.Length = -1
		delete(h, "Content-Length")
	}
	if r.Status < 200 || r.Status == http.StatusNoContent {
		delete(h, "Content-Length")
	}
	return nil
}

// parseStatusLine splits "HTTP/1.1 200 OK".
func parseStatusLine(line []byte) (status int, http10 bool, err error) {
	version, rest, _ := bytes.Cut(line, []byte(" "))
	code, _, _ := bytes.Cut(rest, []byte(" "))
	if len(version) != len("HTTP/1.1") || string(version[:7]) != "HTTP/1." || version[7] < '0' || version[7] > '9' || len(code) != 3 {
		return 0, false, fmt.Errorf("%w: status line %.40q", ErrMalformed, line)
	}
	for _, d := range code {
		if d < '0' || d > '9' {
			return 0, false, fmt.Errorf("%w: status %q", ErrMalformed, code)
		}
		status = 10*status + int(d-'0')
	}
	if status < 100 {
		return 0, false, fmt.Errorf("%w: status %q", ErrMalformed, code)
	}
	return status, version[7] == '0', nil
}

// ReadTrailers reads the fields after the last chunk of a response and adds
// those that may reach the client to h, as net/http expects trailers.
func ReadTrailers(br *bufio.Reader, h http.Header) error {
	lines := lineReader{br: br, left: maxResponseHeadBytes}
	return readFields(&lines, func(name, value string) error {
		if !IsHopByHop(name) && name != wire.HeaderColor && name != wire.HeaderVersion {
			name = http.TrailerPrefix + name
			h[name] = append(h[name], value)
		}
		return nil
	})
}
