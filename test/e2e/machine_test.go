package main

import (
	"slices"
	"testing"
)

func TestBeside(t *testing.T) {
	before := machineState{"mount /": true, "process 7 containerd": true}
	after := machineState{"mount /": true, "process 8 containerd": true, "namespace /run/netns/worker": true}
	if got, want := after.addedSince(before), []string{"namespace /run/netns/worker", "process 8 containerd"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if now := listMachineState(); !now["mount /"] || len(now.addedSince(now)) > 0 {
		t.Errorf("looked at the machine and saw %v", now)
	}
}
