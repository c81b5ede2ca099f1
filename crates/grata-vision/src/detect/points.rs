//! Five points of a face that is known: eyes, tip of the nose, corners of the mouth.
//!
//! Nothing that hides or releases photos calls this; it is read where a person asked to be found.

use grata_core::face::FaceBox;
use grata_core::geometry::{PixelRect, Size};

use super::look::{factor_for, resized};
use super::{Detector, Picture, centerface};
use crate::runtime::RuntimeError;

/// Height of the face in network pixels. On 46 marked noses the mean error was 5.1 % of the face's
/// height at 24 pixels, 3.4 % at 48, 3.2 % at 64 and 3.1 % at 96 and 128.
const FACE: f32 = 64.0;

/// Side of the square that is looked at, in heights of the face.
const SURROUNDINGS: f32 = 2.0;

/// What a face must reach to be the one that was looked for.
const FOUND: f32 = 0.1;

/// How far its middle may lie from where it was expected, in heights of the face.
const NEAR: f32 = 0.5;

/// Two faces overlap less than this (intersection over union).
const SAME: f32 = 0.3;

/// Another face beside the wanted one counts from here on.
const ANOTHER: f32 = 0.3;

/// What a face must reach in the one look of [`Detector::one_look`]: the same as is a face without a second
/// opinion elsewhere.
const SURELY: f32 = 0.3;

/// From this height on, in network pixels, points are taken from the look that found the face.
const POINTED: f32 = 32.0;

/// Height of the face in a closer look that has to be quick: little more error, half the pixels.
const QUICK_FACE: f32 = 48.0;

/// Left eye, right eye (as seen by the viewer), tip of the nose, left and right corner of the mouth;
/// in pixels of the upright picture.
#[derive(Clone, Copy, PartialEq)]
pub struct FivePoints(pub [(f32, f32); 5]);

impl FivePoints {
    /// From one eye to the other.
    pub fn eye_distance(&self) -> f32 {
        let [(left_x, left_y), (right_x, right_y), ..] = self.0;
        (right_x - left_x).hypot(right_y - left_y)
    }
}

/// What a closer look at one face shows.
pub struct CloseUp {
    /// The face as it is seen from near.
    pub face: FaceBox,
    /// Its points.
    pub points: FivePoints,
    /// How many other faces can be seen beside it.
    pub others: usize,
}

/// A face of [`Detector::one_look`].
pub struct PointedFace {
    /// Where, in pixels of the upright picture.
    pub face: FaceBox,
    /// Its points, if it was seen large enough for them; else it takes a closer look.
    pub points: Option<FivePoints>,
}

impl Detector {
    /// Faces that are surely there in one look at the whole picture, its longer side reduced to `long`
    /// network pixels, strongest first: for finding, where a face that is missed is no leak.
    ///
    /// # Errors
    /// [`RuntimeError`] if the model cannot be run.
    pub fn one_look(&mut self, picture: &dyn Picture, long: u32) -> Result<Vec<PointedFace>, RuntimeError> {
        let rect = picture.size().rect();
        let scale = (long as f32 / rect.width.max(rect.height) as f32).min(1.0);
        let wanted = |length: u32| ((length as f32 * scale).round() as u32).max(32);
        let size = Size::new(wanted(rect.width), wanted(rect.height));
        let reduced = picture.reduced(rect, factor_for(scale));
        let frame = if reduced.size() == size { reduced } else { resized(&reduced, size)? };
        let mut seen = centerface::with_points(self.look.runtime(), &frame, SURELY)?;
        seen.sort_by(|a, b| b.0.total_cmp(&a.0));
        let mut own: Vec<(FaceBox, FivePoints)> = Vec::new();
        for (_, face, points) in seen {
            if own.iter().all(|(known, _)| known.intersection_over_union(&face) < SAME) {
                own.push((face, points));
            }
        }
        let place = Place { rect, size };
        let placed = |(face, points): &(FaceBox, FivePoints)| PointedFace {
            face: place.face(face),
            points: (face.height >= POINTED).then(|| place.points(points)),
        };
        Ok(own.iter().map(placed).collect())
    }

