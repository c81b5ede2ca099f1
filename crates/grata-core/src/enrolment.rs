//! What it takes to enrol besides one's own link, and when something comes of it (ABU-2): a code that was handed over
//! in person, a day of waiting before anything is shown, and the person told in the meantime.

use std::fmt;
use std::str::FromStr;

use crate::id::CryptoRng;
use crate::time::{Timestamp, hours_after, hours_before};

/// Hours from an enrolment to the first thing that is shown of it (ABU-2). Whoever enrolled in somebody's place has
/// gained nothing by then, and the person had a day to read that somebody did.
pub const HOURS_TO_FIRST_RESULTS: u32 = 24;

/// Days for which a person's page tells of an enrolment that they have not acknowledged.
pub const DAYS_TOLD: u32 = 30;

/// Wrong codes after which the right one is worth nothing any more.
pub const MOST_WRONG_CODES: u32 = 5;

/// Letters and digits of a code: 40 bits, of which [`MOST_WRONG_CODES`] guesses find nothing.
const LENGTH: usize = 8;

/// Crockford's: without letters that are read as digits, or as something else.
const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// A code that somebody is handed in person, to enrol with: what the link alone does not give.
#[derive(Clone, PartialEq, Eq)]
pub struct EnrolmentCode(String);

/// A text that is no such code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a code to enrol has {LENGTH} letters and digits, such as 7KQM-2XRP")]
pub struct NotAnEnrolmentCode;

impl EnrolmentCode {
    /// A fresh one.
    pub fn random(rng: &mut dyn CryptoRng) -> Self {
        let mut bytes = [0; LENGTH];
        rng.fill_bytes(&mut bytes);
        // 256 is a multiple of 32: each letter is as likely as the next.
        Self(bytes.iter().map(|byte| char::from(LETTERS[usize::from(byte % 32)])).collect())
    }

    /// The code as it is compared.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// As it is handed over.
impl fmt::Display for EnrolmentCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (first, second) = self.0.split_at(LENGTH / 2);
        write!(f, "{first}-{second}")
    }
}

impl fmt::Debug for EnrolmentCode {
    /// Nothing: it could end up in a log (SEC-3).
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EnrolmentCode")
    }
}

impl FromStr for EnrolmentCode {
    type Err = NotAnEnrolmentCode;

    fn from_str(text: &str) -> Result<Self, NotAnEnrolmentCode> {
        let mut code = String::new();
        for letter in text.chars().filter(|letter| *letter != '-' && !letter.is_whitespace()) {
            let letter = match letter.to_ascii_uppercase() {
                'O' => '0',
                'I' | 'L' => '1',
                other => other,
            };
            let is_known = u8::try_from(letter).is_ok_and(|letter| LETTERS.contains(&letter));
            if !is_known || code.len() == LENGTH {
                return Err(NotAnEnrolmentCode);
            }
            code.push(letter);
        }
        if code.len() == LENGTH { Ok(Self(code)) } else { Err(NotAnEnrolmentCode) }
    }
}

/// From when on something is shown to somebody who enrolled.
pub fn first_results(enrolled: Timestamp) -> Timestamp {
    hours_after(enrolled, HOURS_TO_FIRST_RESULTS)
}

/// Whether something may be shown by now to somebody who enrolled.
pub fn shows_results(enrolled: Timestamp, now: Timestamp) -> bool {
    now >= first_results(enrolled)
}

/// Whether the person's page tells of an enrolment: on every visit, until they acknowledged it, or for 30 days.
pub fn is_told(enrolled: Timestamp, acknowledged: Option<Timestamp>, now: Timestamp) -> bool {
    acknowledged.is_none() && enrolled > told_since(now)
}

/// The moment up to which enrolments are not told of any more.
pub fn told_since(now: Timestamp) -> Timestamp {
    hours_before(now, 24 * DAYS_TOLD)
}

/// Whether it can be acknowledged: not before something is shown. Whoever enrolled in somebody's place holds the
/// same link, and would put it away at once.
pub fn may_acknowledge(enrolled: Timestamp, now: Timestamp) -> bool {
    shows_results(enrolled, now)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::counting::CountingRng;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn abu_2_a_code_is_read_as_it_was_written_by_hand() {
        let mut rng = CountingRng::default();
        let code = EnrolmentCode::random(&mut rng);
        assert_ne!(code, EnrolmentCode::random(&mut rng));
        assert_eq!(code.as_str().len(), LENGTH);
        assert_eq!(code.to_string().parse(), Ok(code.clone()));
        assert_eq!(format!("{code:?}"), "EnrolmentCode");
        let written: EnrolmentCode = " o1lq 2x-rp ".parse().unwrap();
        assert_eq!(written.to_string(), "011Q-2XRP");
        for text in ["", "7KQM-2XR", "7KQM-2XRPP", "7KQM-2XRU", "7KQM-2XR€"] {
            assert_eq!(text.parse::<EnrolmentCode>(), Err(NotAnEnrolmentCode), "{text}");
        }
    }

    #[test]
    fn abu_2_nothing_is_shown_for_a_day_and_the_person_is_told_until_they_say_so() {
        let enrolled = at("2026-11-22T10:00:00Z");
        for (now, shows, told) in [
            ("2026-11-22T10:00:00Z", false, true),
            ("2026-11-23T09:59:59Z", false, true),
            ("2026-11-23T10:00:00Z", true, true),
            ("2026-12-22T09:59:59Z", true, true),
            ("2026-12-22T10:00:00Z", true, false),
        ] {
            assert_eq!(shows_results(enrolled, at(now)), shows, "{now}");
            assert_eq!(may_acknowledge(enrolled, at(now)), shows, "{now}");
            assert_eq!(is_told(enrolled, None, at(now)), told, "{now}");
            assert!(!is_told(enrolled, Some(at("2026-11-23T10:00:00Z")), at(now)), "{now}");
        }
    }
}
