package ociimage

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"strings"
)

// mkdirAll makes the folders on the way that have no entry of their own, and
// returns where dir really is, without a symbolic link in it. What a link
// means depends on the folder that it is in, and so does whether it leads out.
func (u *unpacker) mkdirAll(dir string) (real string, err error) {
	real = "."
	links := 0
	for todo := strings.Split(dir, "/"); len(todo) > 0; {
		word := todo[0]
		todo = todo[1:]
		if word == "." || word == "" {
			continue
		}
		if word == ".." {
			real = path.Dir(real) // of "." that is ".": the root's parent is the root
			continue
		}
		next := path.Join(real, word)
		target, err := u.enterFolder(next)
		if err != nil {
			return "", err
		}
		if target == "" {
			real = next
			continue
		}
		if links++; links > maxLinks {
			return "", fmt.Errorf("%.200q has more than %d symbolic links on its way", dir, maxLinks)
		}
		if path.IsAbs(target) {
			real = "."
		}
		todo = append(strings.Split(target, "/"), todo...)
	}
	return real, nil
}

// enterFolder makes sure that there is a folder at name, or returns where a symbolic
// link there points.
func (u *unpacker) enterFolder(name string) (target string, err error) {
	info, err := u.root.Lstat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", errors.Join(u.countEntry(), u.root.Mkdir(name, 0o755))
	case err != nil:
		return "", err
	case info.Mode()&fs.ModeSymlink != 0:
		return u.root.Readlink(name)
	case !info.IsDir():
		return "", fmt.Errorf("%.200q is a file, not a folder", name)
	}
	return "", nil
}

// linkTarget returns where the symbolic link at name, below real folders alone,
// must point: always to a place below the root, and always relative, as the
// root will be moved. Since a target goes up at its beginning only, and never
// above the root, no chain of links leads out either.
func (u *unpacker) linkTarget(name, link string) (string, error) {
	dir := path.Dir("/" + name)
	inside := path.Join(dir, link) // stops at "/", as ".." does in a root folder
	if path.IsAbs(link) {
		inside = path.Clean(link)
	}
	if u.layer {
		return filepath.Rel(dir, inside)
	}
	if path.IsAbs(link) || !filepath.IsLocal(path.Join(dir[1:], link)) {
		return "", fmt.Errorf("the symbolic link leads out of the repository, to %.200s", link)
	}
	if climbsLate(link) {
		return filepath.Rel(dir, inside)
	}
	return link, nil // byte for byte, as its digest counts
}

// climbsLate tells whether link has a ".." after a name. If that name is a
// symbolic link itself, nobody can say by the words where this one leads.
func climbsLate(link string) bool {
	named := false
	for word := range strings.SplitSeq(link, "/") {
		if word == ".." && named {
			return true
		}
		named = named || word != ".." && word != "." && word != ""
	}
	return false
}

// hardLink makes another name for a file. A symbolic link is recreated: what
// it means depends on the folder that it is in.
func (u *unpacker) hardLink(old, name string) error {
	dir, base := path.Split(strings.TrimPrefix(path.Clean("/"+old), "/"))
	dir, err := u.mkdirAll(path.Clean(dir))
	if err != nil {
		return err
	}
	old = path.Join(dir, base)
	info, err := u.root.Lstat(old)
	if err != nil {
		return err
	}
	if info.Mode()&fs.ModeSymlink == 0 {
		return u.root.Link(old, name)
	}
	link, err := u.root.Readlink(old)
	if err != nil {
		return err
	}
	target, err := filepath.Rel(path.Dir("/"+name), path.Join("/", dir, link))
	if err != nil {
		return err
	}
	return u.root.Symlink(target, name)
}

// applyWhiteout removes what lower layers made: one entry, or with the name
// ".wh..opq" all of a folder's.
func (u *unpacker) applyWhiteout(dir, hidden string, made map[string]bool) error {
	victims := []string{hidden}
	if hidden == ".wh..opq" {
		entries, err := fs.ReadDir(u.root.FS(), dir)
		if err != nil {
			return err
		}
		victims = victims[:0]
		for _, e := range entries {
			victims = append(victims, e.Name())
		}
	}
	for _, v := range victims {
		p := path.Join(dir, v)
		if p == dir || path.Dir(p) != path.Clean(dir) {
			return errors.New("the whiteout names no entry of its folder")
		}
		if made[p] {
			continue
		}
		if err := u.root.RemoveAll(p); err != nil {
			return err
		}
	}
	return nil
}
