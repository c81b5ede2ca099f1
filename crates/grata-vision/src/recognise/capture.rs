//! From a picture to what is compared: one still of a person who enrols, or the faces of a photo.

use grata_core::face::FaceBox;
use grata_core::scope::Scope;

use super::align::{Views, align};
use super::embed::Embedder;
use super::quality::{Gate, Quality, Reason, turn};
use super::template::{Probe, Still};
use crate::detect::{DetectOptions, Detector, Picture};
use crate::runtime::RuntimeError;

/// A face in an enrolment capture counts as another person from this score on: a poster in the
/// background is one, a pattern that the detector takes for a face is none.
const ANOTHER_PERSON: f32 = 0.3;

/// What came of one still.
pub enum Capture {
    /// It will do.
    Still(Still),
    /// It will not, for all these reasons; the person can take another one.
    Refused(Vec<Reason>),
}

/// A face of a photo.
pub struct SeenFace {
    /// Where, in pixels of the upright picture.
    pub place: FaceBox,
    /// Its numbers; `None` if it is not seen well enough to be compared.
    pub probe: Option<Probe>,
}

/// Looks at a still of somebody who enrols: exactly one face, seen well (ABU-17).
///
/// # Errors
/// [`RuntimeError`] if a model cannot be run.
pub fn capture(
    picture: &dyn Picture,
    (detector, embedder): (&mut Detector, &mut Embedder),
    scope: &Scope,
) -> Result<Capture, RuntimeError> {
    capture_turned(picture, (detector, embedder), scope).map(|(capture, _)| capture)
}

/// The same, with how far the face is turned ([`turn`]): 0 for one that is refused. For a capture in which the
/// person was asked to move (ABU-2).
///
/// # Errors
/// As [`capture`].
pub fn capture_turned(
    picture: &dyn Picture,
    (detector, embedder): (&mut Detector, &mut Embedder),
    scope: &Scope,
) -> Result<(Capture, f32), RuntimeError> {
    let mut faces = detector.faces(picture, &DetectOptions::default())?;
    faces.retain(|face| face.score >= ANOTHER_PERSON);
    let faces: Vec<FaceBox> = faces.iter().map(|face| face.face).collect();
    still_of(picture, &faces, (detector, embedder), scope)
}

/// [`capture`] in one look, its longer side reduced to `long` network pixels: on the person's own device,
/// where a second face in the background would mislead nobody but them.
///
/// # Errors
/// [`RuntimeError`] if a model cannot be run.
pub fn quick_capture(
    picture: &dyn Picture,
    long: u32,
    (detector, embedder): (&mut Detector, &mut Embedder),
    scope: &Scope,
) -> Result<Capture, RuntimeError> {
    let faces: Vec<FaceBox> = detector.one_look(picture, long)?.iter().map(|found| found.face).collect();
    still_of(picture, &faces, (detector, embedder), scope).map(|(capture, _)| capture)
}

fn still_of(
    picture: &dyn Picture,
    faces: &[FaceBox],
    (detector, embedder): (&mut Detector, &mut Embedder),
    scope: &Scope,
) -> Result<(Capture, f32), RuntimeError> {
    let refused = |reason| Ok((Capture::Refused(vec![reason]), 0.0));
    let face = match faces {
        [] => return refused(Reason::NoFace),
        [one] => *one,
        _ => return refused(Reason::SeveralFaces),
    };
    let Some(seen) = detector.close_up(picture, &face)? else { return refused(Reason::NoFace) };
    if seen.others > 0 {
        return refused(Reason::SeveralFaces);
    }
    let Ok(sample) = align(picture, &seen.points, embedder.family(), Views::Two) else {
        return refused(Reason::NoFace);
    };
    let quality = Quality::of(&seen.points, &sample);
    let reasons = Gate::ENROL.reasons(&quality);
    if !reasons.is_empty() {
        return Ok((Capture::Refused(reasons), 0.0));
    }
    let probe = embedder.embed_face(&sample, scope)?;
    Ok((Capture::Still(Still { probe, weight: quality.weight() }), turn(&seen.points)))
}

/// Turns the faces of a photo into numbers, for a comparison with people who enrolled. Nothing happens
/// to a face that is not seen well enough; the caller has the runtime forget them afterwards
/// ([`Embedder::forget`]).
///
/// # Errors
/// [`RuntimeError`] if a model cannot be run.
pub fn faces(
    picture: &dyn Picture,
    places: &[FaceBox],
    views: Views,
    (detector, embedder): (&mut Detector, &mut Embedder),
    scope: &Scope,
) -> Result<Vec<SeenFace>, RuntimeError> {
    let mut seen = Vec::new();
    for place in places {
        let mut face = SeenFace { place: *place, probe: None };
        if let Some(close) = detector.close_up(picture, place)?
            && let Ok(sample) = align(picture, &close.points, embedder.family(), views)
            && Gate::COMPARE.reasons(&Quality::of(&close.points, &sample)).is_empty()
        {
            face.probe = Some(embedder.embed_face(&sample, scope)?);
        }
        seen.push(face);
    }
    Ok(seen)
}

