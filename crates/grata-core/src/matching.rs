//! Which enrolled members a photo's faces are held to be: scores, thresholds, and one place a person.
//!
//! A comparison is always between a face and somebody who enrolled. There is no function here that
//! takes two faces (BYS-2).

mod assign;
pub mod calibration;
pub mod rates;

pub use assign::{Candidate, Suggestion, assign};

/// How two sets of numbers are compared. Belongs to a family of models.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    /// Length of the difference.
    Euclidean,
    /// One minus the cosine of the angle.
    Cosine,
}

impl Measure {
    /// The word to store and to print.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Euclidean => "euclidean",
            Self::Cosine => "cosine",
        }
    }

    /// The measure of that name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Euclidean, Self::Cosine].into_iter().find(|measure| measure.as_str() == name)
    }
}

/// How far a face is from an enrolled member: 0 is the same, more is less alike.
///
/// Euclidean: the distance. Cosine: one minus the cosine, 0 to 2. No probability, and comparable
/// within one model only.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Score(f32);

impl Score {
    /// A score; `None` for what is no number of at least 0.
    pub fn new(distance: f32) -> Option<Self> {
        (distance.is_finite() && distance >= 0.0).then_some(Self(distance))
    }

    /// The distance.
    pub const fn distance(self) -> f32 {
        self.0
    }
}

/// Up to which score a face and a member are held to be one person.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OperatingPoint {
    /// The largest score that counts.
    pub threshold: Score,
    /// How much nearer than the next member the nearest has to be: twins and siblings lie close
    /// together, and where it cannot be told who it is, nobody is suggested (QUA-5).
    pub lead: f32,
}

impl OperatingPoint {
    /// Whether a score counts.
    pub fn admits(&self, score: Score) -> bool {
        score <= self.threshold
    }
}
