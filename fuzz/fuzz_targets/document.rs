//! See `grata_fuzz::records::document`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    grata_fuzz::records::document(bytes);
});
