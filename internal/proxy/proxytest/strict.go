package proxytest

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Fault is what is wrong with a request.
type Fault struct{ what string }

func (f *Fault) Error() string { return f.what }

func newFault(format string, args ...any) error { return &Fault{fmt.Sprintf(format, args...)} }

// maxLineBytes limits a line, and maxBody a body.
const (
	maxLineBytes = 1 << 20
	maxBodyBytes = 1 << 26
)

// ReadRequest reads one request. The error is a [*Fault] if what came breaks
// the rules, and the reader's own if nothing or only a part came.
func ReadRequest(br *bufio.Reader) (Request, error) {
	var r Request
	line, err := readLine(br)
	if err != nil {
		return r, err
	}
	parts := strings.Split(line, " ")
	if len(parts) != 3 || parts[2] != "HTTP/1.1" {
		return r, newFault("request line %q", line)
	}
	r.Method, r.Target = parts[0], parts[1]
	if r.Fields, err = readFields(br); err != nil {
		return r, err
	}
	if err := r.checkFraming(); err != nil {
		return r, err
	}
	return r, r.readBody(br)
}

// readLine reads up to CRLF. No other line break will do.
func readLine(br *bufio.Reader) (string, error) {
	var b []byte
	for {
		c, err := br.ReadByte()
		if err != nil {
			return "", err
		}
		if c == '\n' {
			if len(b) == 0 || b[len(b)-1] != '\r' {
				return "", newFault("bare line feed after %q", b)
			}
			b = b[:len(b)-1]
			if strings.ContainsRune(string(b), '\r') {
				return "", newFault("bare carriage return in %q", b)
			}
			return string(b), nil
		}
		if b = append(b, c); len(b) > maxLineBytes {
			return "", newFault("a line without end")
		}
	}
}

func readFields(br *bufio.Reader) ([]Field, error) {
	var fields []Field
	name := regexp.MustCompile("^[-!#$%&'*+.^`|~0-9A-Za-z]+$") // a token without the underscore
	for {
		line, err := readLine(br)
		if err != nil || line == "" {
			return fields, err
		}
		n, v, found := strings.Cut(line, ": ")
		if !found || !name.MatchString(n) {
			return fields, newFault("field %q", line)
		}
		if strings.Trim(v, " \t") != v || strings.ContainsFunc(v, func(c rune) bool { return c < ' ' && c != '\t' || c == 0x7f }) {
			return fields, newFault("value %q of %s", v, n)
		}
		fields = append(fields, Field{n, v})
	}
}

// checkFraming looks at the head as a whole.
func (r *Request) checkFraming() error {
	if !regexp.MustCompile("^[-!#$%&'*+.^_`|~0-9A-Za-z]+$").MatchString(r.Method) || slices.Contains([]string{"CONNECT", "TRACE", "TRACK"}, r.Method) {
		return newFault("method %q", r.Method)
	}
	if !(strings.HasPrefix(r.Target, "/") || r.Target == "*" && r.Method == "OPTIONS") || strings.ContainsFunc(r.Target, func(c rune) bool { return c <= ' ' || c == 0x7f || c == '#' }) {
		return newFault("target %q", r.Target)
	}
	for _, name := range []string{"Host", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "Forwarded", "X-Request-Id"} {
		if n := len(r.FieldValues(name)); n != 1 {
			return newFault("%d times %s", n, name)
		}
	}
	if host := r.FieldValues("Host")[0]; !regexp.MustCompile(`^([-._~%!$&'()*+,;=0-9A-Za-z]*|\[[0-9a-fA-F:.]+\])(:[0-9]*)?$`).MatchString(host) {
		return newFault("host %q", host)
	}
	return r.checkConnection()
}

// checkConnection looks at what concerns one connection only.
func (r *Request) checkConnection() error {
	upgrade := r.FieldValues("Upgrade")
	for name, legal := range map[string]func(string) bool{
		"Connection": func(v string) bool { return v == "Upgrade" && len(upgrade) == 1 },
		"Upgrade": func(v string) bool {
			return !strings.Contains(strings.ToLower(v), "h2c") && len(r.FieldValues("Connection")) == 1
		},
		"TE":               func(v string) bool { return v == "trailers" },
		"Expect":           func(v string) bool { return v == "100-continue" },
		"Cookie":           func(string) bool { return len(r.FieldValues("Cookie")) == 1 },
		"Keep-Alive":       refuseAll,
		"Proxy-Connection": refuseAll,
		"HTTP2-Settings":   refuseAll,
		"Proxy":            refuseAll,
	} {
		for _, v := range r.FieldValues(name) {
			if !legal(v) {
				return newFault("%s: %q", name, v)
			}
		}
	}
	return nil
}

func refuseAll(string) bool { return false }

// readBody reads what the head announces.
func (r *Request) readBody(br *bufio.Reader) error {
	lengths, codings := r.FieldValues("Content-Length"), r.FieldValues("Transfer-Encoding")
	switch {
	case len(lengths)+len(codings) > 1:
		return newFault("lengths %q and codings %q", lengths, codings)
	case len(codings) == 1 && codings[0] != "chunked":
		return newFault("coding %q", codings[0])
	case len(codings) == 1:
		return r.readChunks(br)
	case len(lengths) == 0 && slices.Contains([]string{"POST", "PUT", "PATCH"}, r.Method):
		return newFault("%s without a length", r.Method)
	case len(lengths) == 0:
		return nil
	}
	if !regexp.MustCompile(`^(0|[1-9][0-9]*)$`).MatchString(lengths[0]) {
		return newFault("length %q", lengths[0])
	}
	n, err := strconv.ParseInt(lengths[0], 10, 64)
	if err != nil || n > maxBodyBytes {
		return newFault("length %q", lengths[0])
	}
	return r.readExactly(br, n)
}

// readExactly adds n bytes to the body.
func (r *Request) readExactly(br *bufio.Reader, n int64) error {
	b := make([]byte, n)
	_, err := io.ReadFull(br, b)
	r.Body += string(b)
	if len(r.Body) > maxBodyBytes {
		return newFault("a body without end")
	}
	return err
}

func (r *Request) readChunks(br *bufio.Reader) error {
	for {
		line, err := readLine(br)
		if err != nil {
			return err
		}
		n, err := strconv.ParseUint(line, 16, 24) // no extension, no sign
		if err != nil || strings.Trim(line, "0123456789abcdefABCDEF") != "" {
			return newFault("chunk size %q", line)
		}
		if n == 0 {
			r.Trailers, err = readFields(br)
			return errors.Join(err, r.checkTrailers())
		}
		if err := r.readExactly(br, int64(n)); err != nil {
			return err
		}
		if end, err := readLine(br); err != nil || end != "" {
			return errors.Join(err, newFault("chunk of %d bytes continues with %q", n, end))
		}
	}
}

// checkTrailers accepts none that would mean something in the head.
func (r *Request) checkTrailers() error {
	for _, f := range r.Trailers {
		switch name := strings.ToLower(f.Name); name {
		case "host", "content-length", "transfer-encoding", "connection", "trailer", "te", "authorization", "cookie", "content-type", "forwarded", "x-forwarded-for", "x-forwarded-proto", "x-forwarded-host", "x-real-ip":
			return newFault("trailer %s", f.Name)
		}
	}
	return nil
}
