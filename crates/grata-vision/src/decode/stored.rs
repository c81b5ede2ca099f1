//! From the pixels as a file stores them to the upright frame: colours, then orientation.

use grata_core::geometry::Size;
use grata_core::orientation::Orientation;

use super::{DecodeError, Decoded, Format, Quality};
use crate::colour::{self, ColourProfile, ProfileKind};
use crate::frame::Frame;

/// A picture as its file stores it, 8 bits a sample, alpha already gone.
pub(super) struct Stored {
    pub size: Size,
    pub pixels: Pixels,
    /// The embedded profile, or one that says the same as the file's own tags.
    pub icc: Option<Vec<u8>>,
    pub orientation: Orientation,
    pub quality: Quality,
    pub notes: Vec<String>,
    pub bleed: u32,
}

/// Samples row by row, without padding.
pub(super) enum Pixels {
    /// 1 byte a pixel.
    Grey(Vec<u8>),
    /// 3 bytes a pixel.
    Rgb(Vec<u8>),
    /// 4 bytes a pixel: cyan, magenta, yellow, black; 0 is no ink.
    Cmyk(Vec<u8>),
}

impl Stored {
    /// A lossless upright picture without a profile.
    pub fn plain(size: Size, pixels: Pixels) -> Self {
        Self {
            size,
            pixels,
            icc: None,
            orientation: Orientation::Upright,
            quality: Quality::Lossless,
            notes: Vec::new(),
            bleed: 0,
        }
    }

    pub fn note(&mut self, words: &str) {
        self.notes.push(words.into());
    }

    /// Converts the colours where needed and turns the picture upright.
    pub fn upright(mut self, format: Format) -> Result<Decoded, DecodeError> {
        let (rgb, profile) = known_colours(self.pixels, self.icc.as_deref(), &mut self.notes);
        let rgb = turned(rgb, self.size, self.orientation);
        let frame = Frame::from_rgb(self.orientation.upright_size(self.size), rgb)
            .ok_or_else(|| DecodeError::Damaged("fewer pixels than the header says".into()))?;
        let quality = if self.orientation.swaps_sides() { self.quality.transposed() } else { self.quality };
        Ok(Decoded { frame, format, profile, quality, notes: self.notes, bleed: self.bleed })
    }
}

/// Red, green, blue and the profile they are in.
fn known_colours(pixels: Pixels, icc: Option<&[u8]>, notes: &mut Vec<String>) -> (Vec<u8>, ColourProfile) {
    let kind = icc.map(|icc| (icc, colour::recognise(icc)));
    let (rgb, profile, failed) = match (pixels, kind) {
        (Pixels::Cmyk(cmyk), Some((icc, ProfileKind::Other))) => match colour::cmyk_to_srgb(icc, &cmyk) {
            Ok(rgb) => (rgb, ColourProfile::Srgb, None),
            Err(error) => (colour::cmyk_without_profile(&cmyk), ColourProfile::Unstated, Some(error)),
        },
        (Pixels::Cmyk(cmyk), _) => (colour::cmyk_without_profile(&cmyk), ColourProfile::Unstated, None),
        (Pixels::Grey(grey), Some((icc, ProfileKind::Other))) => match colour::grey_to_srgb(icc, &grey) {
            Ok(rgb) => (rgb, ColourProfile::Srgb, None),
            Err(error) => (tripled(&grey), ColourProfile::Unstated, Some(error)),
        },
        (Pixels::Grey(grey), kind) => (tripled(&grey), stated(kind), None),
        (Pixels::Rgb(mut rgb), Some((icc, ProfileKind::Other))) => match colour::rgb_to_srgb(icc, &mut rgb) {
            Ok(()) => (rgb, ColourProfile::Srgb, None),
            Err(error) => (rgb, ColourProfile::Unstated, Some(error)),
        },
        (Pixels::Rgb(rgb), kind) => (rgb, stated(kind), None),
    };
    if failed.is_some() || matches!(kind, Some((_, ProfileKind::Broken))) {
        notes.push("the embedded colour profile cannot be used and was ignored".into());
    } else if matches!(kind, Some((_, ProfileKind::Other))) {
        notes.push("colours converted to sRGB".into());
    }
    (rgb, profile)
}

fn stated(kind: Option<(&[u8], ProfileKind)>) -> ColourProfile {
    match kind {
        Some((_, ProfileKind::Known(profile))) => profile,
        _ => ColourProfile::Unstated,
    }
}

fn tripled(grey: &[u8]) -> Vec<u8> {
    grey.iter().flat_map(|value| [*value; 3]).collect()
}

/// Side of the squares that are turned one after the other: both sides of a turn stay in the cache.
const TILE: u32 = 64;

/// The stored pixels as they are shown.
fn turned(rgb: Vec<u8>, stored: Size, orientation: Orientation) -> Vec<u8> {
    if orientation == Orientation::Upright || rgb.len() as u64 != stored.pixels() * 3 {
        return rgb;
    }
    let upright = orientation.upright_size(stored);
    let mut out = vec![0; rgb.len()];
    for top in (0..upright.height).step_by(TILE as usize) {
        for left in (0..upright.width).step_by(TILE as usize) {
            for y in top..(top + TILE).min(upright.height) {
                for x in left..(left + TILE).min(upright.width) {
                    let (from_x, from_y) = orientation.stored_pixel(x, y, stored);
                    let from = (from_y as usize * stored.width as usize + from_x as usize) * 3;
                    let to = (y as usize * upright.width as usize + x as usize) * 3;
                    out[to..to + 3].copy_from_slice(&rgb[from..from + 3]);
                }
            }
        }
    }
    out
}

impl Quality {
    /// The same for the picture turned by a quarter.
    fn transposed(self) -> Self {
        let Self::Jpeg { luma, chroma, subsampling: (across, down) } = self else { return self };
        Self::Jpeg {
            luma: transposed_table(&luma),
            chroma: transposed_table(&chroma),
            subsampling: (down, across),
        }
    }
}

fn transposed_table(table: &[u16; 64]) -> Box<[u16; 64]> {
    Box::new(std::array::from_fn(|at| table[at % 8 * 8 + at / 8]))
}

/// One sample over white: what a page shows. `alpha` 0 is transparent.
pub(super) fn over_white(sample: u8, alpha: u8) -> u8 {
    let (sample, alpha) = (u32::from(sample), u32::from(alpha));
    ((sample * alpha + 255 * (255 - alpha) + 127) / 255) as u8
}

/// Drops the last of `channels` channels, an alpha that is not multiplied into the others, over
/// white. Whether any pixel was not opaque comes with it.
pub(super) fn flattened(samples: &[u8], channels: usize) -> (Vec<u8>, bool) {
    let mut flat = Vec::with_capacity(samples.len() / channels * (channels - 1));
    let mut any = false;
    for pixel in samples.chunks_exact(channels) {
        let alpha = pixel[channels - 1];
        any |= alpha != 255;
        flat.extend(pixel[..channels - 1].iter().map(|sample| over_white(*sample, alpha)));
    }
    (flat, any)
}

/// What a report says of a picture with transparent parts.
pub(super) const FLATTENED: &str = "transparent parts became white";
/// What a report says of a picture with more than 8 bits a sample.
pub(super) const REDUCED: &str = "reduced to 8 bits a colour";
/// What a report says of an animation.
pub(super) const FIRST_FRAME: &str = "first frame of an animation";
