//! The orientation that Exif data states. Hostile data never costs the photo: it is upright then.

use exif::{In, Tag};
use grata_core::orientation::Orientation;

/// What a report says where a file contradicts itself.
pub(super) const CONTRADICTION: &str = "the file states two orientations, the first one counts";

/// The orientation in a TIFF structure as Exif has it, with or without the leading `Exif\0\0`, and
/// whether it states two different ones. Upright where none can be read.
pub fn exif_orientation(exif: &[u8]) -> (Orientation, bool) {
    let mut stated = stated_orientations(exif).into_iter();
    let first = stated.next();
    (first.unwrap_or_default(), stated.any(|other| Some(other) != first))
}

/// Every readable orientation of the main picture, in order.
pub(super) fn stated_orientations(exif: &[u8]) -> Vec<Orientation> {
    let tiff = exif.strip_prefix(b"Exif\0\0").unwrap_or(exif);
    let Ok((fields, _)) = exif::parse_exif(tiff) else { return Vec::new() };
    fields
        .iter()
        .filter(|field| field.tag == Tag::Orientation && field.ifd_num == In::PRIMARY)
        .filter_map(|field| Orientation::from_exif(field.value.get_uint(0)?))
        .collect()
}

/// The first of all stated orientations; a note if they differ.
pub(super) fn settle(stated: &[Orientation], notes: &mut Vec<String>) -> Orientation {
    let first = stated.first().copied().unwrap_or_default();
    if stated.iter().any(|other| *other != first) {
        notes.push(CONTRADICTION.into());
    }
    first
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metadata::minimal_exif;

    #[test]
    fn all_eight_are_read_with_and_without_prefix() {
        for orientation in Orientation::ALL {
            let segment = minimal_exif(orientation);
            assert_eq!(exif_orientation(&segment[4..]), (orientation, false));
            assert_eq!(exif_orientation(&segment[10..]), (orientation, false));
        }
    }

    #[test]
    fn sec_8_hostile_exif_is_upright() {
        let good = minimal_exif(Orientation::Turned90);
        for length in 0..good.len() {
            exif_orientation(&good[4..4 + length.min(good.len() - 4)]);
        }
        for at in 4..good.len() {
            for value in [0, 1, 9, 0x7F, 0x80, 0xFF] {
                let mut bad = good;
                bad[at] = value;
                exif_orientation(&bad[4..]);
            }
        }
        assert_eq!(exif_orientation(b"Exif\0\0rubbish"), (Orientation::Upright, false));
        let mut nine = good;
        nine[29] = 9;
        assert_eq!(exif_orientation(&nine[4..]), (Orientation::Upright, false));
    }

    #[test]
    fn two_orientations_are_noticed() {
        let twice = b"MM\0\x2A\0\0\0\x08\0\x02\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\x01\x12\0\x03\0\0\0\x01\0\x08\0\0\0\0\0\0";
        assert_eq!(exif_orientation(twice), (Orientation::Turned90, true));
    }
}
