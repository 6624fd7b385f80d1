package ui

import "version-manager/internal/deploy"

// symbols are the signs of the tree. A word always stands beside them.
type symbols struct {
	begin, branch, last, stem, bar, arrow, ellipsis string
	status                                          map[deploy.Status]string
}

func (s *Streams) symbols() symbols {
	if s.Unicode {
		return symbols{
			begin: "►", branch: "├─", last: "└─", stem: "│", bar: "│", arrow: "→", ellipsis: "…",
			status: map[deploy.Status]string{
				"": " ", deploy.StatusRunning: "◎", deploy.StatusDone: "✔", deploy.StatusSkipped: "-", deploy.StatusFailed: "✗", deploy.StatusStopped: "■",
			},
		}
	}
	return symbols{
		begin: ">", branch: "|-", last: "`-", stem: "|", bar: "|", arrow: "->", ellipsis: "~",
		status: map[deploy.Status]string{
			"": " ", deploy.StatusRunning: "*", deploy.StatusDone: "+", deploy.StatusSkipped: "-", deploy.StatusFailed: "x", deploy.StatusStopped: "!",
		},
	}
}

func tintOf(s deploy.Status) tint {
	switch s {
	case deploy.StatusRunning:
		return active
	case deploy.StatusDone:
		return good
	case deploy.StatusFailed:
		return bad
	}
	return faint
}
