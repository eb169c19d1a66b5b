# What a person types here. `make test` is the whole, `make check` the inner loop.

cache := $(or $(RAMAL_PEERS),$(HOME)/.cache/ramal-peers)
export PATH := $(cache)/cargo/bin:$(PATH)
# nextest runs each test in a process of its own; without it cargo's runner does the same work.
tests := $(shell cargo nextest --version >/dev/null 2>&1 && echo 'nextest run' || echo test) --no-fail-fast --workspace

.PHONY: check test style page deny torture sim bench fuzz demo install-deps

# At most three minutes once warm: format, lints, and the tests that start no peer.
check: style page
	cargo $(tests) --lib --bins --test tidy --test impair --test service

# At most twenty-five minutes from nothing on two cores.
test: install-deps style page deny
	cargo test --workspace --doc --quiet
	cargo $(tests) --lib --bins --tests

style:
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --quiet -- -D warnings

# The packages are there once the style of the rest was looked at: build.rs installs them.
page: style
	cd web && npm run --silent check && npm test --silent

deny:
	cargo deny --log-level error check bans licenses sources
	@said=$$(cargo deny --log-level error check advisories 2>&1) || case "$$said" in \
	  *'failed to fetch advisory database'*) \
	    echo 'ADVISORIES WERE NOT CHECKED: their database cannot be reached from here' ;; \
	  *) echo "$$said"; exit 1 ;; \
	esac

install-deps:
	tests/interop/install build peers

# Long; before a release: the tests that are #[ignore]d, with the reason beside each; those of engine and media are sim's.
# Results go to docs/evidence.
torture:
	tests/interop/install build peers bench
	cargo test --workspace --exclude engine --exclude media --no-fail-fast --tests -- --ignored --nocapture --test-threads 1
	RAMAL_STATES=2000 cargo test --package ramal --test store -- --nocapture power:: faults::

sim:
	tests/interop/install build peers
	cargo test --package media --release --test detection -- --ignored --nocapture thousand
	RAMAL_SEEDS=$(or $(SEEDS),10000) cargo test --package engine --release --test simulation -- --nocapture
	RAMAL_GATE=10000000 cargo test --package engine --release --test gate -- --nocapture
	RAMAL_SEEDS=$(or $(SEEDS),100000) cargo test --package engine --release --test oracle -- --nocapture
	RAMAL_SEEDS=$(or $(DAYS),5) cargo test --package engine --release --test pacing -- --nocapture --ignored --test-threads 1

# At most five minutes once built: a table of ratios, and the same in docs/evidence. Then a quarter of an hour of real calls.
bench:
	tests/interop/install build peers bench
	cargo bench --bench ratios -- --save
	cargo bench -p host --bench leads
	cargo test --package ramal --test web -- --ignored --nocapture --test-threads 1 market::

# FOR=seconds, five minutes unless said.
fuzz:
	@test -n '$(TARGET)' || { echo 'which? make fuzz TARGET=…; targets:'; ls fuzz/targets | sed 's/\.rs$$//'; exit 1; }
	cargo +nightly fuzz run $(TARGET) -- -max_total_time=$(or $(FOR),300)

demo:
	tests/interop/install build
	cargo run --quiet -- demo
