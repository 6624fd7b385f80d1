package ociimage

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"

	"version-manager/internal/kit/problem"
)

// Nobody is the user and the group of programs whose image names none: not
// root, on no target.
const Nobody = 65532

// User is the user that an image runs as, as container runtimes read it.
type User struct {
	Name   string // as the image has it; "" is root
	UID    int
	GID    int
	Groups []int // further ones
}

const (
	passwdFile = "etc/passwd"
	groupFile  = "etc/group"
	maxID      = 1<<31 - 1
)

// ResolveUser resolves the image's USER, which may be a name, a number, or two of
// them with a colon, by the image's own /etc/passwd and /etc/group.
func (i *Image) ResolveUser() (User, error) {
	u := User{Name: i.Config.Config.User}
	name, group, given := strings.Cut(u.Name, ":")
	if strings.ContainsRune(u.Name, 0) {
		return u, i.badUser("contains a NUL byte")
	}
	if uid, ok := parseID(name); ok {
		if gid, ok := parseID(group); ok {
			u.UID, u.GID = uid, gid
			return u, nil // nothing to look up
		}
	}
	passwd, err := i.ReadFile(passwdFile)
	if err != nil {
		return u, err
	}
	groups, err := i.ReadFile(groupFile)
	if err != nil {
		return u, err
	}
	account := name
	if id, ok := parseID(name); ok {
		u.UID, account = id, ""
	}
	if e, ok := findAccount(passwd, name); ok {
		u.UID, u.GID, account = e.uid, e.gid, e.name
	} else if account != "" && account != "root" {
		return u, i.badUser("is not in the image's /etc/passwd")
	}
	if !given {
		u.Groups = groupsOf(groups, account)
		return u, nil
	}
	if id, ok := findGroup(groups, group); ok {
		u.GID = id
	} else if u.GID, ok = parseID(group); !ok && group != "" {
		return u, i.badUser("names a group that is not in the image's /etc/group")
	}
	return u, nil
}

func (i *Image) badUser(why string) error {
	return problem.New(problem.Failed, "name a user by number in the image's USER, such as 65532, and build it again",
		"image %.19s… cannot be run: its user %.100q %s", i.Digest, i.Config.Config.User, why)
}

func parseID(s string) (int, bool) {
	id, err := strconv.Atoi(s)
	return id, err == nil && id >= 0 && id <= maxID && s[0] != '+'
}

// account is a line of /etc/passwd.
type account struct {
	name     string
	uid, gid int
}

// findAccount looks for a name, or for a number as a name. "" is root.
func findAccount(passwd []byte, who string) (account, bool) {
	id, byID := parseID(who)
	if who == "" {
		id, byID = 0, true
	}
	for f := range accountFields(passwd, 4) {
		uid, ok := parseID(f[2])
		gid, ok2 := parseID(f[3])
		if ok && ok2 && (f[0] == who && who != "" || byID && uid == id) {
			return account{f[0], uid, gid}, true
		}
	}
	return account{}, false
}

func findGroup(groups []byte, which string) (id int, ok bool) {
	want, byID := parseID(which)
	for f := range accountFields(groups, 3) {
		if id, ok := parseID(f[2]); ok && (f[0] == which || byID && id == want) {
			return id, true
		}
	}
	return 0, false
}

// groupsOf are the groups that list a user.
func groupsOf(groups []byte, user string) (ids []int) {
	if user == "" {
		return nil
	}
	for f := range accountFields(groups, 4) {
		for member := range strings.SplitSeq(f[3], ",") {
			if id, ok := parseID(f[2]); ok && member == user && len(ids) < maxGroups {
				ids = append(ids, id)
			}
		}
	}
	return ids
}

// maxGroups is how many a process may have, with one to spare.
const maxGroups = 1 << 15

// accountFields yields the lines of such a file that have at least n fields.
func accountFields(file []byte, n int) func(yield func([]string) bool) {
	return func(yield func([]string) bool) {
		for line := range bytes.Lines(file) {
			f := strings.Split(strings.TrimSpace(string(line)), ":")
			if len(f) >= n && !yield(f) {
				return
			}
		}
	}
}

// LocalNote says what a person should know about the user that an image runs as
// on this machine, "" for nothing. euid is the user who runs it.
func (u User) LocalNote(euid int) string {
	switch {
	case euid == 0 && u.Name != "" && u.UID == 0:
		return fmt.Sprintf("the image asks for user %q: without a container no image runs as root, so it runs as user %d", u.Name, Nobody)
	case euid != 0 && u.UID != 0 && u.UID != Nobody && u.UID != euid:
		return fmt.Sprintf("the image asks for user %q: only root can do that, so it runs as your user", u.Name)
	}
	return ""
}
