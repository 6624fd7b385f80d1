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
		{"index.json of 1 GiB", archiveOfLargeFile("index.json", 64), "too large", false},
		{"manifest.json of 1 GiB", archiveOfLargeFile("manifest.json", 64), "too large", false},
		{"index.json of 48 MiB", archiveOfLargeFile("index.json", 3), "larger than", false},
		{"config of 48 MiB", archiveOfLargeFile("c", 3, regularFile("manifest.json", `[{"Config":"c"}]`)), "larger than", false},
		{"other file of 4 GiB", archiveOfLargeFile("x", 256), "too large", false},
		{"behind the end, 4 GiB", tarWithTrailingData, "no index.json and no manifest.json", false},
		{"indexes of indexes", nestedIndexes, "more than 10000 images", false},
		{"40000 layers", gzippedTarOf(regularFile("manifest.json", `[{"Config":"c","Layers":[`+strings.TrimSuffix(strings.Repeat(`"l",`, 40_000), ",")+`]}]`), regularFile("c", "{}"), regularFile("l", "")), "layers, more than", false},
		{"100001 files", gzippedTarOf(manyFiles(100_001)...), "more than 100000 files", false},
		{"JSON of a million brackets", gzippedTarOf(regularFile("index.json", strings.Repeat("[", 1<<20))), "image image.tar", false},
		{"layer within gzip", innerBomb, "too large", false},
		{"sparse file of 1 EiB", archiveWithHeader(func(h []byte) { h[156] = tar.TypeGNUSparse }), "image image.tar", false},
	}
}

// tarWithTrailingData is an empty archive with much behind it.
func tarWithTrailingData() ([]byte, error) {
	var out bytes.Buffer
	err := writeGzipMembers(&out, func(w io.Writer) error { return writeTar(w) }, 256)
	return out.Bytes(), err
}

// innerBomb has a layer that unpacks to 1 GiB.
func innerBomb() ([]byte, error) {
	layer, err := archiveOfLargeFile("x", 64)()
	if err != nil {
		return nil, err
	}
	return dockerArchive(layer, "sha256:"+strings.Repeat("0", 64), `"Entrypoint":["/x"]`)()
}

func manyFiles(n int) (files []tarFile) {
	for i := range n {
		files = append(files, regularFile(fmt.Sprint("f", i), ""))
	}
	return files
}

// malformedImages are no archives, or no images, or such that no process can be
// started from.
func malformedImages() []archiveCase {
	deep := strings.Repeat("d/", 300) + "x"
	layer := func() []byte { b, _ := tarOf(regularFile("x", "x"))(); return b }()
	id := fmt.Sprintf("sha256:%x", sha256.Sum256(layer))
	return []archiveCase{
		{"empty", archiveOfBytes(nil), "no index.json and no manifest.json", false},
		{"text", archiveOfBytes([]byte(strings.Repeat("hello ", 1000))), "image image.tar", false},
		{"zip", archiveOfBytes([]byte("PK\x03\x04" + strings.Repeat("\x00", 1000))), "image image.tar", false},
		{"zstd", archiveOfBytes([]byte("\x28\xb5\x2f\xfd" + strings.Repeat("\x00", 1000))), "zstd", false},
		{"cut gzip", archiveOfBytes([]byte("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x00")), "image image.tar", false},
		{"negative size", archiveWithHeader(func(h []byte) { copy(h[124:136], "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff") }), "image image.tar", false},
		{"size of 8 EiB", archiveWithHeader(func(h []byte) { copy(h[124:136], "\x80\x00\x00\x00\x7f\xff\xff\xff\xff\xff\xff\xff") }), "image image.tar", false},
		{"path of 300 folders", tarOf(regularFile(deep, "")), "folders", false},
		{"name of 500 KiB", tarOf(regularFile(strings.Repeat("n", 500<<10), "")), "longer than", false},
		{"index.json is a pipe", tarOf(linkFile(tar.TypeFifo, "index.json", "")), "no index.json", false},
		{"index.json is a device", tarOf(linkFile(tar.TypeChar, "index.json", "")), "no index.json", false},
		{"index.json twice", tarOf(regularFile("index.json", `{"manifests":[]}`), regularFile("index.json", "[")), "image image.tar", false},
		{"NUL in ENV", dockerArchive(layer, id, `"Entrypoint":["/x"],"Env":["KEY=a\u0000b"]`), "variable KEY cannot be passed on", false},
		{"variable without a name", dockerArchive(layer, id, `"Entrypoint":["/x"],"Env":["=b"]`), "without a name", false},
		{"unknown USER", dockerArchive(layer, id, `"Entrypoint":["/x"],"User":"eve"`), `user "eve" is not in the image`, false},
		{"wrong digest of a layer", dockerArchive(layer, "sha256:"+strings.Repeat("1", 64), `"Entrypoint":["/x"]`), "is damaged", true},
	}
}

// imageEscapes want to read or write outside of where they are unpacked.
func imageEscapes() []archiveCase {
	up := linkFile(tar.TypeSymlink, "deep/a/b/up", "../../..")
	outside := "../../../../../../outside/victim"
	return []archiveCase{
		{"dots in a name", tarOf(regularFile("../../outside/victim", "x")), "leads out", false},
		{"absolute link", tarOf(linkFile(tar.TypeSymlink, "index.json", "/etc/hostname")), "leads out", false},
		{"link up", tarOf(linkFile(tar.TypeSymlink, "index.json", outside)), "leads out", false},
		{"hard link up", tarOf(linkFile(tar.TypeLink, "index.json", outside)), "image image.tar", false},
		{"chain of links", tarOf(up, linkFile(tar.TypeSymlink, "index.json", "deep/a/b/up/../victim")), "image image.tar", false},
		{"layer: write through a link", dockerArchiveOfFiles(linkFile(tar.TypeSymlink, "d", "/../../outside"), regularFile("d/victim", "x")), "is not in the image", true},
		{"layer: link made through a link", dockerArchiveOfFiles(up, linkFile(tar.TypeSymlink, "deep/a/b/up/none", "/etc/hostname")), "is not in the image", true},
		{"layer: another name of a link", dockerArchiveOfFiles(linkFile(tar.TypeSymlink, "deep/a/b/l", "/bin/sh"), linkFile(tar.TypeLink, "none", "deep/a/b/l")), "is not in the image", true},
		{"layer: program is a link out", dockerArchiveOfFiles(linkFile(tar.TypeSymlink, "none", "../../../../../bin/sh")), "is not in the image", true},
		{"layer: whiteout of the parent", dockerArchiveOfFiles(regularFile("a/.wh...", "")), "whiteout", true},
		{"layer: dots", dockerArchiveOfFiles(regularFile("../../victim", "x")), "leads out", true},
	}
}
