//! A face cut out upright, at the size and place that a model was taught with.

use grata_core::geometry::{PixelRect, Size};
use zeroize::Zeroize;

use super::family::Family;
use crate::detect::{FivePoints, Picture};
use crate::frame::Frame;

/// How often a face is cut out. Each cut costs two runs of the model, one of them for its mirror image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Views {
    /// Once, without its mirror image: one run.
    Plain,
    /// Once.
    One,
    /// Twice, with more and with less around it.
    Two,
}

/// What is left around dlib's mean face, as a share of it, in one view, and in two. Measured on 272
/// re-photographed faces (docs/find.md): the two together miss fewer than any margin alone.
const ONE_MARGIN: [f32; 1] = [0.25];
const TWO_MARGINS: [f32; 2] = [0.3, 0.2];

/// An aligned face: pixels that a model is shown. Wiped on drop; no `Debug`, no `Clone`.
pub struct Sample {
    family: Family,
    crops: Vec<Vec<u8>>,
    is_mirrored: bool,
}

impl Sample {
    /// For which family it was cut out.
    pub fn family(&self) -> Family {
        self.family
    }

    /// Whether the mirror image of each crop counts as well.
    pub(super) fn is_mirrored(&self) -> bool {
        self.is_mirrored
    }

    /// The crops: red, green and blue, row by row.
    pub(super) fn crops(&self) -> impl Iterator<Item = &[u8]> {
        self.crops.iter().map(Vec::as_slice)
    }
}

impl Drop for Sample {
    fn drop(&mut self) {
        self.crops.iter_mut().for_each(Zeroize::zeroize);
    }
}

/// Why a face cannot be cut out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AlignError {
    /// The points coincide, so that no scale exists, or lie nowhere.
    #[error("the points of the face make no face")]
    Degenerate,
    /// All of it lies outside the picture.
    #[error("the face lies outside the picture")]
    Outside,
}

/// Warps a face into the upright crop that the model expects.
///
/// Least-squares similarity transform: Umeyama, IEEE TPAMI 13(4), 1991; in two dimensions, without
/// reflection, it is one complex number. What lies outside the picture repeats its border.
///
/// # Errors
/// [`AlignError`].
pub fn align(
    picture: &dyn Picture,
    points: &FivePoints,
    family: Family,
    views: Views,
) -> Result<Sample, AlignError> {
    let margins: &[f32] = match (family, views) {
        // One place for each point: there is no other margin.
        (Family::ArcFace112, _) | (_, Views::Plain | Views::One) => &ONE_MARGIN,
        (Family::Residual150, Views::Two) => &TWO_MARGINS,
    };
    let mut sample = Sample { family, crops: Vec::new(), is_mirrored: views != Views::Plain };
    for margin in margins {
        let back = Similarity::between(&family.points(*margin), &points.0)?;
        sample.crops.push(cut(picture, &back, family.side())?);
    }
    Ok(sample)
}

/// A turn, a scale and a shift.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Similarity {
    across: f32,
    down: f32,
    x: f32,
    y: f32,
}

impl Similarity {
    /// The one that brings `from` nearest to `to`.
    pub fn between(from: &[(f32, f32); 5], to: &[(f32, f32); 5]) -> Result<Self, AlignError> {
        let middle = |points: &[(f32, f32); 5]| {
            let sum = points.iter().fold((0.0, 0.0), |sum, point| (sum.0 + point.0, sum.1 + point.1));
            (sum.0 / 5.0, sum.1 / 5.0)
        };
        let (own, other) = (middle(from), middle(to));
        let (mut across, mut down, mut spread) = (0.0_f32, 0.0_f32, 0.0_f32);
        for (a, b) in from.iter().zip(to) {
            let (ax, ay, bx, by) = (a.0 - own.0, a.1 - own.1, b.0 - other.0, b.1 - other.1);
            across += ax * bx + ay * by;
            down += ax * by - ay * bx;
            spread += ax * ax + ay * ay;
        }
        let (across, down) = (across / spread, down / spread);
        let scale = across.hypot(down);
        if !scale.is_finite() || scale < 1e-3 {
            return Err(AlignError::Degenerate);
        }
        let x = other.0 - across * own.0 + down * own.1;
        let y = other.1 - down * own.0 - across * own.1;
        Ok(Self { across, down, x, y })
    }

