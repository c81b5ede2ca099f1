//! WebP: lossy and lossless, alpha over white, the first frame of an animation.

use std::io::Cursor;

use image_webp::{DecodingError, WebPDecoder};

use super::exif_orientation::{settle, stated_orientations};
use super::stored::{FIRST_FRAME, FLATTENED, Pixels, Stored, flattened};
use super::{DecodeError, Limits, Quality, damaged};

/// What the decoder may allocate for chunks such as a colour profile.
const CHUNK_BYTES: usize = 64 << 20;
/// How far the loop filter and chroma upsampling of VP8 carry a pixel into its neighbours
/// (RFC 6386, 15: three pixels beyond an edge, from four; an edge every four).
const LOSSY_BLEED: u32 = 8;

pub(super) fn decode(bytes: &[u8], limits: &Limits) -> Result<Stored, DecodeError> {
    check_length(bytes)?;
    let mut decoder = WebPDecoder::new(Cursor::new(bytes)).map_err(refused)?;
    decoder.set_memory_limit(CHUNK_BYTES);
    let (width, height) = decoder.dimensions();
    let size = limits.size(width, height)?;
    let length = decoder.output_buffer_size().ok_or_else(|| DecodeError::TooLarge("the pixels".into()))?;
    let mut samples = vec![0; length];
    decoder.read_image(&mut samples).map_err(refused)?;
    let (rgb, transparent) = if decoder.has_alpha() { flattened(&samples, 4) } else { (samples, false) };

    let mut stored = Stored::plain(size, Pixels::Rgb(rgb));
    // Profile and orientation are extras: what cannot be read is not there.
    stored.icc = decoder.icc_profile().ok().flatten();
    let exif = decoder.exif_metadata().ok().flatten().map(|exif| stated_orientations(&exif));
    stored.orientation = settle(&exif.unwrap_or_default(), &mut stored.notes);
    if decoder.is_lossy() {
        stored.quality = Quality::Lossy;
        stored.bleed = LOSSY_BLEED;
    }
    if transparent {
        stored.note(FLATTENED);
    }
    if decoder.is_animated() && decoder.num_frames() > 1 {
        stored.note(FIRST_FRAME);
    }
    Ok(stored)
}

/// A RIFF file says how long it is; one that is shorter was cut.
fn check_length(bytes: &[u8]) -> Result<(), DecodeError> {
    let stated = bytes.get(4..8).map(|field| u32::from_le_bytes([field[0], field[1], field[2], field[3]]));
    match stated {
        Some(stated) if u64::from(stated) + 8 <= bytes.len() as u64 => Ok(()),
        _ => Err(damaged("it ends in the middle")),
    }
}

fn refused(error: DecodingError) -> DecodeError {
    match error {
        DecodingError::ImageTooLarge | DecodingError::MemoryLimitExceeded => {
            DecodeError::TooLarge("a part of the file".into())
        }
        other => damaged(other),
    }
}
