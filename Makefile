# Every target works from a fresh clone: it sets up what it needs and says in a sentence what it cannot get.
# GNU make 3.81 (macOS) is enough.

export PATH := $(PATH):/usr/local/go/bin
# The tag brings the driver's Arrow interface. The version is set below, and go's own look at the repository fails a
# build in a checkout that belongs to another user (a mounted folder), so it is off.
export GOFLAGS := $(strip $(shell go env GOFLAGS 2>/dev/null) -tags=duckdb_arrow -buildvcs=false)
export CGO_ENABLED := 1
export FILLRATE_BIN := $(CURDIR)/bin/fillrate

DATA ?= fillrate-data
ADDR ?= 127.0.0.1:8080
# A git tag may hold characters that mean something to a shell.
VERSION := $(shell git describe --tags --always --dirty 2>/dev/null | tr -cd 'A-Za-z0-9._+-')
LDFLAGS := -s -w $(if $(VERSION),-X main.version=$(VERSION))

# Tools live in the checkout, one folder a version, and are built once.
TOOLS := $(CURDIR)/.cache/tools
GOTESTSUM := $(TOOLS)/gotestsum-v1.13.0/gotestsum
GOLANGCI := $(TOOLS)/golangci-lint-v2.15.0/golangci-lint
install-tool = GOFLAGS=-buildvcs=false GOBIN=$(dir $@) go install

NPM_DIR := dashboards/node_modules
VENDOR := dashboards/static/vendor
SHA256SUM := $(or $(shell command -v sha256sum 2>/dev/null),shasum -a 256)

.DEFAULT_GOAL := help
.PHONY: help setup build run test race browser lint fmt sample bench screenshot ci clean tools data

help: ## this list
	@echo 'make run starts Fillrate on the sample library. The targets:'
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  %-11s %s\n", $$1, $$2 }' Makefile

setup: tools $(VENDOR)/echarts.min.js ## check the compilers and npm, fetch Go modules and ECharts
	@go mod download || { echo 'The Go modules could not be fetched (see above): connect this machine to the network, or set GOPROXY to your mirror, and try again.' >&2; exit 1; }

tools:
	@.ci/setup

# The folder embedded in the binary gets the one file a page needs, with its licences, once its SHA-256 is the recorded one.
$(VENDOR)/echarts.min.js: dashboards/vendor.sha256 $(NPM_DIR)/.package-lock.json
	@cd dashboards && $(SHA256SUM) -c vendor.sha256 >/dev/null || \
		{ echo 'ECharts is not the file whose SHA-256 dashboards/vendor.sha256 records, so it was not taken: run "make clean" and try again; after a change of version on purpose, record the new sum.' >&2; exit 1; }
	@mkdir -p $(VENDOR)
	@cp $(NPM_DIR)/echarts/LICENSE $(NPM_DIR)/echarts/NOTICE $(VENDOR)/
	@cp $(NPM_DIR)/echarts/licenses/LICENSE-d3 $(VENDOR)/LICENSE-d3
	@cp $(NPM_DIR)/zrender/LICENSE $(VENDOR)/LICENSE-zrender
	@cp $(NPM_DIR)/tslib/LICENSE.txt $(VENDOR)/LICENSE-tslib
	@cp $(NPM_DIR)/echarts/dist/echarts.min.js $@

$(NPM_DIR)/.package-lock.json: dashboards/package.json dashboards/package-lock.json | tools
	@echo 'Fetching ECharts from npm.'
	@npm ci --prefix dashboards --prefer-offline --loglevel=error >/dev/null || { echo 'ECharts could not be fetched from npm (see above): connect this machine to the network, or point npm at your mirror, and try again.' >&2; exit 1; }
	@touch $@

build: setup ## build bin/fillrate
	@mkdir -p bin
	@test -e bin/fillrate || echo 'Building bin/fillrate; the first time this takes a minute or two.'
	@go build -ldflags '$(LDFLAGS)' -o bin/fillrate ./cmd/fillrate

run: data ## load the sample library (the first time) and serve the dashboards
	@exec bin/fillrate serve --data '$(DATA)' --addr '$(ADDR)'

data: build
	@test -e '$(DATA)/current' || { \
		bin/fillrate ingest --data '$(DATA)' --library MAIN --tz America/New_York sample-data/illiad/* sample-data/closures.csv && \
		bin/fillrate campaign import --data '$(DATA)' sample-data/campaigns.csv; }

test: build $(GOTESTSUM) ## vet, all tests, the race detector, and the browser suite where Chromium is
	@GOTESTSUM='$(GOTESTSUM)' .ci/test vet go race browser

race: setup $(GOTESTSUM) ## the Go tests under the race detector
	@GOTESTSUM='$(GOTESTSUM)' .ci/test race

browser: build $(GOTESTSUM) ## the pages in Chromium: keyboard, narrow screens, accessibility
	@GOTESTSUM='$(GOTESTSUM)' NEED_BROWSER=1 .ci/test browser

lint: setup $(GOLANGCI) ## golangci-lint with the list in .golangci.yml
	$(GOLANGCI) run ./...

fmt: ## gofmt every Go file
	gofmt -l -w cmd ingest queries dashboards

sample: setup ## make sample-data again from its seed
	go test ./ingest/sample -run TestSampleData -count=1 -update

bench: build ## time loading, queries and pages, as ratios within one run
	go run ./cmd/bench

screenshot: build ## pictures of every page (light, dark, 320 px, Portuguese, paper) in .cache/screenshots, and the README's
	@.ci/screenshot

ci: ## what continuous integration runs
	@.ci/run

clean: ## remove what make made here (never a data directory)
	rm -rf bin .cache $(NPM_DIR) $(VENDOR)

$(GOTESTSUM): | tools
	@echo 'Building gotestsum, once.'
	@$(install-tool) gotest.tools/gotestsum@v1.13.0

$(GOLANGCI): | tools
	@echo 'Building golangci-lint, once; this takes a minute or two.'
	@$(install-tool) github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
