package proxy

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
)

// maxResponseHeadBytes limits a response head, and the trailers, so that a mad upstream
// cannot fill the memory.
const maxResponseHeadBytes = 256 << 10

var (
	errHeadTooLarge = errors.New("response head too large")
	errMalformed    = errors.New("malformed response")
)

// responseHead is what the ingress itself needs of a response's head; everything that
// is for the client goes into a header.
type responseHead struct {
	status    int
	length    int64 // of the body; -1: not known
	chunked   bool
	close     bool          // the connection cannot be used again
	upgrade   string        // the protocol after a 101
	keepAlive time.Duration // how long an unused connection stays open, as the app says; -1: it says nothing

	connectionFields []string // headers that concern only this connection
}

// readResponseHead reads a response head and puts the end-to-end fields into h. It is
// strict where two readers could disagree about where a response ends.
func readResponseHead(br *bufio.Reader, h http.Header) (responseHead, error) {
	lines := lineReader{br: br, left: maxResponseHeadBytes}
	line, err := lines.nextLine()
	if err != nil {
		return responseHead{}, err
	}
	r := responseHead{length: -1, keepAlive: -1}
	if r.status, r.close, err = parseStatusLine(line); err != nil {
		return responseHead{}, err
	}
	length := ""
	err = readFields(&lines, func(name string, value string) error {
		return r.addField(h, name, value, &length)
	})
	if err != nil {
		return responseHead{}, err
	}
	for _, name := range r.connectionFields {
		delete(h, name)
	}
	return r, r.resolveFraming(h, length)
}

// addField sorts one header line into r or h.
func (r *responseHead) addField(h http.Header, name, value string, length *string) error {
	switch name {
	case "Connection":
		r.parseConnection(value)
	case "Transfer-Encoding":
		if r.chunked || !strings.EqualFold(value, "chunked") {
			return fmt.Errorf("%w: transfer encoding %q", errMalformed, value)
		}
		r.chunked = true
	case "Content-Length":
		if value == "" || (*length != "" && *length != value) {
			return fmt.Errorf("%w: content lengths %q and %q", errMalformed, *length, value)
		}
		*length = value
		h[name] = []string{value}
	case "Upgrade":
		r.upgrade = value
	case "Keep-Alive":
		r.keepAlive = parseKeepAlive(value)
	case "Proxy-Connection", "Te", colorHeader, versionHeader:
	default:
		h[name] = append(h[name], value)
	}
	return nil
}

// parseKeepAlive reads the header of that name: for how long, and for how many
// requests, a connection will stay open. It returns -1 if that is not said.
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
func (r *responseHead) parseConnection(value string) {
	for item := range strings.SplitSeq(value, ",") {
		switch name := textproto.CanonicalMIMEHeaderKey(strings.TrimSpace(item)); name {
		case "Close":
			r.close = true
		case "Keep-Alive", "Upgrade", "Content-Length", "":
		default:
			r.connectionFields = append(r.connectionFields, name)
		}
	}
}

// resolveFraming decides where the body ends.
func (r *responseHead) resolveFraming(h http.Header, length string) error {
	if length != "" {
		n, err := strconv.ParseUint(length, 10, 63)
		if err != nil {
			return fmt.Errorf("%w: content length %q", errMalformed, length)
		}
		r.length = int64(n)
	}
	if r.chunked {
		// Both is an attempt to make two readers disagree: chunked wins, and
		// nothing that follows on this connection is believed.
		r.close = r.close || length != ""
		r.length = -1
		delete(h, "Content-Length")
	}
	if r.status < 200 || r.status == http.StatusNoContent {
		delete(h, "Content-Length")
	}
	return nil
}

// parseStatusLine takes "HTTP/1.1 200 OK" apart.
func parseStatusLine(line []byte) (status int, old bool, err error) {
	version, rest, _ := bytes.Cut(line, []byte(" "))
	code, _, _ := bytes.Cut(rest, []byte(" "))
	if len(version) != len("HTTP/1.1") || string(version[:7]) != "HTTP/1." || version[7] < '0' || version[7] > '9' || len(code) != 3 {
		return 0, false, fmt.Errorf("%w: status line %.40q", errMalformed, line)
	}
	for _, d := range code {
		if d < '0' || d > '9' {
			return 0, false, fmt.Errorf("%w: status %q", errMalformed, code)
		}
		status = 10*status + int(d-'0')
	}
	if status < 100 {
		return 0, false, fmt.Errorf("%w: status %q", errMalformed, code)
	}
	return status, version[7] == '0', nil
}
