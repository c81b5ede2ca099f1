//! What was said: one act each, checked before it is recorded and never changed afterwards.

use crate::id::{AccountId, ActId, GuardianId};
use crate::notice::NoticeShown;
use crate::purpose::Question;
use crate::subject::{AgeRules, Speakers, Subject};
use crate::time::{Date, Timestamp, day, months_after};

/// No yes lasts longer, whatever it says (CON-7).
pub const MAX_VALIDITY_MONTHS: u16 = 12;

/// One thing that was said, or that time brought about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsentAct {
    /// Which act.
    pub id: ActId,
    /// What it answers.
    pub question: Question,
    /// What was said.
    pub kind: ActKind,
    /// Who said it.
    pub speaker: Speaker,
    /// How it reached grata.
    pub means: Means,
    /// The text that was before the speaker's eyes.
    pub notice: NoticeShown,
    /// When it was recorded.
    pub at: Timestamp,
}

/// What was said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ActKind {
    /// Yes, until the end of this day.
    Give {
        /// The last day.
        until: Date,
    },
    /// No.
    Refuse,
    /// No longer.
    Withdraw,
    /// "That was not me": what staff recorded is not so (CON-12).
    Contest,
    /// The day has passed. Only puts on record what [`super::decide`] finds without it.
    Expire,
}

/// Who said it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Speaker {
    /// The person.
    Subject,
    /// Someone who answers for the person.
    Guardian(GuardianId),
}

/// How an act reached grata.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Means {
    /// In the speaker's own session, or through the link of their receipt.
    OwnSession,
    /// On a signed form that staff recorded (CON-12).
    Paper(PaperForm),
    /// By the passing of time.
    Clock,
}

/// The evidence behind an entry that staff made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaperForm {
    /// When the person signed.
    pub signed_on: Date,
    /// Where the form is to be found.
    pub reference: String,
    /// Who made the entry.
    pub recorded_by: AccountId,
}

/// Why an act cannot be recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ActRefused {
    /// CON-12, ABU-14.
    #[error("comparison and notification are answered by the person alone, never recorded from a form")]
    NotOnPaper,
    /// CON-12.
    #[error("an entry made from a form names the form")]
    NoEvidence,
    /// A form from the future.
    #[error("the form is signed on a day that has not come yet")]
    SignedLater,
    /// A yes that is over already.
    #[error("the last day of this consent has passed")]
    AlreadyOver,
    /// CON-7.
    #[error("a consent lasts twelve months at most")]
    TooLong,
    /// Time speaks only of expiry, and nobody else does.
    #[error("only the clock records that a consent has expired, and the clock records nothing else")]
    ClockOnly,
    /// Only people contest, and not on a form.
    #[error("an entry is contested by the person or a guardian themselves")]
    ContestedByStaff,
    /// RTS-5.
    #[error("this guardian is not known for this person, or their powers have ended")]
    NotTheirGuardian,
    /// A child cannot be recorded as an adult's ward and the other way round.
    #[error("this person answers for themselves, so a guardian cannot say yes")]
    OfAge,
}

impl ConsentAct {
    /// Whether this may be recorded about `subject`. A no is never turned away for a matter of
    /// form: withdrawing is as easy as giving, and then some (CON-5).
    ///
    /// # Errors
    /// Names the rule that forbids it.
    pub fn check(&self, subject: &Subject, rules: &AgeRules) -> Result<(), ActRefused> {
        let expiry = self.kind == ActKind::Expire;
        if expiry != (self.means == Means::Clock) {
            return Err(ActRefused::ClockOnly);
        }
        if let Means::Paper(form) = &self.means {
            self.check_form(form)?;
        }
        if let Speaker::Guardian(id) = self.speaker {
            let theirs = subject.guardians.iter().any(|one| one.id == id && one.may_act(day(self.at)));
            if !theirs {
                return Err(ActRefused::NotTheirGuardian);
            }
        }
        match self.kind {
            ActKind::Give { until } => self.check_gift(until, subject, rules),
            _ => Ok(()),
        }
    }

    fn check_form(&self, form: &PaperForm) -> Result<(), ActRefused> {
        if !self.question.purpose.allows_paper() {
            return Err(ActRefused::NotOnPaper);
        }
        if form.reference.trim().is_empty() {
            return Err(ActRefused::NoEvidence);
        }
        if form.signed_on > day(self.at) {
            return Err(ActRefused::SignedLater);
        }
        if self.kind == ActKind::Contest { Err(ActRefused::ContestedByStaff) } else { Ok(()) }
    }

    fn check_gift(&self, until: Date, subject: &Subject, rules: &AgeRules) -> Result<(), ActRefused> {
        if until < day(self.at) {
            return Err(ActRefused::AlreadyOver);
        }
        if until > months_after(self.said_on(), MAX_VALIDITY_MONTHS) {
            return Err(ActRefused::TooLong);
        }
        let alone = matches!(subject.speakers(rules, self.at), Speakers::Alone { .. });
        match self.speaker {
            Speaker::Guardian(_) if alone => Err(ActRefused::OfAge),
            _ => Ok(()),
        }
    }

    /// The day on which it was said, which for a form is the day it was signed.
    pub fn said_on(&self) -> Date {
        match &self.means {
            Means::Paper(form) => form.signed_on,
            Means::OwnSession | Means::Clock => day(self.at),
        }
    }
}
