//! The web application, in this process: the whole router over a real database and real workers, with
//! a clock that stands still.
//!
//! Like `releases`, this program is the tests and its own worker, whose model takes coloured squares for
//! faces: Anna is red, Ben is green, a stranger is blue. What is shown can be read off the pictures.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should fail there and then")]

#[path = "web/access.rs"]
mod access;
#[path = "web/acting.rs"]
mod acting;
#[path = "web/authenticator.rs"]
mod authenticator;
#[path = "web/browser.rs"]
mod browser;
#[path = "web/colleagues.rs"]
mod colleagues;
#[path = "web/crawling.rs"]
mod crawling;
#[path = "web/doors.rs"]
mod doors;
#[path = "web/emergencies.rs"]
mod emergencies;
#[path = "support/exif.rs"]
mod exif;
#[path = "support/film.rs"]
mod film;
#[path = "web/finding.rs"]
mod finding;
#[path = "web/groups.rs"]
mod groups;
#[path = "web/load.rs"]
mod load;
#[path = "find/made_model.rs"]
#[allow(dead_code, reason = "shared with another test program")]
mod made_model;
#[path = "web/own_device.rs"]
mod own_device;
#[path = "web/pages.rs"]
mod pages;
#[path = "web/papers.rs"]
mod papers;
#[path = "web/passkeys.rs"]
mod passkeys;
#[path = "web/people.rs"]
mod people;
#[path = "web/photos.rs"]
mod photos;
#[path = "web/providers.rs"]
mod providers;
#[path = "web/serving.rs"]
mod serving;
#[path = "web/site.rs"]
mod site;
#[path = "releases/stand_in.rs"]
#[allow(dead_code, reason = "shared with another test program")]
mod stand_in;
#[path = "web/states.rs"]
mod states;
#[path = "../../grata-store/tests/support/mod.rs"]
mod support;
#[path = "releases/world.rs"]
#[allow(dead_code, reason = "shared with another test program")]
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
    let tests = [
        access::TESTS,
        acting::TESTS,
        browser::TESTS,
        colleagues::TESTS,
        crawling::TESTS,
        doors::TESTS,
        emergencies::TESTS,
        finding::TESTS,
        groups::TESTS,
        own_device::TESTS,
        pages::TESTS,
        papers::TESTS,
        passkeys::TESTS,
        people::TESTS,
        photos::TESTS,
        providers::TESTS,
        serving::TESTS,
        states::TESTS,
    ]
    .concat();
    let trial = |(name, test): (&'static str, fn())| {
        Trial::test(name, move || {
            test();
            Ok(())
        })
    };
    let mut trials: Vec<Trial> = tests.into_iter().map(trial).collect();
    let measured = load::TESTS.iter().chain(own_device::MEASURED);
    trials.extend(measured.map(|one| trial(*one).with_ignored_flag(true)));
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}
