//! What may stand in a finished file besides pixels, and a look whether anything else does (PUB-4).
//!
//! Independent of the writers: it walks the container by itself and lists whatever is not on the
//! allow-list, so that a mistake in a writer shows. The list holds what grata writes and nothing
//! that a format would allow beyond that: no palettes in PNG, no alpha, no second table of the same
//! number. Deliberately absent: decoding pixels. Compressed pixels are measured where that is cheap
//! (PNG, TIFF, GIF), so that nothing can hide behind them.

mod bmp;
mod findings;
mod gif;
mod inflate;
mod jpeg;
mod png;
mod reader;
#[cfg(test)]
mod tests;
mod tiff;
mod webp;

use grata_core::orientation::Orientation;

use crate::colour::ColourProfile;
use crate::decode::Format;

use findings::Findings;
pub use findings::Violation;

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

/// Looks for anything in a finished file that is neither pixels nor on the allow-list.
///
/// `format`: what the file is meant to be; HEIC and AVIF are never written, so they never pass.
///
/// # Errors
/// All violations in the order of the file, at most some hundred; the walk ends at the first that
/// makes the rest unreadable. Never panics, whatever the bytes are.
pub fn inspect(bytes: &[u8], format: Format) -> Result<(), Vec<Violation>> {
    let mut findings = Findings::default();
    let walked = match format {
        Format::Jpeg => jpeg::inspect(bytes, &mut findings),
        Format::Png => png::inspect(bytes, &mut findings),
        Format::WebP => webp::inspect(bytes, &mut findings),
        Format::Tiff => tiff::inspect(bytes, &mut findings),
        Format::Bmp => bmp::inspect(bytes, &mut findings),
        Format::Gif => gif::inspect(bytes, &mut findings),
        Format::Heic | Format::Avif => Err(Violation::new(0, "a format that is never written")),
    };
    if let Err(violation) = walked {
        findings.push(violation);
    }
    findings.into_result()
}

fn is_own_profile(icc: &[u8]) -> bool {
    ColourProfile::STATED.iter().any(|profile| profile.icc_bytes() == Some(icc))
}
