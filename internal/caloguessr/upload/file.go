package upload

import (
	"bytes"
	"errors"
	"io"
	"os"
)

// memoryPartSize is how much of a file is kept in memory, in bytes. Photos that our
// scripts have shrunk are usually smaller.
const memoryPartSize = 256 << 10

// File is an upload that has arrived.
type File struct {
	receiver *Receiver
	start    []byte
	rest     *os.File // nil if everything is in start
	inMemory int64    // bytes of start
	onDisk   int64
}

// StoreFile stores all of src. It fails with ErrBusy if all files together become too
// large.
func (r *Receiver) StoreFile(src io.Reader) (*File, error) {
	f := &File{receiver: r}
	if err := f.readFrom(src); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

func (f *File) readFrom(src io.Reader) error {
	var start bytes.Buffer
	_, err := io.CopyN(memoryWriter{f, &start}, src, memoryPartSize)
	f.start = start.Bytes()
	if err == io.EOF {
		return nil
	}
	if err != nil {
		return err
	}
	if f.rest, err = createNameless(); err != nil {
		return errors.Join(ErrDisk, err)
	}
	_, err = io.Copy(diskWriter{f}, src)
	return err
}

// memoryWriter writes to the first part, up to the limit.
type memoryWriter struct {
	f *File
	b *bytes.Buffer
}

func (m memoryWriter) Write(p []byte) (int, error) {
	n := int64(len(p))
	if !m.f.receiver.reserveBytes(n, 0) {
		return 0, ErrBusy
	}
	m.f.inMemory += n
	return m.b.Write(p)
}

// diskWriter writes to the file, up to the limit.
type diskWriter struct{ f *File }

func (d diskWriter) Write(p []byte) (int, error) {
	n := int64(len(p))
	if !d.f.receiver.reserveBytes(0, n) {
		return 0, ErrBusy
	}
	d.f.onDisk += n
	return d.f.rest.Write(p)
}

// createNameless makes a file that no other process can open. It disappears when it is
// closed or this process ends, for whatever reason.
func createNameless() (*os.File, error) {
	f, err := os.CreateTemp("", "upload-*") // made with mode 0600
	if err != nil {
		return nil, err
	}
	if err := os.Remove(f.Name()); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// Size returns the number of bytes.
func (f *File) Size() int64 { return f.inMemory + f.onDisk }

// ReadAt implements io.ReaderAt.
func (f *File) ReadAt(p []byte, at int64) (int, error) {
	n := 0
	if at < int64(len(f.start)) {
		if n = copy(p, f.start[at:]); n == len(p) {
			return n, nil
		}
	}
	if f.rest == nil {
		return n, io.EOF
	}
	m, err := f.rest.ReadAt(p[n:], at+int64(n)-int64(len(f.start)))
	return n + m, err
}

// Close deletes the file.
func (f *File) Close() error {
	f.receiver.releaseBytes(f.inMemory, f.onDisk)
	f.start, f.inMemory, f.onDisk = nil, 0, 0
	if f.rest == nil {
		return nil
	}
	return f.rest.Close()
}
