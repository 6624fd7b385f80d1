package release

import (
	"fmt"
	"os"
	"path/filepath"

	"version-manager/internal/config"
	"version-manager/internal/kit/problem"
)

// fromVersion makes From the commit of a version where it names one of this app:
// people say v1.0.0, and in a repository with several apps the tag of that name
// may be another one's.
func (c *creation) fromVersion(all tagList) error {
	v, err := ParseVersion(c.From)
	if err != nil {
		return nil // a branch, a commit or a tag as it is written
	}
	app := c.appName()
	for _, t := range all.ofApp(c.repo.Prefix, app) {
		if t.Version == v {
			c.From = t.Commit
			return nil
		}
	}
	for _, t := range all {
		if _, said := parseTag(t.Message); t.Name == c.From && app != "" && said.App != "" && !t.belongsTo(c.repo.Prefix, app) {
			return problem.New(problem.NotFound, fmt.Sprintf("version-manager create %s --from %.12s", c.Version, t.Commit),
				"%s is a version of %s; %s has no such version", c.From, said.App, app)
		}
	}
	return nil
}

// appName is what the app is called in the work tree, empty where that cannot be
// read.
func (c *creation) appName() string {
	f, err := os.Open(filepath.Join(c.repo.AppDir(), config.File))
	if err != nil {
		return ""
	}
	defer f.Close()
	app, err := config.ParseReader(f)
	if err != nil {
		return ""
	}
	return app.Name
}
