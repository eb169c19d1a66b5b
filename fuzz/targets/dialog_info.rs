//! Target `dialog_info`: see the function it calls.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| engine::subscription::dialog_info::fuzz(data));
