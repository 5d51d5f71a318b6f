# The two commands need nothing before them but Go and make:
#   make run    a demonstration city, one sale, its certificate
#   make test   every check, as CI runs it
# make campaign asks the same of the doors as two of the tests, for an hour or so.

GO ?= go
FUZZTIME ?= 20s
CALLS ?= 1000000
GUESSES ?= 100000

.PHONY: run test check bench fuzz campaign campaigns vuln million

# Built first and then run in make's place, so that Ctrl-C ends it and not make.
run:
	$(GO) build -o .state/onewindow ./cmd/onewindow
	@exec .state/onewindow run $(ARGS)

# The throw-away PostgreSQL server runs as long as the checks do.
test:
	$(GO) run ./internal/machine/ready $(MAKE) check

check:
	@out=$$(gofmt -l .); if [ -n "$$out" ]; then echo "not formatted by gofmt:"; echo "$$out"; exit 1; fi
	$(GO) mod tidy -diff
	$(GO) vet ./...
	$(GO) tool -modfile=tools/go.mod staticcheck ./...
	GOOS=darwin CGO_ENABLED=0 $(GO) build ./...
	$(GO) run ./internal/machine/gotest -race -timeout 20m ./...

bench:
	$(GO) run ./cmd/onewindow bench pipeline $(ARGS)

# A million random facts through the assessment of taxes; TAX_FACTS= for another number.
million:
	TAX_FACTS=$${TAX_FACTS:-1000000} $(GO) test -timeout 2h -count=1 -run TestRandomFacts ./tax

fuzz:
	@for p in $$($(GO) list ./...); do \
		for f in $$($(GO) test -list '^Fuzz' $$p | grep '^Fuzz'); do \
			echo "$$p $$f"; \
			$(GO) test -run '^$$' -fuzz "^$$f\$$" -fuzztime $(FUZZTIME) $$p || exit 1; \
		done; \
	done

# The large versions of what make test asks of the doors: calls that are made up from
# the API's description, and numbers that are guessed.
campaign:
	$(GO) run ./internal/machine/ready $(MAKE) campaigns

campaigns:
	$(GO) test ./internal/web -run 'TestNoCallBreaksTheDoors' -v -timeout 4h -calls $(CALLS)
	$(GO) test ./internal/web -run 'TestNobodyLearns|TestGuessing' -v -timeout 1h -guesses $(GUESSES)

# Known vulnerabilities in what the program calls. It asks vuln.go.dev, which is why
# make test does not: without a network it fails, and says so.
vuln:
	$(GO) tool -modfile=tools/go.mod govulncheck ./...
