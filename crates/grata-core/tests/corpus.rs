//! Replays the fuzzers' corpus through the functions that the fuzz targets call (SEC-8), and says which
//! seeds are genuine: they were made from the formats alone, by `fuzz/make_signed_corpus.py`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on should fail there and then"
)]

use std::path::Path;

#[path = "../../../fuzz/src/records.rs"]
mod targets;

#[test]
fn sec_8_acc_3_no_bytes_pass_for_a_head_that_was_not_signed() {
    assert_eq!(
        genuine("checkpoint", targets::checkpoint),
        ["empty-log", "genuine", "other-log", "witnessed"]
    );
}

#[test]
fn sec_8_con_6_no_bytes_pass_for_a_document_that_was_not_signed() {
    assert_eq!(genuine("document", targets::document), ["genuine", "genuine-in-log", "spaces"]);
}

fn genuine(target: &str, run: fn(&[u8]) -> bool) -> Vec<String> {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus").join(target);
    let mut genuine = Vec::new();
    for entry in std::fs::read_dir(&corpus).unwrap() {
        let path = entry.unwrap().path();
        // Shown if the test fails: which seed it was.
        println!("{}", path.display());
        if run(&std::fs::read(&path).unwrap()) {
            genuine.push(path.file_name().unwrap().to_str().unwrap().to_string());
        }
    }
    genuine.sort();
    genuine
}
