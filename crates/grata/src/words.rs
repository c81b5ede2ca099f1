//! Paths and foreign text, fit to be printed.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::path::Path;

/// Longest piece of foreign text that is printed, in characters.
pub const MAX_FOREIGN_CHARS: usize = 300;

/// A path as text for JSON, so that no two paths look the same in practice.
///
/// UTF-8 stays as it is. In any other name each byte that is not UTF-8 becomes `\xNN`, and each
/// backslash `\\`.
pub fn path_text(path: &Path) -> Cow<'_, str> {
    match path.to_str() {
        Some(text) => Cow::Borrowed(text),
        None => Cow::Owned(escaped(path.as_os_str().as_encoded_bytes())),
    }
}

fn escaped(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() + 8);
    for chunk in bytes.utf8_chunks() {
        text.push_str(&chunk.valid().replace('\\', "\\\\"));
        for byte in chunk.invalid() {
            // Writing to a string cannot fail.
            let _ = write!(text, "\\x{byte:02X}");
        }
    }
    text
}

/// A path for a person's eyes: [`path_text`] without characters that move a terminal's cursor.
pub fn shown(path: &Path) -> String {
    path_text(path).chars().map(visible).collect()
}

/// Text from a picture, a decoder or a worker, made harmless: one line, no control characters, no
/// more than [`MAX_FOREIGN_CHARS`].
pub fn harmless(text: &str) -> String {
    let mut chars = text.trim().chars();
    let mut harmless: String = chars.by_ref().take(MAX_FOREIGN_CHARS).map(visible).collect();
    if chars.next().is_some() {
        harmless.push('…');
    }
    harmless
}

fn visible(character: char) -> char {
    let turns_text_around = matches!(character, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    if character.is_control() || turns_text_around { '\u{FFFD}' } else { character }
}

/// A number with its noun: `1 photo`, `3 photos`.
pub fn count(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    use super::*;

    #[test]
    fn paths_stay_apart_whatever_their_bytes() {
        let cases: [(&[u8], &str); 4] = [
            ("a/Grüße.jpg".as_bytes(), "a/Grüße.jpg"),
            (b"a\\b.jpg", "a\\b.jpg"),
            (b"caf\xE9.jpg", "caf\\xE9.jpg"),
            (b"a\\b\xFF\xFE", "a\\\\b\\xFF\\xFE"),
        ];
        for (bytes, text) in cases {
            assert_eq!(path_text(Path::new(OsStr::from_bytes(bytes))), text);
        }
    }

    #[test]
    fn sec_3_foreign_text_cannot_drive_a_terminal() {
        assert_eq!(harmless("a\u{1b}[2Jb\nc"), "a\u{FFFD}[2Jb\u{FFFD}c");
        assert_eq!(shown(Path::new("a\u{202E}gpj.exe")), "a\u{FFFD}gpj.exe");
        assert_eq!(harmless(&"x".repeat(9999)).chars().count(), MAX_FOREIGN_CHARS + 1);
    }
}
