package objects

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
)

// ListEvents reads the events of the app's objects, oldest first. Events have
// no labels, but the names of all our objects begin with the app's.
func (a *App) ListEvents(ctx context.Context) ([]*corev1.Event, error) {
	all, err := ListTyped[corev1.Event](ctx, a.Kube, a.ObjectRef("Event", ""), "")
	if err != nil {
		return nil, fmt.Errorf("read events: %w", err)
	}
	var found []*corev1.Event
	for _, e := range all {
		if name := e.InvolvedObject.Name; name == a.Name || strings.HasPrefix(name, a.Name+"-") {
			found = append(found, e)
		}
	}
	slices.SortStableFunc(found, func(a, b *corev1.Event) int { return EventTime(a).Compare(EventTime(b)) })
	return found, nil
}

// EventTime is when an event happened last. Which of its fields says so
// depends on who reported it.
func EventTime(e *corev1.Event) time.Time {
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
