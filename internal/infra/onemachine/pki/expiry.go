package pki

import (
	"fmt"
	"path/filepath"
	"strings"
	"time"
)

// WarnBeforeExpiry is how long before its expiry a certificate deserves a
// warning. EnsureFiles would have renewed it long before.
const WarnBeforeExpiry = 14 * 24 * time.Hour

// EarliestExpiry returns the certificate in dir that expires first. Without
// certificates, end is zero.
func EarliestExpiry(dir string) (name string, end time.Time, err error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.crt"))
	if err != nil {
		return "", end, err
	}
	for _, file := range files {
		base := strings.TrimSuffix(filepath.Base(file), ".crt")
		cert, _, err := loadPair(dir, base)
		if err != nil {
			return base, end, fmt.Errorf("read certificate %s: %w", base, err)
		}
		if end.IsZero() || cert.NotAfter.Before(end) {
			name, end = base, cert.NotAfter
		}
	}
	return name, end, nil
}
