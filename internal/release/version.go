package release

import (
	"cmp"
	"encoding"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/mod/semver"

	"version-manager/internal/kit/text"
)

// Version is a canonical semantic version, "v1.2.3" or "v1.2.3-rc.1". The
// zero value means "no version".
type Version string

var _ encoding.TextUnmarshaler = (*Version)(nil)

// maxVersion keeps versions usable as names of files and git tags.
const maxVersion = 100

// ParseVersion understands v1, v1.1, v1.1.2, 1.1.2 and pre-releases such as
// v1.2.0-rc.1, and returns the canonical form with all three numbers.
func ParseVersion(s string) (Version, error) {
	v := s
	if v != "" && v[0] >= '0' && v[0] <= '9' {
		v = "v" + v
	}
	switch {
	case len(v) > maxVersion:
		return "", fmt.Errorf("%.20q… is not a version: longer than %d characters", s, maxVersion)
	case !semver.IsValid(v):
		return "", fmt.Errorf("%q is not a version: want one like v1.2.3, v1.2 or v1.2.0-rc.1", s)
	case semver.Build(v) != "":
		return "", fmt.Errorf("%q has build metadata, %q: two such versions would count as equal, use a pre-release such as -rc.1",
			s, semver.Build(v))
	case strings.HasSuffix(v, ".lock"):
		return "", fmt.Errorf("%q ends in .lock, which git refuses as the name of a tag", s)
	}
	return Version(semver.Canonical(v)), nil
}

// UnmarshalText accepts what ParseVersion does, and nothing at all, which is
// the zero value.
func (v *Version) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*v = ""
		return nil
	}
	parsed, err := ParseVersion(string(b))
	*v = parsed
	return err
}

// CompareTo orders by semantic version: v1.10 comes after v1.9, a pre-release
// before its release.
func (v Version) CompareTo(w Version) int { return semver.Compare(string(v), string(w)) }

// SortVersions sorts in place, oldest first.
func SortVersions(versions []Version) { slices.SortFunc(versions, Version.CompareTo) }

// NearestVersions returns up to three of have that somebody who typed want may have
// meant, the likeliest first.
func NearestVersions(want Version, have []Version) []Version {
	type candidate struct {
		version  Version
		distance int
	}
	var near []candidate
	for _, v := range have {
		if d := text.EditDistance(string(want), string(v)); d <= 2 {
			near = append(near, candidate{v, d})
		}
	}
	slices.SortFunc(near, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(a.distance, b.distance), b.version.CompareTo(a.version))
	})
	var out []Version
	for _, c := range near[:min(3, len(near))] {
		out = append(out, c.version)
	}
	return out
}

// FreeVersions returns the versions after v that are not taken: the next patch,
// minor, and major one. It returns none if a number of v is too large.
func (v Version) FreeVersions(taken []Version) []Version {
	var n [3]int
	if _, err := fmt.Sscanf(string(v), "v%d.%d.%d", &n[0], &n[1], &n[2]); err != nil {
		return nil // numbers beyond int64
	}
	var out []Version
	for i := 2; i >= 0; i-- {
		for next := n; ; {
			next[i]++
			for j := i + 1; j < 3; j++ {
				next[j] = 0
			}
			free := Version(fmt.Sprintf("v%d.%d.%d", next[0], next[1], next[2]))
			if !slices.Contains(taken, free) {
				out = append(out, free)
				break
			}
		}
	}
	return out
}
