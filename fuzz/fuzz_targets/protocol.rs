//! See `grata_fuzz::worker::protocol`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| grata_fuzz::worker::protocol(bytes));
