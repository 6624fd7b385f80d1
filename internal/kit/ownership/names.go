package ownership

import (
	"bytes"
	"io"
	"iter"
	"os"
	"os/user"
	"runtime"
	"strconv"
	"strings"
)

// overflowUser is the number under which Linux shows the files of users who
// do not exist in a user namespace, root of the machine among them.
const overflowUser = 65534

// adminGroup is macOS' group of those who may become root anyway.
const adminGroup = 80

// inUserNamespace reports whether users have other numbers here than outside.
func inUserNamespace() bool {
	b, err := os.ReadFile("/proc/self/uid_map")
	return err == nil && strings.Join(strings.Fields(string(b)), " ") != "0 0 4294967295"
}

// private reports whether a group has no member but the owner of the file, as
// the groups that many systems make for each user, and whose umask is 002.
func private(owner, group int) bool {
	if group == 0 || runtime.GOOS == "darwin" && group == adminGroup {
		return true
	}
	if runtime.GOOS == "darwin" {
		return false // all users share the group staff
	}
	name, who := groupName(group), userName(owner)
	if name == strconv.Itoa(group) {
		return group == owner
	}
	return name == who && !shared(readTable("/etc/group"), readTable("/etc/passwd"), group, who)
}

// shared reports whether a group has members other than one: by the table of
// groups, or because it is somebody else's primary group.
func shared(groups, users []byte, gid int, who string) bool {
	id := strconv.Itoa(gid)
	for f := range rows(groups, 4) {
		if f[2] != id {
			continue
		}
		for member := range strings.SplitSeq(f[3], ",") {
			if member != "" && member != who && member != "root" {
				return true
			}
		}
	}
	for f := range rows(users, 4) {
		if f[3] == id && f[0] != who {
			return true
		}
	}
	return false
}

// maxTable bounds what is read of the tables of users and groups.
const maxTable = 16 << 20

// readTable returns a table of the system. A system that has none, or keeps it
// elsewhere, has nothing in it that would count.
func readTable(file string) []byte {
	f, err := os.Open(file)
	if err != nil {
		return nil
	}
	defer f.Close()
	b, _ := io.ReadAll(io.LimitReader(f, maxTable))
	return b
}

// rows yields the rows that have at least n fields.
func rows(table []byte, n int) iter.Seq[[]string] {
	return func(yield func([]string) bool) {
		for line := range bytes.Lines(table) {
			f := strings.Split(strings.TrimSpace(string(line)), ":")
			if len(f) >= n && !yield(f) {
				return
			}
		}
	}
}

func userName(uid int) string {
	if u, err := user.LookupId(strconv.Itoa(uid)); err == nil {
		return u.Username
	}
	return strconv.Itoa(uid)
}

func groupName(gid int) string {
	if g, err := user.LookupGroupId(strconv.Itoa(gid)); err == nil {
		return g.Name
	}
	return strconv.Itoa(gid)
}
