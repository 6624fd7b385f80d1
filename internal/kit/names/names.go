// Package names checks names that become part of a path, a host name, or a
// command line. The terms are those of Kubernetes.
package names

import (
	"regexp"
	"strings"
)

const (
	// MaxLabelLength is the longest DNS label, in bytes.
	MaxLabelLength = 63
	// MaxSubdomainLength is the longest DNS name, in bytes.
	MaxSubdomainLength = 253
	// MaxBackupNameLength leaves room for the app's name before it.
	MaxBackupNameLength = 40
)

var label1123 = regexp.MustCompile(`^[a-z0-9]([-a-z0-9]*[a-z0-9])?$`)

// IsDNS1123Label reports whether s has 1 to 63 of a-z, 0-9, and '-', with no
// '-' at either end.
func IsDNS1123Label(s string) bool {
	return len(s) <= MaxLabelLength && label1123.MatchString(s)
}

// IsDNS1035Label is IsDNS1123Label for names that must begin with a letter.
func IsDNS1035Label(s string) bool {
	return IsDNS1123Label(s) && (s[0] < '0' || s[0] > '9')
}

// IsDNS1123Subdomain reports whether s is one or more DNS labels with dots
// between them, 253 bytes at most.
func IsDNS1123Subdomain(s string) bool {
	if len(s) > MaxSubdomainLength {
		return false
	}
	for label := range strings.SplitSeq(s, ".") {
		if !IsDNS1123Label(label) {
			return false
		}
	}
	return true
}

// IsBackupName reports whether s can name a backup: 1 to 40 of a-z, 0-9, and
// '-', with no '-' at either end. Every target can keep such a name.
func IsBackupName(s string) bool {
	return len(s) <= MaxBackupNameLength && label1123.MatchString(s)
}
