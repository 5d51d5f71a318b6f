package main

import (
	"cmp"
	"fmt"
	"net/netip"
	"os"
	"strings"

	"onewindow/internal/strict"
)

// mistakesError is a configuration that nobody may start with: each of its
// sentences says what to change.
type mistakesError struct {
	file     string
	mistakes []string
}

// Error lists the sentences.
func (e *mistakesError) Error() string {
	return fmt.Sprintf("the configuration %s cannot be used:\n  - %s", e.file, strings.Join(e.mistakes, "\n  - "))
}

// overrides are what the command line and the environment say before the file.
type overrides struct {
	Database string
	Listen   string
	Getenv   func(string) string
}

// readConfig reads the file, lets what is said elsewhere stand before it, and
// checks the whole. It returns *mistakesError for what must be changed.
func readConfig(path string, o overrides) (config, error) {
	c := defaults()
	text, err := os.ReadFile(path)
	if err != nil {
		return c, &mistakesError{path, []string{fmt.Sprintf("the file cannot be read (%v): name another with --config", err)}}
	}
	mistakes := strict.Decode(text, &c)
	inFile := c.secrets()
	c.override(o)
	mistakes = append(mistakes, c.mistakes()...)
	if len(inFile) > 0 && public(path) {
		mistakes = append(mistakes, fmt.Sprintf("the file holds secrets (%s) and everyone may read it: chmod 640 %s",
			strings.Join(inFile, ", "), path))
	}
	if len(mistakes) > 0 {
		return c, &mistakesError{path, mistakes}
	}
	return c, nil
}

// override puts what the command line and the environment say into c.
func (c *config) override(o overrides) {
	c.Database = cmp.Or(o.Database, c.Database)
	c.Listen = cmp.Or(o.Listen, c.Listen)
	c.Offices.Gateway.Key = cmp.Or(o.Getenv("ONEWINDOW_GATEWAY_KEY"), c.Offices.Gateway.Key)
	c.Offices.Messages.Key = cmp.Or(o.Getenv("ONEWINDOW_MESSAGES_KEY"), c.Offices.Messages.Key)
	for utility, door := range c.Offices.Companies {
		door.Key = cmp.Or(o.Getenv("ONEWINDOW_COMPANY_"+strings.ToUpper(utility)+"_KEY"), door.Key)
		c.Offices.Companies[utility] = door
	}
	for name, door := range c.Offices.Sources {
		door.Key = cmp.Or(o.Getenv("ONEWINDOW_SOURCE_"+strings.ToUpper(name)+"_KEY"), door.Key)
		c.Offices.Sources[name] = door
	}
}

// secrets names the members whose values nobody else may read.
func (c *config) secrets() (named []string) {
	if c.Offices.Gateway.Key != "" {
		named = append(named, "offices.gateway.key")
	}
	if c.Offices.Messages.Key != "" {
		named = append(named, "offices.messages.key")
	}
	for utility, door := range c.Offices.Companies {
		if door.Key != "" {
			named = append(named, "offices.companies."+utility+".key")
		}
	}
	for name, door := range c.Offices.Sources {
		if door.Key != "" {
			named = append(named, "offices.sources."+name+".key")
		}
	}
	return named
}

// public says whether everyone on this machine may read a file.
func public(path string) bool {
	found, err := os.Stat(path)
	return err == nil && found.Mode().Perm()&0o004 != 0
}

// wide says whether a network holds so many addresses that to trust it is to
// trust everybody.
func wide(p netip.Prefix) bool {
	if p.Addr().Is4() {
		return p.Bits() < 8
	}
	return p.Bits() < 16
}

type configCommand struct {
	Check checkCommand `cmd:"" help:"Say everything that is wrong with a configuration, without starting."`
}

type checkCommand struct {
	Config   string `help:"The configuration (docs/OPERATIONS.md)." required:"" type:"path"`
	Database string `help:"Address of the database." env:"DATABASE_URL"`
}

// Run checks.
func (c checkCommand) Run(s streams) error {
	if _, err := readConfig(c.Config, overrides{Database: c.Database, Getenv: os.Getenv}); err != nil {
		return err
	}
	_, err := fmt.Fprintln(s.out, "the configuration can be used")
	return err
}
