// Command onewindow runs a city's real-estate window.
package main

import (
	"context"
	"encoding/json"
	"log/slog"
	"os"
	"time"

	"onewindow/internal/bench"
	"onewindow/internal/postgres"
)

func main() {
	ctx := context.Background()
	dir, _ := os.MkdirTemp("", "ow")
	os.Chmod(dir, 0755)
	s, err := postgres.Start(ctx, postgres.Options{Dir: dir, Log: slog.Default(), Settings: map[string]string{"max_wal_size": "4GB", "shared_buffers": "256MB"}})
	if err != nil {
		panic(err)
	}
	defer s.Stop()
	o := bench.Options{Plan: "core", Saturate: true, Time: 10 * time.Second, Log: slog.Default()}
	for _, a := range os.Args[1:] {
		switch a {
		case "cpu":
			o.StepCPU = true
		case "10":
			o.Saturate, o.Rate = false, 10
		case "1":
			o.Saturate, o.Rate = false, 1
		}
	}
	r, err := bench.Pipeline(ctx, s.URL("postgres"), o)
	if err != nil {
		s.Stop()
		panic(err)
	}
	json.NewEncoder(os.Stdout).Encode(r)
}
