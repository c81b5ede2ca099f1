//! `cargo xtask test`: everything a change must pass.
//!
//! Needs Rust with the target for browsers, which it installs with rustup, and Python with pip for the
//! model pack `detect`. What else is there is used (nextest, cargo-deny, npm for the pack `find` and a browser); what is
//! not there is named at the end, and so is every test that said `SKIPPED`.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::finder;
use crate::tools::{self, Outcome, cargo, ensure_pack_in, root, target, works};

/// Where the real photos lie that some tests look at, seen from the top folder.
const PHOTOS: &str = "../shared/testphotos";

/// What drives the browser, seen from the top folder.
const BROWSER: &str = "crates/grata/tests/web/browser";

#[derive(Default)]
struct Report {
    failed: Vec<String>,
    skipped: Vec<String>,
}

impl Report {
    /// Remembers a failure and goes on: one run tells all that is wrong.
    fn step(&mut self, name: &str, outcome: Outcome<()>) {
        if let Err(error) = outcome {
            eprintln!("FAILED {name}: {error}");
            self.failed.push(format!("{name}: {error}"));
        }
    }

    fn skip(&mut self, what: impl Into<String>) {
        let what = what.into();
        eprintln!("\nSKIPPED {what}");
        self.skipped.push(what);
    }
}

/// Runs all of it.
///
/// # Errors
/// If any step failed.
pub fn run() -> Outcome<()> {
    let mut report = Report::default();
    let target = target()?;
    say_what_is_missing(&mut report);
    lint(&mut report);

    let build = tools::run(cargo(&["test", "--workspace", "--locked", "--no-run"]));
    let built = build.is_ok();
    report.step("build", build);
    // First: the tests of the pages take what comes of it.
    build_for_browsers(&mut report);
    if built {
        let (grata, packs) = (target.join("debug/grata"), packs(&target));
        report.step("model pack", ensure_pack_in(&grata, "detect", &packs));
        if has_npm() {
            report.step("model pack that compares faces", ensure_pack_in(&grata, "find", &packs));
            bring_browser(&mut report);
        } else {
            report.skip("what compares faces, and the pages in a browser: npm is not installed");
        }
        test(&mut report, &target);
    }
    licences(&mut report);
    finish(&report)
}

fn has_npm() -> bool {
    let mut version = Command::new("npm");
    version.arg("--version");
    works(version)
}

/// The browser for the test of the pages, and what looks at them: by npm, as the lock file says.
fn bring_browser(report: &mut Report) {
    let mut npm = Command::new("npm");
    npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]).current_dir(root().join(BROWSER));
    report.step("browser", tools::run(npm));
}

/// Says first what the tests will miss.
fn say_what_is_missing(report: &mut Report) {
    if !root().join(PHOTOS).is_dir() {
        report.skip(format!("tests on the marked photos: {PHOTOS} is not there"));
    }
}

fn lint(report: &mut Report) {
    if works(cargo(&["fmt", "--version"])) {
        report.step("format", tools::run(cargo(&["fmt", "--all", "--check"])));
    } else {
        report.skip("format: rustfmt is not installed (`rustup component add rustfmt`)");
    }
    if works(cargo(&["clippy", "--version"])) {
        let clippy = ["clippy", "--workspace", "--all-targets", "--features", FLOOR, "--locked", "--"];
        let mut clippy = cargo(&clippy);
        clippy.args(["--deny", "warnings"]);
        report.step("lints", tools::run(clippy));
    } else {
        report.skip("lints: clippy is not installed (`rustup component add clippy`)");
    }
}

/// What only the benchmark builds is linted all the same.
const FLOOR: &str = "xtask/floor";

fn test(report: &mut Report, target: &Path) {
    let with_packs = |mut command: Command| {
        command.env("GRATA_MODELS", packs(target));
        command
    };
    if works(cargo(&["nextest", "--version"])) {
        let tests = cargo(&["nextest", "run", "--workspace", "--locked", "--no-fail-fast"]);
        report.step("tests", tools::run(with_packs(tests)));
        // The file that .config/nextest.toml asks for; it holds the output of passing tests.
        let junit = std::fs::read_to_string(target.join("nextest/default/junit.xml"));
        report.skipped.extend(skipped_in(&junit.unwrap_or_default()));
    } else {
        let tests = ["test", "--workspace", "--locked", "--no-fail-fast", "--all-targets", "--"];
        let outcome = run_and_read(with_packs(cargo(&tests)), report);
        report.step("tests", outcome);
    }
    report.step("doctests", tools::run(cargo(&["test", "--workspace", "--locked", "--doc"])));
}

