//! Hand tags: a reviewer, or the person, says who a face is. "Not me" wins, whoever says what
//! afterwards (RTS-7).

use std::collections::BTreeSet;

use crate::geometry::PixelRect;
use crate::id::{AccountId, FaceId, NotMeId, SubjectId, TagId};
use crate::objection::Objection;
use crate::photo::{Face, Photo, PhotoDigest, same_place};
use crate::time::Timestamp;

/// One thing that was said about a face. Acts are never changed or taken out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TagAct {
    /// Which.
    pub id: TagId,
    /// About which face.
    pub face: FaceId,
    /// What was said.
    pub kind: TagKind,
    /// By whom.
    pub by: Tagger,
    /// When.
    pub at: Timestamp,
}

/// What was said about a face.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TagKind {
    /// It is this person.
    Is(SubjectId),
    /// It is no face, and need not be hidden (PUB-7).
    NotAFace,
    /// What was said there does not hold. An undoing can be undone as well.
    Undo(TagId),
}

/// Who tags.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tagger {
    /// Someone whom the album's rules name.
    Reviewer(AccountId),
    /// The person, about themselves.
    Subject(SubjectId),
}

/// Why a tag cannot be recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TagRefused {
    /// RTS-7.
    #[error("this person has said that this is not them")]
    SaidNotMe,
    /// People tag themselves only.
    #[error("a person can say of themselves only who they are")]
    NotYourself,
    /// Undoing something that is not there, or that is about another face.
    #[error("there is no such tag on this face to undo")]
    NothingToUndo,
    /// A person undoes only what is about themselves.
    #[error("this tag is about somebody else")]
    NotYours,
}

/// "This is not me", said by the person: about a place in a photo, known by its content. No
/// template, nothing of the face (RTS-7).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotMe {
    /// Which mark.
    pub id: NotMeId,
    /// Who is not there.
    pub subject: SubjectId,
    /// In which photo: survives that it is added again, and a restored backup.
    pub photo: PhotoDigest,
    /// Where.
    pub region: PixelRect,
    /// When it was said.
    pub at: Timestamp,
    /// When the same person took it back. Nobody else can.
    pub taken_back: Option<Timestamp>,
}

impl NotMe {
    /// Whether it says that `subject` is not this face.
    pub fn excludes(&self, subject: SubjectId, photo: &Photo, face: &Face) -> bool {
        self.taken_back.is_none()
            && self.subject == subject
            && photo.is(self.photo)
            && same_place(self.region, face.region.rect)
    }
}

/// What is held to be true about a face.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaceStanding {
    /// Nobody said, or what was said does not hold: hidden.
    Unknown,
    /// This person, whose consent decides.
    Confirmed(SubjectId),
    /// No face.
    NotAFace,
}

/// What follows from everything that was said about a face: the last act that was not undone, unless
/// the person says that it is not them. Then nobody is it; an older tag does not come back.
pub fn standing(photo: &Photo, face: &Face, acts: &[TagAct], not_me: &[NotMe]) -> FaceStanding {
    let acts: Vec<&TagAct> = acts.iter().filter(|act| act.face == face.id).collect();
    match last_standing(&acts).map(|act| act.kind) {
        Some(TagKind::Is(subject)) => {
            let excluded = not_me.iter().any(|mark| mark.excludes(subject, photo, face));
            if excluded { FaceStanding::Unknown } else { FaceStanding::Confirmed(subject) }
        }
        Some(TagKind::NotAFace) => FaceStanding::NotAFace,
        Some(TagKind::Undo(_)) | None => FaceStanding::Unknown,
    }
}

/// Whether a face may be compared, and somebody asked if it is theirs: nobody has said what it is, and nobody objects
/// to it or to its photo.
pub fn is_open(
    photo: &Photo,
    face: &Face,
    acts: &[TagAct],
    not_me: &[NotMe],
    objections: &[Objection],
) -> bool {
    let objects = |one: &Objection| {
        let hides = one.hides_in(photo).is_some_and(|rect| same_place(rect, face.region.rect));
        hides || one.withholds(photo)
    };
    standing(photo, face, acts, not_me) == FaceStanding::Unknown && !objections.iter().any(objects)
}

/// Whether `act` may be recorded after `before`.
///
/// # Errors
/// Names the rule that forbids it.
pub fn check(photo: &Photo, act: &TagAct, before: &[TagAct], not_me: &[NotMe]) -> Result<(), TagRefused> {
    let of_self = |subject| match act.by {
        Tagger::Reviewer(_) => true,
        Tagger::Subject(own) => own == subject,
    };
    match act.kind {
        TagKind::Is(subject) => {
            let face = photo.faces.iter().find(|face| face.id == act.face);
            let face = face.ok_or(TagRefused::NothingToUndo)?;
            if not_me.iter().any(|mark| mark.excludes(subject, photo, face)) {
                return Err(TagRefused::SaidNotMe);
            }
            if of_self(subject) { Ok(()) } else { Err(TagRefused::NotYourself) }
        }
        TagKind::NotAFace => match act.by {
            Tagger::Reviewer(_) => Ok(()),
            // A person could uncover somebody else with it.
            Tagger::Subject(_) => Err(TagRefused::NotYourself),
        },
        TagKind::Undo(id) => {
            let undone = before.iter().find(|other| other.id == id && other.face == act.face);
            match (undone.ok_or(TagRefused::NothingToUndo)?.kind, act.by) {
                (_, Tagger::Reviewer(_)) => Ok(()),
                (TagKind::Is(subject), Tagger::Subject(own)) if own == subject => Ok(()),
                (_, Tagger::Subject(_)) => Err(TagRefused::NotYours),
            }
        }
    }
}

/// Read from the end: an act holds if nothing later that holds undoes it.
fn last_standing<'a>(acts: &[&'a TagAct]) -> Option<&'a TagAct> {
    let mut undone = BTreeSet::new();
    for act in acts.iter().rev() {
        if undone.contains(&act.id) {
            continue;
        }
        match act.kind {
            TagKind::Undo(id) => {
                undone.insert(id);
            }
            TagKind::Is(_) | TagKind::NotAFace => return Some(act),
        }
    }
    None
}

#[cfg(test)]
mod tests;
