//! Target `sipfrag`: see the function it calls.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| engine::sip::sipfrag::fuzz(data));
