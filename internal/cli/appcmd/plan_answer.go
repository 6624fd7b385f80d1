package appcmd

import (
	"time"

	"version-manager/internal/cli/answer"
	"version-manager/internal/color"
	"version-manager/internal/deploy"
	"version-manager/internal/release"
)

func planCapacity(now deploy.Observed, plan deploy.Plan) []answer.Capacity {
	var list []answer.Capacity
	for _, c := range color.Both() {
		side := now.Colors[c]
		row := answer.Capacity{Color: c, Now: side.Want, Has: side.Version, During: side.Want, Then: side.Want, Gets: side.Version}
		switch {
		case c == plan.New:
			row.During, row.Then, row.Gets = plan.Replicas, plan.Replicas, plan.To()
		case plan.Kind == deploy.Plain:
			row.Then, row.Gets = 0, ""
		}
		list = append(list, row)
	}
	return list
}

func compareParts(from, to release.Release) []answer.PartChange {
	part := func(name, a, b string) answer.PartChange {
		return answer.PartChange{Part: name, From: a, To: b, Changed: a != b}
	}
	return []answer.PartChange{
		part("image", from.Image, to.Image),
		part("config", from.ConfigID, to.ConfigID),
		part("infrastructure", from.InfraID, to.InfraID),
	}
}

func estimateSteps(plan deploy.Plan, took map[string]time.Duration) []answer.PlanStep {
	var list []answer.PlanStep
	for _, s := range plan.Steps {
		list = append(list, answer.PlanStep{Name: s.Name, What: s.What, Seconds: took[s.Name].Round(time.Millisecond).Seconds()})
	}
	return list
}
