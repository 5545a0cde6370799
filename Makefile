# elevnet. `make test` is all that a newcomer needs; `make help` lists the rest.

GO ?= go
# A number of executions: with a time, go test -fuzz now and then reports its own
# deadline as a failure.
FUZZTIME ?= 100000x
PACKAGES := ./...
# The race detector needs cgo and a C compiler.
CC_FOUND := $(shell command -v $$($(GO) env CC) 2>/dev/null)
ifeq ($(CC_FOUND),)
RACE :=
else
RACE := -race
endif
STATICCHECK := $(GO) tool -modfile=tools/go.mod staticcheck
PLATFORMS := linux/arm64 linux/386 windows/amd64 darwin/arm64

# How much time make simulate simulates, and from which seed on.
SIMTIME ?= 240h
SIMFROM ?= 1

.PHONY: help test test-386 browser screenshots systest simulate check check-deep mutants lint bench fuzz build cross tidy clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

test: ## all tests that need neither root nor a browser
ifeq ($(RACE),)
	@echo "no C compiler found: testing without the race detector"
endif
	$(GO) test $(RACE) $$($(GO) list $(PACKAGES) | grep -v /internal/systest)
	@$(GO) test -v -run TestNeeds ./internal/systest | grep -E '^(---|    |ok|FAIL)' || true

test-386: ## that nodes decide the same on 32 bits: needs a computer that runs such programs
	@export GOOS=linux GOARCH=386 CGO_ENABLED=0; \
	if ! $(GO) test -count=1 -run '^$$' ./internal/elevator >/dev/null 2>&1; then \
		echo "SKIPPED: programs for linux/386 don't run on this computer"; exit 0; \
	fi; \
	$(GO) test ./requests ./internal/hra ./internal/advice && \
	$(GO) test -run 'Golden|EqualWorldviews|Deterministic' ./assigner ./worldview ./internal/node ./internal/sim ./internal/traffic

browser: ## the page in a real browser: needs Chromium or Chrome
	cd internal/web/browsertest && $(GO) test -v -count=1 -timeout 30m ./...

screenshots: ## the pictures of the README, taken from the running page
	cd internal/web/browsertest && $(GO) run ./shots

systest: ## real processes under faults in network namespaces: linux, root, ip, iptables
	$(GO) test -v -count=1 -timeout 30m ./internal/systest

simulate: ## ten simulated days with every fault: no promise may be broken
	$(GO) build -trimpath -o bin/ .
	bin/elevnet simulate --for $(SIMTIME) --from $(SIMFROM)
	@echo; echo "The same with three nodes and four floors, for the speed:"
	bin/elevnet simulate --seeds 8 --from $(SIMFROM) --nodes 3 --floors 4

check: ## five million states of everything that can happen to a call, in a minute
	$(GO) build -trimpath -o bin/ .
	bin/elevnet check

check-deep: ## a hundred million states of it: some hours, 12 GB
	$(GO) build -trimpath -o bin/ .
	bin/elevnet check --preset deep --states 15000000 --mem 8

mutants: ## break the protocol in about a hundred ways: each must be noticed
	$(GO) run ./internal/mutants

lint: ## formatting, vet on three systems, staticcheck, tidiness
	@test -z "$$(gofmt -l .)" || { echo "gofmt these files:"; gofmt -l .; exit 1; }
	$(GO) vet $(PACKAGES)
	GOOS=windows $(GO) vet $(PACKAGES)
	GOOS=darwin $(GO) vet $(PACKAGES)
	cd internal/web/browsertest && $(GO) vet ./...
	$(STATICCHECK) $(PACKAGES)
	$(GO) mod tidy -diff

bench: ## the figures of docs/figures.md, measured in one run
	$(GO) test -run '^$$' -bench . -benchtime 200ms ./worldview ./assigner ./fsm ./bcast ./internal/store
	$(GO) test -run '^$$' -bench . -benchtime 1x ./elevio
	$(GO) test -run '^$$' -bench . -benchtime 1x -timeout 20m ./internal/systest

fuzz: ## every decoder and loader, FUZZTIME each
	@grep -roE --include='*_test.go' '^func Fuzz[A-Za-z]+' . | sed -E 's|/[^/]*:func | |' | sort | while read -r p f; do \
		echo "$$p $$f"; \
		$(GO) test -run '^$$' -fuzz "^$$f\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 1x $$p || exit 1; \
	done

build: ## bin/elevnet
	$(GO) build -trimpath -o bin/ .

cross: ## build for every system that we name
	@set -e; for p in $(PLATFORMS); do \
		echo $$p; GOOS=$${p%/*} GOARCH=$${p#*/} CGO_ENABLED=0 $(GO) build -trimpath -o /dev/null .; \
	done

tidy: ## bring the source into its usual form
	gofmt -w .
	$(GO) mod tidy

clean: ## remove what was built
	rm -rf bin