/// Where the packs of the tests lie.
fn packs(target: &Path) -> PathBuf {
    target.join("test-packs")
}

/// Who said `SKIPPED` in nextest's report: `test: reason`.
fn skipped_in(junit: &str) -> Vec<String> {
    let (mut test, mut skipped) = ("", Vec::new());
    for line in junit.lines() {
        let name = line.split_once("<testcase name=\"").and_then(|(_, rest)| rest.split_once('"'));
        test = name.map_or(test, |(name, _)| name);
        skipped.extend(skipped_line(line).map(|what| format!("{test}: {what}")));
    }
    skipped
}

/// Runs the tests without nextest, shows their output, and remembers who said `SKIPPED`.
fn run_and_read(mut command: Command, report: &mut Report) -> Outcome<()> {
    command.arg("--show-output");
    eprintln!("\n$ cargo test --workspace");
    let mut child = command.stdout(Stdio::piped()).spawn()?;
    if let Some(output) = child.stdout.take() {
        for line in BufReader::new(output).lines() {
            let line = line?;
            println!("{line}");
            report.skipped.extend(skipped_line(&line));
        }
    }
    let status = child.wait()?;
    if status.success() { Ok(()) } else { Err("some failed".into()) }
}

/// What was skipped, if a line of a test's output says so.
fn skipped_line(line: &str) -> Option<String> {
    let start = line.find("SKIPPED")?;
    // Output may follow an opening tag of the report; a test that quotes the word is not one.
    let is_start = line[..start].is_empty() || line[..start].ends_with('>');
    is_start.then(|| line[start + "SKIPPED".len()..].trim_start_matches([':', ' ']).to_string())
}

/// Core and vision run in a browser, so they build for it (STYLE: the house); and so does what runs there.
fn build_for_browsers(report: &mut Report) {
    if let Err(error) = finder::ensure_target() {
        report.step("browsers", Err(error));
        return;
    }
    for package in ["grata-core", "grata-vision"] {
        let check =
            ["check", "--package", package, "--no-default-features", "--target", finder::WASM, "--locked"];
        report.step("browsers", tools::run(cargo(&check)));
    }
    report.step("finder", finder::run().map(drop));
}

fn licences(report: &mut Report) {
    if works(cargo(&["deny", "--version"])) && root().join("deny.toml").is_file() {
        report.step("licences", tools::run(cargo(&["deny", "check", "licenses", "bans", "sources"])));
    } else {
        report.skip("cargo-deny, which is not installed; the tests of this crate look at licences, too");
    }
}

fn finish(report: &Report) -> Outcome<()> {
    eprintln!();
    for what in &report.skipped {
        eprintln!("SKIPPED {what}");
    }
    if report.failed.is_empty() {
        eprintln!("All steps passed; {} skipped.", report.skipped.len());
        return Ok(());
    }
    for what in &report.failed {
        eprintln!("FAILED {what}");
    }
    Err(format!("{} steps failed; {} skipped.", report.failed.len(), report.skipped.len()).into())
}

#[cfg(test)]
mod unit {
    use super::*;

    #[test]
    fn a_test_that_says_skipped_is_heard() {
        let pack = Some("a test: the pack is not installed".to_string());
        assert_eq!(skipped_line("SKIPPED a test: the pack is not installed"), pack);
        assert_eq!(skipped_line("SKIPPED: a test: the pack is not installed"), pack);
        assert_eq!(skipped_line("  <system-err>SKIPPED a test: the pack is not installed"), pack);
        let junit = "<testcase name=\"one\">\n<testcase name=\"two\">\n<system-err>SKIPPED: no pack";
        assert_eq!(skipped_in(junit), ["two: no pack"]);
        assert_eq!(skipped_line("it is not said that it was SKIPPED"), None);
    }
}
