//! Who said yes to what, and the one function that decides: [`decide`].
//!
//! What was said is a list of acts. Nothing in it is ever changed or taken out; a withdrawal is one
//! more act. A decision is a function of the acts, the age, the guardians, restriction and the
//! moment, and of nothing else. It answers with a [`Permit`] or with a [`Reason`].

use crate::id::SubjectId;
use crate::notice::NoticeShown;
use crate::purpose::{Purpose, Question};
use crate::subject::{AgeRules, BelowAge, Guardian, Restriction, Revision, Speakers, Subject};
use crate::time::{Date, Timestamp, day, end_of, months_after, start_of};

mod acts;

pub use acts::{ActKind, ActRefused, ConsentAct, MAX_VALIDITY_MONTHS, Means, PaperForm, Speaker};

/// Proof that a person's consent to `P` was in force, at one revision of what is known of them.
///
/// Only [`decide`] makes one. It cannot be copied, stored or sent: it dies with the operation.
///
/// ```
/// # use grata_core::{consent::{Decision, Permit, decide}, purpose::Publish, release::Treatment};
/// # use grata_core::{subject::{AgeRules, Subject}, time::Timestamp};
/// fn asked(subject: &Subject, publish: &Publish, now: Timestamp) -> Option<Treatment> {
///     match decide(subject, publish, &AgeRules::default(), now) {
///         Decision::Yes(permit) => Some(Treatment::Show(permit)),
///         Decision::No(_) => None,
///     }
/// }
/// ```
///
/// Forging one does not compile:
///
/// ```compile_fail,E0451
/// # use grata_core::{consent::Permit, id::SubjectId, purpose::Publish, release::Treatment};
/// # use grata_core::{subject::Revision, time::Timestamp};
/// fn forged(subject: SubjectId, purpose: Publish) -> Treatment {
///     Treatment::Show(Permit { subject, purpose, revision: Revision(1), ends: Timestamp::MAX })
/// }
/// ```
///
/// nor does using one twice,
///
/// ```compile_fail,E0382
/// # use grata_core::{consent::Permit, purpose::Publish, release::Treatment};
/// fn twice(permit: Permit<Publish>) -> (Treatment, Treatment) {
///     (Treatment::Show(permit), Treatment::Show(permit))
/// }
/// ```
///
/// nor using one for another purpose (COL-3),
///
/// ```compile_fail,E0308
/// # use grata_core::{consent::Permit, purpose::Find, release::Treatment};
/// fn diverted(permit: Permit<Find>) -> Treatment {
///     Treatment::Show(permit)
/// }
/// ```
///
/// nor keeping a copy.
///
/// ```compile_fail,E0277
/// # use grata_core::{consent::Permit, purpose::Publish};
/// fn kept(permit: Permit<Publish>) -> Permit<Publish> {
///     Clone::clone(&permit)
/// }
/// ```
#[derive(Debug)]
pub struct Permit<P: Purpose> {
    subject: SubjectId,
    purpose: P,
    revision: Revision,
    ends: Timestamp,
}

impl<P: Purpose> Permit<P> {
    /// Whose consent.
    pub fn subject(&self) -> SubjectId {
        self.subject
    }

    /// To what.
    pub fn purpose(&self) -> &P {
        &self.purpose
    }

    /// What it was decided on.
    pub fn revision(&self) -> Revision {
        self.revision
    }

    /// The first moment at which it no longer holds.
    pub fn ends(&self) -> Timestamp {
        self.ends
    }
}

/// Yes with a permit, or no with a reason.
#[derive(Debug)]
pub enum Decision<P: Purpose> {
    /// Consent is in force.
    Yes(Permit<P>),
    /// It is not.
    No(Reason),
}

