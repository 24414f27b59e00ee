# What a developer types; `make help` lists it. .ci/run runs every target, the long ones in little, by
# the variables below. A test (internal/house) wants every target described, and run there.

GO        ?= go
FUZZ      ?= 5s
COUNT     ?= 5
BENCHTIME ?= 1s
TORTURE   ?= 200
BENCH     ?=
SMALL     ?=
OUT       ?= results
IMG       ?= docs/img

.DEFAULT_GOAL := test
.PHONY: help generate test race purego paths bits check fuzz cross torture bench bench-peers bench-parts figures check-latex

help: ## this list
	@awk -F ': .*## ' '/^[a-z-]+:.*## /{printf "make %-12s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

# Goldens of what is there already are not among them: docs/contributing.md says how these are rewritten.
generate: ## all generated files: manual, tables and skeletons of pages, kernels, golden draws of new laws
	$(GO) generate ./...

test: ## all tests
	$(GO) test ./...

race: ## all tests under the race detector
	$(GO) test -race ./...

purego: ## all tests without assembly
	$(GO) test -tags purego ./...

# The variable is read before Go's test cache can notice it, hence -count=1.
paths: ## the packages that compute, with narrower kernels and, where qemu-user is installed, on arm64
	STALENESS_KERNELS=avx2 $(GO) test -count=1 ./nets/... ./optimizers/... ./sim
	@if command -v qemu-aarch64 >/dev/null; then \
	  echo 'GOARCH=arm64 $(GO) test ./nets/vec'; GOOS=linux GOARCH=arm64 $(GO) test -exec qemu-aarch64 -count=1 ./nets/vec; \
	else echo 'arm64: skipped, qemu-aarch64 is not installed'; fi

bits: ## whole runs, byte for byte, over kernel paths, GOMAXPROCS, the race detector and architectures
	.ci/bits

check: ## form, vet, staticcheck, modules, hidden fused multiply-adds
	@test -z "$$(gofmt -l .)" || { echo "not gofmt-ed:"; gofmt -l .; exit 1; }
	$(GO) vet ./...
	$(GO) tool staticcheck ./...
	$(GO) mod verify
	.ci/fused

check-latex: ## LaTeX of tables and figures compiled, none too wide; installs texlive-latex-recommended
	@command -v pdflatex >/dev/null || { apt-get update -q && DEBIAN_FRONTEND=noninteractive \
	  apt-get install -y -q --no-install-recommends texlive-latex-recommended; } >/dev/null
	STALENESS_LATEX=1 $(GO) test -count=1 -run LaTeX ./plots/... ./experiments

fuzz: ## every fuzz target, for FUZZ=5s each
	@for p in $$($(GO) list ./...); do \
	  for f in $$($(GO) test -list '^Fuzz' $$p | grep '^Fuzz'); do \
	    echo "fuzz $$p $$f"; $(GO) test -run '^$$' -fuzz "^$$f\$$" -fuzztime $(FUZZ) $$p || exit 1; \
	  done; \
	done

cross: ## builds for other systems
	GOOS=darwin GOARCH=arm64 $(GO) build ./...
	GOOS=linux GOARCH=arm64 $(GO) vet ./...
	GOOS=windows GOARCH=amd64 $(GO) build ./...

torture: ## a sweep of every kind of method, killed at TORTURE=200 random instants
	STALENESS_TORTURE=$(TORTURE) $(GO) test -count 1 -run 'Torture|StandsThere' -v -timeout 60m ./experiments

# As ratios within one process: docs/performance.md says how to read them.
bench: ## what docs/performance.md shows, in about three minutes; BENCH="-rounds 5" is quicker
	$(GO) run ./experiments/bench $(BENCH)

bench-peers: ## the same nets in PyTorch, beside; installs Debian's python3-torch and python3-numpy
	GO=$(GO) experiments/bench/peers.sh $(BENCH)

bench-parts: ## every benchmark of every part, COUNT=5 times BENCHTIME=1s
	$(GO) test -run '^$$' -bench . -benchmem -benchtime $(BENCHTIME) -count $(COUNT) ./nets/vec ./nets ./sim ./sim/delay

# SMALL=yes draws what small experiments give; IMG and OUT should then lie elsewhere.
figures: ## the pictures of the README, the manual and the gallery, into IMG=docs/img
	GO=$(GO) .ci/figures $(OUT) $(IMG) $(SMALL)
