package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"version-manager/internal/kit/testenv"
)

// homeFiles are files that a person may have in the home folder. Each setting
// has broken a tool of this kind for somebody.
func homeFiles(home string) map[string]string {
	return map[string]string{
		".gitconfig": `[user]
	useConfigOnly = true
[init]
	defaultBranch = trunk
	templateDir = ` + filepath.Join(home, "no-such-template") + `
[core]
	autocrlf = true
	hooksPath = ` + filepath.Join(home, "hooks") + `
	excludesFile = ` + filepath.Join(home, "ignore") + `
	attributesFile = ` + filepath.Join(home, "attributes") + `
	quotePath = true
	pager = false
[commit]
	gpgSign = true
	verbose = true
[tag]
	gpgSign = true
	forceSignAnnotated = true
	sort = -creatordate
[gpg]
	program = false
[log]
	showSignature = true
	date = relative
[status]
	short = true
	showUntrackedFiles = no
[color]
	ui = always
[column]
	ui = always
[push]
	followTags = true
[rebase]
	autoStash = true
[url "ssh://git@invalid.test/"]
	insteadOf = https://
`,
		"hooks/pre-commit": "#!/bin/sh\nexit 1\n",
		"hooks/commit-msg": "#!/bin/sh\nexit 1\n",
		"ignore":           "*.go\n*.json\n*.yaml\n",
		"attributes":       "* text=auto eol=crlf\n*.go export-ignore\n",
		".kube/config": `apiVersion: v1
kind: Config
current-context: production
contexts: [{name: production, context: {cluster: production, user: admin}}]
clusters: [{name: production, cluster: {server: "http://127.0.0.1:6443"}}]
users: [{name: admin, user: {token: not-a-token}}]
`,
		".docker/config.json": `{"credsStore": "no-such-helper", "auths": {"127.0.0.1:5000": {"auth": "bm9ib2R5Om5vdGhpbmc="}}}`,
		".netrc":              "machine 127.0.0.1 login nobody password nothing\n",
	}
}

// homeVariables are variables that a person may have in the environment: those
// that the guides export, and those of other tools.
func homeVariables(home string) map[string]string {
	return map[string]string{
		"HOME":                      home,
		"KUBECONFIG":                filepath.Join(home, ".kube/config"),
		"VERSION_MANAGER_TARGET":    "kubernetes",
		"VERSION_MANAGER_STATE":     filepath.Join(home, "state"),
		"GEMINI_API_KEY":            "not-a-key",
		"CALOGUESSR_ADMIN_TOKEN":    "not-a-token",
		"PORT":                      "30001",
		"HOST":                      "127.0.0.1",
		"DATA_DIR":                  filepath.Join(home, "data"),
		"XDG_CONFIG_HOME":           filepath.Join(home, ".config"),
		"XDG_STATE_HOME":            filepath.Join(home, ".state"),
		"LANG":                      "de_DE.UTF-8",
		"LC_ALL":                    "de_DE.UTF-8",
		"TZ":                        "Pacific/Chatham",
		"CLICOLOR_FORCE":            "1",
		"FORCE_COLOR":               "1",
		"GIT_CONFIG_COUNT":          "1",
		"GIT_CONFIG_KEY_0":          "core.abbrev",
		"GIT_CONFIG_VALUE_0":        "40",
		"GIT_AUTHOR_DATE":           "2001-01-01T00:00:00Z",
		"TAR_OPTIONS":               "--no-such-option",
		"GREP_OPTIONS":              "--no-such-option",
		"CDPATH":                    "/",
		"NO_PROXY":                  "",
		"APP_VERSION":               "v0.0.0",
		"CONTAINERD_ADDRESS":        filepath.Join(home, "containerd.sock"),
		"DOCKER_CONFIG":             filepath.Join(home, ".docker"),
		"VERSION_MANAGER_NO_SUCH":   "1",
		"SSH_AUTH_SOCK":             filepath.Join(home, "no-such-agent"),
		"GIT_OPTIONAL_LOCKS":        "1",
		"GIT_MERGE_AUTOEDIT":        "yes",
		"GIT_SEQUENCE_EDITOR":       "false",
		"GOOGLE_API_KEY":            "not-a-key",
		"GOOGLE_GENAI_USE_VERTEXAI": "true",
	}
}

// runMark is a variable that marks the processes of this run.
func runMark() string { return fmt.Sprintf("LIVED_IN_BY=%d", os.Getpid()) }

// livedInEnviron fills home and returns base with the variables of such a
// machine. The go command keeps the caches and settings of base.
func livedInEnviron(home string, base []string) ([]string, error) {
	for name, content := range homeFiles(home) {
		file := filepath.Join(home, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			return nil, err
		}
		if err := os.WriteFile(file, []byte(content), 0o700); err != nil {
			return nil, err
		}
	}
	settings, err := testenv.GoSettings(context.Background(), "GOCACHE", "GOMODCACHE", "GOPROXY", "GOSUMDB", "GONOSUMDB", "GOFLAGS", "GOTOOLCHAIN")
	if err != nil {
		return nil, err
	}
	vars := homeVariables(home)
	for _, s := range settings {
		name, value, _ := strings.Cut(s, "=")
		vars[name] = value
	}
	env := []string{runMark()}
	for _, v := range base {
		if name, _, _ := strings.Cut(v, "="); vars[name] == "" {
			env = append(env, v)
		}
	}
	for name, value := range vars {
		env = append(env, name+"="+value)
	}
	return env, nil
}
