//! Receipts, certificates and proofs, verified with nothing but the file (ACC-3). No installation, no
//! network.

use std::fs;
use std::path::Path;

use grata_core::audit::checkpoint::{Checkpoint, parse_verifier_key};
use grata_core::signed::{Document, Verified};

use crate::error::{AppError, ErrorKind};
use crate::words::shown;

/// Longest document that is read, in bytes. Receipts have some thousand.
const MAX_BYTES: u64 = 64 << 20;

/// Whether a text is a key that documents can be signed with.
///
/// # Errors
/// It is none.
pub fn check_key(text: &str) -> Result<(), AppError> {
    parse_verifier_key(text).map(|_| ()).ok_or_else(|| {
        AppError::new(ErrorKind::Invalid, "this is not the key of a log")
            .hint("It looks like `photos.example.org/grata+1a2b3c4d+AbC...`; the organisation publishes it.")
    })
}

/// Whether a file is a genuine document, signed with the key `expected` if one is given.
///
/// # Errors
/// Says what is wrong, in plain words.
pub fn file(path: &Path, expected: Option<&str>) -> Result<Verified, String> {
    let key = match expected.map(parse_verifier_key) {
        Some(None) => return Err("the key to compare with is none".into()),
        Some(Some((_, key))) => Some(key),
        None => None,
    };
    let unreadable = |error| format!("it cannot be read: {error}");
    let bytes = fs::metadata(path).map_err(unreadable)?.len();
    if bytes > MAX_BYTES {
        return Err("it is far too long for a document of grata".into());
    }
    let text = fs::read(path).map_err(unreadable)?;
    let text = String::from_utf8(text).map_err(|_| "it is no text".to_string())?;
    Document::verify(&text, key.as_ref()).map_err(|fault| fault.to_string())
}

/// Documents that cannot come from one log that only grew: somebody was shown another one (ACC-4).
pub fn contradictions(verified: &[(&Path, &Verified)]) -> Vec<String> {
    let heads: Vec<(&Path, &Checkpoint)> =
        verified.iter().filter_map(|(path, verified)| Some((*path, verified.log.as_ref()?))).collect();
    let mut found = Vec::new();
    for (number, (path, head)) in heads.iter().enumerate() {
        for (other_path, other) in &heads[number + 1..] {
            if head.contradicts(other) {
                found.push(format!(
                    "{} and {} name different logs of {} with {} entries: somebody was shown another one",
                    shown(path),
                    shown(other_path),
                    head.origin.as_str(),
                    head.size
                ));
            }
        }
    }
    found
}
