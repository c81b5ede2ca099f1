//! What a command prints that is no batch: for machines one JSON object a line, for people words.

use std::io::{self, Write as _};

use serde::Serialize;

/// Prints one result on standard output: its JSON form, or `words`.
///
/// A closed pipe is nobody's mistake: what was done is done.
pub fn line<T: Serialize>(json: bool, value: &T, words: impl FnOnce(&T) -> String) {
    let text = if json {
        // Plain data of our own: it always has a JSON form.
        serde_json::to_string(value).unwrap_or_default()
    } else {
        words(value)
    };
    let mut output = io::stdout().lock();
    let _ = writeln!(output, "{text}").and_then(|()| output.flush());
}

/// Says something to the person at the terminal, on standard error.
pub fn say(words: &str) {
    let _ = writeln!(io::stderr().lock(), "{words}");
}
