// Package notices has the licenses and notices of everything that this
// program is linked from, on every system. A test compares them with go.mod;
// `make notices` regenerates them.
package notices

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"fmt"
	"io"
)

//go:embed notices.gz
var packed []byte

// maxText is far more than there is.
const maxText = 32 << 20

// Text returns them as one text.
func Text() ([]byte, error) {
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, fmt.Errorf("read the notices: %w", err)
	}
	text, err := io.ReadAll(io.LimitReader(r, maxText))
	if err != nil {
		return nil, fmt.Errorf("read the notices: %w", err)
	}
	return text, nil
}
