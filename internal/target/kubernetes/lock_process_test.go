package kubernetes

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"testing"

	"version-manager/internal/kit/process"
)

func TestOnlyWhoIsSurelyDeadIsTakenForDead(t *testing.T) {
	self, err := process.Of(os.Getpid())
	if err != nil {
		t.Skip(err)
	}
	ended := exec.Command(os.Args[0], "-test.run=^$")
	if err := ended.Run(); err != nil {
		t.Fatal(err)
	}
	says := func(id process.Identity, err error) func(int) (process.Identity, error) {
		return func(int) (process.Identity, error) { return id, err }
	}
	for name, tt := range map[string]struct {
		id   process.Identity
		look func(int) (process.Identity, error)
		want bool
	}{
		"lives":          {self, process.Of, false},
		"is hidden":      {self, says(process.Identity{}, fs.ErrNotExist), false},
		"cannot be read": {self, says(process.Identity{}, errors.New("too many open files")), false},
		"is a zombie":    {self, says(process.Identity{}, process.ErrGone), true},
		"is another":     {process.Identity{PID: self.PID, Start: "1"}, process.Of, true},
		"has ended":      {process.Identity{PID: ended.Process.Pid, Start: "1"}, process.Of, true},
		"names nobody":   {process.Identity{}, process.Of, false},
	} {
		if got := gone(tt.id, tt.look); got != tt.want {
			t.Errorf("%s: gone = %t, want %t", name, got, tt.want)
		}
	}
}
