package appcmd

import (
	"fmt"
	"slices"

	"version-manager/internal/cli/command"
	"version-manager/internal/cli/targets"
	"version-manager/internal/deploy"
	"version-manager/internal/kit/problem"
	"version-manager/internal/release"
	"version-manager/internal/ui"
)

// promptVersion lists the versions, proposes one and returns the choice.
func (o rollbackOptions) promptVersion(app targets.App, now deploy.Observed, proposed release.Version) (string, error) {
	releases, err := app.Project.Store().ListRecords(app.Project.App.Name)
	if err != nil {
		o.inv.PrintNote("%v", err)
	}
	table := ui.Table{Heading: []string{"VERSION", "STATE", "COMMIT", "MESSAGE"}}
	for _, r := range slices.Backward(releases) {
		table.AddRow(string(r.Version), targets.DescribeVersion(now, r.Version), command.ShortHash(r.Commit), r.Message)
	}
	if err := table.WriteTo(o.inv.Streams.Err); err != nil {
		return "", err
	}
	answer, err := o.inv.PromptLine(fmt.Sprintf("roll back to %s? [Y/n or another version] ", proposed))
	switch {
	case err != nil:
		return "", err
	case answer == "" || command.IsYes(answer):
		return string(proposed), nil
	case command.IsNo(answer):
		return "", problem.New(problem.Interrupted, "", "rollback: canceled, nothing changed")
	}
	return answer, nil
}
