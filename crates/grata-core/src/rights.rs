//! Rights requests: when an answer is due (RTS-3), what somebody sees of their own photos (RTS-2), and
//! the steps of an erasure (§8).

use std::collections::BTreeMap;

use crate::geometry::PixelRect;
use crate::id::SubjectId;
use crate::photo::Photo;
use crate::region::{Region, Shape};
use crate::release::Evidence;
use crate::tag::{FaceStanding, standing};
use crate::time::{Date, Timestamp, day, months_after};

/// When a request has to be answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadline {
    /// The last day.
    pub due: Date,
    /// How urgent it is.
    pub urgency: Urgency,
}

/// How urgent a request is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Urgency {
    /// There is time.
    Calm,
    /// From the 21st day on.
    Soon,
    /// From the 28th day on.
    Now,
    /// The day has passed.
    Overdue,
}

/// The deadline of a request: one month; two more if reasons were sent within the first.
///
/// `received` is the day it came in, on whatever way; a letter keeps its date.
pub fn deadline(received: Date, extended_on: Option<Date>, now: Timestamp) -> Deadline {
    let first = months_after(received, 1);
    let extended = extended_on.is_some_and(|on| on <= first);
    let due = if extended { months_after(received, 3) } else { first };
    let today = day(now);
    let left = today.until(due).map_or(0, |span| span.get_days());
    let urgency = match left {
        ..0 => Urgency::Overdue,
        0..=3 => Urgency::Now,
        4..=10 => Urgency::Soon,
        _ => Urgency::Calm,
    };
    Deadline { due, urgency }
}

/// The steps of an erasure, in order. Each is safe to repeat, so that one that was interrupted is
/// begun again from the top.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ErasureStep {
    /// The person is marked as gone, their rows are deleted and the tombstone is on record: from here
    /// on every decision is no.
    Rows,
    /// Their data key is destroyed.
    Key,
    /// All other keys are wrapped anew and the old epoch is destroyed, so that key backups do not
    /// bring it back.
    Epoch,
    /// Journals are truncated and free pages dropped.
    Pages,
    /// Every file is searched for what should be gone.
    Sweep,
    /// The certificate is signed; never before the sweep (ACC-9).
    Certificate,
}

impl ErasureStep {
    /// All steps, in order.
    pub const ALL: [Self; 6] =
        [Self::Rows, Self::Key, Self::Epoch, Self::Pages, Self::Sweep, Self::Certificate];
}

/// What an erasure will do: shown before it is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErasurePlan {
    /// Rows about the person, by table.
    pub rows: BTreeMap<String, u64>,
    /// Live renditions that show them, which will be recalled.
    pub renditions: u64,
    /// What will be done, in this order.
    pub steps: [ErasureStep; 6],
}

impl ErasurePlan {
    /// A plan for somebody who is named in these tables, once for each row.
    pub fn new<'a>(tables: impl IntoIterator<Item = &'a str>, renditions: u64) -> Self {
        let mut rows = BTreeMap::new();
        for table in tables {
            *rows.entry(table.to_string()).or_default() += 1;
        }
        Self { rows, renditions, steps: ErasureStep::ALL }
    }
}

/// A photo for somebody who is in it: they see themselves, and everybody else is hidden, whatever they
/// agreed to (15(4)). It is for their own hands and never a release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnView {
    /// What is hidden.
    pub hide: Vec<Region>,
    /// Where their face is.
    pub shown: Vec<PixelRect>,
    /// Where a reviewer said that there is none.
    pub no_face: Vec<PixelRect>,
}

/// What `subject` may see of a photo; `None` if nobody holds a face in it to be theirs.
pub fn own_view(photo: &Photo, evidence: &Evidence<'_>, subject: SubjectId) -> Option<OwnView> {
    let mut view = OwnView { hide: Vec::new(), shown: Vec::new(), no_face: Vec::new() };
    let mut is_in_it = false;
    for face in &photo.faces {
        match standing(photo, face, evidence.tags, evidence.not_me) {
            FaceStanding::Confirmed(confirmed) if confirmed == subject => {
                is_in_it = true;
                view.shown.push(face.region.rect);
            }
            FaceStanding::NotAFace => view.no_face.push(face.region.rect),
            FaceStanding::Confirmed(_) | FaceStanding::Unknown => view.hide.push(face.region),
        }
    }
    let objected = evidence.objections.iter().filter_map(|objection| objection.hides_in(photo));
    view.hide.extend(objected.map(|rect| Region { rect, shape: Shape::Rectangle }));
    // Places that somebody pointed at; nobody knows who is there.
    view.hide.extend(evidence.hidden_before.iter().filter(|one| one.face.is_none()).map(|one| one.region));
    is_in_it.then_some(view)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::time::start_of;

    #[test]
    fn rts_3_a_request_is_due_after_a_month_and_says_so_before() {
        let received = date(2026, 10, 1);
        let on = |month, day| deadline(received, None, start_of(date(2026, month, day))).urgency;
        assert_eq!(on(10, 21), Urgency::Calm);
        assert_eq!(on(10, 22), Urgency::Soon);
        assert_eq!(on(10, 29), Urgency::Now);
        assert_eq!(on(11, 1), Urgency::Now);
        assert_eq!(on(11, 2), Urgency::Overdue);
    }

    /// ACC-9, KEY-5: the order is the point.
    #[test]
    fn acc_9_key_5_an_erasure_certifies_last_and_destroys_the_key_before_it_sweeps() {
        let plan = ErasurePlan::new(["tags", "subjects", "tags"], 4);
        assert_eq!(plan.rows, [("subjects".to_string(), 1), ("tags".to_string(), 2)].into());
        assert!(plan.steps.is_sorted());
        assert_eq!(plan.steps.last(), Some(&ErasureStep::Certificate));
        assert!(ErasureStep::Key < ErasureStep::Epoch && ErasureStep::Pages < ErasureStep::Sweep);
    }

    #[test]
    fn rts_3_two_more_months_only_with_reasons_sent_in_the_first() {
        let received = date(2026, 10, 1);
        let due = |extended| deadline(received, Some(extended), start_of(received)).due;
        assert_eq!(due(date(2026, 11, 1)), date(2027, 1, 1));
        assert_eq!(due(date(2026, 11, 2)), date(2026, 11, 1));
    }
}
