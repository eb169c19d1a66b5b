//! Target `sip_stream`: see the function it calls.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| ramal_fuzz::sip_stream::check(data));
