//! Whose faces may be turned into numbers, and why. The one door to the recogniser asks for it.
//!
//! A further constructor is a decision about people before it is code: ETHICS.md first.
//!
//! Absent on purpose: any scope for strangers.

use serde::{Deserialize, Serialize};

use crate::basis::Basis;
use crate::consent::Permit;
use crate::id::SubjectId;
use crate::purpose::Find;
use crate::time::Timestamp;

/// The right to turn faces into numbers, for one operation. Cannot be copied, stored or made from
/// parts:
///
/// ```compile_fail,E0451
/// use grata_core::scope::Scope;
/// fn forged() -> Scope { Scope { why: todo!() } }
/// ```
///
/// ```compile_fail,E0277
/// # use grata_core::scope::Scope;
/// fn kept(scope: Scope) -> Scope { Clone::clone(&scope) }
/// ```
///
/// and a permit to publish does not make one (COL-3):
///
/// ```compile_fail,E0308
/// # use grata_core::{scope::Scope, consent::Permit, purpose::Publish};
/// fn diverted(permit: &Permit<Publish>) -> Scope { Scope::enrolment(permit) }
/// ```
#[derive(Debug)]
pub struct Scope {
    why: Why,
}

/// Why faces are turned into numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// This person enrols, by their own consent.
    Enrolment(SubjectId),
    /// On the person's own device, over what it already shows them (M2).
    OwnDevice,
    /// The operator measures errors on labelled photos of people who agreed to that. What comes of
    /// it are rates; numbers and scores die with the process.
    Measurement,
    /// A closed group whose basis is in force: so many members who enrolled (M3).
    ClosedGroup {
        /// How many.
        members: usize,
    },
    /// In a process that is locked in, at the order of one that holds the scope.
    Errand(Errand),
}

/// What becomes of a scope on its way to a process that is locked in: there are no people there and no
/// consents, only bytes and what is to be done with them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Errand {
    /// Somebody enrols.
    Enrol,
    /// One photo beside so many members.
    Compare {
        /// How many.
        members: usize,
    },
}

/// Why there is no scope for a closed group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ScopeRefused {
    /// BYS-5.
    #[error("nobody of this group has enrolled, so no face is looked at")]
    NoMember,
    /// BYS-6.
    #[error("this is the consent of somebody who is not in this group")]
    NotOfTheGroup,
    /// BYS-7, CON-7.
    #[error("the basis of this group has ended")]
    Over,
}

impl Scope {
    /// For the enrolment of whoever consented.
    pub fn enrolment(permit: &Permit<Find>) -> Self {
        Self { why: Why::Enrolment(permit.subject()) }
    }

    /// In the browser of the person who looks for themselves. For `grata-finder` only; a test says so.
    pub fn on_own_device() -> Self {
        Self { why: Why::OwnDevice }
    }

    /// For `grata evaluate` and `grata calibrate` only; a test says so.
    pub fn measurement() -> Self {
        Self { why: Why::Measurement }
    }

    /// For a closed group, beside those of its members who enrolled. Nobody is compared with an empty roster,
    /// or with somebody who is not on it (BYS-5, BYS-6).
    ///
    /// # Errors
    /// [`ScopeRefused`].
    pub fn closed_group(
        basis: &Basis,
        permits: &[&Permit<Find>],
        now: Timestamp,
    ) -> Result<Self, ScopeRefused> {
        if permits.is_empty() {
            return Err(ScopeRefused::NoMember);
        }
        let is_theirs = |permit: &&&Permit<Find>| {
            permit.purpose().album == basis.album() && basis.permit(permit.subject()).is_some()
        };
        if permits.iter().filter(is_theirs).count() < permits.len() {
            return Err(ScopeRefused::NotOfTheGroup);
        }
        if now >= basis.ends() || permits.iter().any(|permit| now >= permit.ends()) {
            return Err(ScopeRefused::Over);
        }
        Ok(Self { why: Why::ClosedGroup { members: permits.len() } })
    }

    /// What a process that is locked in is told. Nothing for a scope that goes nowhere.
    pub fn errand(&self) -> Option<Errand> {
        match self.why {
            Why::Enrolment(_) => Some(Errand::Enrol),
            Why::ClosedGroup { members } => Some(Errand::Compare { members }),
            Why::OwnDevice | Why::Measurement | Why::Errand(_) => None,
        }
    }

    /// For a process that is locked in, which was told so by its parent. For `worker` only; a test says so.
    pub fn on_errand(errand: Errand) -> Self {
        Self { why: Why::Errand(errand) }
    }

    /// Why.
    pub fn why(&self) -> Why {
        self.why
    }
}
