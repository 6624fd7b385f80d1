package main

import (
	"fmt"
)

func measureDocs(t tree) []figure {
	exported, packages := t.exportedDocs(), t.packageDocs()
	share := shareOf(packages.with, packages.all)
	pages := figure{Name: "packages with doc comment", Value: formatShare(packages.with, packages.all), Limit: ">= 100 %", Exceeded: share < minPackageDocPercent}
	if pages.Exceeded {
		pages.Offenders = packages.missing
	}
	return []figure{{Name: "exported names with doc comment", Value: formatShare(exported.with, exported.all)}, pages}
}

func measureGlobals(t tree, functions []function) []figure {
	variables := t.globalVariables()
	var inits []string
	for _, f := range functions {
		if f.name == "init" && f.receiver == "" {
			inits = append(inits, f.place+" init")
		}
	}
	return []figure{
		{Name: "globals (no sentinel error, regexp, embed)", Value: fmt.Sprint(len(variables)), Offenders: variables},
		countUpTo("init functions", inits, maxInitFunctions),
	}
}

func measureCycles(t tree) figure {
	return countUpTo("import cycles between folders", t.folderCycles(), maxFolderCycles)
}

func countUpTo(name string, found []string, limit int) figure {
	f := figure{Name: name, Value: fmt.Sprint(len(found)), Limit: fmt.Sprint(limit), Exceeded: len(found) > limit}
	if f.Exceeded {
		f.Offenders = found
	}
	return f
}

func measureTests(t tree) figure {
	code, tests := 0, 0
	for _, f := range t.files {
		if f.test {
			tests += f.lines
		} else {
			code += f.lines
		}
	}
	return figure{Name: "test lines / code lines", Value: fmt.Sprintf("%.2f", float64(tests)/float64(code))}
}
