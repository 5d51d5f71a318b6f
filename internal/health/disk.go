package health

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// Free returns how many bytes an ordinary account may still write to the file
// system of path.
func Free(path string) (uint64, error) {
	var found unix.Statfs_t
	if err := unix.Statfs(path, &found); err != nil {
		return 0, fmt.Errorf("look at the file system of %s: %w", path, err)
	}
	return found.Bavail * uint64(found.Bsize), nil
}
