package ui

import (
	"strings"
	"testing"
)

func TestTable(t *testing.T) {
	table := Table{Heading: []string{"VERSION", "WHEN", "MESSAGE"}}
	table.AddRow("v1.10.0", "3m ago", "a message that is longer than the terminal is wide")
	table.AddRow("v1.9.0", "2d ago", "tab\there")

	s, out, _ := TestStreams("")
	if err := table.WriteTo(s.Out); err != nil {
		t.Fatal(err)
	}
	want := "v1.10.0\t3m ago\ta message that is longer than the terminal is wide\n" +
		"v1.9.0\t2d ago\ttab here\n"
	if out.String() != want {
		t.Errorf("piped:\n%s\nwant:\n%s", out, want)
	}

	out.Reset()
	s.Out.Terminal = true
	s.Out.size = func() (int, int) { return 30, 24 }
	if err := table.WriteTo(s.Out); err != nil {
		t.Fatal(err)
	}
	want = "VERSION  WHEN    MESSAGE\n" +
		"v1.10.0  3m ago  a message th…\n" +
		"v1.9.0   2d ago  tab here\n"
	if out.String() != want {
		t.Errorf("on a terminal:\n%s\nwant:\n%s", out, want)
	}

	out.Reset()
	table.KeepWide = true
	if err := table.WriteTo(s.Out); err != nil {
		t.Fatal(err)
	}
	if want := "v1.10.0  3m ago  a message that is longer than the terminal is wide\n"; !strings.Contains(out.String(), want) {
		t.Errorf("uncut:\n%s\nwant:\n%s", out, want)
	}

	out.Reset()
	table.KeepWide, table.WrapLast = false, true
	if err := table.WriteTo(s.Out); err != nil {
		t.Fatal(err)
	}
	want = "VERSION  WHEN    MESSAGE\n" +
		"v1.10.0  3m ago\n" +
		"    a message that is longer\n" +
		"    than the terminal is wide\n" +
		"v1.9.0   2d ago  tab here\n"
	if out.String() != want {
		t.Errorf("with a reason:\n%s\nwant:\n%s", out, want)
	}

	out.Reset()
	facts := Table{}
	facts.AddRow("app", "tiny")
	facts.AddRow("active", "v1.0.0 on blue")
	if err := facts.WriteTo(s.Out); err != nil {
		t.Fatal(err)
	}
	if want := "app     tiny\nactive  v1.0.0 on blue\n"; out.String() != want {
		t.Errorf("without heading:\n%s\nwant:\n%s", out, want)
	}
}
