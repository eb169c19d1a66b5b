//! Target `sdp`: see the function it calls.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| engine::sdp::fuzz(data));
