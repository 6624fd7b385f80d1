package ui

import "testing"

func TestPrintNote(t *testing.T) {
	const text = "the work tree differs from the version that is deployed, so to make a new version of what is in it:\n  version-manager create v1.0.1 -m 'a message that is long enough to need more than eighty columns of a terminal'"
	for _, tt := range []struct {
		terminal bool
		want     string
	}{
		{false, "the work tree differs from the version that is deployed, so to make a new version of what is in it: version-manager create v1.0.1 -m 'a message that is long enough to need more than eighty columns of a terminal'\n"},
		{true, "the work tree differs from the version that is deployed, so to make a new\nversion of what is in it:\n  version-manager create v1.0.1 -m 'a message that is long enough to need more than eighty columns of a terminal'\n"},
	} {
		s, _, err := TestStreams("")
		s.Err.Terminal = tt.terminal
		s.PrintNote("%s", text)
		if err.String() != tt.want {
			t.Errorf("terminal=%t: got\n%s\nwant\n%s", tt.terminal, err, tt.want)
		}
	}
}

func TestPrintNext(t *testing.T) {
	s, _, err := TestStreams("")
	s.PrintNext("version-manager resume\nversion-manager rollback")
	if want := "next: version-manager resume\n      version-manager rollback\n"; err.String() != want {
		t.Errorf("got\n%s\nwant\n%s", err, want)
	}
}