/// Why the answer is no. The first that applies, in this order of checks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// The person is gone.
    Erased,
    /// Use of their data is frozen (RTS-10).
    Restricted,
    /// Nobody said how old they are, so nobody knows who has to answer.
    AgeUnknown,
    /// They said no.
    Refused,
    /// They took their yes back.
    Withdrawn,
    /// They said that the entry from a form was not theirs.
    Contested,
    /// A guardian said no.
    GuardianRefused,
    /// A guardian took their yes back, or contested an entry.
    GuardianWithdrew,
    /// They, or a guardian, said yes until a day that has passed.
    Expired,
    /// They have come of age since, and are to be asked themselves (CON-8).
    CameOfAge,
    /// They said yes; a guardian has to as well.
    GuardianMissing,
    /// A guardian said yes; nobody has found out yet whether they may (CON-10).
    GuardianUnverified,
    /// A guardian said yes; the child has to as well.
    ChildMissing,
    /// Nobody was asked, or nobody answered.
    NeverAsked,
}

impl Reason {
    /// All of them, in the order of the checks.
    pub const ALL: [Self; 14] = [
        Self::Erased,
        Self::Restricted,
        Self::AgeUnknown,
        Self::Refused,
        Self::Withdrawn,
        Self::Contested,
        Self::GuardianRefused,
        Self::GuardianWithdrew,
        Self::Expired,
        Self::CameOfAge,
        Self::GuardianMissing,
        Self::GuardianUnverified,
        Self::ChildMissing,
        Self::NeverAsked,
    ];

    /// The word for machines; stable.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Erased => "erased",
            Self::Restricted => "restricted",
            Self::AgeUnknown => "age-unknown",
            Self::Refused => "refused",
            Self::Withdrawn => "withdrawn",
            Self::Contested => "contested",
            Self::GuardianRefused => "guardian-refused",
            Self::GuardianWithdrew => "guardian-withdrew",
            Self::Expired => "expired",
            Self::CameOfAge => "came-of-age",
            Self::GuardianMissing => "guardian-missing",
            Self::GuardianUnverified => "guardian-unverified",
            Self::ChildMissing => "child-missing",
            Self::NeverAsked => "never-asked",
        }
    }
}

/// Decides whether `subject` consents to `purpose` at this moment. The only source of permits.
///
/// A no wins over a yes: the child's over the guardians', each guardian's over the other's. What is
/// not known is a no.
pub fn decide<P: Purpose>(subject: &Subject, purpose: &P, rules: &AgeRules, now: Timestamp) -> Decision<P> {
    match yes_until(subject, &purpose.question(), rules, now) {
        Ok(ends) => Decision::Yes(Permit {
            subject: subject.id,
            purpose: purpose.clone(),
            revision: subject.revision,
            ends,
        }),
        Err(reason) => Decision::No(reason),
    }
}

/// A yes that is over and has not been put on record as such.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lapsed {
    /// To what.
    pub question: Question,
    /// Whose.
    pub speaker: Speaker,
    /// On which text it was given.
    pub notice: NoticeShown,
}

/// What has to be put on record as expired (CON-7). Decisions do not wait for it.
pub fn lapsed(subject: &Subject, now: Timestamp) -> Vec<Lapsed> {
    let mut found: Vec<Lapsed> = Vec::new();
    for act in subject.acts.iter().rev() {
        let known = |one: &Lapsed| one.question == act.question && one.speaker == act.speaker;
        if found.iter().any(known) {
            continue;
        }
        let theirs = || {
            subject.acts.iter().filter(|other| other.question == act.question && other.speaker == act.speaker)
        };
        let recorded = theirs().next_back().is_some_and(|last| last.kind == ActKind::Expire);
        if !recorded && Standing::of(theirs(), now) == Standing::Over {
            let (question, notice) = (act.question.clone(), act.notice.clone());
            found.push(Lapsed { question, speaker: act.speaker, notice });
        }
    }
    found
}

