# Short cuts. `just --list` shows them.

# Format, lints, documentation: what needs no database.
check:
    cargo fmt --all --check
    cargo clippy --workspace --all-targets --features server,testing,download -- -D warnings
    RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --features server,testing,download

# All tests, or those whose name contains the argument.
test *filter:
    cargo test {{filter}}

# All benchmarks, or those named.
bench *names:
    cargo bench {{names}}

# Rewrites what tests generate (docs/functions.md and the like).
bless:
    DOCPAL_BLESS=1 cargo test

# The reference server with demo data.
demo:
    cargo run --release -p docpal-server -- demo

# Everything that must hold before a merge.
ci:
    .ci/run
