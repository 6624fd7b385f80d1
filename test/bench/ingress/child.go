package main

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// child is a process that ends with the benchmark, however that ends.
type child struct {
	cmd  *exec.Cmd
	addr string
	log  string // file with what it said
}

// startChild runs a command in dir and waits until it can be connected to: at
// addr, or, if that is empty, at the address in its first line.
func startChild(ctx context.Context, dir, addr, name string, args ...string) (*child, error) {
	c := &child{addr: addr, log: filepath.Join(dir, filepath.Base(name)+".log")}
	log, err := os.OpenFile(c.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	defer log.Close()
	c.cmd = exec.CommandContext(ctx, name, args...)
	c.cmd.Dir, c.cmd.Stderr = dir, log
	c.cmd.Env = append(os.Environ(), "HOME="+dir, "XDG_CONFIG_HOME="+dir, "XDG_DATA_HOME="+dir)
	c.cmd.Cancel = func() error { return c.cmd.Process.Signal(syscall.SIGTERM) }
	c.cmd.WaitDelay = 3 * time.Second
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := c.cmd.Start(); err != nil {
		return nil, err
	}
	if addr == "" {
		line, _ := bufio.NewReader(out).ReadString('\n')
		c.addr = strings.TrimSpace(line)
	}
	if err := c.awaitReady(ctx); err != nil {
		c.stopChild()
		said, _ := os.ReadFile(c.log)
		return nil, fmt.Errorf("start %s: %w\n%s", name, err, said)
	}
	return c, nil
}

func (c *child) awaitReady(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	for {
		nc, err := new(net.Dialer).DialContext(ctx, "tcp", c.addr)
		if err == nil {
			return nc.Close()
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// stopChild ends the process: politely, and after three seconds for certain.
func (c *child) stopChild() {
	_ = c.cmd.Process.Signal(syscall.SIGTERM) // fails if it has ended
	t := time.AfterFunc(3*time.Second, func() { _ = c.cmd.Process.Kill() })
	defer t.Stop()
	_ = c.cmd.Wait() // how it ended no longer matters
}

// cpuSeconds is the processor time that the process and its children have used.
func (c *child) cpuSeconds() float64 { return processSeconds(c.cmd.Process.Pid) }
