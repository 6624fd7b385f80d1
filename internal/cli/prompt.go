package cli

import (
	"bufio"
	"fmt"
	"slices"
	"strings"

	"version-manager/internal/deploy"
	"version-manager/internal/kit/problem"
	"version-manager/internal/release"
	"version-manager/internal/ui"
)

// ask lists the versions and proposes one.
func (o rollbackOptions) ask(p place, now deploy.Observed, propose release.Version) (string, error) {
	releases, err := p.store().List(p.app.Name)
	if err != nil {
		o.note("%v", err)
	}
	table := ui.Table{Heading: []string{"VERSION", "STATE", "COMMIT", "MESSAGE"}}
	for _, r := range slices.Backward(releases) {
		table.Add(string(r.Version), stateOf(now, r.Version), short(r.Commit), r.Message)
	}
	if err := table.Print(o.io.Err); err != nil {
		return "", err
	}
	answer, err := o.prompt(fmt.Sprintf("roll back to %s? [Y/n or another version] ", propose))
	switch {
	case err != nil:
		return "", err
	case answer == "" || strings.EqualFold(answer, "y") || strings.EqualFold(answer, "yes"):
		return string(propose), nil
	case strings.EqualFold(answer, "n") || strings.EqualFold(answer, "no"):
		return "", problem.New(problem.Interrupted, "", "rollback: canceled, nothing was changed")
	}
	return answer, nil
}

// prompt asks a person and returns the answer without spaces around it.
func (a *app) prompt(question string) (string, error) {
	fmt.Fprint(a.io.Err, ui.Clean(question))
	line, err := bufio.NewReader(a.io.In).ReadString('\n')
	if err != nil {
		return "", problem.Wrap(err, problem.Interrupted, "", "no answer, nothing was changed")
	}
	return strings.TrimSpace(line), nil
}
