package release

import (
	"fmt"
	"strings"
)

// trailers is what a tag's message says about the image, below the text. A
// fresh clone can check by it that it built the same.
type trailers struct {
	App      string // tags count for all apps of a repository, images for one
	Image    string // digest
	Go       string // version, empty where the image came ready made
	Platform string // "linux/amd64"
	Folder   string // of the app in the repository, "." at its root; empty in tags of earlier versions
}

func trailersOf(b *Built, folder string) trailers {
	c := b.Image.Config
	return trailers{App: b.Release.App, Image: b.Image.Digest, Go: b.Release.GoVersion, Platform: c.OS + "/" + c.Architecture, Folder: folder}
}

// tagMessage is the message of a tag with the given text.
func (t trailers) tagMessage(text string) string {
	s := fmt.Sprintf("%s\n\nImage: %s\nApp: %s\nPlatform: %s\n", text, t.Image, t.App, t.Platform)
	if t.Go != "" {
		s += "Go: " + t.Go + "\n"
	}
	if t.Folder != "" {
		s += "Folder: " + t.Folder + "\n"
	}
	return s
}

// parseTag takes a tag's message apart. A tag made by hand has no trailers.
func parseTag(message string) (text string, t trailers) {
	message = strings.TrimSpace(message)
	text, last, found := cutLast(message, "\n\n")
	if !found || !strings.HasPrefix(last, "Image: ") {
		return message, trailers{}
	}
	for line := range strings.SplitSeq(last, "\n") {
		key, value, _ := strings.Cut(line, ": ")
		switch key {
		case "App":
			t.App = value
		case "Image":
			t.Image = value
		case "Platform":
			t.Platform = value
		case "Folder":
			t.Folder = value
		case "Go":
			t.Go = value
		}
	}
	return strings.TrimSpace(text), t
}

func cutLast(s, sep string) (before, after string, found bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}
