//! Whole batches, with worker processes of the test's own that do as their photos tell them.
//!
//! This program is several in one: the tests; `grata` as it is, but for its workers (`as-grata`);
//! those workers (`as-worker`, `as-raw-worker`); and what becomes the converter (`as-converter`). So a worker can crash, hang and lie without any
//! such thing in the product. What a photo tells its worker is in `stand_in`.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should fail there and then")]

#[path = "batch/albums.rs"]
mod albums;
#[path = "batch/converting.rs"]
mod converting;
#[path = "batch/files.rs"]
mod files;
#[path = "batch/misbehaviour.rs"]
mod misbehaviour;
#[path = "batch/regions.rs"]
mod regions;
#[path = "batch/stand_in.rs"]
mod stand_in;
#[path = "batch/stopping.rs"]
mod stopping;
#[path = "batch/world.rs"]
mod world;

use std::process::ExitCode;

use libtest_mimic::{Arguments, Trial};

fn main() -> ExitCode {
    let mut arguments = std::env::args_os();
    let role = arguments.nth(1).unwrap_or_default();
    match role.to_str() {
        Some("as-grata") => stand_in::grata("as-worker", arguments),
        Some("as-raw-grata") => stand_in::grata("as-raw-worker", arguments),
        Some("as-refusing-grata") => stand_in::grata("as-refusing-worker", arguments),
        Some("as-absent-grata") => stand_in::grata("as-no-worker", arguments),
        Some("as-worker") => stand_in::worker(),
        Some("as-raw-worker") => stand_in::raw_worker(),
        Some("as-refusing-worker") => stand_in::refusing_worker(),
        Some("as-converter") => grata::worker::converter::become_converter(arguments),
        Some("as-no-worker") => ExitCode::FAILURE,
        _ => run_tests(),
    }
}

fn run_tests() -> ExitCode {
    let tests = [
        albums::TESTS,
        converting::TESTS,
        files::TESTS,
        misbehaviour::TESTS,
        regions::TESTS,
        stopping::TESTS,
    ]
    .concat();
    let trial = |(name, test): (&'static str, fn())| {
        Trial::test(name, move || {
            test();
            Ok(())
        })
    };
    libtest_mimic::run(&Arguments::from_args(), tests.into_iter().map(trial).collect()).exit_code()
}
