//! `grata detect`

use std::io;
use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::Args;

use super::Finish;
use super::arguments::{LookArguments, jobs};
use super::report::{Form, Printer};
use crate::app::batch::Look;
use crate::app::detect::{DetectOrder, detect};
use crate::cx::Cx;
use crate::error::AppError;

/// Print the regions that `obscure` would hide
///
/// Prints one JSON object a photo: its path, its size, and the regions in pixels of the upright
/// picture, margin included. Correct them by hand and give them to `grata obscure --regions`.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  grata detect photos/ > regions.jsonl

Exit codes: 0 all done; 1 nothing was done; 2 some photos failed; 130 stopped by Ctrl-C.

A photo that takes too much fails; the others are done. More is allowed by the environment:
GRATA_LIMIT_FILE_MIB (512), GRATA_LIMIT_MEGAPIXELS (250), GRATA_LIMIT_PHOTO_SECONDS (120),
GRATA_LIMIT_WORKER_MIB (memory of a worker process; follows from the other two).")]
pub struct Arguments {
    /// Photos, and folders with photos
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,

    #[command(flatten)]
    look: LookArguments,

    /// Photos to work on at once [default: one a processor, as far as memory goes]
    #[arg(long, value_name = "N", value_parser = jobs)]
    jobs: Option<NonZeroUsize>,

    /// Print an object for photos that failed or were left out, too
    #[arg(long)]
    json: bool,
}

/// Runs the command.
///
/// # Errors
/// [`AppError`] if nothing was done.
pub fn run(arguments: &Arguments, cx: &Cx) -> Result<Finish, AppError> {
    let look = Look { min_face: Some(arguments.look.min_face), margin: arguments.look.margin() };
    let order = DetectOrder { paths: arguments.paths.clone(), look, jobs: arguments.jobs };
    let form = if arguments.json { Form::DetectJson } else { Form::Detect };
    let mut printer = Printer::new(form, &cx.stop);
    detect(&order, cx, &mut io::stderr(), &mut printer)?;
    Ok(printer.finish())
}
