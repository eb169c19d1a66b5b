//! Target `message_summary`: see the function it calls.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| engine::subscription::message_summary::fuzz(data));
