//! Replays the fuzzers' corpus through the functions that the fuzz targets call (SEC-8).
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should fail there and then")]

use std::path::Path;

#[path = "../../../fuzz/src/vision.rs"]
mod targets;

#[test]
fn sec_8_no_bytes_break_the_decoders() {
    replay("decode", targets::decode);
}

#[test]
fn sec_8_no_bytes_break_the_coefficient_path() {
    replay("jpeg", targets::jpeg);
}

#[test]
fn sec_8_no_bytes_break_the_look_for_metadata() {
    replay("metadata", targets::metadata);
}

#[test]
fn sec_8_no_bytes_break_the_reader_of_models() {
    replay("bundle", targets::bundle);
}

fn replay(target: &str, run: fn(&[u8])) {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus").join(target);
    let mut seeds = 0;
    for entry in std::fs::read_dir(&corpus).unwrap() {
        let path = entry.unwrap().path();
        // Shown if the test fails: which seed it was.
        println!("{}", path.display());
        run(&std::fs::read(&path).unwrap());
        seeds += 1;
    }
    assert!(seeds > 0, "there are no seeds for {target}");
}
