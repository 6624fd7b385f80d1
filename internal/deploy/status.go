package deploy

import "version-manager/internal/progress"

// progressStatus returns a side as progress events show it.
func progressStatus(s Side) *progress.ColorStatus {
	status := &progress.ColorStatus{
		Version: string(s.Version), Image: s.Image, Want: s.Want,
		InFlight: s.InFlight, Tunnels: s.Tunnels, Requests: s.Requests, Errors: s.Errors, Edited: s.Edited,
	}
	if s.Instances != nil {
		status.Instances = make([]progress.InstanceStatus, 0, len(s.Instances)) // [] stays [] in JSON
	}
	for _, i := range s.Instances {
		status.Instances = append(status.Instances, progress.InstanceStatus(i))
	}
	return status
}
