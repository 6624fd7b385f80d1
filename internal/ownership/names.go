package ownership

import (
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
	name := groupName(group)
	return name == userName(owner) || name == strconv.Itoa(group) && group == owner
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
