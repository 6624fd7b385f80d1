package keys

import (
	"errors"
	"strings"
	"testing"
	"time"
)

func TestKeyLengthLimits(t *testing.T) {
	for length, ok := range map[int]bool{0: false, 19: false, 20: true, 21: true, 199: true, 200: true, 201: false} {
		key := strings.Repeat("k", length)
		if err := openStore(t, t.TempDir(), "").SaveKey(key, time.Now()); (err == nil) != ok || err != nil && !errors.Is(err, ErrMalformed) {
			t.Errorf("save %d characters: %v, want ok %t", length, err, ok)
		}
		if _, err := OpenStore("", key); (err == nil) != (ok || length == 0) {
			t.Errorf("%d characters from the environment: %v", length, err)
		}
	}
}
