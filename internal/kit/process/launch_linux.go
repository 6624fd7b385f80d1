package process

import "golang.org/x/sys/unix"

// adoptOrphans makes this process the parent of all that its children leave
// behind, as process 1 is in a container. What a program starts in a session
// of its own is then found below it.
func adoptOrphans() error { return unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) }

// gainNothing keeps programs like sudo from giving this process, and all that
// it starts, more than it has.
func gainNothing() error { return unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) }
