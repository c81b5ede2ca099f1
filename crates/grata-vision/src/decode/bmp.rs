//! Windows bitmaps, all common depths, run-length coded and top-down ones too.

use std::io::Cursor;

use image::codecs::bmp::BmpDecoder;
use image::{ColorType, ImageDecoder, ImageError};

use super::stored::{FLATTENED, Pixels, Stored, flattened};
use super::{DecodeError, Limits, damaged};

/// Whether the header's own length is one that bitmaps have; "BM" alone may start any text.
pub(super) fn has_header(bytes: &[u8]) -> bool {
    let length = bytes.get(14..18).map(|field| u32::from_le_bytes([field[0], field[1], field[2], field[3]]));
    matches!(length, Some(12 | 16 | 40 | 52 | 56 | 64 | 108 | 124))
}

pub(super) fn decode(bytes: &[u8], limits: &Limits) -> Result<Stored, DecodeError> {
    check_length(bytes)?;
    let decoder = BmpDecoder::new(Cursor::new(bytes)).map_err(refused)?;
    let (width, height) = decoder.dimensions();
    let size = limits.size(width, height)?;
    let colours = decoder.color_type();
    let mut samples = vec![0; size.pixels() as usize * usize::from(colours.bytes_per_pixel())];
    decoder.read_image(&mut samples).map_err(refused)?;
    match colours {
        ColorType::Rgb8 => Ok(Stored::plain(size, Pixels::Rgb(samples))),
        ColorType::Rgba8 => Ok(without_alpha(size, samples)),
        other => Err(DecodeError::Unsupported("this bitmap", format!("its pixels are {other:?}"))),
    }
}

fn without_alpha(size: grata_core::geometry::Size, mut rgba: Vec<u8>) -> Stored {
    // Many programs leave the fourth byte at 0 and mean opaque.
    if rgba.chunks_exact(4).all(|pixel| pixel[3] == 0) {
        rgba.chunks_exact_mut(4).for_each(|pixel| pixel[3] = 255);
    }
    let (rgb, transparent) = flattened(&rgba, 4);
    let mut stored = Stored::plain(size, Pixels::Rgb(rgb));
    if transparent {
        stored.note(FLATTENED);
    }
    stored
}

/// A bitmap may state its length; one that is shorter was cut. Many state 0.
fn check_length(bytes: &[u8]) -> Result<(), DecodeError> {
    let stated = bytes.get(2..6).map(|field| u32::from_le_bytes([field[0], field[1], field[2], field[3]]));
    match stated {
        Some(stated) if u64::from(stated) <= bytes.len() as u64 => Ok(()),
        _ => Err(damaged("it ends in the middle")),
    }
}

fn refused(error: ImageError) -> DecodeError {
    match error {
        ImageError::Unsupported(what) => DecodeError::Unsupported("this bitmap", what.to_string()),
        ImageError::Limits(what) => DecodeError::TooLarge(what.to_string()),
        other => damaged(other),
    }
}
