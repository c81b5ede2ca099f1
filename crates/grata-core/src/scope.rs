//! Whose faces may be turned into numbers, and why. The one door to the recogniser asks for it.
//!
//! A further constructor is a decision about people before it is code: ETHICS.md first.
//!
//! Absent on purpose: a scope for a closed group, which comes with the recorded basis that it needs
//! (BYS-7), and any scope for strangers.

use crate::consent::Permit;
use crate::id::SubjectId;
use crate::purpose::Find;

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

    /// Why.
    pub fn why(&self) -> Why {
        self.why
    }
}
