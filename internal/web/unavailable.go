package web

import (
	"errors"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
)

// passing are the classes and codes of PostgreSQL's errors that pass without
// anybody changing the request (its manual, appendix A): the connection, the
// resources, the operator, a standby that does not write yet, and a serialisation
// that another attempt repeats.
var passing = []string{"08", "53", "57P", "57014", "25006", "40001", "40P01", "55P03", "58"}

// unavailable reports whether an error says that the database cannot be reached
// or cannot work now. It recovers by itself: pools reconnect.
func unavailable(err error) bool {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		for _, prefix := range passing {
			if strings.HasPrefix(pg.Code, prefix) {
				return true
			}
		}
		return false
	}
	var connect *pgconn.ConnectError
	var line *net.OpError
	return errors.As(err, &connect) || errors.As(err, &line) || pgconn.SafeToRetry(err) ||
		errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed)
}

// unstorable reports a text that PostgreSQL cannot hold, such as one with a NUL,
// where no rule was asked about it before.
func unstorable(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && (pg.Code == "22021" || pg.Code == "22P05")
}
