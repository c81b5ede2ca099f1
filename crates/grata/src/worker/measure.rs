//! How often comparisons go wrong, on labelled photos of people who agreed to that (QUA-2).
//!
//! One worker holds the numbers of all labelled faces until it ends, which is when the command ends.
//! What leaves it are counts and rates: no score of a pair, and no word on a single person. Labels
//! come as numbers; names stay with the parent.

mod compare;
mod histogram;
mod order;
mod search;
mod table;

use grata_core::face::{DetectedFace, FaceBox};
use grata_core::scope::Scope;
use grata_vision::detect::{DetectOptions, Detector, Picture};
use grata_vision::recognise::{Embedder, Gate, Quality, Reason, Views, align};
use grata_vision::runtime::RuntimeError;

pub use compare::Held;
pub use order::{FaceOutcome, LabelledFace, MeasureTask, Measured, Place, ReportOrder};
pub use table::{Bounded, Curve, DetRow, GroupRates, Rates, Report};

/// Share of a labelled box that a detected one has to share with it (intersection over union).
const SAME_BOX: f32 = 0.2;

/// In a photo without places, another face counts from this share of the largest one's height.
const BYSTANDER: f32 = 0.5;

/// A measurement under way.
#[derive(Default)]
pub struct Measuring {
    held: Vec<Held>,
}

impl Measuring {
    /// Looks at one photo and keeps the numbers of the labelled faces in it.
    ///
    /// # Errors
    /// [`RuntimeError`] if a model cannot be run. A face that is not found is an outcome.
    pub fn take(
        &mut self,
        picture: &dyn Picture,
        photo: u32,
        labelled: &[LabelledFace],
        (detector, embedder): (&mut Detector, &mut Embedder),
    ) -> Result<Measured, RuntimeError> {
        let found = detector.faces(picture, &DetectOptions::default())?;
        let mut taken = vec![false; found.len()];
        let mut outcomes = Vec::new();
        for face in labelled {
            let own = match chosen(&found, &taken, &face.place) {
                Ok(at) => {
                    taken[at] = true;
                    found[at].face
                }
                Err(reason) => {
                    outcomes.push(FaceOutcome::NotFound { reason: reason.as_str().into() });
                    continue;
                }
            };
            // Nobody's numbers are made without a label: an unknown face counts for the detector only.
            let Some(person) = face.person else {
                outcomes.push(FaceOutcome::Found);
                continue;
            };
            outcomes.push(self.keep(picture, &own, (photo, person), detector, embedder)?);
        }
        embedder.forget()?;
        Ok(Measured::Taken { held: self.held.len() as u64, faces: outcomes })
    }

    fn keep(
        &mut self,
        picture: &dyn Picture,
        face: &FaceBox,
        (photo, person): (u32, u32),
        detector: &mut Detector,
        embedder: &mut Embedder,
    ) -> Result<FaceOutcome, RuntimeError> {
        let refused = |reasons: &[Reason]| FaceOutcome::Refused {
            reasons: reasons.iter().map(|reason| reason.as_str().into()).collect(),
        };
        let Some(seen) = detector.close_up(picture, face)? else {
            return Ok(refused(&[Reason::NoFace]));
        };
        let Ok(sample) = align(picture, &seen.points, embedder.family(), Views::Two) else {
            return Ok(refused(&[Reason::NoFace]));
        };
        let quality = Quality::of(&seen.points, &sample);
        let reasons = Gate::COMPARE.reasons(&quality);
        if !reasons.is_empty() {
            return Ok(refused(&reasons));
        }
        let probe = embedder.embed_face(&sample, &Scope::measurement())?;
        let enrols = Gate::ENROL.reasons(&quality).is_empty();
        self.held.push(Held { person, photo, probe, weight: quality.weight(), enrols });
        Ok(FaceOutcome::Compared { enrols })
    }

    /// What follows from all photos.
    pub fn report(&self, order: &ReportOrder) -> Measured {
        Measured::Report(Box::new(compare::report(&self.held, order)))
    }
}

/// Which of the found faces a label means.
fn chosen(found: &[DetectedFace], taken: &[bool], place: &Option<Place>) -> Result<usize, Reason> {
    let free = || found.iter().enumerate().filter(|(at, _)| !taken[*at]).map(|(at, own)| (at, own.face));
    match place {
        Some(Place::Box(x, y, width, height)) => {
            let own = FaceBox { x: *x, y: *y, width: *width, height: *height };
            let overlap = |face: &FaceBox| face.intersection_over_union(&own);
            let best = free().max_by(|a, b| overlap(&a.1).total_cmp(&overlap(&b.1)));
            best.filter(|(_, face)| overlap(face) >= SAME_BOX).map(|(at, _)| at).ok_or(Reason::NoFace)
        }
        Some(Place::Nose(x, y)) => {
            let inside = |face: &FaceBox| {
                *x >= face.x && *y >= face.y && *x <= face.x + face.width && *y <= face.y + face.height
            };
            let away = |face: &FaceBox| (face.centre().0 - x).hypot(face.centre().1 - y);
            let best =
                free().filter(|(_, face)| inside(face)).min_by(|a, b| away(&a.1).total_cmp(&away(&b.1)));
            best.map(|(at, _)| at).ok_or(Reason::NoFace)
        }
        // A photo of one person: another face as large as theirs makes it unclear who is meant.
        None => {
            let largest = free().max_by(|a, b| a.1.height.total_cmp(&b.1.height));
            let (at, own) = largest.ok_or(Reason::NoFace)?;
            let beside = |(other, face): &(usize, FaceBox)| {
                *other != at && face.height >= BYSTANDER * own.height && found[*other].score >= 0.3
            };
            if free().any(|face| beside(&face)) { Err(Reason::SeveralFaces) } else { Ok(at) }
        }
    }
}

#[cfg(test)]
mod tests;
