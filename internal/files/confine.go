package files

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// confine takes from this process what it does not need to unpack a file, and all
// but so many seconds of computing: it is called before the first byte of the file
// is read. Each limit is set hard, so that nothing can raise it again.
func confine(seconds uint64) error {
	limits := map[int]uint64{
		unix.RLIMIT_CPU:    seconds,
		unix.RLIMIT_FSIZE:  0, // it writes no file
		unix.RLIMIT_CORE:   0, // nor leaves one
		unix.RLIMIT_NOFILE: 16,
	}
	addMemoryLimits(limits)
	for what, most := range limits {
		if err := unix.Setrlimit(what, &unix.Rlimit{Cur: most, Max: most}); err != nil {
			return fmt.Errorf("limit resource %d: %w", what, err)
		}
	}
	return nil
}

// die ends the process at once, as a limit would.
func die() { os.Exit(4) }
