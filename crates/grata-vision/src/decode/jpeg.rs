//! JPEG by way of pixels, for what the coefficient path leaves over: four inks, odd subsampling.
//!
//! `jpeg-decoder` gives the pixels. It fills in what a cut or damaged file lacks, so our own walk
//! over the markers and codes comes first: limits, refusals, and whether the file is whole. (The
//! strict mode of `zune-jpeg` 0.5.15 does not tell: it takes a scan of which nine tenths are missing
//! if an end marker follows, and shows files of one component a scan, with chroma halved downwards,
//! as rubbish.)

mod entropy;
mod outline;
mod thrown_away;

use std::ops::Range;

use jpeg_decoder::{ColorTransform, Decoder};
use outline::Outline;
pub(crate) use thrown_away::end_of_thrown_away;

use super::exif_orientation::settle;
use super::stored::{Pixels, Stored};
use super::{DecodeError, Limits, damaged};

pub(super) fn decode(bytes: &[u8], limits: &Limits) -> Result<Stored, DecodeError> {
    let outline = Outline::read(bytes, limits)?;
    let size = outline.size;
    // All that it needs of them was said by then, and it refuses some that break their own rules.
    let bare = without(bytes, &outline.application);
    let mut decoder = Decoder::new(bare.as_slice());
    decoder.set_max_decoding_buffer_size(size.pixels() as usize * 4);
    if let Some(transform) = transform(&outline) {
        decoder.set_color_transform(transform);
    }
    let mut samples = decoder.decode().map_err(damaged)?;
    let pixels = match outline.components.len() {
        1 => Pixels::Grey(samples),
        3 => Pixels::Rgb(samples),
        _ => {
            if outline.adobe_transform.is_none() {
                // The decoder takes all such files for Adobe's, which store paper instead of ink.
                samples.iter_mut().for_each(|ink| *ink = 255 - *ink);
            }
            Pixels::Cmyk(samples)
        }
    };
    let mut stored = Stored::plain(size, pixels);
    stored.orientation = settle(&outline.orientations, &mut stored.notes);
    stored.quality = outline.quality();
    stored.bleed = outline.bleed();
    stored.icc = outline.icc();
    Ok(stored)
}

/// The bytes but for those at `places`, which are in order.
fn without(bytes: &[u8], places: &[Range<usize>]) -> Vec<u8> {
    let mut left = Vec::with_capacity(bytes.len());
    let mut at = 0;
    for place in places {
        left.extend_from_slice(&bytes[at..place.start]);
        at = place.end;
    }
    left.extend_from_slice(&bytes[at..]);
    left
}

/// What the numbers mean, in libjpeg's order: JFIF, Adobe, the components' names.
fn transform(outline: &Outline) -> Option<ColorTransform> {
    let names: Vec<u8> = outline.components.iter().map(|component| component.name).collect();
    match (names.len(), outline.jfif, outline.adobe_transform) {
        (3, true, _) => Some(ColorTransform::YCbCr),
        (3, false, Some(0)) => Some(ColorTransform::RGB),
        (3, false, None) if names == *b"RGB" => Some(ColorTransform::RGB),
        (3, false, _) => Some(ColorTransform::YCbCr),
        (4, _, Some(2)) => Some(ColorTransform::YCCK),
        (4, ..) => Some(ColorTransform::CMYK),
        _ => None,
    }
}
