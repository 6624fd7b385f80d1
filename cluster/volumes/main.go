// Command volumes makes and removes the folders behind local volumes.
//
// The local-path provisioner has no access to the disks of the nodes. For each
// volume, it starts a pod on the volume's node that runs a command with the name
// of the folder. Usually, the command is a shell script in a busybox image. This
// program does the same, so no image has to be pulled:
//
//	volumes -p FOLDER -s BYTES -m MODE -a create|delete
//
// The provisioner passes these flags. The size is not enforced, as in upstream's
// script: all folders share the disk of the node.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	if err := runAction(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "volumes:", err)
		os.Exit(1)
	}
}

func runAction(args []string) error {
	flags := flag.NewFlagSet("volumes", flag.ContinueOnError)
	folder := flags.String("p", "", "folder of the volume")
	action := flags.String("a", "", "create or delete")
	flags.Int64("s", 0, "requested bytes; not enforced")
	flags.String("m", "", "always Filesystem")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if !filepath.IsAbs(*folder) || filepath.Clean(*folder) != *folder || filepath.Dir(*folder) == "/" {
		return fmt.Errorf("%q is not a subfolder of a folder for volumes", *folder)
	}
	switch *action {
	case "create":
		return createFolder(*folder)
	case "delete":
		return os.RemoveAll(*folder)
	}
	return fmt.Errorf("-a must be create or delete, not %q", *action)
}

// createFolder makes a folder that every user can write to. The user of the pod
// is not known yet, and without an fsGroup nothing else would give it access.
// Chmod is needed because Mkdir's mode is subject to the umask.
func createFolder(folder string) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	return os.Chmod(folder, 0o777)
}
