//! Where the points of a face come to lie.

use grata_core::geometry::Size;

use super::*;
use crate::detect::Texture;

/// A picture whose colours are its coordinates.
struct Ramp(Size);

impl Picture for Ramp {
    fn size(&self) -> Size {
        self.0
    }

    fn reduced(&self, rect: PixelRect, factor: u32) -> Frame {
        let whole = Frame::from_rgb(
            self.0,
            (0..self.0.height)
                .flat_map(|y| (0..self.0.width).flat_map(move |x| [(x / 4) as u8, (y / 4) as u8, 9]))
                .collect(),
        );
        crate::photo::reduce(&whole.unwrap(), rect, factor)
    }

    fn texture(&self) -> Texture {
        unreachable!("nobody looks for faces here")
    }
}

fn turned(points: [(f32, f32); 5], degrees: f32, scale: f32, to: (f32, f32)) -> FivePoints {
    let (sin, cos) = degrees.to_radians().sin_cos();
    FivePoints(points.map(|(x, y)| (scale * (cos * x - sin * y) + to.0, scale * (sin * x + cos * y) + to.1)))
}

#[test]
fn a_similarity_is_found_exactly_whatever_the_turn() {
    for family in [Family::Residual150, Family::ArcFace112] {
        for (degrees, scale, to) in
            [(0.0, 1.0, (0.0, 0.0)), (37.0, 4.5, (900.0, 20.0)), (-170.0, 0.2, (5.0, 7.0))]
        {
            let face = turned(family.points(0.25), degrees, scale, to);
            let found = Similarity::between(&family.points(0.25), &face.0).unwrap();
            assert!((found.scale() - scale).abs() < 1e-3 * scale);
            for (own, expected) in family.points(0.25).iter().zip(face.0) {
                let (x, y) = found.apply(own.0, own.1);
                assert!((x - expected.0).hypot(y - expected.1) < 0.01 * scale.max(1.0), "{degrees} {scale}");
            }
        }
    }
}

#[test]
fn each_point_of_the_face_lands_where_the_model_expects_it() {
    let picture = Ramp(Size::new(1000, 900));
    for (degrees, scale) in [(0.0, 1.0), (0.0, 5.0), (25.0, 3.3), (-90.0, 0.5)] {
        for family in [Family::Residual150, Family::ArcFace112] {
            let face = turned(family.points(0.25), degrees, scale, (450.0, 450.0));
            let sample = align(&picture, &face, family, Views::One).unwrap();
            let crop = sample.crops().next().unwrap();
            for (own, place) in family.points(0.25).iter().zip(face.0) {
                if place.0 < 8.0 || place.1 < 8.0 || place.0 > 990.0 || place.1 > 890.0 {
                    continue;
                }
                let at = (own.1 as usize * family.side() + own.0 as usize) * 3;
                let (x, y) = (f32::from(crop[at]) * 4.0 + 2.0, f32::from(crop[at + 1]) * 4.0 + 2.0);
                let off = (x - place.0).hypot(y - place.1);
                assert!(off < 4.0 + 1.5 * scale, "{family:?} {degrees} {scale}: {off}");
            }
        }
    }
}

#[test]
fn points_that_make_no_face_and_faces_outside_are_refused() {
    let picture = Ramp(Size::new(100, 100));
    let at = |place: (f32, f32)| FivePoints([place; 5]);
    let refused = |points: &FivePoints| align(&picture, points, Family::Residual150, Views::Two).err();
    assert_eq!(refused(&at((50.0, 50.0))), Some(AlignError::Degenerate));
    assert_eq!(refused(&at((f32::NAN, 1.0))), Some(AlignError::Degenerate));
    let away = turned(Family::Residual150.points(0.25), 0.0, 0.5, (5000.0, 5000.0));
    assert_eq!(refused(&away), Some(AlignError::Outside));
}

#[test]
fn two_views_are_two_crops_where_the_family_has_a_margin() {
    let picture = Ramp(Size::new(400, 400));
    for (family, crops) in [(Family::Residual150, 2), (Family::ArcFace112, 1)] {
        let face = turned(family.points(0.25), 0.0, 1.0, (100.0, 100.0));
        let sample = align(&picture, &face, family, Views::Two).unwrap();
        assert_eq!(sample.crops().count(), crops);
        assert!(sample.crops().all(|crop| crop.len() == family.side() * family.side() * 3));
    }
}