    pub fn scale(&self) -> f32 {
        self.across.hypot(self.down)
    }

    pub fn apply(&self, x: f32, y: f32) -> (f32, f32) {
        (self.across * x - self.down * y + self.x, self.down * x + self.across * y + self.y)
    }
}

/// The reductions that a picture offers.
const FACTORS: [u32; 4] = [8, 4, 2, 1];

/// `back`: from pixels of the crop to those of the picture.
fn cut(picture: &dyn Picture, back: &Similarity, side: usize) -> Result<Vec<u8>, AlignError> {
    let rect = covered(back, side as f32, picture.size()).ok_or(AlignError::Outside)?;
    // Pixels of the picture for one of the crop.
    let step = back.scale();
    let factor = FACTORS.into_iter().find(|factor| *factor as f32 <= step).unwrap_or(1);
    let mut source = picture.reduced(rect, factor);
    // As many points a pixel as it covers pixels: nothing between them is passed over.
    let taps = (step / factor as f32).ceil().clamp(1.0, 8.0) as usize;
    let mut crop = Vec::with_capacity(side * side * 3);
    for (row, column) in (0..side).flat_map(|row| (0..side).map(move |column| (row, column))) {
        let mut sum = [0f32; 3];
        for (down, across) in (0..taps).flat_map(|down| (0..taps).map(move |across| (down, across))) {
            let within = |tap: usize| (tap as f32 + 0.5) / taps as f32;
            let (x, y) = back.apply(column as f32 + within(across), row as f32 + within(down));
            let reduced = |at: f32, start: u32| (at - start as f32) / factor as f32 - 0.5;
            let colour = between_pixels(&source, reduced(x, rect.x), reduced(y, rect.y));
            (0..3).for_each(|channel| sum[channel] += colour[channel]);
        }
        crop.extend(sum.map(|sum| (sum / (taps * taps) as f32 + 0.5) as u8));
    }
    source.rgb_mut().zeroize();
    Ok(crop)
}

/// What of the picture a crop covers, with a pixel or two around it.
fn covered(back: &Similarity, side: f32, picture: Size) -> Option<PixelRect> {
    let corners = [(0.0, 0.0), (side, 0.0), (0.0, side), (side, side)].map(|(x, y)| back.apply(x, y));
    let around = 2.0 * back.scale().max(1.0);
    let low = |values: [f32; 4]| values.into_iter().fold(f32::MAX, f32::min) - around;
    let high = |values: [f32; 4]| values.into_iter().fold(f32::MIN, f32::max) + around;
    let (xs, ys) = (corners.map(|corner| corner.0), corners.map(|corner| corner.1));
    let left = low(xs).max(0.0) as u32;
    let top = low(ys).max(0.0) as u32;
    let right = (high(xs).max(0.0) as u32).min(picture.width);
    let bottom = (high(ys).max(0.0) as u32).min(picture.height);
    (right > left && bottom > top).then(|| PixelRect::new(left, top, right - left, bottom - top))
}

/// Bilinear; beyond the border the last pixel is repeated.
fn between_pixels(frame: &Frame, x: f32, y: f32) -> [f32; 3] {
    let size = frame.size();
    let whole = |at: f32, length: u32| {
        let at = at.clamp(0.0, (length - 1) as f32);
        let low = at as u32;
        (low, (low + 1).min(length - 1), at - low as f32)
    };
    let (left, right, across) = whole(x, size.width);
    let (top, bottom, down) = whole(y, size.height);
    let [a, b, c, d] =
        [(left, top), (right, top), (left, bottom), (right, bottom)].map(|(x, y)| frame.pixel(x, y));
    std::array::from_fn(|channel| {
        let mix = |one: u8, other: u8, share: f32| f32::from(one) * (1.0 - share) + f32::from(other) * share;
        let (upper, lower) = (mix(a[channel], b[channel], across), mix(c[channel], d[channel], across));
        upper * (1.0 - down) + lower * down
    })
}

#[cfg(test)]
mod tests;
