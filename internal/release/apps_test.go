package release

import (
	"path/filepath"
	"slices"
	"testing"

	"version-manager/internal/kit/problem"
	"version-manager/internal/release/releasetest"
)

// twoApps makes a repository with an app in each of two folders.
func twoApps(t *testing.T, one, two string) string {
	t.Helper()
	files := map[string]string{}
	for folder, app := range map[string]string{"apps/one": one, "apps/two": two} {
		for name, content := range releasetest.HelloModule() {
			files[folder+"/"+name] = content
		}
		files[folder+"/version-manager.yaml"] = "name: " + app + "\nbuild: {package: .}\n"
	}
	return releasetest.NewRepo(t, files)
}

func versions(t *testing.T, dir, app string, store *Store) []Version {
	t.Helper()
	entries, err := ListEntries(t.Context(), openRepo(t, dir), store, app)
	if err != nil {
		t.Fatal(err)
	}
	var out []Version
	for _, e := range entries {
		out = append(out, e.Version)
	}
	return out
}

func TestTwoAppsInOneRepository(t *testing.T) {
	dir := twoApps(t, "shop", "blog")
	one, two := filepath.Join(dir, "apps", "one"), filepath.Join(dir, "apps", "two")
	store := NewStore(t.TempDir())
	shop := create(t, Options{Dir: one, Version: "v1.0.0", Store: store}).Release
	releasetest.WriteFiles(t, dir, map[string]string{"apps/two/later.txt": ""})
	blog := create(t, Options{Dir: two, Version: "v1.0.0", Message: "later", Store: store})
	if blog.Release.Commit == shop.Commit || blog.Release.Commit != releasetest.RunGit(t, dir, "rev-parse", "HEAD") {
		t.Error("the version of the second app is the commit of the first one's tag")
	}
	if want := "git tag -d blog/v1.0.0 && git reset --soft HEAD~1"; !slices.ContainsFunc(blog.Notes, func(n string) bool {
		return filepath.Base(n) != "" && len(n) > len(want) && n[len(n)-len(want):] == want
	}) {
		t.Errorf("notes %q, want one that ends in %q", blog.Notes, want)
	}
	create(t, Options{Dir: two, Version: "v1.1.0", Store: store})
	if got := releasetest.RunGit(t, dir, "tag"); got != "blog/v1.0.0\nblog/v1.1.0\nshop/v1.0.0" {
		t.Errorf("tags %q", got)
	}
	if a, b := versions(t, one, "shop", store), versions(t, two, "blog", store); !slices.Equal(a, []Version{"v1.0.0"}) || !slices.Equal(b, []Version{"v1.0.0", "v1.1.0"}) {
		t.Errorf("versions %q and %q", a, b)
	}
	_, err := CreateVersion(t.Context(), Options{Dir: one, Version: "v1.0.0", Store: store})
	releasetest.WantProblem(t, err, problem.Failed, "v1.0.0 already exists; available: v1.0.1, v1.1.0 or v2.0.0", "version-manager create v1.0.1")

	clone := filepath.Join(t.TempDir(), "clone")
	releasetest.RunGit(t, dir, "clone", "-q", dir, clone)
	again := create(t, Options{Dir: filepath.Join(clone, "apps", "two"), Version: "v1.0.0", Store: NewStore(t.TempDir())})
	if again.Release.Image != blog.Release.Image || again.Release.Message != "later" {
		t.Errorf("restored %+v, want %+v", again.Release, blog.Release)
	}
}

// TestFromAVersionOfThisApp: a version that is built from another one means one of
// the same app, whatever the tags of others are called.
func TestFromAVersionOfThisApp(t *testing.T) {
	files := releasetest.HelloModule()
	for name, content := range releasetest.HelloModule() {
		files["tools/"+name] = content
	}
	files["tools/version-manager.yaml"] = "name: tools\nbuild: {package: .}\n"
	dir, store := releasetest.NewRepo(t, files), NewStore(t.TempDir())
	tools := filepath.Join(dir, "tools")
	create(t, Options{Dir: dir, Version: "v1.0.0", Store: store})
	releasetest.WriteFiles(t, dir, map[string]string{"tools/later.txt": ""})
	have := create(t, Options{Dir: tools, Version: "v1.0.0", Message: "later", Store: store}).Release
	for _, from := range []string{"v1.0.0", "1.0.0", "tools/v1.0.0"} {
		next := create(t, Options{Dir: tools, Version: "v1.0.1", From: from, Store: store}).Release
		if next.App != "tools" || next.Commit != have.Commit {
			t.Errorf("from %s: %s of %s, want %s", from, next.Commit, next.App, have.Commit)
		}
		releasetest.RunGit(t, dir, "tag", "-d", "tools/"+string(next.Version))
		store = NewStore(t.TempDir())
	}
	create(t, Options{Dir: dir, Version: "v2.0.0", Store: store})
	_, err := CreateVersion(t.Context(), Options{Dir: tools, Version: "v3.0.0", From: "v2.0.0", Store: store})
	releasetest.WantProblem(t, err, problem.NotFound, "v2.0.0 is a version of hello; tools has no such version", "version-manager create v3.0.0 --from ")
}

