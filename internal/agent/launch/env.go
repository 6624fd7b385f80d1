package launch

import (
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// inheritedEnv is the part of the operator's environment that an app gets: how
// to find programs, the time zone, and how to reach the network. Our folder for
// temporary files is only for our own user.
func inheritedEnv(env []string, ourUser bool) (kept []string) {
	names := []string{"PATH", "TZ", "LANG", "SSL_CERT_FILE", "SSL_CERT_DIR",
		"HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"}
	if ourUser {
		names = append(names, "TMPDIR")
	}
	for _, e := range env {
		if name, _, _ := strings.Cut(e, "="); slices.Contains(names, name) {
			kept = append(kept, e)
		}
	}
	return kept
}

// isPath reports whether e sets the search path. An image's search path is
// about the image, not about this machine.
func isPath(e string) bool { return strings.HasPrefix(e, "PATH=") }

// searchPath is where the image looks for programs, absolute within it.
func searchPath(env []string) []string {
	search := "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
	for _, e := range env {
		if isPath(e) {
			search = strings.TrimPrefix(e, "PATH=")
		}
	}
	dirs := strings.Split(search, ":")
	for i, dir := range dirs {
		dirs[i] = path.Join("/", dir)
	}
	return dirs
}

// withPathOf lets an instance also find the programs of its image, which is
// unpacked at root, if the image says where they are. This machine's programs
// come first: those of the image may be linked with libraries that exist only
// in the image.
func withPathOf(root string, image, inherited []string) []string {
	if strings.Contains(root, ":") || !slices.ContainsFunc(image, isPath) {
		return inherited
	}
	var dirs []string
	for _, dir := range searchPath(image) {
		dirs = append(dirs, filepath.Join(root, filepath.FromSlash(dir)))
	}
	for i, e := range inherited {
		if isPath(e) {
			inherited[i] = e + ":" + strings.Join(dirs, ":")
			return inherited
		}
	}
	return append(inherited, "PATH="+strings.Join(dirs, ":"))
}

func envPairs(m map[string]string) (env []string) {
	for name, value := range m {
		env = append(env, name+"="+value)
	}
	slices.Sort(env)
	return env
}

// mergeEnv joins lists; later ones win over earlier ones.
func mergeEnv(lists ...[]string) (env []string) {
	at := map[string]int{}
	for _, e := range slices.Concat(lists...) {
		name, _, _ := strings.Cut(e, "=")
		if i, ok := at[name]; ok {
			env[i] = e
			continue
		}
		at[name] = len(env)
		env = append(env, e)
	}
	return env
}
