//! A permit to publish never exists without a yes that holds: whatever people say in whatever order, while
//! days pass, with the process dying at any write, and after a backup from before was restored.
//!
//! The reference is a few lines that anybody can check: what two people have said about two channels. What is
//! tested is the store with the rules on top, through the same steps; now and then it dies in the middle of
//! one and is opened again.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should fail there and then")]

#[path = "permits/dying.rs"]
mod dying;
#[path = "permits/machine.rs"]
mod machine;
#[path = "permits/reference.rs"]
mod reference;
mod support;

use std::sync::atomic::Ordering;

use dying::FOREVER;
use machine::{Machine, put_back};
use proptest::prelude::*;
use proptest_state_machine::{StateMachineTest, prop_state_machine};
use reference::{CHANNELS, Reference, Step, What};

struct Test;

impl StateMachineTest for Test {
    type SystemUnderTest = Machine;
    type Reference = Reference;

    fn init_test(_: &Reference) -> Machine {
        Machine::new()
    }

    fn apply(mut machine: Machine, reference: &Reference, step: Step) -> Machine {
        let before = machine.shown();
        let channel = usize::from(machine.store().read().unwrap().log_size().unwrap().is_multiple_of(2));
        let old_plan = (step.what != What::Restore).then(|| machine.plan(channel));
        if let What::Pass { days } = step.what {
            machine.today += days;
        }
        if step.what == What::Restore {
            machine.house.store = None;
            put_back(machine.backup.as_ref().unwrap(), &machine.house.places.data);
            machine.open();
        }
        let size = machine.store().read().unwrap().log_size().unwrap();
        if let Some(writes) = step.dies_at {
            machine.left.store(i64::from(writes), Ordering::SeqCst);
        }
        let done = machine.perform(step.what, &reference.people, reference.restored);
        if machine.left.load(Ordering::SeqCst) < 0 {
            // Dead. Another process comes, finishes, and finds the state before the step, or the one after it.
            machine.open();
            if step.what == What::Restore {
                machine.catch_up().unwrap();
            }
            machine.finish_erasures().unwrap();
            let found = machine.shown();
            // Lifting after a restore is several commits: done again as a whole.
            let several = matches!(step.what, What::Lift(_) | What::RecordWhatHasEnded);
            let nothing_happened = machine.store().read().unwrap().log_size().unwrap() == size;
            if nothing_happened || several {
                machine.perform(step.what, &reference.people, reference.restored).unwrap();
            }
            let after = machine.shown();
            if !matches!(step.what, What::Restore | What::Pass { .. }) {
                assert!(found == before || found == after, "{step:?}: {before:?} {found:?} {after:?}");
            }
        } else {
            done.unwrap();
        }
        machine.left.store(FOREVER, Ordering::SeqCst);
        machine.hand_out();
        if let Some(committed) = old_plan.and_then(|plan| machine.commit_an_old_plan(channel, plan)) {
            for (who, shown) in committed.into_iter().enumerate() {
                let may = reference.people[who].may_be_shown(channel, reference.today);
                assert!(!shown || may, "{step:?}: committed with {who} in it");
            }
            machine.hand_out();
        }
        machine
    }

    fn check_invariants(machine: &Machine, reference: &Reference) {
        assert_eq!(machine.today, reference.today);
        let shown = machine.shown();
        for (who, truth) in reference.people.iter().enumerate() {
            for channel in 0..CHANNELS.len() {
                let may = truth.may_be_shown(channel, reference.today);
                let is = shown[who][channel];
                assert!(may || !is, "{who} is shown on {}: {truth:?}", CHANNELS[channel]);
                // Until a backup came back, that is all there is to it.
                assert!(is || !may || reference.restored, "{who} said yes to {}", CHANNELS[channel]);
            }
        }
        machine.store().read().unwrap().verify_log(&[]).unwrap();
    }
}

/// More cases with `PROPTEST_CASES`.
fn cases() -> ProptestConfig {
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(24);
    ProptestConfig { failure_persistence: None, max_shrink_iters: 100, ..ProptestConfig::with_cases(cases) }
}

prop_state_machine! {
    #![proptest_config(cases())]

    #[test]
    fn con_1_con_5_con_7_rts_8_rts_10_rts_12_no_permit_without_a_yes_that_holds(sequential 1..20 => Test);
}
