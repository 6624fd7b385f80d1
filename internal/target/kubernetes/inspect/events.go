package inspect

import (
	"cmp"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"

	"version-manager/internal/clusterstatus"
	"version-manager/internal/target/kubernetes/objects"
)

// maxEventAge is how old an event may be to be shown.
const maxEventAge = 10 * time.Minute

// recentEvents returns the events of the last minutes as people read them.
func recentEvents(events []*corev1.Event, now time.Time) []clusterstatus.Event {
	list := []clusterstatus.Event{}
	for _, e := range events {
		at := objects.EventTime(e)
		if now.Sub(at) > maxEventAge {
			continue
		}
		count := int(e.Count)
		if e.Series != nil {
			count = int(e.Series.Count)
		}
		list = append(list, clusterstatus.Event{
			Time:    at.UTC(),
			Warning: e.Type == corev1.EventTypeWarning,
			Object:  strings.ToLower(e.InvolvedObject.Kind) + "/" + e.InvolvedObject.Name,
			Reason:  e.Reason,
			Message: e.Message,
			Count:   cmp.Or(count, 1),
		})
	}
	return list
}
