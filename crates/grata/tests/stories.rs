//! What grata promises, told from beginning to end by its commands, and kept when the machine stops in the
//! middle of it.
//!
//! `publication` is the one to read: twenty real photos and two people, as an organisation would go about
//! it. The others take the same road with squares for faces (see `releases`), so that what is shown can be
//! read off the finished pictures: like `releases`, this program is the tests, `grata` and its workers.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should fail there and then")]

#[path = "stories/after_a_kill.rs"]
mod after_a_kill;
#[path = "stories/canary.rs"]
mod canary;
#[path = "support/house.rs"]
mod house;
#[path = "stories/killed.rs"]
mod killed;
#[path = "stories/publication.rs"]
mod publication;
#[path = "stories/real_photos.rs"]
mod real_photos;
#[allow(dead_code, reason = "shared with `releases`")]
#[path = "releases/stand_in.rs"]
mod stand_in;
#[path = "stories/steps.rs"]
mod steps;
#[path = "../../grata-store/tests/support/mod.rs"]
mod support;
#[path = "stories/withdrawn.rs"]
mod withdrawn;
#[allow(dead_code, reason = "shared with `releases`")]
#[path = "releases/world.rs"]
mod world;

use std::process::ExitCode;

use libtest_mimic::{Arguments, Trial};

fn main() -> ExitCode {
    let mut arguments = std::env::args_os();
    let role = arguments.nth(1).unwrap_or_default();
    match role.to_str() {
        Some("as-grata") => stand_in::grata("as-worker", arguments),
        Some("as-worker") => stand_in::worker(),
        _ => run_tests(),
    }
}

fn run_tests() -> ExitCode {
    let tests = [publication::TESTS, killed::TESTS, canary::TESTS, withdrawn::TESTS].concat();
    let trial = |(name, test): (&'static str, fn())| {
        Trial::test(name, move || {
            test();
            Ok(())
        })
    };
    libtest_mimic::run(&Arguments::from_args(), tests.into_iter().map(trial).collect()).exit_code()
}
