//! What may stand below us: no network in core and vision, and licences that everyone may use.
//!
//! Ordinary tests, so that a machine without cargo-deny looks, too. They read what is there already.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should fail there and then")]

use std::collections::BTreeSet;
use std::process::Command;

use serde_json::Value;

/// Packages that mean an async runtime, SQL or HTTP, by the start of their names (STYLE, the house).
const NOT_BELOW_VISION: &[&str] = &[
    "actix",
    "async-std",
    "axum",
    "curl",
    "diesel",
    "h2",
    "http",
    "hyper",
    "libsqlite3",
    "mio",
    "postgres",
    "reqwest",
    "rusqlite",
    "rustls",
    "smol",
    "sqlx",
    "tokio",
    "ureq",
];

/// Licences under which everyone may use, change and pass on a part.
const LICENCES: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "IJG",
    "ISC",
    "MIT",
    "MIT-0",
    "MPL-2.0",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

#[test]
fn core_and_vision_pull_in_no_async_runtime_no_sql_no_http() {
    for package in ["grata-core", "grata-vision", "grata-finder"] {
        let tree = cargo(&["tree", "--package", package, "--edges", "normal,build", "--prefix", "none"]);
        let below: BTreeSet<_> = tree.lines().filter_map(|line| line.split_whitespace().next()).collect();
        assert!(below.contains(package), "{tree}");
        let is_banned = |name: &&&str| NOT_BELOW_VISION.iter().any(|start| name.starts_with(start));
        let banned: Vec<_> = below.iter().filter(is_banned).collect();
        assert!(banned.is_empty(), "{package} pulls in {banned:?}");
    }
}

#[test]
fn every_package_has_a_licence_for_everyone_and_comes_from_a_registry() {
    let host = printed("rustc", &["-vV"]);
    let host = host.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
    let metadata = cargo(&["metadata", "--format-version", "1", "--filter-platform", host]);
    let metadata: Value = serde_json::from_str(&metadata).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    assert!(packages.len() > 50);
    for package in packages {
        let name = package["name"].as_str().unwrap();
        let licence = package["license"].as_str().unwrap_or_default();
        assert!(is_for_everyone(licence), "{name} has the licence \"{licence}\"");
        if let Some(source) = package["source"].as_str() {
            assert!(source.starts_with("registry+"), "{name} comes from {source}");
        }
    }
}

/// Whether an SPDX expression leaves a choice of listed licences only. Brackets do not occur with
/// an AND outside an OR in what we use; where they would, this says no.
fn is_for_everyone(expression: &str) -> bool {
    let plain = expression.replace('/', " OR ").replace(['(', ')'], " ");
    let is_listed = |licence: &str| {
        let base = licence.split(" WITH ").next().unwrap_or_default();
        LICENCES.contains(&base.trim())
    };
    match expression.contains('(') {
        // Every name in it is on the list: then any reading of the brackets is.
        true => plain.split(" OR ").flat_map(|choice| choice.split(" AND ")).all(is_listed),
        false => plain.split(" OR ").any(|choice| choice.split(" AND ").all(is_listed)),
    }
}

#[test]
fn expressions_of_licences_are_read_strictly() {
    for (expression, expected) in [
        ("MIT OR Apache-2.0", true),
        ("MIT/Apache-2.0", true),
        ("Apache-2.0 WITH LLVM-exception", true),
        ("MIT OR GPL-3.0", true),
        ("MIT AND GPL-3.0", false),
        ("(MIT OR Apache-2.0) AND Unicode-3.0", true),
        ("(MIT OR Apache-2.0) AND GPL-2.0", false),
        ("", false),
    ] {
        assert_eq!(is_for_everyone(expression), expected, "{expression}");
    }
}

fn cargo(arguments: &[&str]) -> String {
    printed(env!("CARGO"), &[arguments, &["--offline", "--locked"]].concat())
}

fn printed(program: &str, arguments: &[&str]) -> String {
    let output =
        Command::new(program).args(arguments).current_dir(env!("CARGO_MANIFEST_DIR")).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}
