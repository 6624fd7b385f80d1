// Package gitrepo reads and writes a git repository by the git command, and
// trusts nothing in it: no hook, filter, or setting of the repository starts a
// program or changes what a commit contains.
//
// OpenRepo finds a repository. Repo.ExportCommit writes the files of a commit,
// checked object by object; Repo.ListChanges and Repo.CommitChanges deal with
// the work tree; tags are listed, made, and removed by name. The package knows
// no versions.
package gitrepo
