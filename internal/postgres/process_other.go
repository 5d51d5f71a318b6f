//go:build !linux

package postgres

import (
	"os/exec"
	"strconv"
	"strings"
	"syscall"
)

// dieWithParent asks for nothing: only Linux can tie a child to its parent.
// The next owner of the directory shuts a server down that lost its own.
func dieWithParent() *syscall.SysProcAttr { return &syscall.SysProcAttr{} }

// serves reports whether process pid is a server on the data directory, whose
// path stands in its command line.
func serves(pid int, data string) bool {
	out, err := exec.Command("ps", "-ww", "-o", "command=", "-p", strconv.Itoa(pid)).Output()
	return err == nil && strings.Contains(string(out), "postgres -D "+data)
}
