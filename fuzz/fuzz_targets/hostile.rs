#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| crdt_fuzz::checks::hostile(data));
