//! HEIF with HEVC (HEIC) or AV1 (AVIF). No decoder is built in: grata asks a converter of the system
//! outside this crate and passes on what it made, see [`converted_end`].

mod main_picture;

use grata_core::orientation::Orientation;
use main_picture::main_picture;

use super::exif_orientation::CONTRADICTION;
use super::stored::Stored;
use super::{DecodeError, Format, Limits, Quality, png};

/// How far deblocking, sample offsets and chroma upsampling carry a pixel into its neighbours.
const LOSSY_BLEED: u32 = 8;
/// Longest `ftyp` box that is looked at.
const LONGEST_TYPE_BOX: usize = 512;
/// Last bytes of what [`decode`] takes, behind the length of the HEIF file.
const CONVERTED: [u8; 8] = *b"grtaHEIF";

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

/// What [`decode`](super::decode) takes for a HEIF file is the file, behind it the PNG that a
/// converter made of its first picture, and behind that these bytes.
///
/// `heif_bytes`: length of the file.
pub fn converted_end(heif_bytes: u64) -> [u8; 16] {
    let mut end = [0; 16];
    end[..8].copy_from_slice(&heif_bytes.to_le_bytes());
    end[8..].copy_from_slice(&CONVERTED);
    end
}

/// The HEIF file and the PNG behind it.
fn parts(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (rest, end) = bytes.split_last_chunk::<16>()?;
    let (length, mark) = end.split_first_chunk::<8>()?;
    (mark == CONVERTED).then(|| rest.split_at_checked(usize::try_from(u64::from_le_bytes(*length)).ok()?))?
}

pub(super) fn decode(bytes: &[u8], format: Format, limits: &Limits) -> Result<Stored, DecodeError> {
    let refused = |why: &str| DecodeError::Unsupported(name(format), why.into());
    let (heif, picture) = parts(bytes).ok_or_else(|| refused("it was not converted"))?;
    let main = main_picture(heif)
        .ok_or_else(|| DecodeError::Damaged("it does not say which picture is the main one".into()))?;
    if !main.is_first {
        return Err(refused("it holds several pictures, and the main one is not the first"));
    }
    let mut stored = png::decode(picture, limits)?;
    if let (None, Some((primaries, transfer))) = (&stored.icc, main.code_points) {
        stored.icc = png::cicp_profile(primaries, transfer);
    }
    // The converter has turned the picture by the file's own `irot` and `imir`; an orientation in
    // Exif is said not to count (ISO/IEC 23008-12, A.2.1), though converters copy it into the PNG.
    stored.orientation = Orientation::Upright;
    stored.notes.retain(|note| note != CONTRADICTION);
    stored.quality = Quality::Lossy;
    stored.bleed = LOSSY_BLEED;
    if main.is_one_of_several {
        stored.note("main picture of several");
    }
    stored.note("comes out as JPEG");
    Ok(stored)
}

fn name(format: Format) -> &'static str {
    if format == Format::Avif { "AVIF" } else { "HEIC" }
}
