//! See `grata_fuzz::records::checkpoint`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    grata_fuzz::records::checkpoint(bytes);
});
