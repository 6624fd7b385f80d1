package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// tarFile is an entry of an archive.
type tarFile struct {
	tar.Header
	content io.Reader // of Size bytes
}

func regularFile(name, content string) tarFile {
	return tarFile{tar.Header{Name: name, Typeflag: tar.TypeReg, Mode: 0o755, Size: int64(len(content))}, strings.NewReader(content)}
}

func linkFile(kind byte, name, target string) tarFile {
	return tarFile{tar.Header{Name: name, Typeflag: kind, Linkname: target, Mode: 0o777}, strings.NewReader("")}
}

// block is what large files consist of: spaces, which count as nothing in JSON.
const block = 16 << 20

// archiveOfLargeFile is a gzipped archive of one large file behind some others. Its blocks
// are one gzip member, again and again, so that it is made in no time.
func archiveOfLargeFile(name string, blocks int, before ...tarFile) func() ([]byte, error) {
	return func() ([]byte, error) {
		var out bytes.Buffer
		begin := func(w io.Writer) error {
			tw := tar.NewWriter(w)
			for _, f := range before {
				if err := f.writeTo(tw); err != nil {
					return err
				}
			}
			return tw.WriteHeader(&tar.Header{Name: name, Typeflag: tar.TypeReg, Mode: 0o644, Size: int64(blocks) * block})
		}
		err := writeGzipMembers(&out, begin, blocks)
		return out.Bytes(), err
	}
}

// writeGzipMembers writes a beginning, blocks of spaces, and an archive's end.
func writeGzipMembers(out *bytes.Buffer, begin func(io.Writer) error, blocks int) error {
	first, err := gzipOf(begin)
	if err != nil {
		return err
	}
	one, err := gzipOf(func(w io.Writer) error { _, err := w.Write(bytes.Repeat([]byte{' '}, block)); return err })
	if err != nil {
		return err
	}
	last, err := gzipOf(func(w io.Writer) error { _, err := w.Write(make([]byte, 1024)); return err })
	if err != nil {
		return err
	}
	out.Write(first)
	for range blocks {
		out.Write(one)
	}
	out.Write(last)
	return nil
}

func (f tarFile) writeTo(tw *tar.Writer) error {
	if err := tw.WriteHeader(&f.Header); err != nil {
		return err
	}
	_, err := io.Copy(tw, f.content)
	return err
}

func writeTar(w io.Writer, files ...tarFile) error {
	tw := tar.NewWriter(w)
	for _, f := range files {
		if err := f.writeTo(tw); err != nil {
			return err
		}
	}
	return tw.Close()
}

// tarOf and zipped make an archive of files.
func tarOf(files ...tarFile) func() ([]byte, error) {
	return func() ([]byte, error) {
		var b bytes.Buffer
		err := writeTar(&b, files...)
		return b.Bytes(), err
	}
}

func gzippedTarOf(files ...tarFile) func() ([]byte, error) {
	return func() ([]byte, error) { return gzipOf(func(w io.Writer) error { return writeTar(w, files...) }) }
}

func gzipOf(write func(io.Writer) error) ([]byte, error) {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if err := write(w); err != nil {
		return nil, err
	}
	err := w.Close()
	return b.Bytes(), err
}

func archiveOfBytes(b []byte) func() ([]byte, error) { return func() ([]byte, error) { return b, nil } }

// dockerArchive is an archive in Docker's form of one layer, with the config's fields.
func dockerArchive(layer []byte, diffID, config string) func() ([]byte, error) {
	text := fmt.Sprintf(`{"os":"linux","architecture":"amd64","rootfs":{"type":"layers","diff_ids":[%q]},"config":{%s}}`, diffID, config)
	return tarOf(regularFile("manifest.json", `[{"Config":"c","Layers":["l"]}]`), regularFile("c", text), regularFile("l", string(layer)))
}

// dockerArchiveOfFiles is such an archive whose layer has the given entries. It names a
// program that it does not have, so that nothing is started.
func dockerArchiveOfFiles(files ...tarFile) func() ([]byte, error) {
	return func() ([]byte, error) {
		layer, err := tarOf(files...)()
		if err != nil {
			return nil, err
		}
		return dockerArchive(layer, fmt.Sprintf("sha256:%x", sha256.Sum256(layer)), `"Entrypoint":["/none"]`)()
	}
}

// nestedIndexes lists an index many times in an index, and so on: a few
// kilobytes that name a million million images.
func nestedIndexes() ([]byte, error) {
	type descriptor struct {
		MediaType string `json:"mediaType"`
		Digest    string `json:"digest"`
		Size      int    `json:"size"`
	}
	var files []tarFile
	inner := descriptor{"application/vnd.oci.image.manifest.v1+json", "sha256:" + strings.Repeat("0", 64), 2}
	for range 3 {
		many := make([]descriptor, 1000)
		for i := range many {
			many[i] = inner
		}
		b, err := json.Marshal(map[string]any{"schemaVersion": 2, "manifests": many})
		if err != nil {
			return nil, err
		}
		sum := fmt.Sprintf("%x", sha256.Sum256(b))
		files = append(files, regularFile("blobs/sha256/"+sum, string(b)), regularFile("index.json", string(b)))
		inner = descriptor{"application/vnd.oci.image.index.v1+json", "sha256:" + sum, len(b)}
	}
	return gzippedTarOf(files...)()
}

// archiveWithHeader is an archive of one entry whose header was tampered with.
func archiveWithHeader(tamper func([]byte)) func() ([]byte, error) {
	return func() ([]byte, error) {
		b, err := tarOf(regularFile("index.json", "{}"))()
		if err != nil {
			return nil, err
		}
		tamper(b[:512])
		for i := 148; i < 156; i++ {
			b[i] = ' '
		}
		sum := 0
		for _, c := range b[:512] {
			sum += int(c)
		}
		copy(b[148:], fmt.Sprintf("%06o\x00 ", sum))
		return b, nil
	}
}
