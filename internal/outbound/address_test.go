package outbound

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync/atomic"
	"testing"
	"time"
)

func TestAnAddressThatIsNotListedIsRefusedBeforeConnecting(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	var reached atomic.Bool
	go func() {
		if c, err := l.Accept(); err == nil {
			reached.Store(true)
			c.Close()
		}
	}()
	for _, scheme := range []string{"http", "https"} {
		for _, host := range []string{
			"127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "0.0.0.0", "[::]",
			"10.0.0.1", "172.16.3.4", "192.168.1.1", "100.64.0.1", "169.254.169.254", "[fe80::1]", "[fd00::1]",
			"[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[2001::1]", "224.0.0.1", "255.255.255.255", "198.18.0.1",
		} {
			url := fmt.Sprintf("%s://%s:%s/", scheme, host, port)
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			_, err := Send(ctx, New(5*time.Second), message(url))
			cancel()
			if err == nil {
				t.Errorf("%s was reached", url)
			} else if !errors.Is(err, ErrAddress) {
				t.Logf("%s: %v", url, err) // no such family on this machine
			}
		}
	}
	if reached.Load() {
		t.Error("a refused address was connected to")
	}
}

func TestPublicAddressesArePublic(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]bool{
		"8.8.8.8": true, "114.114.114.114": true, "2400:3200::1": true, "223.255.255.255": true,
		"127.1.2.3": false, "10.255.255.255": false, "172.32.0.1": true, "172.31.255.255": false,
		"100.63.255.255": true, "100.127.255.255": false, "240.0.0.1": false, "::": false,
		"::127.0.0.1": false, "ff02::1": false, "fec0::1": false, "64:ff9b::8.8.8.8": false,
	} {
		if got := public(netip.MustParseAddr(address)); got != want {
			t.Errorf("public(%s) = %v", address, got)
		}
	}
}

func TestPlainHTTPIsOnlyForListedAddresses(t *testing.T) {
	t.Parallel()
	_, err := Send(t.Context(), New(time.Second, netip.MustParsePrefix("10.0.0.0/8")), message("http://8.8.8.8/"))
	if !errors.Is(err, ErrAddress) {
		t.Errorf("a public address without TLS: got %v", err)
	}
}