/// When the yes ends that is in force now.
fn yes_until(
    subject: &Subject,
    question: &Question,
    rules: &AgeRules,
    now: Timestamp,
) -> Result<Timestamp, Reason> {
    if subject.erased {
        return Err(Reason::Erased);
    }
    if subject.restriction != Restriction::None {
        return Err(Reason::Restricted);
    }
    let acts = || subject.acts.iter().filter(|act| act.question == *question);
    let own = Standing::of(acts().filter(|act| act.speaker == Speaker::Subject), now);
    match subject.speakers(rules, now) {
        Speakers::Unknown => Err(Reason::AgeUnknown),
        Speakers::Alone { since } => {
            let answered_for = acts().any(|act| matches!(act.speaker, Speaker::Guardian(_)));
            alone(own, since, answered_for)
        }
        Speakers::With(below, of_age) => {
            if let Standing::No(kind) = own {
                return Err(own_reason(kind));
            }
            let guardians = guardians(&subject.guardians, acts, now);
            let ends = with_guardian(own, guardians, below)?;
            Ok(ends.min(start_of(of_age)))
        }
    }
}

fn alone(own: Standing, since: Option<Date>, answered_for: bool) -> Result<Timestamp, Reason> {
    match own {
        Standing::Yes { ends, said_on } if since.is_none_or(|since| said_on >= since) => Ok(ends),
        Standing::Yes { .. } => Err(Reason::CameOfAge),
        Standing::No(kind) => Err(own_reason(kind)),
        Standing::Over => Err(Reason::Expired),
        Standing::Silent if answered_for => Err(Reason::CameOfAge),
        Standing::Silent => Err(Reason::NeverAsked),
    }
}

fn with_guardian(own: Standing, guardians: Standing, below: BelowAge) -> Result<Timestamp, Reason> {
    let theirs = match guardians {
        Standing::No(No::Refused) => return Err(Reason::GuardianRefused),
        Standing::No(No::Unverified) => return Err(Reason::GuardianUnverified),
        Standing::No(_) => return Err(Reason::GuardianWithdrew),
        Standing::Over => return Err(Reason::Expired),
        Standing::Yes { ends, .. } => Some(ends),
        Standing::Silent => None,
    };
    match (own, theirs, below) {
        (Standing::Yes { ends, .. }, Some(theirs), _) => Ok(ends.min(theirs)),
        (Standing::Silent, Some(theirs), BelowAge::Guardian) => Ok(theirs),
        // The child's yes is over; the guardian's alone is what is left where that is enough.
        (Standing::Over, Some(theirs), BelowAge::Guardian) => Ok(theirs),
        (Standing::Over, ..) => Err(Reason::Expired),
        (Standing::Silent, Some(_), BelowAge::GuardianAndChild) => Err(Reason::ChildMissing),
        (Standing::Yes { .. }, None, _) => Err(Reason::GuardianMissing),
        (Standing::Silent, None, _) => Err(Reason::NeverAsked),
        // Asked before the guardians were: see `yes_until`.
        (Standing::No(kind), ..) => Err(own_reason(kind)),
    }
}

fn own_reason(kind: No) -> Reason {
    match kind {
        No::Refused => Reason::Refused,
        No::Withdrawn | No::Unverified => Reason::Withdrawn,
        No::Contested => Reason::Contested,
    }
}

/// All guardians together: any no wins, then any yes.
fn guardians<'a, A>(guardians: &[Guardian], acts: impl Fn() -> A, now: Timestamp) -> Standing
where
    A: Iterator<Item = &'a ConsentAct>,
{
    let mut all = Standing::Silent;
    for guardian in guardians.iter().filter(|guardian| guardian.may_act(day(now))) {
        let said = acts().filter(|act| act.speaker == Speaker::Guardian(guardian.id));
        let mut one = Standing::of(said, now);
        if let Standing::Yes { ends, said_on } = one {
            one = match (guardian.verified_at, guardian.until) {
                (Some(verified), _) if verified > now => Standing::No(No::Unverified),
                (None, _) => Standing::No(No::Unverified),
                (_, Some(until)) => Standing::Yes { ends: ends.min(end_of(until)), said_on },
                (_, None) => one,
            };
        }
        all = all.joined(one);
    }
    all
}

