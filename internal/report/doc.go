// Package report is what a deploy leaves behind: what it did and what users
// noticed. A [Report] is written as JSON, as a page in two languages
// ([WritePage]), and as a few lines for a terminal ([Summarize]).
//
// The package measures nothing: a Report has the [probe.Measurement] of a
// deploy and the steps of its journal.
package report
