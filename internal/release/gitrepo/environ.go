package gitrepo

import (
	"fmt"

	"version-manager/internal/kit/command"
)

// gitSettings override what a configuration may say where that could run a
// program, block, or change results. A repository's own configuration counts
// as hostile: it comes along when a folder is unpacked or shared.
var gitSettings = [...]string{
	// Programs.
	"core.hooksPath=/dev/null", "core.fsmonitor=false", "core.pager=cat", "core.alternateRefsCommand=false",
	"commit.gpgSign=false", "tag.gpgSign=false", "tag.forceSignAnnotated=false", "log.showSignature=false",
	"gc.auto=0", "maintenance.auto=false", "credential.helper=", "protocol.allow=never", "protocol.ext.allow=never",
	"safe.bareRepository=explicit",
	// Results.
	"core.quotePath=false", "core.attributesFile=/dev/null", "core.commitGraph=false", "core.safecrlf=false",
	"user.useConfigOnly=true", "advice.detachedHead=false", "color.ui=false", "commit.verbose=false",
	"i18n.logOutputEncoding=UTF-8", "status.showUntrackedFiles=all", "diff.ignoreSubmodules=dirty",
}

// gitKept are the variables that git gets from our environment. Those that
// point it at another repository, as hooks have them set, are not among them.
var gitKept = [...]string{
	"PATH", "HOME", "USER", "LOGNAME", "TMPDIR", "XDG_CONFIG_HOME", "EMAIL", "GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM",
	"GIT_CONFIG_NOSYSTEM", "GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL",
	"GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE", "GIT_CEILING_DIRECTORIES",
	"SUDO_UID", // by which git lets root use the repository of the user who called sudo
}

// gitEnviron is the environment of every git command. No protocol is allowed,
// not even by a helper that git would start to fetch a missing object: older
// versions of git do not know GIT_NO_LAZY_FETCH.
func gitEnviron() []string {
	return append(command.PickVariables(gitKept[:]), "LC_ALL=C", "GIT_ALLOW_PROTOCOL=", "GIT_NO_LAZY_FETCH=1", "GIT_TERMINAL_PROMPT=0",
		"GIT_ASKPASS=false", "SSH_ASKPASS=false", "GIT_SSH_COMMAND=false", "GIT_PROXY_COMMAND=false",
		"GIT_EDITOR=false", "GIT_PAGER=cat", "GIT_NO_REPLACE_OBJECTS=1", "GIT_OPTIONAL_LOCKS=0", "GIT_ATTR_NOSYSTEM=1")
}

// setting is one line of git configuration.
type setting struct{ key, value string }

// settingsEnv hands settings to git through its environment: a key may have
// any character there, "=" included.
func settingsEnv(settings []setting) []string {
	env := []string{fmt.Sprintf("GIT_CONFIG_COUNT=%d", len(settings))}
	for i, s := range settings {
		env = append(env, fmt.Sprintf("GIT_CONFIG_KEY_%d=%s", i, s.key), fmt.Sprintf("GIT_CONFIG_VALUE_%d=%s", i, s.value))
	}
	return env
}