/// Where one speaker stands on one question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    Silent,
    Over,
    Yes { ends: Timestamp, said_on: Date },
    No(No),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum No {
    Refused,
    Withdrawn,
    Contested,
    Unverified,
}

impl Standing {
    /// What follows from everything one speaker said about one question, in order.
    fn of<'a>(acts: impl Iterator<Item = &'a ConsentAct>, now: Timestamp) -> Self {
        let mut standing = Self::Silent;
        let mut last_no: Option<(Date, No)> = None;
        for act in acts {
            standing = match (act.kind, &act.means) {
                (ActKind::Give { .. }, Means::Clock) => standing,
                // Somebody's clock is wrong; until it is right this has not been said.
                (ActKind::Give { .. }, _) if act.at > now => standing,
                (ActKind::Give { until }, means) => {
                    let paper = matches!(means, Means::Paper(_));
                    if paper && !act.question.purpose.allows_paper() {
                        continue;
                    }
                    match last_no {
                        // A form that was signed no later than a no has been overtaken by it, whichever
                        // was recorded first; after a contested entry only their own yes counts.
                        Some((on, no)) if paper && (no == No::Contested || act.said_on() <= on) => {
                            Self::No(no)
                        }
                        _ => {
                            if !paper {
                                last_no = None;
                            }
                            Self::gift(act, until, now)
                        }
                    }
                }
                (ActKind::Refuse, means) => Self::no(act, means, No::Refused, &mut last_no),
                (ActKind::Withdraw, means) => Self::no(act, means, No::Withdrawn, &mut last_no),
                (ActKind::Contest, means) => Self::no(act, means, No::Contested, &mut last_no),
                (ActKind::Expire, _) => match standing {
                    Self::Yes { .. } => Self::Over,
                    other => other,
                },
            };
        }
        standing
    }

    fn gift(act: &ConsentAct, until: Date, now: Timestamp) -> Self {
        let last = until.min(months_after(act.said_on(), MAX_VALIDITY_MONTHS));
        let ends = end_of(last);
        if now < ends { Self::Yes { ends, said_on: act.said_on() } } else { Self::Over }
    }

    fn no(act: &ConsentAct, means: &Means, no: No, last_no: &mut Option<(Date, No)>) -> Self {
        match means {
            Means::OwnSession => *last_no = Some((day(act.at), no)),
            // On a form it was said when it was signed. A later no, and a contested entry, stand.
            Means::Paper(form) => {
                let on = form.signed_on;
                if last_no.is_none_or(|(last, earlier)| last <= on && earlier != No::Contested) {
                    *last_no = Some((on, no));
                }
            }
            Means::Clock => {}
        }
        Self::No(no)
    }

    /// Two speakers who both count: a no wins, then a yes, the one that ends first.
    fn joined(self, other: Self) -> Self {
        match (self, other) {
            // An unverified yes is no yes, but it does not stand against another guardian's.
            (Self::No(No::Unverified), Self::Yes { .. } | Self::No(_)) => other,
            (Self::Yes { .. } | Self::No(_), Self::No(No::Unverified)) => self,
            (Self::No(_), _) => self,
            (_, Self::No(_)) => other,
            (Self::Yes { ends: first, .. }, Self::Yes { ends: second, .. }) => {
                // Either is enough, so what counts is the one that lasts.
                if first >= second { self } else { other }
            }
            (Self::Yes { .. }, _) => self,
            (_, Self::Yes { .. }) => other,
            (Self::Over, _) | (_, Self::Over) => Self::Over,
            (Self::Silent, Self::Silent) => Self::Silent,
        }
    }
}

#[cfg(test)]
mod tests;
