//! What the rules do not touch.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should fail there and then")]

use std::path::{Path, PathBuf};

fn sources(folder: &Path) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = std::fs::read_to_string(&path).unwrap();
            found.push((path, text));
        }
    }
    found
}

/// Rules are functions of what they are given: the same question gets the same answer tomorrow.
#[test]
fn rules_read_no_file_no_clock_no_network_and_draw_no_lots() {
    let banned = [
        "std::fs",
        "std::net",
        "std::env",
        "std::process",
        "std::thread",
        "std::time",
        "SystemTime",
        "Instant",
        "Timestamp::now",
        "Zoned::now",
        "SysRng",
        "getrandom",
        "println!",
        "unsafe ",
    ];
    let all = sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
    assert!(all.len() > 20);
    for (path, text) in all {
        for word in banned {
            assert!(!text.contains(word), "{word} in {}", path.display());
        }
    }
}

/// COL-4, BYS-1: there are no words for what grata does not guess or keep.
#[test]
fn col_4_bys_1_there_are_no_words_for_guesses_templates_or_clusters() {
    for (path, text) in sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src")) {
        for word in ["embedding", "gender", "ethnicity", "emotion", "cluster", "fn identify", "fn search"] {
            assert!(!text.to_lowercase().contains(word), "{word} in {}", path.display());
        }
    }
}
