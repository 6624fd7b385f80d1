package proxytest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// Stream is one HTTP/2 request, field by field. Nothing about it is checked or
// put right.
type Stream struct {
	Fields   []hpack.HeaderField
	Data     []string            // one DATA frame each; nil: the header ends the stream
	Trailers []hpack.HeaderField // after Data
}

// HeaderFields makes fields of names and values in turn.
func HeaderFields(pairs ...string) []hpack.HeaderField {
	var fields []hpack.HeaderField
	for i := 0; i+1 < len(pairs); i += 2 {
		fields = append(fields, hpack.HeaderField{Name: pairs[i], Value: pairs[i+1]})
	}
	return fields
}

// answerTimeout is how long an answer may take.
const answerTimeout = 10 * time.Second

// SendTo sends s over a connection of its own to addr, without TLS and by prior
// knowledge. It returns the status of the answer, or how the stream or the
// connection ended without one, in the words of RFC 9113.
func (s Stream) SendTo(addr string) (string, error) {
	c, err := net.DialTimeout("tcp", addr, answerTimeout)
	if err != nil {
		return "", err
	}
	defer c.Close()
	_ = c.(*net.TCPConn).SetLinger(0) // a fuzzer would run out of ports; it is only slower if that fails
	if err := c.SetDeadline(time.Now().Add(answerTimeout)); err != nil {
		return "", err
	}
	f := http2.NewFramer(c, c)
	f.ReadMetaHeaders = hpack.NewDecoder(4096, nil)
	_, err = io.WriteString(c, http2.ClientPreface)
	if err = errors.Join(err, f.WriteSettings()); err != nil {
		return "", err
	}
	sent := s.writeFrames(f) // a server may refuse, and close, before it has read everything
	got, err := readOutcome(f)
	if err != nil && sent != nil {
		return "closed", nil
	}
	return got, err
}

func (s Stream) writeFrames(f *http2.Framer) error {
	f.AllowIllegalWrites = true
	err := f.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: EncodeBlock(s.Fields),
		EndHeaders: true, EndStream: s.Data == nil && s.Trailers == nil})
	for i, d := range s.Data {
		err = errors.Join(err, f.WriteData(1, i == len(s.Data)-1 && s.Trailers == nil, []byte(d)))
	}
	if s.Trailers != nil {
		err = errors.Join(err, f.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: EncodeBlock(s.Trailers),
			EndHeaders: true, EndStream: true}))
	}
	return err
}

// EncodeBlock encodes fields as the fragment of a HEADERS frame, with an encoder of its
// own: nothing in it refers to an earlier block.
func EncodeBlock(fields []hpack.HeaderField) []byte {
	var b bytes.Buffer
	e := hpack.NewEncoder(&b)
	for _, f := range fields {
		_ = e.WriteField(f) // a buffer does not fail
	}
	return b.Bytes()
}

// readOutcome reads until stream 1 has ended.
func readOutcome(f *http2.Framer) (string, error) {
	status := ""
	for {
		frame, err := f.ReadFrame()
		if err == io.EOF || err != nil && strings.Contains(err.Error(), "connection reset") {
			return orElse(status, "closed"), nil
		}
		if err != nil {
			return status, err
		}
		switch frame := frame.(type) {
		case *http2.MetaHeadersFrame:
			status = orElse(status, frame.PseudoValue("status"))
			if frame.StreamEnded() {
				return status, nil
			}
		case *http2.DataFrame:
			if frame.StreamEnded() {
				return status, nil
			}
		case *http2.RSTStreamFrame:
			return orElse(status, fmt.Sprintf("reset %s", frame.ErrCode)), nil
		case *http2.GoAwayFrame:
			if frame.ErrCode != http2.ErrCodeNo {
				return orElse(status, fmt.Sprintf("goaway %s", frame.ErrCode)), nil
			}
		}
	}
}

func orElse(s, otherwise string) string {
	if s != "" {
		return s
	}
	return otherwise
}
