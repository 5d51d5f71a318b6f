package files

import (
	"errors"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// addMemoryLimits bounds the memory that can be written to, and the address space
// above what the Go runtime has reserved, and never uses, before main begins.
func addMemoryLimits(limits map[int]uint64) {
	limits[unix.RLIMIT_DATA] = mostMemory
	limits[unix.RLIMIT_AS] = addressSpace() + mostMemory
}

// addressSpace is the address space of this process, in bytes.
func addressSpace() uint64 {
	raw, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 2 << 30 // no /proc: what the runtime reserves, and some more
	}
	first, _, _ := strings.Cut(string(raw), " ")
	pages, err := strconv.ParseUint(first, 10, 64)
	if err != nil {
		return 2 << 30
	}
	return pages * uint64(os.Getpagesize())
}

// start starts the unpacking process in a network of its own, in which there is
// nothing; where the system does not allow that, in ours.
func start(make func() *exec.Cmd) (*exec.Cmd, error) {
	alone := make()
	alone.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Cloneflags: syscall.CLONE_NEWUSER | syscall.CLONE_NEWNET}
	err := alone.Start()
	if err == nil {
		return alone, nil
	}
	for _, refused := range []error{syscall.EPERM, syscall.EINVAL, syscall.ENOSPC, syscall.EUSERS, syscall.ENOSYS} {
		if errors.Is(err, refused) {
			plain := make()
			plain.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
			return plain, plain.Start()
		}
	}
	return nil, err
}
