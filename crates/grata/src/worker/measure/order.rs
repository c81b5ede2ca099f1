//! What is asked of a measuring worker, and what it answers.

use serde::{Deserialize, Serialize};

use super::table::Report;

/// A step of a measurement.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum MeasureTask {
    /// The photo that follows, with the faces that are labelled in it.
    Take {
        /// Number of the photo.
        photo: u32,
        /// Labelled faces.
        faces: Vec<LabelledFace>,
    },
    /// No photo: what follows from all of them.
    Report(ReportOrder),
}

/// A labelled face.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LabelledFace {
    /// Number of the person; `None`: somebody, who counts for the detector only.
    pub person: Option<u32>,
    /// Where; `None`: the one face in the photo.
    pub place: Option<Place>,
}

/// Where a labelled face is, in pixels of the upright picture.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum Place {
    /// Left, top, width, height.
    Box(f32, f32, f32, f32),
    /// The tip of the nose: across, down.
    Nose(f32, f32),
}

/// What to work out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReportOrder {
    /// The group of each person, by number; `None`: in no group.
    pub groups: Vec<Option<u32>>,
    /// The score up to which two faces are one person.
    pub threshold: f32,
    /// How much nearer the nearest has to be than the next.
    pub lead: f32,
    /// Photos from which a person is enrolled, at most.
    pub stills: u32,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Measured {
    /// A photo was looked at.
    Taken {
        /// Numbers held by now: a worker that was started anew holds fewer.
        held: u64,
        /// What became of each labelled face, in their order.
        faces: Vec<FaceOutcome>,
    },
    /// What follows from all photos.
    Report(Box<Report>),
}

/// What became of a labelled face.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum FaceOutcome {
    /// The detector does not see it, or cannot say which it is.
    NotFound {
        /// A reason's name.
        reason: String,
    },
    /// It is found; no person was given.
    Found,
    /// It is found, but not seen well enough.
    Refused {
        /// Names of reasons.
        reasons: Vec<String>,
    },
    /// It is compared.
    Compared {
        /// Whether it would do to enrol with.
        enrols: bool,
    },
}

/// Most rows of any list in an answer.
const MOST_ROWS: usize = 10_000;

impl Measured {
    /// Whether it is an answer to `task`, of a size that makes sense.
    pub fn answers(&self, task: &MeasureTask) -> bool {
        match (self, task) {
            (Self::Taken { faces, .. }, MeasureTask::Take { faces: asked, .. }) => faces.len() == asked.len(),
            (Self::Report(report), MeasureTask::Report(_)) => {
                report.det.len() <= MOST_ROWS
                    && report.groups.len() <= MOST_ROWS
                    && report.curves.len() <= MOST_ROWS
                    && report.curves.iter().all(|curve| curve.points.len() <= MOST_ROWS)
            }
            _ => false,
        }
    }
}