/// Looks at a picture once, its longer side reduced to `long` network pixels, and turns the faces that
/// are surely there into numbers. For pictures that somebody is shown anyway: nothing is hidden by it, and
/// a face it misses is one that is not found.
///
/// # Errors
/// [`RuntimeError`] if a model cannot be run.
pub fn seen_faces(
    picture: &dyn Picture,
    long: u32,
    (detector, embedder): (&mut Detector, &mut Embedder),
    scope: &Scope,
) -> Result<Vec<SeenFace>, RuntimeError> {
    let mut seen = Vec::new();
    for found in detector.one_look(picture, long)? {
        let points = match found.points {
            Some(points) => Some(points),
            None => detector.quick_close_up(picture, &found.face)?.map(|close| close.points),
        };
        let mut face = SeenFace { place: found.face, probe: None };
        if let Some(points) = points
            && let Ok(sample) = align(picture, &points, embedder.family(), Views::Plain)
            && Gate::COMPARE.reasons(&Quality::of(&points, &sample)).is_empty()
        {
            face.probe = Some(embedder.embed_face(&sample, scope)?);
        }
        seen.push(face);
    }
    Ok(seen)
}

#[cfg(test)]
mod tests {
    use grata_core::digest::Digest;
    use grata_core::geometry::{PixelRect, Size};

    use super::super::family::Family;
    use super::*;
    use crate::detect::Texture;
    use crate::frame::Frame;
    use crate::runtime::Tensor;
    use crate::runtime::fake::Fake;

    /// A picture of 256 x 256 with some light and shadow in it.
    struct Shaded;

    impl Picture for Shaded {
        fn size(&self) -> Size {
            Size::new(256, 256)
        }

        fn reduced(&self, rect: PixelRect, factor: u32) -> Frame {
            let size = Size::new(rect.width.div_ceil(factor), rect.height.div_ceil(factor));
            let shade = |x: u32, y: u32| if (x / 9 + y / 9).is_multiple_of(2) { 60 } else { 190 };
            let rgb = (0..size.height).flat_map(|y| {
                (0..size.width).flat_map(move |x| [shade(rect.x + x * factor, rect.y + y * factor); 3])
            });
            Frame::from_rgb(size, rgb.collect()).unwrap()
        }

        fn texture(&self) -> Texture {
            Texture { grid: Size::new(32, 32), luma: vec![120; 1024], detail: vec![90; 1024] }
        }
    }

    /// Places of faces as shares of whatever picture the detector is shown, each half as high as the
    /// picture, with the five points of a face from the front.
    fn detector(places: &'static [(f32, f32)]) -> Detector {
        const POINTS: [(f32, f32); 5] = [(0.25, 0.25), (0.75, 0.25), (0.5, 0.5), (0.3, 0.75), (0.7, 0.75)];
        let answer = move |input: &Tensor, names: &[&str]| {
            let (rows, columns) = (input.shape[2] / 4, input.shape[3] / 4);
            let area = rows * columns;
            let tensor = |channels: usize| Tensor::zeros(&[1, channels, rows, columns]);
            let half = (rows as f32 / 2.0).ln();
            let make = |name: &&str| {
                let mut own = tensor(match *name {
                    "537" => 1,
                    "540" => 10,
                    _ => 2,
                });
                match *name {
                    "537" => {
                        for (x, y) in places {
                            let at = (y * rows as f32) as usize * columns + (x * columns as f32) as usize;
                            own.data[at] = 0.9;
                        }
                    }
                    "538" => own.data.fill(half),
                    "540" => {
                        for (number, (across, down)) in POINTS.iter().enumerate() {
                            own.data[2 * number * area..][..area].fill(*down);
                            own.data[(2 * number + 1) * area..][..area].fill(*across);
                        }
                    }
                    _ => {}
                }
                own
            };
            names.iter().map(make).collect()
        };
        Detector::new(Box::new(Fake::new(answer)))
    }

    fn embedder() -> Embedder {
        let answer = |_: &Tensor, _: &[&str]| vec![Tensor { shape: vec![1, 2], data: vec![0.5, 0.25] }];
        Embedder::new(Box::new(Fake::new(answer)), Family::Residual150, Digest([1; 32]), "numbers")
    }

    fn captured(places: &'static [(f32, f32)]) -> (Result<(), Vec<Reason>>, u64) {
        let (mut detector, mut embedder) = (detector(places), embedder());
        let found = capture(&Shaded, (&mut detector, &mut embedder), &Scope::on_own_device()).unwrap();
        let found = match found {
            Capture::Still(still) => {
                assert!(still.weight > 0.0);
                Ok(())
            }
            Capture::Refused(reasons) => Err(reasons),
        };
        (found, embedder.take_count())
    }

    #[test]
    fn abu_17_a_capture_holds_exactly_one_face_or_nothing_is_turned_into_numbers() {
        assert_eq!(captured(&[]), (Err(vec![Reason::NoFace]), 0));
        assert_eq!(captured(&[(0.5, 0.5)]), (Ok(()), 1));
        assert_eq!(captured(&[(0.25, 0.25), (0.75, 0.75)]), (Err(vec![Reason::SeveralFaces]), 0));
    }

    #[test]
    fn faces_of_a_photo_are_seen_where_they_are_and_only_there() {
        let (mut detector, mut embedder) = (detector(&[(0.5, 0.5)]), embedder());
        let place = FaceBox { x: 64.0, y: 64.0, width: 128.0, height: 128.0 };
        let outside = FaceBox { x: 900.0, y: 900.0, width: 50.0, height: 50.0 };
        let models = (&mut detector, &mut embedder);
        let seen = faces(&Shaded, &[place, outside], Views::One, models, &Scope::on_own_device()).unwrap();
        let compared: Vec<_> = seen.iter().map(|face| face.probe.is_some()).collect();
        assert_eq!((compared, embedder.take_count()), (vec![true, false], 1));
    }
}
