# `make demo` and `make test` do everything on a fresh machine; the rest are their parts.
SHELL := /bin/bash
PACKAGES := chromium chromium-driver postgresql libxml2-utils python3 python3-venv openssl strace faketime age poppler-utils qpdf zip unzip
DEMO_LISTEN ?= 127.0.0.1:8080
DEMO_DATA ?= .work/demo
COMITY_FUZZ_SECONDS ?= 60

TARGET := $(or $(CARGO_TARGET_DIR),target)

.PHONY: demo test soak check assets packages nextest bench fuzz cargo-fuzz

demo: assets
	cargo build -p comity-server -p comity-papers
	$(TARGET)/debug/comity demo --listen $(DEMO_LISTEN) --data $(DEMO_DATA)

test: packages assets nextest check
	cargo nextest run --workspace --no-fail-fast

# What `make test` does for minutes, done for hours: 2,000 kills on each engine, and new cases for the model.
soak: packages assets nextest
	COMITY_CRASH_ROUNDS=2000 COMITY_MODEL_CASES=5000 cargo nextest run --workspace --no-fail-fast -E 'test(crash) or test(model)'

# What users wait for and what the ledger costs, each against a floor or peer of the same run, and with its bar. It ends by
# itself after about twenty minutes on two cores, most of which are its two builds.
bench: assets
	cargo build --release -p comity-server --features stubbed
	cp $(TARGET)/release/comity $(TARGET)/release/comity-stubbed
	COMITY_BENCH_STUBBED=$(abspath $(TARGET))/release/comity-stubbed cargo bench -p comity-server --bench bench

# Hostile bytes for every parser and for the verifier, each for COMITY_FUZZ_SECONDS. What it finds lies in fuzz/artifacts;
# once mended, the file goes into fuzz/found/<target>, from where `make test` reads it again.
fuzz: cargo-fuzz
	cargo run -q --manifest-path fuzz/Cargo.toml --example seeds fuzz/corpus
	@for target in $$(cargo +nightly fuzz list); do \
	  mkdir -p fuzz/found/$$target; \
	  cargo +nightly fuzz run $$target fuzz/corpus/$$target fuzz/found/$$target -- \
	    -max_total_time=$(COMITY_FUZZ_SECONDS) -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 || exit 1; \
	done

cargo-fuzz:
	@cargo +nightly --version >/dev/null 2>&1 || \
	  { echo "Fuzzing needs a nightly toolchain: rustup toolchain install nightly --profile minimal"; exit 1; }
	@cargo fuzz --version >/dev/null 2>&1 || cargo install --locked cargo-fuzz

check:
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings

assets: assets/dist/manifest.json

assets/dist/manifest.json: assets/package-lock.json assets/build.mjs $(shell find assets/src -type f)
	cd assets && npm ci --no-audit --no-fund && npm test && npm run build

# Debian's packages that tests need; elsewhere, the command to run is printed. Then the validator of CASE/UCO, in a place of
# its own.
packages:
	@missing=""; \
	command -v chromium >/dev/null || missing="$$missing chromium"; \
	command -v chromedriver >/dev/null || missing="$$missing chromium-driver"; \
	ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing="$$missing postgresql"; \
	command -v xmllint >/dev/null || missing="$$missing libxml2-utils"; \
	command -v python3 >/dev/null || missing="$$missing python3"; \
	python3 -c 'import ensurepip, venv' 2>/dev/null || missing="$$missing python3-venv"; \
	command -v openssl >/dev/null || missing="$$missing openssl"; \
	command -v age >/dev/null || missing="$$missing age"; \
	command -v strace >/dev/null || missing="$$missing strace"; \
	command -v pdfinfo >/dev/null || missing="$$missing poppler-utils"; \
	command -v qpdf >/dev/null || missing="$$missing qpdf"; \
	command -v zip >/dev/null || missing="$$missing zip"; \
	command -v unzip >/dev/null || missing="$$missing unzip"; \
	ls /usr/lib/*/faketime/libfaketime.so.1 >/dev/null 2>&1 || missing="$$missing faketime"; \
	if [ -n "$$missing" ]; then \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $$missing; \
	  else \
	    echo "Tests need:$$missing. On Debian: sudo apt-get install$$missing"; exit 1; \
	  fi; \
	fi
	@$(MAKE) --no-print-directory $(TARGET)/case/bin/case_validate

$(TARGET)/case/bin/case_validate: crates/evidence/tests/requirements.txt
	python3 -m venv --clear $(TARGET)/case
	$(TARGET)/case/bin/pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r $<
	touch $@

nextest:
	@cargo nextest --version >/dev/null 2>&1 || cargo install --locked cargo-nextest
