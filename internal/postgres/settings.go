package postgres

import (
	"maps"
	"runtime"
	"slices"
)

// arguments are the command line of the server program.
func (s *Server) arguments() []string {
	settings := s.base()
	if s.fast {
		maps.Copy(settings, hasty)
	}
	maps.Copy(settings, s.settings)
	args := []string{"-D", s.dataDir()}
	for _, name := range slices.Sorted(maps.Keys(settings)) {
		args = append(args, "-c", name+"="+settings[name])
	}
	return args
}

// base are the settings of every private server. Details of errors stay out of
// the log because they quote rows.
func (s *Server) base() map[string]string {
	settings := map[string]string{
		"listen_addresses":        "",
		"unix_socket_directories": s.socket,
		"unix_socket_permissions": "0700",
		"port":                    port,
		"max_connections":         "200",
		"TimeZone":                "UTC",
		"log_timezone":            "UTC",
		"log_error_verbosity":     "terse",
		"log_min_error_statement": "panic",
		"logging_collector":       "off",
	}
	if runtime.GOOS == "linux" && s.programs.major >= 14 {
		// Without it recovery after a crash opens every file: 17 to 48 s
		// with many databases on a busy disk.
		settings["recovery_init_sync_method"] = "syncfs"
	}
	return settings
}

// hasty are the settings that give up durability.
var hasty = map[string]string{
	"fsync":              "off",
	"synchronous_commit": "off",
	"full_page_writes":   "off",
	"autovacuum":         "off",
	"max_connections":    "500",
}
