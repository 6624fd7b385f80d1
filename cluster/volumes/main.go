// Command volumes makes and removes the folders behind local volumes.
//
// The local-path provisioner has no access to the nodes' disks. For each
// volume it starts a short pod on the volume's node, whose one container runs
// a command with the folder's name; elsewhere that is a shell script in a
// busybox image. This is the same as a program of its own, so that no image
// has to be pulled:
//
//	volumes -p FOLDER -s BYTES -m MODE -a create|delete
//
// The flags are those that the provisioner passes. The size is not enforced:
// a folder shares the node's disk, as it does with upstream's script.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "volumes:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	flags := flag.NewFlagSet("volumes", flag.ContinueOnError)
	folder := flags.String("p", "", "folder of the volume")
	action := flags.String("a", "", "create or delete")
	flags.Int64("s", 0, "bytes asked for; not enforced")
	flags.String("m", "", "Filesystem; there is no other")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if !filepath.IsAbs(*folder) || filepath.Clean(*folder) != *folder || filepath.Dir(*folder) == "/" {
		return fmt.Errorf("%q is not a folder below a folder for volumes", *folder)
	}
	switch *action {
	case "create":
		return create(*folder)
	case "delete":
		return os.RemoveAll(*folder)
	}
	return fmt.Errorf("-a must be create or delete, not %q", *action)
}

// create makes the folder for any user: which one the pod will run as is not
// known yet, and without an fsGroup nobody else would give it the folder. The
// mode is set on its own because Mkdir's goes through the umask.
func create(folder string) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	return os.Chmod(folder, 0o777)
}
