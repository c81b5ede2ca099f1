//! "Not this photo": an objection takes effect when it is made and is decided afterwards (RTS-12).
//! It points at a photo and a place in it, and needs neither an account nor a face (BYS-8).

use crate::geometry::PixelRect;
use crate::id::{ObjectionId, SubjectId};
use crate::photo::{Photo, PhotoDigest};
use crate::time::Timestamp;

/// An objection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Objection {
    /// Which.
    pub id: ObjectionId,
    /// To what.
    pub target: ObjectionTarget,
    /// When it was made.
    pub raised: Timestamp,
    /// What became of it.
    pub outcome: Outcome,
}

/// What an objection is about. Photos are named by their content, so that one that is added again
/// stays objected to (ABU-11).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ObjectionTarget {
    /// The whole photo.
    Photo(PhotoDigest),
    /// A part of a photo.
    Region(PhotoDigest, PixelRect),
    /// Every picture of a person who is known.
    Subject(SubjectId),
}

/// What became of an objection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing yet: it is in effect.
    Open,
    /// Rightly so: it stays in effect.
    Upheld(Timestamp),
    /// Turned down, with reasons given to the person: no longer in effect.
    Rejected(Timestamp),
    /// Taken back by whoever made it.
    TakenBack(Timestamp),
}

impl Objection {
    /// Whether it hides something now.
    pub const fn in_effect(&self) -> bool {
        matches!(self.outcome, Outcome::Open | Outcome::Upheld(_))
    }

    /// Whether it is about the whole of this photo.
    pub fn withholds(&self, photo: &Photo) -> bool {
        self.in_effect() && matches!(self.target, ObjectionTarget::Photo(digest) if photo.is(digest))
    }

    /// The part of this photo that it hides.
    pub fn hides_in(&self, photo: &Photo) -> Option<PixelRect> {
        match self.target {
            ObjectionTarget::Region(digest, rect) if self.in_effect() && photo.is(digest) => {
                rect.intersection(photo.size.rect())
            }
            _ => None,
        }
    }

    /// Whether it hides this person everywhere.
    pub fn hides(&self, subject: SubjectId) -> bool {
        self.in_effect() && self.target == ObjectionTarget::Subject(subject)
    }
}
