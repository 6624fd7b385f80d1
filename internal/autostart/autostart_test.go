package autostart

import (
	"context"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"version-manager/internal/kit/golden"
)

func plainService() Service {
	return Service{App: "shop", Program: "/usr/local/bin/version-manager", State: "/home/ada/.local/state/version-manager/shop",
		Env: []string{"PATH=/usr/local/bin:/usr/bin:/bin", "TZ=Europe/Berlin"}}
}

// hostileService has everything that unit files and property lists give a meaning to.
func hostileService() Service {
	return Service{App: "shop", Program: "/opt/my tools/100%/$HOME/version-manager", State: `/home/ada/a "b" \c $HOME ${X} %h 'd' ü <&>`,
		Env: []string{`PATH=/opt/my "tools"\bin:/usr/bin:%h:$HOME`}}
}

func TestGolden(t *testing.T) {
	for name, make := range map[string]func() (string, error){
		"user.service":    func() (string, error) { return systemdUnit(plainService(), false) },
		"system.service":  func() (string, error) { return systemdUnit(plainService(), true) },
		"hostile.service": func() (string, error) { return systemdUnit(hostileService(), false) },
		"plain.plist":     func() (string, error) { return launchdList(plainService()) },
		"hostile.plist":   func() (string, error) { return launchdList(hostileService()) },
	} {
		got, err := make()
		if err != nil {
			t.Fatal(err)
		}
		golden.CompareFile(t, filepath.Join("testdata", name), []byte(got))
	}
}

// What systemd reads is what was meant, by its own account.
func TestSystemdAcceptsTheUnits(t *testing.T) {
	analyze, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Skip("there is no systemd-analyze here")
	}
	dir := filepath.Join(t.TempDir(), "100% $HOME")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(dir, "version-manager")
	if err := os.WriteFile(program, []byte("#!/bin/sh\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	for name, s := range map[string]Service{"plain": plainService(), "hostile": hostileService()} {
		s.Program = program
		for _, system := range []bool{true, false} {
			text, err := systemdUnit(s, system)
			if err != nil {
				t.Fatal(err)
			}
			file := filepath.Join(t.TempDir(), name+".service")
			if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
			out, err := exec.CommandContext(t.Context(), analyze, "verify", "--man=no", file).CombinedOutput()
			if complaints := wantAbout(string(out), filepath.Base(file)); err != nil && complaints != "" || strings.Contains(complaints, "not executable") {
				t.Errorf("%s: %v\n%s\n%s", name, err, complaints, text)
			}
		}
	}
}

// wantAbout leaves out what systemd-analyze says of other units of the machine.
func wantAbout(out, unit string) string {
	var lines []string
	for line := range strings.Lines(out) {
		if strings.Contains(line, unit) {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "")
}

func TestPropertyListsAreXML(t *testing.T) {
	text, err := launchdList(hostileService())
	if err != nil {
		t.Fatal(err)
	}
	var found bool
	for d := xml.NewDecoder(strings.NewReader(text)); ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if chars, ok := token.(xml.CharData); ok && string(chars) == hostileService().State {
			found = true
		}
	}
	if !found {
		t.Error("the state folder did not survive")
	}
}

func TestWhatCannotBeWrittenIsRefused(t *testing.T) {
	for name, s := range map[string]Service{
		"relative program":      {Program: "bin/version-manager", State: "/state"},
		"relative state":        {Program: "/bin/version-manager", State: "state"},
		"newline":               {Program: "/bin/version-manager", State: "/a\nExecStartPost=/bin/evil"},
		"temporary program":     {Program: "/tmp/go-build123/b001/exe/version-manager", State: "/state"},
		"quotes in the program": {Program: `/opt/"x"/version-manager`, State: "/state"},
	} {
		if text, err := systemdUnit(s, false); err == nil {
			t.Errorf("%s:\n%s", name, text)
		}
	}
}

func TestKeepEnvWritesNoSecrets(t *testing.T) {
	got := KeepEnv([]string{"PATH=/bin", "GEMINI_API_KEY=secret", "https_proxy=http://ada:secret@proxy:3128", "HTTP_PROXY=http://proxy:3128", "TZ=a\nb"})
	if text := strings.Join(got, " "); text != "HTTP_PROXY=http://proxy:3128 PATH=/bin" {
		t.Errorf("kept %q", text)
	}
}

func TestInstallStatusRemove(t *testing.T) {
	for _, launchd := range []bool{false, true} {
		var ran []string
		m := Manager{Launchd: launchd, Dir: filepath.Join(t.TempDir(), "services"), run: func(_ context.Context, argv ...string) error {
			ran = append(ran, strings.Join(argv, " "))
			return nil
		}}
		s := plainService()
		if m.ServiceStatus(s).Installed {
			t.Error("installed before it was")
		}
		for range 2 { // again is fine
			if notes, err := m.InstallService(t.Context(), s); err != nil || len(notes) > 0 {
				t.Fatal(notes, err)
			}
		}
		if st := m.ServiceStatus(s); !st.Installed || !st.Current || len(ran) == 0 {
			t.Errorf("%+v after %q", st, ran)
		}
		moved := s
		moved.Program = "/elsewhere/version-manager"
		if st := m.ServiceStatus(moved); !st.Installed || st.Current {
			t.Errorf("for another program: %+v", st)
		}
		other := s
		other.State += "2"
		if m.ServiceStatus(other).Installed {
			t.Error("the service of one folder stands for another")
		}
		if existed, err := m.RemoveService(t.Context(), s); !existed || err != nil || m.ServiceStatus(s).Installed {
			t.Error(existed, err)
		}
		if existed, err := m.RemoveService(t.Context(), s); existed || err != nil {
			t.Error("removed twice", existed, err)
		}
	}
}

// Where systemd does not run, as in a container, the service is still in place.
func TestInstallWithoutAManager(t *testing.T) {
	m := Manager{Dir: t.TempDir(), run: func(context.Context, ...string) error { return errors.New("not booted with systemd") }}
	notes, err := m.InstallService(t.Context(), plainService())
	if err != nil || len(notes) != 1 || !strings.Contains(notes[0], "not booted with systemd") || !m.ServiceStatus(plainService()).Installed {
		t.Errorf("%q, %v", notes, err)
	}
}
