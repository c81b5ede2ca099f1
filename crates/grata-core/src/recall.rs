//! Which images that have left may no longer be shown: those that today's plan would make
//! otherwise, by hiding more (PUB-7, RTS-14).

use crate::id::{FaceId, RenditionId};
use crate::photo::Photo;
use crate::region::Region;
use crate::release::{Evidence, HideReason, Planned, Rendition, Treatment, Withheld, plan_photo};
use crate::time::Timestamp;

/// An image that has to be taken down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recall {
    /// Which.
    pub rendition: RenditionId,
    /// Why. Never empty.
    pub causes: Vec<RecallCause>,
}

/// Why an image has to be taken down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecallCause {
    /// It shows a face that would be hidden today.
    Shows(FaceId, HideReason),
    /// It does not hide something that would be hidden today.
    Uncovered(Region),
    /// The photo would not leave at all.
    Withheld(Withheld),
}

/// Whether a rendition of `photo` has to be recalled at this moment. `None`: it can stay.
///
/// The plan is made again and compared, so that there is one set of rules and not two.
pub fn recall(
    rendition: &Rendition,
    photo: &Photo,
    evidence: &Evidence<'_>,
    now: Timestamp,
) -> Option<Recall> {
    let causes = match plan_photo(photo, &rendition.publish, evidence, now) {
        Planned::Withheld(why) => vec![RecallCause::Withheld(why)],
        Planned::Leaves(plan) => {
            let mut causes: Vec<RecallCause> = Vec::new();
            for planned in plan.faces() {
                let id = planned.face().id;
                let was_shown = rendition.shown.iter().find(|(face, _)| *face == id);
                match (planned.treatment(), was_shown) {
                    (Treatment::Obscure(reason), Some(_)) => causes.push(RecallCause::Shows(id, *reason)),
                    // Shown on somebody else's consent than it was: the image rests on nothing.
                    (Treatment::Show(permit), Some((_, subject))) if permit.subject() != *subject => {
                        causes.push(RecallCause::Shows(id, HideReason::Unknown));
                    }
                    _ => {}
                }
            }
            let named = |id: Option<FaceId>| {
                causes.iter().any(|cause| matches!(cause, RecallCause::Shows(face, _) if Some(*face) == id))
            };
            let uncovered: Vec<RecallCause> = plan
                .hidden()
                .iter()
                .filter(|wanted| !named(wanted.face))
                .filter(|wanted| !rendition.hidden.iter().any(|have| have.region == wanted.region))
                .map(|wanted| RecallCause::Uncovered(wanted.region))
                .collect();
            causes.extend(uncovered);
            causes
        }
    };
    (!causes.is_empty()).then_some(Recall { rendition: rendition.id, causes })
}

#[cfg(test)]
mod tests;
