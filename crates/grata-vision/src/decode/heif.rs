//! HEIF with HEVC (HEIC) or AV1 (AVIF). No decoder is built in: grata asks a converter of the system
//! outside this crate and passes on what it made, see [`with_converted`].

use super::stored::Stored;
use super::{DecodeError, Format, Limits, Quality, png};

/// How far deblocking, sample offsets and chroma upsampling carry a pixel into its neighbours.
const LOSSY_BLEED: u32 = 8;
/// Longest `ftyp` box that is looked at.
const LONGEST_TYPE_BOX: usize = 512;

/// By the brands of the leading `ftyp` box (ISO/IEC 14496-12, 4.3; 23008-12, 10).
pub(super) fn sniff(bytes: &[u8]) -> Option<Format> {
    let brands = type_box(bytes)?.get(8..)?;
    // The minor version stands between the major brand and the compatible ones; no brand looks like it.
    let has = |wanted: &[&[u8; 4]]| brands.chunks_exact(4).any(|brand| wanted.iter().any(|w| *w == brand));
    if has(&[b"avif", b"avis"]) {
        Some(Format::Avif)
    } else if has(&[b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"]) {
        Some(Format::Heic)
    } else {
        None
    }
}

fn type_box(bytes: &[u8]) -> Option<&[u8]> {
    let length = u32::from_be_bytes(bytes.get(..4)?.try_into().ok()?) as usize;
    let whole = (16..=LONGEST_TYPE_BOX).contains(&length) && bytes.get(4..8) == Some(b"ftyp");
    whole.then(|| bytes.get(..length)).flatten()
}

/// What [`decode`](super::decode) takes for a HEIF file: its leading `ftyp` box and behind it the
/// PNG that a converter made of it. `None` if `heif` is no such file.
pub fn with_converted(heif: &[u8], png: &[u8]) -> Option<Vec<u8>> {
    sniff(heif)?;
    Some([type_box(heif)?, png].concat())
}

pub(super) fn decode(bytes: &[u8], format: Format, limits: &Limits) -> Result<Stored, DecodeError> {
    let converted = type_box(bytes).map(|start| &bytes[start.len()..]);
    match converted {
        Some(picture) if picture.starts_with(b"\x89PNG") => {
            let mut stored = png::decode(picture, limits)?;
            stored.note("comes out as JPEG");
            stored.quality = Quality::Lossy;
            stored.bleed = LOSSY_BLEED;
            Ok(stored)
        }
        _ => Err(DecodeError::Unsupported(name(format), "it was not converted".into())),
    }
}

fn name(format: Format) -> &'static str {
    if format == Format::Avif { "AVIF" } else { "HEIC" }
}
