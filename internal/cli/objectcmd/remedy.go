package objectcmd

import (
	"fmt"
	"slices"
	"strings"

	"version-manager/internal/cli/answer"
	"version-manager/internal/color"
	"version-manager/internal/deploy"
	"version-manager/internal/kube"
)

// remedyCommand returns the command line that removes the differences. A
// deploy leaves alone what runs the version already: if it is on standby, it
// has to be stopped first, and for the active color only the objects themselves
// can be corrected.
func (o diffOptions) remedyCommand(t deploy.Target, now deploy.Observed, d answer.Diff, replicas int) string {
	deployIt := "version-manager deploy " + string(d.Version)
	remote, ok := t.(deploy.ClusterLocator)
	switch {
	case !ok || now.Active == color.None:
		return deployIt
	case now.Colors[now.Active.Other()].Version == d.Version:
		return "version-manager cleanup --standby && " + deployIt
	case now.Colors[now.Active].Version != d.Version:
		return deployIt
	}
	which := o.flags.Cluster.ForPlace(remote.LocateCluster())
	objects, widened, missing := groupObjects(d)
	var lines []string
	if len(objects) > 0 {
		lines = append(lines, fmt.Sprintf("version-manager render %s --app-color %s --replicas %d --only %s %s | kubectl %s apply --server-side --force-conflicts --field-manager=%s -f -",
			d.Version, now.Active, replicas, strings.Join(objects, ","), which, which, kube.FieldManager))
	}
	for _, route := range widened {
		lines = append(lines, fmt.Sprintf(`kubectl %s patch httproute %s --type merge -p '{"spec":{"hostnames":null}}'`, which, route))
	}
	rest := strings.Join(lines, "; ")
	switch {
	case !missing:
		return rest
	case rest == "":
		return deployIt // it creates what is missing
	}
	return deployIt + " " + which + " && " + rest
}

// groupObjects sorts the objects that differ, named by the first word of each
// line, by their remedy. What somebody else added to a route stays when the
// route is applied again, so it is patched.
func groupObjects(d answer.Diff) (applied, patched []string, missing bool) {
	for _, line := range d.Differences {
		name, _, _ := strings.Cut(line, " ")
		route, is := strings.CutPrefix(name, "HTTPRoute/")
		switch {
		case strings.HasSuffix(line, " is missing") && !strings.HasPrefix(name, "Deployment/"):
			missing = true
		case is && strings.HasSuffix(line, " should not be there"):
			patched = append(patched, route)
		case !slices.Contains(applied, name):
			applied = append(applied, name)
		}
	}
	return applied, patched, missing
}
