//! What leaves, what comes back, and the rights of the people in it: by the commands, on an installation
//! in a temporary folder.
//!
//! Like `batch`, this program is the tests, `grata` (`as-grata`) and its workers. The worker is grata's own,
//! but for its model, which takes red, green and blue squares for faces: so what is shown and hidden can be
//! read off the finished pictures. Real photos and the real model follow at the end, where they are.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should fail there and then")]

#[path = "releases/heif.rs"]
mod heif;
#[path = "releases/keeping.rs"]
mod keeping;
#[path = "releases/publishing.rs"]
mod publishing;
#[path = "releases/real.rs"]
mod real;
#[path = "releases/recalling.rs"]
mod recalling;
#[path = "releases/rights.rs"]
mod rights;
#[path = "releases/stand_in.rs"]
mod stand_in;
#[path = "../../grata-store/tests/support/mod.rs"]
mod support;
#[path = "releases/world.rs"]
mod world;

use std::process::ExitCode;

use grata::worker::converter;
use libtest_mimic::{Arguments, Trial};

fn main() -> ExitCode {
    let mut arguments = std::env::args_os();
    let role = arguments.nth(1).unwrap_or_default();
    match role.to_str() {
        Some("as-grata") => stand_in::grata("as-worker", arguments),
        Some("as-dying-grata") => stand_in::grata("as-dying-worker", arguments),
        Some("as-absent-grata") => stand_in::grata("as-no-worker", arguments),
        Some("as-real-grata") => real::grata(arguments),
        Some("as-worker") => stand_in::worker(),
        Some("as-dying-worker") => stand_in::dying_worker(),
        Some("as-real-worker") => real::worker(),
        Some("as-converter") => converter::become_converter(arguments),
        Some("as-no-worker") => ExitCode::FAILURE,
        _ => run_tests(),
    }
}

fn run_tests() -> ExitCode {
    let tests =
        [publishing::TESTS, recalling::TESTS, rights::TESTS, keeping::TESTS, heif::TESTS, real::TESTS]
            .concat();
    let trial = |(name, test): (&'static str, fn())| {
        Trial::test(name, move || {
            test();
            Ok(())
        })
    };
    libtest_mimic::run(&Arguments::from_args(), tests.into_iter().map(trial).collect()).exit_code()
}
