//! Target `playout`: see the function it calls.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| media::playout::fuzz(data));
