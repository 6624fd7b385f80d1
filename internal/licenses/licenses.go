// Package licenses collects the license texts and notices of the modules that
// a Go program is linked from. Most licenses require that
// they are passed on with the program.
//
// [Of] finds the modules of a program and [Write] writes their texts down,
// each text once. The result depends on the modules alone, so the image of a
// program can contain it and have the same digest everywhere. What this
// program itself is linked from is in package notices.
package licenses

import (
	"bytes"
	_ "embed"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
)

const (
	maxText  = 1 << 20  // bytes of one file
	maxTexts = 32 << 20 // bytes of all
)

// Path is where an image has the notices, from its root.
const Path = "licenses/THIRD_PARTY_NOTICES"

// goLicense is that of the standard library. A distribution's Go may lack it.
//
//go:embed go.txt
var goLicense string

var textName = regexp.MustCompile(`(?i)^(licen[cs]es?|copying|notice|copyright|patents|unlicense)([.-].*)?$`)

// Module is a module and where its files are.
type Module struct {
	Path    string
	Version string
	Dir     string
}

func (m Module) String() string { return strings.TrimSpace(m.Path + " " + m.Version) }

// text is a license or a notice, with the places where it was found.
type text struct {
	body   string
	places []string
}

// WriteNotices writes the texts of all modules to w, those of the standard library
// first. A module without any is listed as one.
func WriteNotices(w io.Writer, modules []Module) error {
	texts := []*text{{goLicense, []string{"the Go standard library and runtime"}}}
	left := maxTexts
	for _, m := range modules {
		found, err := m.licenseTexts()
		if err != nil {
			return fmt.Errorf("licenses of %s: %w", m, err)
		}
		if len(found) == 0 {
			found = []file{{"", "No license text is in this module.\n"}}
		}
		for _, f := range found {
			if left -= len(f.body); left < 0 {
				return fmt.Errorf("licenses: more than %d bytes", maxTexts)
			}
			texts = addTerms(texts, strings.TrimSpace(m.String()+" "+f.name), f.body)
		}
	}
	return writeNotice(w, texts)
}

// addTerms notes where a text is from; the same one is kept once.
func addTerms(texts []*text, place, body string) []*text {
	for _, t := range texts {
		if t.body == body {
			t.places = append(t.places, place)
			return texts
		}
	}
	return append(texts, &text{body, []string{place}})
}

func writeNotice(w io.Writer, texts []*text) error {
	var b bytes.Buffer
	b.WriteString("This program is linked from these modules, under the terms that follow.\n")
	for _, t := range texts {
		fmt.Fprintf(&b, "\n%s\n%s\n\n%s", strings.Repeat("=", 80), strings.Join(t.places, "\n"), t.body)
	}
	_, err := w.Write(b.Bytes())
	return err
}

// file is a text as a module has it.
type file struct{ name, body string }

// licenseTexts reads the licenses and notices of a module, also those of code that
// it has taken over into folders of its own.
func (m Module) licenseTexts() (found []file, err error) {
	root, err := os.OpenRoot(m.Dir)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	err = fs.WalkDir(root.FS(), ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if e.IsDir() {
			return skipModule(name)
		}
		if !e.Type().IsRegular() || !textName.MatchString(path.Base(name)) || path.Ext(name) == ".go" {
			return nil
		}
		body, err := readModules(root, name)
		found = append(found, file{name, body})
		return err
	})
	return found, err
}

// skipModule passes over folders that are not linked.
func skipModule(name string) error {
	base := path.Base(name)
	if name != "." && (strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_") || slices.Contains([]string{"testdata", "vendor", "node_modules"}, base)) {
		return fs.SkipDir
	}
	return nil
}

func readModules(root *os.Root, name string) (string, error) {
	f, err := root.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxText+1))
	if err == nil && len(b) > maxText {
		err = fmt.Errorf("%s has more than %d bytes", name, maxText)
	}
	text := strings.ReplaceAll(string(b), "\r\n", "\n")
	return strings.TrimRight(text, "\n") + "\n", err
}
