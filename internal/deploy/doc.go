// Package deploy is the engine: it takes a target from one release to another
// without losing a request, and proves it.
//
// A deploy is a list of steps, which [NewPlan] makes from the state of the
// target and the request. [Engine.Run] holds the target's lock, writes the
// intent of each step to the journal before its effect and the outcome after
// it, and watches everything through a probe that sends requests all the time.
// The state of a deploy is a [Phase]; the table in phase.go has every
// transition. When a step fails, the engine rolls back: traffic returns to the
// color that had it, and the color that failed is stopped after the end of its
// log was read.
//
// A process that dies in the middle leaves a journal that says what began.
// [Engine.Resume] continues from there and [Engine.Undo] rolls back. Every step
// is safe to repeat, so neither has to know how far the last effect came.
//
// What a deploy shares is the deployment; each part of it has a type of its own:
// executor (phases and steps), starter, gate, router, watcher, retirer, and
// rollback. Package judge decides whether the new color does its work.
//
// The package knows targets only by the interfaces in target.go and
// capability.go, and prints nothing: it reports through package progress.
package deploy
