// Command livedin runs a command, such as the tests, on a machine that looks
// lived in: an app already listens on every port that this project uses by
// default, the home folder has a kubeconfig and unusual git settings, and the
// environment has values that a person left there.
//
//	go run ./test/livedin go test ./...
//
// It fails if the command fails, or if anything that the command started
// connected to one of those ports: a test that connects to an address that it
// did not open itself depends on what else runs on the machine.
package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
)

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "usage: livedin COMMAND [ARGUMENT...]")
		os.Exit(2)
	}
	if err := runCommand(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "livedin:", err)
		os.Exit(1)
	}
	fmt.Println("livedin: passed, no connections to ports of other programs")
}

func runCommand(argv []string) error {
	decoys := listenAll()
	defer decoys.closeAll()
	home, err := os.MkdirTemp("", "livedin-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(home)
	env, err := livedInEnviron(home, os.Environ())
	if err != nil {
		return err
	}
	fmt.Printf("livedin: holding %d ports, home %s\n", len(decoys.listeners), home)
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Env, cmd.Stdout, cmd.Stderr = env, os.Stdout, os.Stderr
	return errors.Join(runForeground(cmd), decoys.connectionError())
}

// runForeground runs cmd and passes on SIGTERM and SIGINT.
func runForeground(cmd *exec.Cmd) error {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT)
	defer signal.Stop(signals)
	if err := cmd.Start(); err != nil {
		return err
	}
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	for {
		select {
		case s := <-signals:
			_ = cmd.Process.Signal(s) // it may have ended just now
		case err := <-done:
			return err
		}
	}
}
