package main

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"onewindow/internal/outbound"
	"onewindow/tax/source"
)

// What a source of facts has where the configuration does not say.
const (
	sourceWithin = 3 * time.Second
	sourceFresh  = 24 * time.Hour
)

// open makes the source of a name.
func (c sourceConfig) open(name string, o *officesConfig) source.Source {
	return source.Source{
		Name: source.Name(name), URL: c.URL, Key: c.Key, Fresh: cmp.Or(c.Fresh.time(), sourceFresh),
		HTTP: outbound.New(cmp.Or(c.Within.time(), sourceWithin), o.InnerNetworks...),
	}
}

// checkSources checks the sources of facts.
func (o *officesConfig) checkSources(f *findings, rehearsal bool) {
	for _, name := range slices.Sorted(maps.Keys(o.Sources)) {
		told, path := o.Sources[name], "offices.sources."+name
		s := told.open(name, o)
		s.Key = outbound.Key(make([]byte, 32)) // the door is checked for its own
		err := s.Valid()
		f.add(err != nil, "%s: %v", path, err)
		f.add(told.Key == "", "%s.key is missing: whsec_ and 24 to 64 bytes in base64", path)
		doorConfig{URL: told.URL, Key: told.Key}.check(f, path, o.InnerNetworks, rehearsal)
	}
}

// sources makes those that the configuration names.
func (o *officesConfig) sources() (source.Sources, error) {
	all := source.Sources{}
	for name, told := range o.Sources {
		s := told.open(name, o)
		if err := s.Valid(); err != nil {
			return nil, err
		}
		all[s.Name] = s
	}
	return all, nil
}
