//! `cargo xtask kill`: the test of stories/killed.rs with its full number of moments.

use crate::tools::{self, Outcome, cargo};

/// Runs it.
///
/// # Errors
/// If something was lost, half done or shown.
pub fn run(mut words: impl Iterator<Item = String>) -> Outcome<()> {
    let test = ["test", "--workspace", "--locked", "--test", "stories", "--", "--nocapture", "kill"];
    let mut test = cargo(&test);
    test.env("GRATA_KILLS", "200");
    while let Some(word) = words.next() {
        let value = words.next().ok_or_else(|| format!("{word} needs a value"))?;
        match word.as_str() {
            "--kills" => test.env("GRATA_KILLS", value),
            "--seed" => test.env("GRATA_SEED", value),
            _ => return Err(format!("kill knows no {word}").into()),
        };
    }
    tools::run(test)
}
