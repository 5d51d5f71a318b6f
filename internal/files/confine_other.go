//go:build !linux

package files

import (
	"os/exec"
	"syscall"

	"golang.org/x/sys/unix"
)

// addMemoryLimits asks for what systems other than Linux may not enforce: watch
// ends the process there.
func addMemoryLimits(limits map[int]uint64) { limits[unix.RLIMIT_DATA] = mostMemory }

// start starts the unpacking process in a process group of its own.
func start(make func() *exec.Cmd) (*exec.Cmd, error) {
	plain := make()
	plain.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	return plain, plain.Start()
}