    /// Looks closely at one face; `None` if there is none from near.
    ///
    /// # Errors
    /// [`RuntimeError`] if the model cannot be run.
    pub fn close_up(
        &mut self,
        picture: &dyn Picture,
        face: &FaceBox,
    ) -> Result<Option<CloseUp>, RuntimeError> {
        self.closer(picture, face, FACE)
    }

    /// The same in about half the time, with points that are a little less exact.
    ///
    /// # Errors
    /// [`RuntimeError`] if the model cannot be run.
    pub fn quick_close_up(
        &mut self,
        picture: &dyn Picture,
        face: &FaceBox,
    ) -> Result<Option<CloseUp>, RuntimeError> {
        self.closer(picture, face, QUICK_FACE)
    }

    fn closer(
        &mut self,
        picture: &dyn Picture,
        face: &FaceBox,
        height: f32,
    ) -> Result<Option<CloseUp>, RuntimeError> {
        let Some(rect) = square(face, picture.size()) else { return Ok(None) };
        let scale = height / face.height.max(face.width);
        let wanted = |length: u32| ((length as f32 * scale).round() as u32).max(32);
        let size = Size::new(wanted(rect.width), wanted(rect.height));
        let reduced = picture.reduced(rect, factor_for(scale.min(1.0)));
        let frame = if reduced.size() == size { reduced } else { resized(&reduced, size)? };
        let seen = centerface::with_points(self.look.runtime(), &frame, FOUND)?;
        let place = Place { rect, size };
        let (x, y) = face.centre();
        let reach = face.height.max(face.width) * NEAR;
        let is_it = |own: &FaceBox| (own.centre().0 - x).abs() < reach && (own.centre().1 - y).abs() < reach;
        let seen: Vec<(f32, FaceBox, FivePoints)> =
            seen.iter().map(|(score, own, points)| (*score, place.face(own), place.points(points))).collect();
        let Some((_, own, points)) =
            seen.iter().filter(|(_, own, _)| is_it(own)).max_by(|a, b| a.0.total_cmp(&b.0))
        else {
            return Ok(None);
        };
        let mut others: Vec<FaceBox> = vec![*own];
        for (score, other, _) in &seen {
            if *score >= ANOTHER && others.iter().all(|known| known.intersection_over_union(other) < SAME) {
                others.push(*other);
            }
        }
        Ok(Some(CloseUp { face: *own, points: *points, others: others.len() - 1 }))
    }
}

/// Around a face, cut at the borders of the picture.
fn square(face: &FaceBox, picture: Size) -> Option<PixelRect> {
    let side = face.height.max(face.width) * SURROUNDINGS;
    let (x, y) = face.centre();
    let whole = [x, y, side].iter().all(|value| value.is_finite()) && side >= 1.0;
    let low = |middle: f32| (middle - side / 2.0).max(0.0) as u32;
    let high = |middle: f32, most: u32| ((middle + side / 2.0).max(0.0) as u32).min(most);
    let (left, top) = (low(x), low(y));
    let (right, bottom) = (high(x, picture.width), high(y, picture.height));
    (whole && right > left && bottom > top).then(|| PixelRect::new(left, top, right - left, bottom - top))
}

/// From pixels of the reduced square to those of the picture.
struct Place {
    rect: PixelRect,
    size: Size,
}

impl Place {
    fn point(&self, (x, y): (f32, f32)) -> (f32, f32) {
        let across = self.rect.width as f32 / self.size.width as f32;
        let down = self.rect.height as f32 / self.size.height as f32;
        (self.rect.x as f32 + x * across, self.rect.y as f32 + y * down)
    }

    fn points(&self, own: &FivePoints) -> FivePoints {
        FivePoints(own.0.map(|point| self.point(point)))
    }

    fn face(&self, own: &FaceBox) -> FaceBox {
        let (x, y) = self.point((own.x, own.y));
        let (right, bottom) = self.point((own.x + own.width, own.y + own.height));
        FaceBox { x, y, width: right - x, height: bottom - y }
    }
}
