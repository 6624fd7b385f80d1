package main

import "slices"

// The limits of this tree. docs/PRINCIPLES.md explains them.
const (
	maxMethodsPerReceiver = 40
	maxFilesPerPackage    = 30
	maxFunctionLinesP99   = 40
	maxOneWordPercent     = 25.0
	maxOneWordExported    = 15.0
	maxFolderCycles       = 0
	maxInitFunctions      = 0
	minPackageDocPercent  = 100.0
	deepNesting           = 4 // control structures in each other, for information only
)

// figure is one line of the table. Without a limit it only informs.
type figure struct {
	Name      string   `json:"name"`
	Value     string   `json:"value"`
	Limit     string   `json:"limit,omitempty"`
	Exceeded  bool     `json:"exceeded"`
	Offenders []string `json:"offenders,omitempty"` // path:line name; printed if exceeded
}

func withinLimits(figures []figure) bool {
	return !slices.ContainsFunc(figures, func(f figure) bool { return f.Exceeded })
}

// measureTree returns all figures in the order of the table.
func measureTree(t tree) []figure {
	functions := t.functions()
	return slices.Concat(
		measureFiles(t), measureFunctions(functions), measureDocs(t),
		[]figure{measurePackages(t)}, measureGlobals(t, functions), []figure{measureTests(t)},
		measureNames(functions), []figure{measureReceivers(functions), measureCycles(t)},
	)
}
