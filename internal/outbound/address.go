package outbound

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"syscall"
)

// ErrAddress says that a connection was refused before it was opened, because
// the address may not be reached (server-side request forgery).
var ErrAddress = errors.New("address may not be reached")

// special lists the address blocks that are not public destinations, or that
// wrap another address inside an IPv6 one (RFC 6890 and the IANA registries).
var special = prefixes(
	"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
	"192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15",
	"198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3",
	"2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",
)

// unicast is the only IPv6 block that holds public destinations (RFC 4291).
var unicast = netip.MustParsePrefix("2000::/3")

// Loopback returns the addresses of this machine, for a demonstration whose
// offices run in the same program.
func Loopback() []netip.Prefix {
	return prefixes("127.0.0.0/8", "::1/128")
}

// public reports whether a is a destination on the public internet.
func public(a netip.Addr) bool {
	if a.Is6() && !unicast.Contains(a) {
		return false
	}
	return !contains(special, a)
}

// dialer opens connections only to addresses that allow accepts. The check sits
// behind the name look-up, so a name that changes its address cannot slip by.
func dialer(allow func(netip.Addr) bool) *net.Dialer {
	return &net.Dialer{
		Timeout: dialTimeout,
		ControlContext: func(_ context.Context, _, address string, _ syscall.RawConn) error {
			to, err := netip.ParseAddrPort(address)
			if err != nil || !allow(to.Addr().Unmap().WithZone("")) {
				return fmt.Errorf("%w: %s", ErrAddress, address)
			}
			return nil
		},
	}
}

func contains(list []netip.Prefix, a netip.Addr) bool {
	for _, p := range list {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

func prefixes(list ...string) []netip.Prefix {
	out := make([]netip.Prefix, len(list))
	for i, s := range list {
		out[i] = netip.MustParsePrefix(s)
	}
	return out
}
