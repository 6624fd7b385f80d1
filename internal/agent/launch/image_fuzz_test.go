package launch

import (
	"bytes"
	"os"
	"strings"
	"testing"
)

// FuzzExecutable looks at a program's headers.
func FuzzExecutable(f *testing.F) {
	f.Add([]byte("\x7fELF\x02\x01\x01"))
	f.Add([]byte("\xcf\xfa\xed\xfe"))
	f.Add([]byte("#!/bin/sh"))
	if self, err := os.Executable(); err == nil {
		if b, err := os.ReadFile(self); err == nil {
			f.Add(b[:4096])
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		_ = checkELF(bytes.NewReader(b), "/x")
		_ = checkMachO(bytes.NewReader(b), "/x")
	})
}

func FuzzStopSignal(f *testing.F) {
	f.Add("SIGQUIT")
	f.Add("15")
	f.Add("RTMIN+3")
	f.Fuzz(func(t *testing.T, name string) {
		if sig, err := stopSignal(name); err == nil && (sig <= 0 || sig > 64) {
			t.Errorf("%q is signal %d", name, sig)
		}
	})
}

// FuzzCandidates looks a program up. Every path stays in the image.
func FuzzCandidates(f *testing.F) {
	f.Add("app", "/srv", "/bin:../..")
	f.Add("../../x", "..", "")
	f.Fuzz(func(t *testing.T, name, workdir, search string) {
		for _, p := range candidatePaths(name, workdir, []string{"PATH=" + search}) {
			if !strings.HasPrefix(p, "/") || strings.Contains(p+"/", "/../") {
				t.Errorf("candidate %q", p)
			}
		}
	})
}
