package kubernetes

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"

	"version-manager/internal/deploy"
)

// eventsAge is how old an event may be to be worth showing.
const eventsAge = 10 * time.Minute

// events reads what the cluster reported about the app's objects, oldest
// first. Events have no labels; the names of all that we make begin with the
// app's.
func (t *Target) events(ctx context.Context) ([]*corev1.Event, error) {
	all, err := list[corev1.Event](ctx, t.kube, t.ref("Event", ""), "")
	if err != nil {
		return nil, fmt.Errorf("read events: %w", err)
	}
	var found []*corev1.Event
	for _, e := range all {
		if name := e.InvolvedObject.Name; name == t.app || strings.HasPrefix(name, t.app+"-") {
			found = append(found, e)
		}
	}
	slices.SortStableFunc(found, func(a, b *corev1.Event) int { return eventTime(a).Compare(eventTime(b)) })
	return found, nil
}

// eventTime is when it happened last. Which of its fields says so depends on
// who reported it.
func eventTime(e *corev1.Event) time.Time {
	switch {
	case e.Series != nil:
		return e.Series.LastObservedTime.Time
	case !e.LastTimestamp.IsZero():
		return e.LastTimestamp.Time
	case !e.EventTime.IsZero():
		return e.EventTime.Time
	}
	return e.CreationTimestamp.Time
}

// lastOf returns the last n warnings about an object, or about one that was
// made for it.
func lastOf(events []*corev1.Event, object string, n int) (list []*corev1.Event) {
	for _, e := range events {
		if e.Type == corev1.EventTypeWarning && strings.HasPrefix(e.InvolvedObject.Name, object) {
			list = append(list, e)
		}
	}
	return list[max(0, len(list)-n):]
}

// recent returns the events of the last minutes as people read them.
func recent(events []*corev1.Event, now time.Time) []deploy.ClusterEvent {
	list := []deploy.ClusterEvent{}
	for _, e := range events {
		at := eventTime(e)
		if now.Sub(at) > eventsAge {
			continue
		}
		count := int(e.Count)
		if e.Series != nil {
			count = int(e.Series.Count)
		}
		list = append(list, deploy.ClusterEvent{
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
