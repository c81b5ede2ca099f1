//! What the store does not touch.
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

fn all() -> Vec<(PathBuf, String)> {
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"))
}

/// COL-1, SEC-3, SEC-4: no connection, no log, no environment, and time is passed in.
#[test]
fn col_1_sec_3_sec_4_the_store_opens_no_connection_and_writes_no_log() {
    let banned = [
        "std::net",
        "TcpStream",
        "UdpSocket",
        "env::var",
        "println!",
        "eprintln!",
        "tracing::",
        "log::info",
        "SystemTime",
        "Instant::now",
        "Timestamp::now",
    ];
    for (path, text) in all() {
        for word in banned {
            assert!(!text.contains(word), "{word} in {}", path.display());
        }
    }
}

/// ACC-1: one place ends a transaction for good, and it takes an event.
#[test]
fn acc_1_one_place_commits() {
    let committing: Vec<_> = all()
        .into_iter()
        .filter(|(path, _)| !path.ends_with("conformance.rs") && !path.ends_with("engine/sqlite.rs"))
        .flat_map(|(path, text)| {
            let count = text.matches("tx.commit()").count();
            vec![path.file_name().unwrap().to_string_lossy().into_owned(); count]
        })
        .collect();
    // The key file has transactions of its own: making the first epoch, and changing it.
    assert_eq!(committing.iter().filter(|name| *name == "tx.rs").count(), 2, "one in the example that fails");
    assert!(committing.iter().all(|name| ["tx.rs", "vault.rs"].contains(&name.as_str())), "{committing:?}");
}

/// What one file writes, another must not write around it: consent acts have one way in.
#[test]
fn con_1_consent_acts_have_one_way_in() {
    let writers: Vec<_> = all()
        .into_iter()
        .filter(|(_, text)| text.contains("INSERT INTO consent_acts"))
        .map(|(path, _)| path.file_name().unwrap().to_string_lossy().into_owned())
        .collect();
    assert_eq!(writers, ["consents.rs"]);
}

#[test]
fn a_store_can_be_shared_by_threads() {
    fn check<T: Send + Sync>() {}
    check::<grata_store::Store>();
}
