// Package deploy is the engine: it takes a target from one release to another
// without losing a request, and proves it.
//
// A deploy is a list of steps, which [NewPlan] makes from what the target
// looks like and what is wanted. [Engine.Run] holds the target's lock, writes
// the intent of each step to the journal before its effect and the outcome
// after it, and watches everything through a probe that sends requests all
// the time. Where it stands is a [Phase]; the table in phase.go has every way
// from one phase to another. When a step fails the engine goes the way back:
// traffic returns to the color that had it, and the color that failed is
// stopped, after its last words were read.
//
// A process that dies in the middle leaves a journal that says what began.
// [Engine.Resume] goes on from there and [Engine.Undo] goes back; every step
// is safe to repeat, so neither has to know how far the last effect came.
//
// The package knows targets only by the interfaces in target.go and prints
// nothing: it emits an [Event] for everything that a person may want to see.
package deploy
