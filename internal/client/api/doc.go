// Package api is the client of the API as it is generated from its description.
// Package client is the one to use.
//
// It knows what the description says and nothing else. Do not edit api.gen.go:
// change internal/web/openapi/openapi.yaml and run go generate here.
package api

//go:generate go tool -modfile=../../../tools/go.mod oapi-codegen -config gen.yaml ../../web/openapi/openapi.yaml
