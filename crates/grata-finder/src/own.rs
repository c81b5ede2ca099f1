//! What the browser module does, in plain Rust: somebody shows their face once, and is told where they
//! are in pictures that they can already see.

use grata_core::digest::Digest;
use grata_core::face::FaceBox;
use grata_core::matching::{Candidate, OperatingPoint, Score};
use grata_core::scope::Scope;
use grata_vision::detect::{Detector, Picture};
use grata_vision::recognise::{Capture, Embedder, EnrolError, Family, Gallery, Reason, Right, Template};
use grata_vision::recognise::{quick_capture, seen_faces};
use grata_vision::runtime::{ModelRuntime, RuntimeError};

/// In the one look at a picture, its longer side has so many network pixels. Of 46 marked faces all were
/// found with 320, 384, 448 and 640; docs/find.md has what each costs.
const LOOK: u32 = 384;

/// Finds one person, whose numbers die with it. Knows nobody else: there is no list of people, and no way
/// to give it one.
pub struct OwnFinder {
    detector: Detector,
    embedder: Embedder,
    point: OperatingPoint,
    own: Option<Gallery>,
}

/// Why nothing could be done.
#[derive(Debug, thiserror::Error)]
pub enum FindError {
    /// A model cannot be run.
    #[error(transparent)]
    Runtime(#[from] RuntimeError),
    /// Nothing can be made of what the person showed.
    #[error(transparent)]
    Enrol(#[from] EnrolError),
    /// Nobody has shown their face yet.
    #[error("nobody has shown their face yet")]
    NobodyYet,
}

impl OwnFinder {
    /// Over loaded models. `model`: the digest of the recogniser's file; `output`: the name of what it gives.
    pub fn new(
        detector: Box<dyn ModelRuntime>,
        (embedder, model, output): (Box<dyn ModelRuntime>, Digest, &str),
        point: OperatingPoint,
    ) -> Self {
        let embedder = Embedder::new(embedder, Family::Residual150, model, output);
        Self { detector: Detector::new(detector), embedder, point, own: None }
    }

    /// Takes the face of whoever wants to be found; what was known of them before is gone. Empty if it
    /// will do, else everything that speaks against it: the person can take another picture.
    ///
    /// # Errors
    /// [`FindError`] if a model cannot be run.
    pub fn show_own_face(&mut self, picture: &dyn Picture) -> Result<Vec<Reason>, FindError> {
        self.own = None;
        let scope = Scope::on_own_device();
        let still = match quick_capture(picture, LOOK, (&mut self.detector, &mut self.embedder), &scope)? {
            Capture::Refused(reasons) => return Ok(reasons),
            Capture::Still(still) => still,
        };
        let template = Template::enrol(vec![still], &Right::Scope(&scope), None)?;
        self.own = Some(Gallery::of(vec![template])?);
        Ok(Vec::new())
    }

    /// Where the person is in a picture: once, or not at all. What is looked at and compared depends on
    /// the picture alone, so that the time it takes says nothing about the answer (BYS-11).
    ///
    /// # Errors
    /// [`FindError`] if a model cannot be run, or nobody has shown their face.
    pub fn place_in(&mut self, picture: &dyn Picture) -> Result<Option<FaceBox>, FindError> {
        let own = self.own.as_ref().ok_or(FindError::NobodyYet)?;
        let scope = Scope::on_own_device();
        let models = (&mut self.detector, &mut self.embedder);
        let faces = seen_faces(picture, LOOK, models, &scope)?;
        let mut near = Vec::new();
        for (at, face) in faces.iter().enumerate() {
            let score = face.probe.as_ref().and_then(|probe| own.nearest(probe));
            near.extend(score.map(|(member, score)| Candidate { face: at, member, score }));
        }
        Ok(the_one(&near, &self.point).map(|at| faces[at].place))
    }

    /// Forgets the person, and has the runtime's buffers take up an empty picture.
    ///
    /// # Errors
    /// [`FindError`] if the model cannot be run; then the worker is to be ended.
    pub fn forget(&mut self) -> Result<(), FindError> {
        self.own = None;
        Ok(self.embedder.forget()?)
    }
}

/// Which face of one picture is the person. Whoever is beyond the threshold, and whoever cannot be told
/// from another face of the picture, is nobody: there is no "maybe" (QUA-5).
fn the_one(near: &[Candidate], point: &OperatingPoint) -> Option<usize> {
    let distance = |one: &Candidate| one.score.distance();
    let nearest = near.iter().min_by(|a, b| distance(a).total_cmp(&distance(b)))?;
    let is_as_near = |other: &&Candidate| distance(other) - distance(nearest) < point.lead;
    let alike = near.iter().filter(is_as_near).count();
    (point.admits(nearest.score) && alike == 1).then_some(nearest.face)
}

/// An operating point by its numbers in thousandths, as manifests give them; `None` if they are none.
pub fn operating_point(score_thousandths: u32, lead_thousandths: u32) -> Option<OperatingPoint> {
    let share = |thousandths: u32| thousandths as f32 / 1000.0;
    Some(OperatingPoint { threshold: Score::new(share(score_thousandths))?, lead: share(lead_thousandths) })
}

#[cfg(test)]
mod tests;
