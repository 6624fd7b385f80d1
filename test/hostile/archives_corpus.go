package main

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"strings"
)

// archiveCorpus is what is tried. Whatever it is, the answer is an error that
// names the reason, or success, within the limits.
func archiveCorpus() []archiveCase {
	return append(append(imageBombs(), malformedImages()...), imageEscapes()...)
}

// imageBombs are small, and unpack to what fills memory, disk, or time.
func imageBombs() []archiveCase {
	return []archiveCase{
		{"index.json of 1 GiB", large("index.json", 64), "too large", false},
		{"manifest.json of 1 GiB", large("manifest.json", 64), "too large", false},
		{"index.json of 48 MiB", large("index.json", 3), "larger than", false},
		{"config of 48 MiB", large("c", 3, regular("manifest.json", `[{"Config":"c"}]`)), "larger than", false},
		{"other file of 4 GiB", large("x", 256), "too large", false},
		{"behind the end, 4 GiB", trailing, "no index.json and no manifest.json", false},
		{"indexes of indexes", nestedIndexes, "more than 10000 images", false},
		{"40000 layers", zipped(regular("manifest.json", `[{"Config":"c","Layers":[`+strings.TrimSuffix(strings.Repeat(`"l",`, 40_000), ",")+`]}]`), regular("c", "{}"), regular("l", "")), "layers, more than", false},
		{"100001 files", zipped(manyFiles(100_001)...), "more than 100000 files", false},
		{"JSON of a million brackets", zipped(regular("index.json", strings.Repeat("[", 1<<20))), "image image.tar", false},
		{"layer within gzip", innerBomb, "too large", false},
		{"sparse file of 1 EiB", header(func(h []byte) { h[156] = tar.TypeGNUSparse }), "image image.tar", false},
	}
}

// trailing is an empty archive with much behind it.
func trailing() ([]byte, error) {
	var out bytes.Buffer
	err := members(&out, func(w io.Writer) error { return tarred(w) }, 256)
	return out.Bytes(), err
}

// innerBomb has a layer that unpacks to 1 GiB.
func innerBomb() ([]byte, error) {
	layer, err := large("x", 64)()
	if err != nil {
		return nil, err
	}
	return saved(layer, "sha256:"+strings.Repeat("0", 64), `"Entrypoint":["/x"]`)()
}

func manyFiles(n int) (files []tarFile) {
	for i := range n {
		files = append(files, regular(fmt.Sprint("f", i), ""))
	}
	return files
}

// malformedImages are no archives, or no images, or such that no process can be
// started from.
func malformedImages() []archiveCase {
	deep := strings.Repeat("d/", 300) + "x"
	layer := func() []byte { b, _ := plain(regular("x", "x"))(); return b }()
	id := fmt.Sprintf("sha256:%x", sha256.Sum256(layer))
	return []archiveCase{
		{"empty", bytesOf(nil), "no index.json and no manifest.json", false},
		{"text", bytesOf([]byte(strings.Repeat("hello ", 1000))), "image image.tar", false},
		{"zip", bytesOf([]byte("PK\x03\x04" + strings.Repeat("\x00", 1000))), "image image.tar", false},
		{"zstd", bytesOf([]byte("\x28\xb5\x2f\xfd" + strings.Repeat("\x00", 1000))), "zstd", false},
		{"cut gzip", bytesOf([]byte("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x00")), "image image.tar", false},
		{"negative size", header(func(h []byte) { copy(h[124:136], "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff") }), "image image.tar", false},
		{"size of 8 EiB", header(func(h []byte) { copy(h[124:136], "\x80\x00\x00\x00\x7f\xff\xff\xff\xff\xff\xff\xff") }), "image image.tar", false},
		{"path of 300 folders", plain(regular(deep, "")), "folders", false},
		{"name of 500 KiB", plain(regular(strings.Repeat("n", 500<<10), "")), "longer than", false},
		{"index.json is a pipe", plain(linked(tar.TypeFifo, "index.json", "")), "no index.json", false},
		{"index.json is a device", plain(linked(tar.TypeChar, "index.json", "")), "no index.json", false},
		{"index.json twice", plain(regular("index.json", `{"manifests":[]}`), regular("index.json", "[")), "image image.tar", false},
		{"NUL in ENV", saved(layer, id, `"Entrypoint":["/x"],"Env":["KEY=a\u0000b"]`), "variable KEY cannot be passed on", false},
		{"variable without a name", saved(layer, id, `"Entrypoint":["/x"],"Env":["=b"]`), "without a name", false},
		{"unknown USER", saved(layer, id, `"Entrypoint":["/x"],"User":"eve"`), `user "eve" is not in the image`, false},
		{"wrong digest of a layer", saved(layer, "sha256:"+strings.Repeat("1", 64), `"Entrypoint":["/x"]`), "is damaged", true},
	}
}

// imageEscapes want to read or write outside of where they are unpacked.
func imageEscapes() []archiveCase {
	up := linked(tar.TypeSymlink, "deep/a/b/up", "../../..")
	outside := "../../../../../../outside/victim"
	return []archiveCase{
		{"dots in a name", plain(regular("../../outside/victim", "x")), "leads out", false},
		{"absolute link", plain(linked(tar.TypeSymlink, "index.json", "/etc/hostname")), "leads out", false},
		{"link up", plain(linked(tar.TypeSymlink, "index.json", outside)), "leads out", false},
		{"hard link up", plain(linked(tar.TypeLink, "index.json", outside)), "image image.tar", false},
		{"chain of links", plain(up, linked(tar.TypeSymlink, "index.json", "deep/a/b/up/../victim")), "image image.tar", false},
		{"layer: write through a link", layered(linked(tar.TypeSymlink, "d", "/../../outside"), regular("d/victim", "x")), "is not in the image", true},
		{"layer: link made through a link", layered(up, linked(tar.TypeSymlink, "deep/a/b/up/none", "/etc/hostname")), "is not in the image", true},
		{"layer: another name of a link", layered(linked(tar.TypeSymlink, "deep/a/b/l", "/bin/sh"), linked(tar.TypeLink, "none", "deep/a/b/l")), "is not in the image", true},
		{"layer: program is a link out", layered(linked(tar.TypeSymlink, "none", "../../../../../bin/sh")), "is not in the image", true},
		{"layer: whiteout of the parent", layered(regular("a/.wh...", "")), "whiteout", true},
		{"layer: dots", layered(regular("../../victim", "x")), "leads out", true},
	}
}
