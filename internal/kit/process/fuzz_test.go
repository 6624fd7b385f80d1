package process

import (
	"bytes"
	"testing"
)

func FuzzReadOrder(f *testing.F) {
	f.Add([]byte(`{"argv":["L2Jpbi90cnVl"],"env":["QT1i"]}`))
	f.Add([]byte(`{"argv":[]}`))
	f.Add([]byte(`{"argv":[""],"user":{}}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		if o, err := readOrder(bytes.NewReader(b)); err == nil && len(o.Argv) == 0 {
			t.Errorf("%q orders nothing", b)
		}
	})
}
