//! A veil in few colours, for formats with a palette.

use std::collections::{BTreeMap, BTreeSet};

use crate::frame::Frame;
use crate::mask::Mask;

type Colour = [u8; 3];

/// Entries of a GIF's palette.
const MOST: usize = 256;

/// Gives hidden pixels so few colours that they and the visible ones fit a palette of 256: visible
/// pixels stay exactly as they are. To be called after the hidden pixels were replaced.
///
/// Where visible pixels alone have 256 colours or more, the hidden ones take the nearest of theirs.
///
/// # Panics
/// If `mask` is not for a picture of the frame's size.
pub fn limit_colours(frame: &mut Frame, mask: &Mask) {
    assert_eq!(mask.picture(), frame.size(), "the mask is for another picture");
    let hidden = mask.pixels();
    let (visible, veil) = colours(frame, &hidden);
    let strange: BTreeMap<Colour, u64> =
        veil.into_iter().filter(|(colour, _)| !visible.contains(colour)).collect();
    if strange.len() + visible.len() <= MOST {
        return;
    }
    let spare = MOST.saturating_sub(visible.len());
    let palette: Vec<Colour> = visible.into_iter().chain(reduced(strange, spare)).collect();
    let width = frame.size().width as usize;
    let mut nearest: BTreeMap<Colour, Colour> = palette.iter().map(|colour| (*colour, *colour)).collect();
    for (at, pixel) in
        frame.rgb_mut().as_chunks_mut::<3>().0.iter_mut().enumerate().filter(|(at, _)| hidden[*at])
    {
        if !palette.contains(pixel) {
            let wanted = dithered(*pixel, at % width, at / width);
            *pixel = *nearest.entry(wanted).or_insert_with(|| nearest_of(wanted, &palette));
        }
    }
}

/// The visible colours, and how often each hidden one occurs.
fn colours(frame: &Frame, hidden: &[bool]) -> (BTreeSet<Colour>, BTreeMap<Colour, u64>) {
    let (mut visible, mut veil) = (BTreeSet::new(), BTreeMap::new());
    for (colour, hidden) in frame.rgb().as_chunks::<3>().0.iter().zip(hidden) {
        if *hidden {
            *veil.entry(*colour).or_default() += 1;
        } else {
            visible.insert(*colour);
        }
    }
    (visible, veil)
}

/// At most `most` colours that stand for all of `counts`: median cut (Heckbert, SIGGRAPH 1982).
fn reduced(counts: BTreeMap<Colour, u64>, most: usize) -> Vec<Colour> {
    let mut boxes = vec![counts.into_iter().collect::<Vec<_>>()];
    boxes.retain(|colours| !colours.is_empty() && most > 0);
    while boxes.len() < most {
        let widest = boxes.iter().enumerate().map(|(at, colours)| (spread(colours), at));
        let Some(((_, channel), at)) = widest.max().filter(|((range, _), _)| *range > 0) else { break };
        boxes[at].sort_by_key(|(colour, _)| (colour[channel], *colour));
        let cut = middle(&boxes[at]);
        let upper = boxes[at].split_off(cut);
        boxes.push(upper);
    }
    boxes.iter().map(|colours| mean(colours)).collect()
}

/// By how much the channel that varies most varies, and which it is.
fn spread(colours: &[(Colour, u64)]) -> (u8, usize) {
    let range = |channel: usize| {
        let values = || colours.iter().map(move |(colour, _)| colour[channel]);
        values().max().unwrap_or(0) - values().min().unwrap_or(0)
    };
    (0..3).map(|channel| (range(channel), channel)).max().unwrap_or_default()
}

/// Where half of the pixels lie on each side; at least one of two or more colours stays on each.
fn middle(colours: &[(Colour, u64)]) -> usize {
    let half = colours.iter().map(|(_, count)| count).sum::<u64>() / 2;
    let mut sum = 0;
    let below = colours.iter().take_while(|(_, count)| {
        sum += count;
        sum <= half
    });
    below.count().clamp(1, colours.len() - 1)
}

fn mean(colours: &[(Colour, u64)]) -> Colour {
    let total: u64 = colours.iter().map(|(_, count)| count).sum();
    [0, 1, 2].map(|channel| {
        let sum: u64 = colours.iter().map(|(colour, count)| u64::from(colour[channel]) * count).sum();
        ((sum + total / 2) / total.max(1)) as u8
    })
}

/// Steps between few colours show; an ordered pattern (Bayer, ICC 1973) hides them.
fn dithered(colour: Colour, x: usize, y: usize) -> Colour {
    const PATTERN: [[i16; 4]; 4] = [[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]];
    let offset = PATTERN[y % 4][x % 4] * 2 - 15;
    colour.map(|value| (i16::from(value) + offset).clamp(0, 255) as u8)
}

fn nearest_of(colour: Colour, palette: &[Colour]) -> Colour {
    let distance = |other: &Colour| -> u32 {
        other.iter().zip(colour).map(|(a, b)| u32::from(a.abs_diff(b)).pow(2)).sum()
    };
    palette.iter().copied().min_by_key(distance).unwrap_or(colour)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use grata_core::geometry::{PixelRect, Size};
    use grata_core::region::{Region, Shape};

    use super::*;

    /// Hidden: a ramp of many colours. Visible: `count` colours.
    fn limited(count: usize) -> (Frame, Frame, Mask) {
        let size = Size::new(64, 64);
        let region = Region { rect: PixelRect::new(16, 16, 32, 40), shape: Shape::Rectangle };
        let mask = Mask::of_regions(&[region], size, Size::new(1, 1));
        let mut frame = Frame::filled(size, [0; 3]);
        for y in 0..64u32 {
            for x in 0..64u32 {
                let number = (y * 64 + x) as usize % count;
                let ramp = [100 + x as u8, 60 + y as u8, 80 + (x + y) as u8];
                let flat = [(number % 16 * 16) as u8, (number / 16 % 32 * 8) as u8, 7];
                frame.set_pixel(x, y, if mask.hides_pixel(x, y) { ramp } else { flat });
            }
        }
        let before = frame.clone();
        limit_colours(&mut frame, &mask);
        (before, frame, mask)
    }

    #[test]
    fn visible_pixels_stay_and_the_rest_fits_the_palette() {
        for count in [2, 100, 250, 256] {
            let (before, after, mask) = limited(count);
            let colours: HashSet<&[u8; 3]> = after.rgb().as_chunks::<3>().0.iter().collect();
            assert!(colours.len() <= 256, "{count}: {}", colours.len());
            for y in 0..64 {
                for x in 0..64 {
                    assert!(mask.hides_pixel(x, y) || before.pixel(x, y) == after.pixel(x, y));
                }
            }
        }
    }

    #[test]
    fn a_veil_keeps_its_look_where_there_is_room() {
        let (before, after, _) = limited(100);
        let off: u64 = before.rgb().iter().zip(after.rgb()).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
        assert!(off < 12 * 32 * 40 * 3, "{off}");
    }

    #[test]
    fn where_there_is_no_room_hidden_pixels_take_visible_colours() {
        let (before, after, mask) = limited(500);
        let visible: HashSet<[u8; 3]> = (0..64)
            .flat_map(|y| (0..64).map(move |x| (x, y)))
            .filter(|(x, y)| !mask.hides_pixel(*x, *y))
            .map(|(x, y)| before.pixel(x, y))
            .collect();
        assert!(after.rgb().as_chunks::<3>().0.iter().all(|colour| visible.contains(colour)));
    }
}
