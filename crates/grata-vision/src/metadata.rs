//! What may stand in a finished file besides pixels, and a look whether anything else does (PUB-4).
//!
//! Independent of the writers: it walks the container by itself and lists whatever is not on the
//! allow-list, so that a mistake in a writer shows.

use grata_core::orientation::Orientation;

/// Length of [`minimal_exif`], in bytes.
pub const MINIMAL_EXIF_LENGTH: usize = 36;

/// A whole JPEG APP1 segment, marker included, that says the orientation and nothing else
/// (CIPA DC-008, 4.5.4 and 4.6).
pub fn minimal_exif(orientation: Orientation) -> [u8; MINIMAL_EXIF_LENGTH] {
    let mut segment =
        *b"\xFF\xE1\x00\x22Exif\0\0MM\0\x2A\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\0\0\0\0\0\0\0";
    segment[28..30].copy_from_slice(&orientation.exif().to_be_bytes());
    segment
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minimal_exif_is_read_back_by_an_exif_reader() {
        for orientation in Orientation::ALL {
            let segment = minimal_exif(orientation);
            let (exif, _) = exif::parse_exif(&segment[10..]).unwrap();
            assert_eq!(exif.len(), 1);
            assert_eq!(exif[0].value.get_uint(0), Some(u32::from(orientation.exif())));
        }
    }
}
