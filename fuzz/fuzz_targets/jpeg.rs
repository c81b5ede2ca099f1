//! See `grata_fuzz::vision::jpeg`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| grata_fuzz::vision::jpeg(bytes));
