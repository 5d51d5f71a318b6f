package files

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"time"
)

// errOutput says that the unpacking process wrote more than it may.
var errOutput = errors.New("the output is too long")

// unpackApart lets another process unpack a content of a format and returns what
// it found. Whatever goes wrong there is the content's fault: a process that was
// killed, or that broke off, met a bomb.
func unpackApart(ctx context.Context, content []byte, m Media, l Limits) (finding, []byte, error) {
	about, err := json.Marshal(task{m, l})
	if err != nil {
		return finding{}, nil, err
	}
	program, err := os.Executable()
	if err != nil {
		return finding{}, nil, fmt.Errorf("find this program: %w", err)
	}
	short, cancel := context.WithTimeout(ctx, wallTime)
	defer cancel()
	out := &bounded{most: int(2*l.Bytes) + 1024} // a PNG may be drawn longer than it came
	child, err := start(func() *exec.Cmd {
		c := exec.CommandContext(short, program, argument, string(about))
		c.Stdin, c.Stdout, c.Dir, c.WaitDelay = bytes.NewReader(content), out, "/", time.Second
		c.Env = []string{"GODEBUG=", "GOTRACEBACK=none"} // no secret of ours
		return c
	})
	if err != nil {
		return finding{}, nil, fmt.Errorf("start the process that unpacks: %w", err)
	}
	err = child.Wait()
	switch {
	case ctx.Err() != nil:
		return finding{}, nil, ctx.Err()
	case out.over:
		return finding{}, nil, ErrTooLarge
	case err != nil:
		return finding{}, nil, fmt.Errorf("%w: %w", ErrBomb, err)
	}
	return readFinding(out.Bytes())
}

// bounded keeps what is written up to a length.
type bounded struct {
	bytes.Buffer
	most int
	over bool
}

// Write is io.Writer's.
func (b *bounded) Write(p []byte) (int, error) {
	if b.Len()+len(p) > b.most {
		b.over = true
		return 0, errOutput
	}
	return b.Buffer.Write(p)
}
