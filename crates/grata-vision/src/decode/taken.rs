//! When a photo was taken, as its camera says. Read only where an album asks for it, and rounded before
//! it leaves the process that decodes (PUB-9).

use std::io::Cursor;

use exif::{In, Reader, Tag, Value};
use grata_core::taken::{Date, DateTime, Taken, TimeStep};

/// Before any digital camera: a clock that was never set says such things.
const FIRST_YEAR: u16 = 1990;

/// About when the photo in these bytes was taken, no finer than `step`; `None` if it does not say, or
/// says something that cannot be. Read from Exif (CIPA DC-008: `DateTimeOriginal`, else
/// `DateTimeDigitized`) in JPEG, PNG, WebP, TIFF, HEIC and AVIF.
pub fn taken(bytes: &[u8], step: TimeStep) -> Option<Taken> {
    let exif = Reader::new().read_from_container(&mut Cursor::new(bytes)).ok()?;
    [Tag::DateTimeOriginal, Tag::DateTimeDigitized]
        .into_iter()
        .filter_map(|tag| exif.get_field(tag, In::PRIMARY))
        .find_map(|field| match &field.value {
            Value::Ascii(texts) => moment(texts.first()?),
            _ => None,
        })
        .map(|at| Taken::about(at, step))
}

fn moment(text: &[u8]) -> Option<DateTime> {
    let at = exif::DateTime::from_ascii(text).ok()?;
    if at.year < FIRST_YEAR {
        return None;
    }
    let part = |number: u8| i8::try_from(number).ok();
    let date = Date::new(i16::try_from(at.year).ok()?, part(at.month)?, part(at.day)?).ok()?;
    // A leap second is in the minute that it ends.
    let second = part(at.second)?.min(59);
    DateTime::new(date.year(), date.month(), date.day(), part(at.hour)?, part(at.minute)?, second, 0).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A TIFF file that says when it was taken, and nothing else.
    fn tiff(text: &str) -> Vec<u8> {
        assert_eq!(text.len(), 19);
        let mut bytes = b"II\x2A\0\x08\0\0\0".to_vec();
        // The first directory points to that of Exif.
        bytes.extend([1, 0]);
        bytes.extend([0x69, 0x87, 4, 0, 1, 0, 0, 0, 26, 0, 0, 0]);
        bytes.extend([0; 4]);
        bytes.extend([1, 0]);
        bytes.extend([0x03, 0x90, 2, 0, 20, 0, 0, 0, 44, 0, 0, 0]);
        bytes.extend([0; 4]);
        bytes.extend(text.as_bytes());
        bytes.push(0);
        bytes
    }

    #[test]
    fn pub_9_a_time_comes_out_rounded() {
        let file = tiff("2026:09:05 14:59:31");
        for (step, text) in [
            (TimeStep::Day, "2026-09-05T00:00"),
            (TimeStep::Hour, "2026-09-05T14:00"),
            (TimeStep::Quarter, "2026-09-05T14:45"),
        ] {
            assert_eq!(taken(&file, step).map(|taken| taken.to_string()).as_deref(), Some(text));
        }
    }

    #[test]
    fn sec_8_what_cannot_be_is_not_said() {
        for text in [
            "0000:00:00 00:00:00",
            "1904:01:01 00:00:00",
            "2026:13:05 14:59:31",
            "2026:02:30 14:59:31",
            "2026:09:05 24:00:00",
            "    :  :     :  :  ",
            "2026-09-05T14:59:31",
        ] {
            assert_eq!(taken(&tiff(text), TimeStep::Quarter), None, "{text}");
        }
        let whole = tiff("2026:09:05 14:59:31");
        for length in 0..whole.len() {
            taken(&whole[..length], TimeStep::Quarter);
        }
        for at in 0..whole.len() {
            for value in [0, 1, 0x7F, 0xFF] {
                let mut bad = whole.clone();
                bad[at] = value;
                taken(&bad, TimeStep::Quarter);
            }
        }
    }
}
