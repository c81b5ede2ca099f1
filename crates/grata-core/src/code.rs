//! Numbers and codes by which photos are found without a face: what is printed on a bib or a jersey, or
//! on a card that somebody was handed (M1). A code finds; it never lets anybody in (SEC-7), and it is
//! found only among what its finder may see anyway.

use std::fmt;
use std::str::FromStr;

/// Most letters and digits of a code.
pub const MAX_CODE_CHARS: usize = 16;

/// What is printed on somebody's bib or card, in the one way in which it is compared: capital letters and
/// digits, without leading zeros. It has a digit, so that nobody is found by name (ABU-3).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PhotoCode(String);

/// A text that is no code, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotACode {
    /// Nothing is left of it.
    #[error("there is no number and no code in it")]
    Empty,
    /// Longer than anything that is printed on a bib.
    #[error("a number or code has {MAX_CODE_CHARS} letters and digits at most")]
    TooLong,
    /// Without a digit it may be a name.
    #[error("a code has at least one digit: photos are not found by names")]
    NoDigit,
    /// Something that nobody prints on a bib.
    #[error("a number or code has letters from A to Z and digits only")]
    NotALetter,
}

impl PhotoCode {
    /// The code as it is compared.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The codes in a text, parted by spaces, commas or semicolons; each once, in their order.
    ///
    /// # Errors
    /// The first that is none.
    pub fn all_in(text: &str) -> Result<Vec<Self>, NotACode> {
        let mut codes: Vec<Self> = Vec::new();
        for part in text.split(|letter: char| letter.is_whitespace() || matches!(letter, ',' | ';')) {
            if part.is_empty() {
                continue;
            }
            let code = part.parse()?;
            if !codes.contains(&code) {
                codes.push(code);
            }
        }
        if codes.is_empty() { Err(NotACode::Empty) } else { Ok(codes) }
    }
}

impl FromStr for PhotoCode {
    type Err = NotACode;

    fn from_str(text: &str) -> Result<Self, NotACode> {
        let mut code = String::new();
        for letter in text.chars() {
            match letter {
                // How a number is written, not which.
                '-' | '.' | '#' | '/' => {}
                _ if letter.is_whitespace() => {}
                _ if letter.is_ascii_alphanumeric() => code.push(letter.to_ascii_uppercase()),
                _ => return Err(NotACode::NotALetter),
            }
            if code.len() > MAX_CODE_CHARS {
                return Err(NotACode::TooLong);
            }
        }
        if code.is_empty() {
            return Err(NotACode::Empty);
        }
        if !code.contains(|letter: char| letter.is_ascii_digit()) {
            return Err(NotACode::NoDigit);
        }
        let short = code.trim_start_matches('0');
        Ok(Self(if short.is_empty() { "0".into() } else { short.into() }))
    }
}

impl fmt::Display for PhotoCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Nothing that is printed on somebody belongs into a log.
impl fmt::Debug for PhotoCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PhotoCode(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> Result<String, NotACode> {
        text.parse::<PhotoCode>().map(|code| code.to_string())
    }

    #[test]
    fn the_same_number_however_it_is_written() {
        for (text, same) in [
            ("123", "123"),
            ("0123", "123"),
            (" # 123 ", "123"),
            ("k7-f3q", "K7F3Q"),
            ("K7 F3 Q", "K7F3Q"),
            ("A.12/b", "A12B"),
            ("000", "0"),
        ] {
            assert_eq!(code(text).as_deref(), Ok(same), "{text}");
        }
    }

    #[test]
    fn abu_3_nobody_is_found_by_name() {
        for (text, why) in [
            ("Alice", NotACode::NoDigit),
            ("", NotACode::Empty),
            (" - ", NotACode::Empty),
            ("12345678901234567", NotACode::TooLong),
            ("Zoé7", NotACode::NotALetter),
            ("12_3", NotACode::NotALetter),
            ("1\u{202e}2", NotACode::NotALetter),
        ] {
            assert_eq!(code(text), Err(why), "{text}");
        }
    }

    #[test]
    fn several_at_once_each_once() {
        let codes = PhotoCode::all_in("12, 0012;K7-F3 45\t9").unwrap();
        assert_eq!(codes.iter().map(PhotoCode::as_str).collect::<Vec<_>>(), ["12", "K7F3", "45", "9"]);
        assert_eq!(PhotoCode::all_in("12 Alice"), Err(NotACode::NoDigit));
        assert_eq!(PhotoCode::all_in(" ,; "), Err(NotACode::Empty));
    }

    #[test]
    fn sec_3_what_is_on_a_bib_is_never_printed_by_accident() {
        assert_eq!(format!("{:?}", "4711".parse::<PhotoCode>().unwrap()), "PhotoCode(…)");
    }
}
