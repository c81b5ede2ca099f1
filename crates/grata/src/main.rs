//! The `grata` command.

use std::process::ExitCode;

use grata::cx::Hands;

fn main() -> ExitCode {
    grata::run(std::env::args_os(), Hands::own())
}
