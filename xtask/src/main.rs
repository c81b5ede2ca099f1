//! Tasks for developers: `cargo xtask test | bench | scale | find | finder | kill | pictures | sweep`.

mod bench;
mod canary;
mod find;
mod finder;
#[cfg(feature = "floor")]
mod floor;
mod kill;
mod pictures;
mod scale;
mod sweep;
mod tests;
mod tools;

use std::process::ExitCode;

const USAGE: &str = "\
cargo xtask test       everything a change must pass; installs what the tests need
cargo xtask bench      grata beside deface: CPU, wall, memory, coverage (docs/benchmarks.md)
    --photos DIR       marked test photos (../shared/testphotos)
    --runs N           pairs of runs for each kind of photo (3)
    --only KIND        one kind of photo only; may be given again
    --many N           photos in the larger batch of the memory measurement (200)
    --out FILE.md      replaces the part of this file between the two markers
cargo xtask scale      one album while all around it grows: time, memory (docs/scale.md)
    --sizes N,N,...    photos of the installation (1000,10000,50000)
    --profile NAME     what is measured (release)
    --make-in DIR      where they are made and kept, such as on /dev/shm (target/scale-made)
    --out FILE.md      replaces the part of this file between the two markers
cargo xtask find       comparing faces: cost and error rates (docs/find.md); needs pack find
    --photos DIR       marked test photos (../shared/testphotos)
    --samples DIR      the sample photos of the demo
    --copies N         re-photographed copies of each face (4)
    --profile NAME     what is measured (release)
cargo xtask finder     the module for browsers, as a folder of static files (docs/find.md)
cargo xtask kill       SIGKILL at random moments of add, release make and rights erase
    --kills N          moments (200)
    --seed N           repeats a run
cargo xtask pictures   makes the before-and-after pictures of the README
cargo xtask sweep      whether known numbers stand in any file below some places, in any form (docs/find.md)
    --canary FILE      the numbers: 32 bits each, the low byte first, or decimals; may be given again";

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let done = match arguments.next().as_deref() {
        Some("test") => tests::run(),
        Some("bench") => bench::Order::parse(arguments).and_then(|order| bench::run(&order)),
        #[cfg(feature = "floor")]
        Some("floor") => floor::run(arguments),
        Some("scale") => scale::Order::parse(arguments).and_then(|order| scale::run(&order)),
        Some("find") => find::Order::parse(arguments).and_then(|order| find::run(&order)),
        Some("finder") => finder::run().map(drop),
        #[cfg(feature = "glue")]
        Some("glue") => finder::glue(arguments).map(drop),
        Some("kill") => kill::run(arguments),
        Some("pictures") => pictures::run(),
        Some("sweep") => sweep::run(arguments),
        _ => Err(USAGE.into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
