# What a developer types. `make check` is what CI runs before everything else; `make test` is the README's test command.

GO      ?= go
FUZZ    ?= 5s
COUNT   ?= 5

.PHONY: test race purego paths bits check fuzz cross torture bench bench-peers bench-parts figures

test:
	$(GO) test ./...

race:
	$(GO) test -race ./...

purego:
	$(GO) test -tags purego ./...

# The packages that compute, with the narrower kernels and, where qemu-user is installed, on arm64. The variable is read before
# Go's test cache can notice it, hence -count=1.
paths:
	STALENESS_KERNELS=avx2 $(GO) test -count=1 ./nets/... ./optimizers/... ./sim
	@if command -v qemu-aarch64 >/dev/null; then \
	  echo 'GOARCH=arm64 $(GO) test ./nets/vec'; GOOS=linux GOARCH=arm64 $(GO) test -exec qemu-aarch64 -count=1 ./nets/vec; \
	else echo 'arm64: skipped, qemu-aarch64 is not installed'; fi

# Whole runs, byte for byte, over kernel paths, GOMAXPROCS, the race detector and architectures.
bits:
	.ci/bits

# Form, vet, staticcheck, generated files, hidden fused multiply-adds.
check:
	@test -z "$$(gofmt -l .)" || { echo "not gofmt-ed:"; gofmt -l .; exit 1; }
	$(GO) vet ./...
	$(GO) tool staticcheck ./...
	$(GO) mod verify
	.ci/fused

# Every fuzz target for $(FUZZ).
fuzz:
	@for p in $$($(GO) list ./...); do \
	  for f in $$($(GO) test -list '^Fuzz' $$p | grep '^Fuzz'); do \
	    echo "fuzz $$p $$f"; $(GO) test -run '^$$' -fuzz "^$$f\$$" -fuzztime $(FUZZ) $$p || exit 1; \
	  done; \
	done

cross:
	GOOS=darwin GOARCH=arm64 $(GO) build ./...
	GOOS=linux GOARCH=arm64 $(GO) vet ./...
	GOOS=windows GOARCH=amd64 $(GO) build ./...

# A sweep of every kind of method, killed at 200 random instants.
torture:
	STALENESS_TORTURE=200 $(GO) test -count 1 -run 'Torture' -v -timeout 60m ./experiments

# What docs/performance.md shows, as ratios within one process: see there how to read them. About three minutes.
bench:
	$(GO) run ./experiments/bench

# The same nets in PyTorch, beside. Installs Debian's python3-torch and python3-numpy if they are missing.
bench-peers:
	GO=$(GO) experiments/bench/peers.sh

# Every benchmark of every part, for work on that part.
bench-parts:
	$(GO) test -run '^$$' -bench . -benchmem -count $(COUNT) ./nets/vec ./nets ./sim ./sim/delay

# The pictures of the README and the manual.
figures:
	$(GO) run ./experiments/easgd
	cp results/easgd/windows-train-loss.png docs/img/easgd-windows.png
