package release

import (
	"strings"
	"testing"
)

func FuzzParseTag(f *testing.F) {
	f.Add("Say it better", "sha256:0123", "shop", "linux/amd64", "go1.26.0")
	f.Add("", "", "", "", "")
	f.Add("a\n\nImage: forged\nApp: other", "sha256:0", "shop", "linux/arm64", "")
	f.Fuzz(func(t *testing.T, text, image, app, platform, goVersion string) {
		parseTag(text)
		if text = strings.TrimSpace(text); text == "" {
			return // a version has a message
		}
		want := trailers{App: app, Image: image, Go: goVersion, Platform: platform}
		for _, value := range []string{app, image, goVersion, platform} {
			if strings.ContainsAny(value, "\n\r") || strings.TrimSpace(value) != value || value == "" {
				return // ours never look like that
			}
		}
		if got, trailers := parseTag(want.tagMessage(strings.TrimSpace(text))); trailers != want || got != strings.TrimSpace(text) {
			t.Errorf("read back %q and %+v", got, trailers)
		}
	})
}
