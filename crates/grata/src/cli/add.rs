//! `grata add`

use std::io;
use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::Args;

use super::Finish;
use super::arguments::{DataArguments, LookArguments, jobs};
use super::report::{Form, Printer};
use crate::app::albums;
use crate::app::batch::Look;
use crate::app::ingest::{IngestOrder, ingest};
use crate::cx::Cx;
use crate::error::AppError;

/// Take photos into an album: each is looked at once and sealed
///
/// Nothing is changed or removed where the photos come from. What the album has already is left out,
/// by its content and not by its name: run the command again after an interruption, or after more
/// photos have come.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  grata add \"Match of 5 September\" photos/

Exit codes: 0 all done; 1 nothing was done; 2 some photos failed; 130 stopped by Ctrl-C.

A photo that takes too much fails; the others are done. More is allowed by the environment:
GRATA_LIMIT_FILE_MIB (512), GRATA_LIMIT_MEGAPIXELS (250), GRATA_LIMIT_PHOTO_SECONDS (120),
GRATA_LIMIT_WORKER_MIB (memory of a worker process; follows from the other two).")]
pub struct Arguments {
    /// Title or id of the album
    #[arg(value_name = "ALBUM")]
    album: String,

    /// Photos, and folders with photos
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,

    #[command(flatten)]
    look: LookArguments,

    /// Look for no faces: add them by hand, and say `grata tag reviewed` before a photo may leave
    #[arg(long, conflicts_with = "min_face")]
    no_detect: bool,

    /// Photos to work on at once [default: one a processor, as far as memory goes]
    #[arg(long, value_name = "N", value_parser = jobs)]
    jobs: Option<NonZeroUsize>,

    #[command(flatten)]
    data: DataArguments,

    /// Print one JSON object a file
    #[arg(long)]
    json: bool,
}

/// Runs the command.
///
/// # Errors
/// [`AppError`] if nothing was done.
pub fn run(arguments: &Arguments, cx: &Cx) -> Result<Finish, AppError> {
    let min_face = (!arguments.no_detect).then_some(arguments.look.min_face);
    let look = Look { min_face, margin: arguments.look.margin() };
    let order = IngestOrder { paths: arguments.paths.clone(), look, jobs: arguments.jobs };
    let store = arguments.data.open()?;
    let album = albums::find(&store.read()?, &arguments.album)?;
    let form = if arguments.json { Form::AddJson } else { Form::Silent };
    let mut printer = Printer::new(form, &cx.stop);
    ingest(&order, &store, &album, cx, &mut io::stderr(), &mut printer)?;
    Ok(printer.finish())
}
