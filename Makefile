# Build, test and measure resetproof. make test needs Go; what else its
# tests want it installs on Debian as root, or says that it is missing.

VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo devel)
COMMIT := $(shell git rev-parse HEAD 2>/dev/null)

.PHONY: help build test browser test-servers lint quality bench vuln clean

help: ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/'

build: ## ./resetproof, one static binary
	CGO_ENABLED=0 go build -trimpath -ldflags '-s -w -X main.version=$(VERSION) -X main.commit=$(COMMIT)' -o resetproof ./cmd/resetproof

test: lint browser ## lint, then every test
	go test ./...

browser: ## a Chromium and axe-core, for the tests of report.html
	@.ci/browser

# What the tests against real servers start, as Debian packages it.
SERVERS := samba samba-ad-dc samba-ad-provision python3-samba winbind ldb-tools krb5-user iproute2 util-linux

test-servers: ## the tests against real servers; installs them on Debian, as root
	@if ! dpkg --status $(SERVERS) >/dev/null 2>&1; then \
		echo "installing $(SERVERS)"; \
		apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $(SERVERS); fi
	go vet -tags servers ./cmd/resetproof
	go tool staticcheck -tags servers ./cmd/resetproof
	go test -tags servers -count=1 -timeout 5m -run '^TestServer' ./cmd/resetproof

lint: ## gofmt, go vet, staticcheck
	@unformatted=$$(gofmt -l cmd detect ingest report rules); \
	if [ -n "$$unformatted" ]; then echo "run gofmt -w on:"; echo "$$unformatted"; exit 1; fi
	go vet ./...
	go tool staticcheck ./...

quality: build ## judge generated organisations and compare with what was planted
	./resetproof quality --quiet

bench: ## every benchmark, once
	go test -run '^$$' -bench . -benchmem ./...

vuln: ## known vulnerabilities in what we depend on; needs the network
	go run golang.org/x/vuln/cmd/govulncheck@latest ./...

clean: ## remove what build leaves behind
	rm -f resetproof
	go clean -testcache
