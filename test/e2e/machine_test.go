package main

import (
	"slices"
	"testing"
)

func TestBeside(t *testing.T) {
	before := machine{"mount /": true, "process 7 containerd": true}
	after := machine{"mount /": true, "process 8 containerd": true, "namespace /run/netns/worker": true}
	if got, want := after.beside(before), []string{"namespace /run/netns/worker", "process 8 containerd"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if now := look(); !now["mount /"] || len(now.beside(now)) > 0 {
		t.Errorf("looked at the machine and saw %v", now)
	}
}
