package release

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"

	"version-manager/internal/kit/problem"
	"version-manager/internal/kit/text"
	"version-manager/internal/release/gitrepo"
)

// summarizeChanges names the first changes, the new files before the others: what should
// not have been committed is among those.
func summarizeChanges(changes []gitrepo.Change) string {
	sorted := slices.SortedStableFunc(slices.Values(changes), func(a, b gitrepo.Change) int {
		switch {
		case a.New == b.New:
			return 0
		case a.New:
			return -1
		}
		return 1
	})
	list := gitrepo.DescribeChanges(sorted[:min(gitrepo.MaxListedFiles, len(sorted))])
	if more := len(sorted) - len(list); more > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(list, ", "), more)
	}
	return strings.Join(list, ", ")
}

// refuseSecrets keeps files that look like secrets out of a commit, unless
// somebody has told git of them by name.
func refuseSecrets(changes []gitrepo.Change) error {
	var secret []string
	for _, c := range changes {
		if !c.Tracked && looksSecret(path.Base(c.Path)) {
			secret = append(secret, c.Path)
		}
	}
	if len(secret) == 0 {
		return nil
	}
	return problem.New(problem.Failed, "add to .gitignore what is secret, and commit the rest yourself: git add FILE && git commit",
		"%s not known to git: nothing was committed", text.CountNoun(len(secret), "file that looks like a secret is", "files that look like secrets are")).With(secret...)
}

// looksSecret goes by the names that secrets usually have. An example of such a
// file is meant to be committed.
func looksSecret(name string) bool {
	name = strings.ToLower(name)
	if matchesAny(name, ".env.example", ".env.sample", ".env.template", ".env.dist", "*.pub") {
		return false
	}
	return matchesAny(name, ".env", ".env.*", "*.env", "*.pem", "*.key", "*.p12", "*.pfx", "*.jks", "*.keystore", "*.kdbx", "*.ppk", "id_rsa*", "id_dsa*", "id_ecdsa*",
		"id_ed25519*", "*credentials*", "openrc*", ".netrc", "_netrc", ".npmrc", ".pypirc", ".pgpass", ".my.cnf", ".htpasswd", ".dockerconfigjson", "kubeconfig",
		"*.kubeconfig", "service-account*.json", "service_account*.json", "terraform.tfstate*", "*.tfvars", "secrets.y*ml", "secrets.json")
}

func matchesAny(name string, patterns ...string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool {
		match, err := path.Match(pattern, name)
		return match && err == nil
	})
}

// takeBack says how to undo the commit that Create made on its own, and the
// tag if it came to that.
func (c *creation) takeBack(ctx context.Context, tagged bool) {
	undo := "git reset --soft HEAD~1"
	if _, err := c.repo.ResolveCommit(ctx, "HEAD~1"); err != nil {
		undo = "git update-ref -d HEAD" // it is the first one
	}
	if tagged {
		undo = fmt.Sprintf("git tag -d %s && %s", c.tag, undo)
	}
	c.addNote("to take the commit back before anything is pushed: %s", undo)
}
