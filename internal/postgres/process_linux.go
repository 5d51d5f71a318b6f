package postgres

import (
	"fmt"
	"os"
	"syscall"
)

// dieWithParent asks the kernel to shut the server down fast when the thread
// that started it ends, even by kill -9.
func dieWithParent() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Pdeathsig: syscall.SIGINT}
}

// serves reports whether process pid is a server on the data directory, in
// which every such server has its working directory.
func serves(pid int, data string) bool {
	cwd, err := os.Readlink(fmt.Sprintf("/proc/%d/cwd", pid))
	return err == nil && cwd == data
}