func TestAppAtTheRootKeepsPlainTags(t *testing.T) {
	files := releasetest.HelloModule()
	for name, content := range releasetest.HelloModule() {
		files["tools/"+name] = content
	}
	files["tools/version-manager.yaml"] = "name: tools\nbuild: {package: .}\n"
	dir := releasetest.NewRepo(t, files)
	create(t, Options{Dir: dir, Version: "v1.0.0", Store: NewStore(t.TempDir())})
	create(t, Options{Dir: filepath.Join(dir, "tools"), Version: "v2.0.0", Store: NewStore(t.TempDir())})
	if got := releasetest.RunGit(t, dir, "tag"); got != "tools/v2.0.0\nv1.0.0" {
		t.Errorf("tags %q", got)
	}
	for app, at := range map[string]string{"hello": dir, "tools": filepath.Join(dir, "tools")} {
		if got := versions(t, at, app, NewStore(t.TempDir())); len(got) != 1 {
			t.Errorf("versions of %s: %q", app, got)
		}
	}
}

// Tags of earlier versions of this program have the short name and say which
// app they are of, but not in which folder.
func TestTagsOfEarlierVersionsStillCount(t *testing.T) {
	dir := twoApps(t, "shop", "blog")
	releasetest.RunGit(t, dir, "tag", "-a", "-m", trailers{App: "shop", Image: "sha256:00", Go: "go1.2", Platform: "x/y"}.tagMessage("old"), "v1.0.0")
	if got := versions(t, filepath.Join(dir, "apps", "one"), "shop", NewStore(t.TempDir())); !slices.Equal(got, []Version{"v1.0.0"}) {
		t.Errorf("of its own: %q", got)
	}
	if got := versions(t, filepath.Join(dir, "apps", "two"), "blog", NewStore(t.TempDir())); len(got) != 0 {
		t.Errorf("of the other app: %q", got)
	}
}

// An app that is renamed does not inherit the versions of the old name.
func TestRenamedApp(t *testing.T) {
	dir, store := releasetest.NewRepo(t, releasetest.HelloModule()), NewStore(t.TempDir())
	create(t, Options{Dir: dir, Version: "v1.0.0", Store: store})
	releasetest.WriteFiles(t, dir, map[string]string{"version-manager.yaml": "name: world\nbuild: {package: .}\n"})
	c := create(t, Options{Dir: dir, Version: "v1.0.0", Message: "rename", Store: store})
	if c.Release.App != "world" || c.Release.Commit != releasetest.RunGit(t, dir, "rev-parse", "HEAD") || releasetest.RunGit(t, dir, "tag") != "v1.0.0\nworld/v1.0.0" {
		t.Errorf("release %+v, tags %q", c.Release, releasetest.RunGit(t, dir, "tag"))
	}
}

func TestTagsThatAreInTheWay(t *testing.T) {
	for name, tt := range map[string]struct {
		tag         []string
		words, hint string
	}{
		"by hand, for either app":     {[]string{"v1.0.0"}, "the tag v1.0.0 does not say which app", "git tag shop/v1.0.0 'v1.0.0^{}'"},
		"short, by hand":              {[]string{"v1"}, "the tag v1 does not say which app", "git tag shop/v1.0.0 'v1^{}'"},
		"where the prefix should be":  {[]string{"shop"}, "git cannot make a tag shop/v1.0.0 beside the tag shop", "git tag RENAMED 'shop'"},
		"below":                       {[]string{"shop/v1.0.0/x"}, "git cannot make a tag shop/v1.0.0 beside the tag shop/v1.0.0/x", "git tag -d"},
		"same name in another folder": {[]string{"-a", "-m", trailers{App: "shop", Image: "sha256:00", Folder: "apps/two"}.tagMessage("x"), "shop/v1.0.0"}, "another app of the same name, in the folder apps/two", "git show"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := twoApps(t, "shop", "shop")
			releasetest.RunGit(t, dir, append([]string{"tag"}, tt.tag...)...)
			o := Options{Dir: filepath.Join(dir, "apps", "one"), Version: "v1.0.0", Store: NewStore(t.TempDir())}
			releasetest.WriteFiles(t, dir, map[string]string{"new.txt": ""})
			o.Message = "x"
			head := releasetest.RunGit(t, dir, "rev-parse", "HEAD")
			_, err := CreateVersion(t.Context(), o)
			releasetest.WantProblem(t, err, problem.Failed, tt.words, tt.hint)
			if releasetest.RunGit(t, dir, "rev-parse", "HEAD") != head {
				t.Error("it was committed although the tag cannot be made")
			}
		})
	}
}
