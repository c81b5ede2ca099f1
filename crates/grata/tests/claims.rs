//! No page and no text that the program prints makes a claim that grata must never make
//! (REQUIREMENTS §1).
//!
//! A word is looked at, not what is meant by it: whoever needs one of these phrases in order to say
//! that grata does not use it does so in ETHICS.md, between the two markers below.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should fail there and then")]

use std::path::{Path, PathBuf};

/// Words in a row, in lower case. `*` at the end of a word stands for any ending.
const FORBIDDEN: &[&str] = &[
    "gdpr compliant",
    "gdpr compliance",
    "compliant with gdpr",
    "compliant with the gdpr",
    "complies with the gdpr",
    "certified",
    "anonym*",
    "irreversible template*",
    "not process biometric",
    "don t process biometric",
    "process no biometric",
    "processes no biometric",
    "ai act exempt",
    "exempt from the ai act",
    "w3c standard",
];

/// The only file that may quote what is forbidden.
const QUOTING_FILE: &str = "ETHICS.md";

/// Line before a quotation.
const QUOTES_BEGIN: &str = "<!-- claims we never make: begin -->";

/// Line after a quotation.
const QUOTES_END: &str = "<!-- claims we never make: end -->";

#[test]
fn nothing_claims_what_grata_never_claims() {
    let texts = texts();
    for expected in ["README.md", "ETHICS.md", "crates/grata/src/cli.rs", "crates/grata/models/detect.toml"] {
        assert!(texts.iter().any(|(path, _)| path == Path::new(expected)), "{expected} was not looked at");
    }
    let mut places = Vec::new();
    for (path, text) in &texts {
        let text = if path == Path::new(QUOTING_FILE) { without_quotes(text) } else { text.clone() };
        for (line, claim) in claims_in(&text) {
            places.push(format!("{}:{line}: \"{claim}\"", path.display()));
        }
    }
    assert!(places.is_empty(), "claims that grata never makes:\n{}", places.join("\n"));
}

#[test]
fn a_claim_is_found_whatever_its_case_hyphens_and_line_breaks() {
    let cases: [(&str, &[(usize, &str)]); 8] = [
        ("GDPR-compliant", &[(1, "gdpr compliant")]),
        ("one\nfully GDPR\ncompliant.", &[(2, "gdpr compliant")]),
        ("_Anonymised_ faces, anonymous people", &[(1, "anonym*"), (1, "anonym*")]),
        ("/// We do not process\n/// biometric data", &[(1, "not process biometric")]),
        ("irreversible templates", &[(1, "irreversible template*")]),
        ("the AI-Act: exempt", &[(1, "ai act exempt")]),
        ("a W3C standard, uncertified", &[(1, "w3c standard")]),
        ("designed to help a controller meet the GDPR; face region removed", &[]),
    ];
    for (text, expected) in cases {
        assert_eq!(claims_in(text), expected, "{text}");
    }
}

#[test]
fn quotations_are_left_out_and_lines_still_count() {
    let text = format!("one\n{QUOTES_BEGIN}\ncertified\n{QUOTES_END}\nanonymous\n");
    assert_eq!(claims_in(&without_quotes(&text)), [(5, "anonym*")]);
}

/// Each claim in `text` with the line on which it begins, in the order of lines.
fn claims_in(text: &str) -> Vec<(usize, &'static str)> {
    let words = words(text);
    let mut found = Vec::new();
    for &claim in FORBIDDEN {
        let wanted: Vec<&str> = claim.split(' ').collect();
        for window in words.windows(wanted.len()) {
            if window.iter().zip(&wanted).all(|((_, word), wanted)| fits(word, wanted)) {
                found.push((window[0].0, claim));
            }
        }
    }
    found.sort_unstable();
    found
}

/// Every word in lower case, with its line. Identifiers are one word.
fn words(text: &str) -> Vec<(usize, String)> {
    let mut words = Vec::new();
    for (index, line) in text.lines().enumerate() {
        for word in line.split(|c: char| !c.is_alphanumeric() && c != '_') {
            let word = word.trim_matches('_');
            if !word.is_empty() {
                words.push((index + 1, word.to_lowercase()));
            }
        }
    }
    words
}

fn fits(word: &str, wanted: &str) -> bool {
    match wanted.strip_suffix('*') {
        Some(start) => word.starts_with(start),
        None => word == wanted,
    }
}

/// The text with empty lines in place of marked quotations.
fn without_quotes(text: &str) -> String {
    let mut quoting = false;
    let mut kept = String::with_capacity(text.len());
    for line in text.lines() {
        match line.trim() {
            QUOTES_BEGIN => quoting = true,
            QUOTES_END => quoting = false,
            _ if quoting => {}
            _ => kept.push_str(line),
        }
        kept.push('\n');
    }
    assert!(!quoting, "a quotation has no end");
    kept
}

/// What people read: pages, source with its help texts, page templates, manifests of packs. Paths
/// are relative to the root of the repository.
fn texts() -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap();
    let entries = walkdir::WalkDir::new(&root)
        .sort_by_file_name()
        .into_iter()
        .filter_entry(|entry| entry.depth() == 0 || !is_left_out(&entry.file_name().to_string_lossy()));
    let mut texts = Vec::new();
    for entry in entries {
        let entry = entry.unwrap();
        let path = entry.path().strip_prefix(&root).unwrap();
        if entry.file_type().is_file() && is_read_by_people(path) {
            let bytes = std::fs::read(entry.path()).unwrap();
            // In source, `\n` is the end of a word and not the beginning of one.
            let text = String::from_utf8_lossy(&bytes).replace("\\n", "  ");
            texts.push((path.to_path_buf(), text));
        }
    }
    texts
}

/// Build output, and what belongs to tools.
fn is_left_out(name: &str) -> bool {
    ["target", "node_modules"].contains(&name) || name.starts_with('.')
}

fn is_read_by_people(path: &Path) -> bool {
    let is_below = |folder: &str| path.components().any(|part| part.as_os_str() == folder);
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("md") => true,
        Some("rs") => is_below("src"),
        Some("toml") => is_below("models"),
        _ => is_below("templates"),
    }
}
