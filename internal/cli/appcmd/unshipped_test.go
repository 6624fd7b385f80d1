package appcmd

import (
	"testing"

	"version-manager/internal/release"
)

func TestNextVersion(t *testing.T) {
	for _, tt := range []struct {
		active release.Version
		all    []release.Version
		want   release.Version
	}{
		{"v1.0.0", nil, "v1.0.1"},
		{"v1.0.0", []release.Version{"v1.0.0", "v1.0.9"}, "v1.0.10"},
		{"v1.0.0", []release.Version{"v1.0.0", "v1.1.0-rc.1"}, "v1.1.0"},
		{"v1.99999999999999999999.0", nil, "VERSION"},
	} {
		var entries []release.Entry
		for _, v := range tt.all {
			entries = append(entries, release.Entry{Version: v})
		}
		if got := nextVersion(tt.active, entries); got != tt.want {
			t.Errorf("nextVersion of %s and %s is %s, want %s", tt.active, tt.all, got, tt.want)
		}
	}
}
