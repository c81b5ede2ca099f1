//! The same calls as in the cases beside this one, as they are meant.
use grata_core::consent::{Decision, Permit, decide};
use grata_core::purpose::Publish;
use grata_core::release::Treatment;
use grata_core::subject::{AgeRules, Subject};
use grata_core::time::Timestamp;

fn treat(subject: &Subject, publish: &Publish, now: Timestamp) -> Option<Treatment> {
    let decision: Decision<Publish> = decide(subject, publish, &AgeRules::default(), now);
    match decision {
        Decision::Yes(permit) => Some(show(permit)),
        Decision::No(_) => None,
    }
}

fn show(permit: Permit<Publish>) -> Treatment {
    Treatment::Show(permit)
}

fn main() {
    let _ = treat;
}
