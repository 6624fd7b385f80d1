package release

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
)

// target returns where a symbolic link shall point: always to a place below
// the root, and always relative, as the root will be moved.
func (u *untar) target(name, link string) (string, error) {
	dir := path.Dir("/" + name)
	inside := path.Join(dir, link) // stops at "/", as ".." does in a root folder
	if path.IsAbs(link) {
		inside = path.Clean(link)
	}
	if !u.layer {
		if path.IsAbs(link) || !filepath.IsLocal(path.Join(dir[1:], link)) {
			return "", fmt.Errorf("the symbolic link leads out of the repository, to %s", link)
		}
		return link, nil
	}
	return filepath.Rel(dir, inside)
}

// whiteout removes what lower layers made: one entry, or with the name
// ".wh..opq" all of a folder's.
func (u *untar) whiteout(dir, hidden string, made map[string]bool) error {
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
