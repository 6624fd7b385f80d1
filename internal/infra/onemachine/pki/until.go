package pki

import (
	"fmt"
	"path/filepath"
	"strings"
	"time"
)

// ExpiresSoon is how long before its end a certificate is warned about. Ensure
// would have renewed it long before.
const ExpiresSoon = 14 * 24 * time.Hour

// EarliestExpiry returns the certificate in dir that ends first, and when.
func EarliestExpiry(dir string) (name string, end time.Time, err error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.crt"))
	if err != nil {
		return "", end, err
	}
	for _, file := range files {
		base := strings.TrimSuffix(filepath.Base(file), ".crt")
		cert, _, err := load(dir, base)
		if err != nil {
			return base, end, fmt.Errorf("read certificate %s: %w", base, err)
		}
		if end.IsZero() || cert.NotAfter.Before(end) {
			name, end = base, cert.NotAfter
		}
	}
	return name, end, nil
}
