package web

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// Limits of one JSON text, far beyond any application.
const (
	maxDepth = 16
	maxNodes = 20_000
)

// node is one value of a JSON text. Unlike a map it remembers members that are
// named twice.
type node struct {
	value   any // string, json.Number, bool, nil; or '{' or '[' as json.Delim
	members []member
	items   []node
}

type member struct {
	name string
	node
}

// kind names what the value is, for people.
func (n node) kind() string {
	switch v := n.value.(type) {
	case string:
		return "string"
	case json.Number:
		return "number"
	case bool:
		return "boolean"
	case json.Delim:
		if v == '{' {
			return "object"
		}
		return "array"
	}
	return "null"
}

// parse reads a valid JSON text, or returns errNotJSON if it is too deep or has
// too many values.
func parse(raw []byte) (node, error) {
	p := parser{tokens: json.NewDecoder(bytes.NewReader(raw))}
	p.tokens.UseNumber()
	return p.value(0)
}

type parser struct {
	tokens *json.Decoder
	count  int
}

func (p *parser) value(depth int) (node, error) {
	token, err := p.tokens.Token()
	if err != nil {
		return node{}, fmt.Errorf("%w: %w", errNotJSON, err)
	}
	n := node{value: token}
	if p.count++; p.count > maxNodes || depth > maxDepth {
		return n, fmt.Errorf("%w: too many values, or too deep", errNotJSON)
	}
	opened, nested := token.(json.Delim)
	if !nested {
		return n, nil
	}
	for p.tokens.More() {
		if err := p.child(&n, opened, depth+1); err != nil {
			return n, err
		}
	}
	_, err = p.tokens.Token() // the closing one
	return n, err
}

// child reads the next member or item of n.
func (p *parser) child(n *node, opened json.Delim, depth int) error {
	name := ""
	if opened == '{' {
		token, err := p.tokens.Token()
		if err != nil {
			return fmt.Errorf("%w: %w", errNotJSON, err)
		}
		name, _ = token.(string)
	}
	inner, err := p.value(depth)
	if opened == '{' {
		n.members = append(n.members, member{name, inner})
	} else {
		n.items = append(n.items, inner)
	}
	return err
}
