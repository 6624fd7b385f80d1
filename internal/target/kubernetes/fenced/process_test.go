package fenced

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"strings"
	"testing"

	"version-manager/internal/kit/process"
)

func TestIsGone(t *testing.T) {
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
		if got := isGone(tt.id, tt.look); got != tt.want {
			t.Errorf("%s: isGone = %t, want %t", name, got, tt.want)
		}
	}
}

func TestProcessDied(t *testing.T) {
	if markProcess() == "" {
		t.Skip("a process cannot be recognized here")
	}
	for name, tt := range map[string]struct {
		mark string
		want bool
	}{
		"this process":      {markProcess(), false},
		"its number reused": {strings.Replace(markProcess(), `"start":"`, `"start":"x`, 1), true},
		"in another world":  {strings.Replace(strings.Replace(markProcess(), `"start":"`, `"start":"x`, 1), `"world":"`, `"world":"x`, 1), false},
		"without a world":   {`{"pid":1,"start":"x","world":""}`, false},
		"no mark":           {"", false},
		"something else":    {"scribbling", false},
	} {
		if got := processDied(tt.mark); got != tt.want {
			t.Errorf("%s: processDied = %t", name, got)
		}
	}
}
