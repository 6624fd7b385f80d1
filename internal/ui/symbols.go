package ui

import "version-manager/internal/progress"

// symbols are the signs of the tree. A word is always next to them.
type symbols struct {
	begin, branch, last, stem, bar, arrow, ellipsis string
	status                                          map[progress.Status]string
}

func (s *Streams) symbols() symbols {
	if s.Unicode {
		return symbols{
			begin: "►", branch: "├─", last: "└─", stem: "│", bar: "│", arrow: "→", ellipsis: "…",
			status: map[progress.Status]string{
				"": " ", progress.StatusRunning: "◎", progress.StatusDone: "✔", progress.StatusSkipped: "-", progress.StatusFailed: "✗", progress.StatusStopped: "■",
			},
		}
	}
	return symbols{
		begin: ">", branch: "|-", last: "`-", stem: "|", bar: "|", arrow: "->", ellipsis: "~",
		status: map[progress.Status]string{
			"": " ", progress.StatusRunning: "*", progress.StatusDone: "+", progress.StatusSkipped: "-", progress.StatusFailed: "x", progress.StatusStopped: "!",
		},
	}
}

func tintOf(s progress.Status) tint {
	switch s {
	case progress.StatusRunning:
		return active
	case progress.StatusDone:
		return good
	case progress.StatusFailed:
		return bad
	}
	return faint
}
