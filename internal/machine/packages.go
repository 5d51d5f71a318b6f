package machine

import (
	"slices"
	"strings"
)

// clusterConf is where Debian's packages read whether to create a server of
// their own, which this program has no use for.
const clusterConf = "/etc/postgresql-common/createcluster.conf"

// commands lists what root runs on Debian or Ubuntu to install the tools.
func (h host) commands(missing []tool) [][]string {
	install := []string{"apt-get", "install", "-y", "--no-install-recommends"}
	var list [][]string
	if !h.listed {
		list = append(list, []string{"apt-get", "update"})
	}
	if missing[0].what == server {
		if !h.common {
			list = append(list, append(slices.Clone(install), "postgresql-common"))
		}
		list = append(list, []string{"sed", "-i",
			`s/^#\? *create_main_cluster *=.*/create_main_cluster = false/`, clusterConf})
	}
	return append(list, append(install, packagesOf(apt, missing)...))
}

// packagesOf lists the packages that bring the tools.
func packagesOf(p packager, missing []tool) []string {
	var names []string
	for _, t := range missing {
		names = append(names, strings.Fields(t.packages[p])...)
	}
	return names
}

// line is the one command with which a person installs the tools.
func (h host) line(missing []tool) string {
	sudo := "sudo "
	if h.root {
		sudo = ""
	}
	switch h.packager {
	case apt:
		update := ""
		if !h.listed {
			update = sudo + "apt-get update && "
		}
		return update + sudo + "apt-get install -y " + strings.Join(packagesOf(apt, missing), " ")
	case dnf:
		return sudo + "dnf install -y " + strings.Join(packagesOf(dnf, missing), " ")
	case brew:
		return "brew install " + strings.Join(packagesOf(brew, missing), " ")
	}
	return "install with this system's own means: " + strings.Join(names(missing), ", ")
}

// names lists the tools for people.
func names(missing []tool) []string {
	var what []string
	for _, t := range missing {
		what = append(what, t.what)
	}
	return what
}

// explain turns what is still missing, and why, into an error.
func explain(h host, missing []tool, err error) error {
	e := &MissingError{What: names(missing), Line: h.line(missing), Err: err}
	if len(missing) == 1 && missing[0].what == server {
		e.Or = "or set DATABASE_URL to a PostgreSQL server of yours, or ONEWINDOW_PG_BIN to the directory of its programs"
	}
	return e
}
