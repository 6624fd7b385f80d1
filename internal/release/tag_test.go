package release

import (
	"testing"

	"version-manager/internal/release/releasetest"
)

func TestTags(t *testing.T) {
	dir := releasetest.NewRepo(t, releasetest.HelloModule())
	r := openRepo(t, dir)
	head := releasetest.RunGit(t, dir, "rev-parse", "HEAD")
	message := "first line\n\nsecond\x01 paragraph\nwith ünïcode\n\nImage: sha256:abc\n"
	if err := r.CreateTag(t.Context(), "v1.10.0", head, message); err != nil {
		t.Fatal(err)
	}
	releasetest.RunGit(t, dir, "tag", "v1.9")       // by hand, without annotation
	releasetest.RunGit(t, dir, "tag", "nightly")    // no version
	releasetest.RunGit(t, dir, "branch", "v1.10.0") // a branch of the same name
	releasetest.WriteFiles(t, dir, map[string]string{"x": ""})
	releasetest.CommitAll(t, dir, "second")
	releasetest.RunGit(t, dir, "tag", "v1")
	releasetest.RunGit(t, dir, "tag", "v1.0.0", head) // wins over v1

	tags, err := ListTags(t.Context(), r, "hello")
	if err != nil {
		t.Fatal(err)
	}
	want := []Tag{
		{Name: "v1.0.0", Version: "v1.0.0", Commit: head},
		{Name: "v1.9", Version: "v1.9.0", Commit: head},
		{Name: "v1.10.0", Version: "v1.10.0", Commit: head, Message: message},
	}
	if len(tags) != len(want) {
		t.Fatalf("tags %+v", tags)
	}
	for i := range want {
		if tags[i] != want[i] {
			t.Errorf("tag %+v, want %+v", tags[i], want[i])
		}
	}
	if err := r.CreateTag(t.Context(), "v1.10.0", head, "again"); err == nil {
		t.Error("a tag was made twice")
	}
	if err := r.DeleteTag(t.Context(), "v1.10.0"); err != nil {
		t.Fatal(err)
	}
	if tags, _ := ListTags(t.Context(), r, "hello"); len(tags) != 2 {
		t.Errorf("tags after removal: %+v", tags)
	}
}

func TestTrailersRoundTrip(t *testing.T) {
	for _, want := range []trailers{
		{App: "hello", Image: "sha256:abc", Go: "go1.26.0", Platform: "linux/amd64"},
		{App: "hello", Image: "sha256:abc", Platform: "linux/arm64"},
		{App: "hello", Image: "sha256:abc", Platform: "linux/arm64", Folder: "apps/hello"},
	} {
		const text = "what changed\n\nImage: not a trailer\n\nmore"
		if gotText, got := parseTag(want.tagMessage(text)); gotText != text || got != want {
			t.Errorf("got %q, %+v, want %+v", gotText, got, want)
		}
	}
	if text, got := parseTag("by hand\n\nwith a body\n"); text != "by hand\n\nwith a body" || got != (trailers{}) {
		t.Errorf("by hand: %q, %+v", text, got)
	}
}
