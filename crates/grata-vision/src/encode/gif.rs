//! GIF: one frame, one palette, made from the pixels that are written.

use std::cmp::Reverse;
use std::collections::HashMap;

use gif::{Encoder, Frame};

use super::{EncodeError, Picture};

/// Colours a palette has room for.
const COLOURS: usize = 256;

type Colour = [u8; 3];

pub(super) fn write(picture: &Picture) -> Result<Vec<u8>, EncodeError> {
    let failed = |error| EncodeError::writer("GIF", error);
    let (width, height) = picture.short_sides()?;
    let (palette, indices) = indexed(&picture.samples);
    let mut encoder = Encoder::new(Vec::new(), width, height, palette.as_flattened()).map_err(failed)?;
    encoder.write_frame(&Frame::from_indexed_pixels(width, height, indices, None)).map_err(failed)?;
    encoder.into_inner().map_err(failed)
}

/// The palette and, for each pixel, its place there.
///
/// Up to [`COLOURS`] colours stay exact. Of more, as a veil brings into a picture, the most frequent
/// stay and the others become the nearest of them; ties go to the darker red, then green, then blue.
fn indexed(rgb: &[u8]) -> (Vec<Colour>, Vec<u8>) {
    let mut kept = by_frequency(rgb);
    let others = kept.split_off(kept.len().min(COLOURS));
    kept.sort_unstable();
    let mut place: HashMap<Colour, u8> = kept.iter().copied().zip(0..=u8::MAX).collect();
    place.extend(others.into_iter().map(|colour| (colour, nearest(colour, &kept))));
    let indices = rgb.chunks_exact(3).map(|pixel| place[pixel]).collect();
    (kept, indices)
}

fn by_frequency(rgb: &[u8]) -> Vec<Colour> {
    let mut counts: HashMap<Colour, u64> = HashMap::new();
    for same in rgb.as_chunks::<3>().0.chunk_by(|a, b| a == b) {
        *counts.entry(same[0]).or_default() += same.len() as u64;
    }
    let mut colours: Vec<(Colour, u64)> = counts.into_iter().collect();
    colours.sort_unstable_by_key(|(colour, count)| (Reverse(*count), *colour));
    colours.into_iter().map(|(colour, _)| colour).collect()
}

fn nearest(colour: Colour, palette: &[Colour]) -> u8 {
    let squared = |other: &Colour| -> u32 {
        colour.iter().zip(other).map(|(a, b)| u32::from(a.abs_diff(*b)).pow(2)).sum()
    };
    let best = (0..=u8::MAX).zip(palette).min_by_key(|(_, other)| squared(other));
    best.map_or(0, |(place, _)| place)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_frequent_colours_stay_and_the_others_become_the_nearest() {
        let mut rgb = Vec::new();
        for level in 0..=255u8 {
            rgb.extend([[level, 0, 0]; 2].as_flattened());
        }
        rgb.extend([10, 3, 0]);
        rgb.extend([99, 0, 200]);
        let (palette, indices) = indexed(&rgb);
        assert_eq!(palette.len(), 256);
        let shown: Vec<u8> = indices.iter().flat_map(|at| palette[usize::from(*at)]).collect();
        assert_eq!(shown[..256 * 6], rgb[..256 * 6]);
        assert_eq!(shown[256 * 6..], [10, 0, 0, 99, 0, 0]);
    }
}
