//! What each fuzz target does with its bytes. Also run by `tests/fuzz_corpus.rs` over the saved inputs, on the stable toolchain.

pub mod digest;
pub mod sip_message;
pub mod sip_stream;
