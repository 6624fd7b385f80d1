package names

import (
	"strings"
	"testing"
)

func TestNames(t *testing.T) {
	a := func(n int) string { return strings.Repeat("a", n) }
	labels := a(63) + "." + a(63) + "." + a(63) + "." // 192 bytes
	for _, tt := range []struct {
		name                             string
		label, letter, subdomain, backup bool
	}{
		{"", false, false, false, false},
		{"a", true, true, true, true},
		{"0", true, false, true, true},
		{"9z", true, false, true, true},
		{"z9", true, true, true, true},
		{"a-b", true, true, true, true},
		{"a--b", true, true, true, true},
		{"-a", false, false, false, false},
		{"a-", false, false, false, false},
		{"-", false, false, false, false},
		{"A", false, false, false, false},
		{"a_b", false, false, false, false},
		{"ä", false, false, false, false},
		{"a\n", false, false, false, false},
		{"a/b", false, false, false, false},
		{"../a", false, false, false, false},
		{"a.b", false, false, true, false},
		{"a..b", false, false, false, false},
		{".a", false, false, false, false},
		{"a.", false, false, false, false},
		{"a.-b", false, false, false, false},
		{a(40), true, true, true, true},
		{a(41), true, true, true, false},
		{a(63), true, true, true, false},
		{a(64), false, false, false, false},
		{labels + a(61), false, false, true, false},
		{labels + a(62), false, false, false, false},
	} {
		got := []bool{IsDNS1123Label(tt.name), IsDNS1035Label(tt.name), IsDNS1123Subdomain(tt.name), IsBackupName(tt.name)}
		for i, want := range []bool{tt.label, tt.letter, tt.subdomain, tt.backup} {
			if got[i] != want {
				t.Errorf("%s(%q, %d bytes) = %t", []string{"IsDNS1123Label", "IsDNS1035Label", "IsDNS1123Subdomain", "IsBackupName"}[i], tt.name, len(tt.name), got[i])
			}
		}
	}
}
