//! Replays the fuzzers' corpus through the function that the fuzz target calls (SEC-8).
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should fail there and then")]

use std::path::Path;

#[path = "../../../fuzz/src/worker.rs"]
mod targets;

#[test]
fn sec_8_no_words_of_a_worker_break_the_batch() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus/protocol");
    let mut seeds = 0;
    for entry in std::fs::read_dir(&corpus).unwrap() {
        let path = entry.unwrap().path();
        // Shown if the test fails: which seed it was.
        println!("{}", path.display());
        targets::protocol(&std::fs::read(&path).unwrap());
        seeds += 1;
    }
    assert!(seeds > 0, "there are no seeds");
}
