package cli

import (
	"fmt"
	"slices"
	"strings"

	"version-manager/internal/color"
	"version-manager/internal/deploy"
	"version-manager/internal/kube"
)

// remedy is the line that makes the differences go. A deploy leaves alone what
// runs the version already: on standby it has to go first, and of the active
// color only the objects themselves can be put right.
func (o diffOptions) remedy(t deploy.Target, now deploy.Observed, d drift, replicas int) string {
	deployIt := "version-manager deploy " + string(d.Version)
	remote, ok := t.(elsewhere)
	switch {
	case !ok || now.Active == color.None:
		return deployIt
	case now.Colors[now.Active.Other()].Version == d.Version:
		return "version-manager cleanup --standby && " + deployIt
	case now.Colors[now.Active].Version != d.Version:
		return deployIt
	}
	which := o.global.cluster.which(remote.Where())
	objects, widened, missing := d.objects()
	var lines []string
	if len(objects) > 0 {
		lines = append(lines, fmt.Sprintf("version-manager render %s --color %s --replicas %d --only %s %s | kubectl %s apply --server-side --force-conflicts --field-manager=%s -f -",
			d.Version, now.Active, replicas, strings.Join(objects, ","), which, which, kube.Manager))
	}
	for _, route := range widened {
		lines = append(lines, fmt.Sprintf(`kubectl %s patch httproute %s --type merge -p '{"spec":{"hostnames":null}}'`, which, route))
	}
	rest := strings.Join(lines, "; ")
	switch {
	case !missing:
		return rest
	case rest == "":
		return deployIt // it makes again what is gone
	}
	return deployIt + " " + which + " && " + rest
}

// objects are those that differ, by the first word of each line. What was
// added to a route by somebody else stays when it is applied again.
func (d drift) objects() (applied, patched []string, missing bool) {
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
