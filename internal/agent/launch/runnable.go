package launch

import (
	"bytes"
	"debug/elf"
	"debug/macho"
	"io"
	"os"
	"runtime"

	"version-manager/internal/kit/problem"
)

// checkRunnable explains, before anything is started, why this machine cannot
// run a program. It covers the common case: an image made for another platform.
func checkRunnable(file, name string) error {
	info, err := os.Stat(file)
	if err != nil {
		return err
	}
	if info.Mode().Perm()&0o111 == 0 {
		return problem.New(problem.Failed, "make the file executable and build the image again", "%s in the image is not executable", name)
	}
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	magic := make([]byte, 4)
	if _, err := io.ReadFull(f, magic); err != nil {
		return problem.New(problem.Failed, "build the image again", "%s in the image is empty", name)
	}
	switch {
	case bytes.HasPrefix(magic, []byte("#!")):
		return nil // if its interpreter is not on this machine, the log says so
	case bytes.Equal(magic, []byte(elf.ELFMAG)):
		return checkELF(f, name)
	case runtime.GOOS == "linux":
		return wrongPlatform(name, "not built for Linux")
	}
	return checkMachO(f, name)
}

func checkELF(f io.ReaderAt, name string) error {
	if runtime.GOOS != "linux" {
		return wrongPlatform(name, "built for Linux")
	}
	e, err := elf.NewFile(f)
	if err != nil {
		return problem.Wrap(err, problem.Failed, "build the image again", "%s in the image is damaged", name)
	}
	if want, known := elfMachines()[runtime.GOARCH]; known && e.Machine != want {
		return wrongPlatform(name, "built for "+e.Machine.String())
	}
	for _, p := range e.Progs {
		if p.Type != elf.PT_INTERP {
			continue
		}
		interp, err := io.ReadAll(io.LimitReader(p.Open(), 4096))
		if err != nil {
			return problem.Wrap(err, problem.Failed, "build the image again", "%s in the image is damaged", name)
		}
		linker := string(bytes.TrimRight(interp, "\x00"))
		if _, err := os.Stat(linker); err != nil {
			return problem.New(problem.Failed, "link it statically (Go: CGO_ENABLED=0), or deploy it to a cluster",
				"%s is linked dynamically and needs %s, which this machine does not have", name, linker)
		}
	}
	return nil
}

func elfMachines() map[string]elf.Machine {
	return map[string]elf.Machine{
		"amd64": elf.EM_X86_64, "arm64": elf.EM_AARCH64, "386": elf.EM_386, "arm": elf.EM_ARM,
		"riscv64": elf.EM_RISCV, "ppc64le": elf.EM_PPC64, "s390x": elf.EM_S390,
	}
}

func checkMachO(f io.ReaderAt, name string) error {
	m, err := macho.NewFile(f)
	if err != nil {
		return nil // a universal binary, or a kind that only the system knows
	}
	if want, known := map[string]macho.Cpu{"amd64": macho.CpuAmd64, "arm64": macho.CpuArm64}[runtime.GOARCH]; known && m.Cpu != want {
		return wrongPlatform(name, "built for "+m.Cpu.String())
	}
	return nil
}

func wrongPlatform(name, what string) error {
	return problem.New(problem.Failed, "build it for "+runtime.GOOS+"/"+runtime.GOARCH+", or deploy it to a cluster that can run it",
		"%s in the image is %s; the local target runs images as programs of this machine", name, what)
}
