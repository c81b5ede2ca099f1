//! `grata obscure`

use std::io;
use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use grata_core::obscure::ObscureStyle;

use super::Finish;
use super::arguments::{LookArguments, jobs};
use super::report::{Form, Printer};
use crate::app::batch::Look;
use crate::app::obscure::{ObscureOrder, obscure};
use crate::cx::Cx;
use crate::error::AppError;

/// Hide every face in every photo
///
/// Looks at every photo below the given files and folders, hides each face that it finds, and writes
/// the finished photos, without metadata, to another folder under the same names. The sources are
/// only read. A face that is not found stays visible: look at the photos before you publish them.
/// Bodies, clothes and places still tell who somebody is.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  grata obscure photos/ --out safe/
  grata obscure photos/ --out safe/ --style fill --margin 0.4
  grata detect photos/ > regions.jsonl   (then correct the regions by hand)
  grata obscure photos/ --out safe/ --regions regions.jsonl --no-detect

Exit codes: 0 all done; 1 nothing was done; 2 some photos failed; 130 stopped by Ctrl-C.

A photo that takes too much fails; the others are done. More is allowed by the environment:
GRATA_LIMIT_FILE_MIB (512), GRATA_LIMIT_MEGAPIXELS (250), GRATA_LIMIT_PHOTO_SECONDS (120),
GRATA_LIMIT_WORKER_MIB (memory of a worker process; follows from the other two).")]
pub struct Arguments {
    /// Photos, and folders with photos
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// Folder for the finished photos; is made if it is not there
    #[arg(long, value_name = "DIR")]
    out: PathBuf,

    /// What stands in place of a face
    #[arg(long, value_enum, default_value_t = Style::Veil)]
    style: Style,

    /// Hide these regions too, exactly as given: JSON lines as `grata detect` prints them
    #[arg(long, value_name = "FILE")]
    regions: Option<PathBuf>,

    /// Look for no faces: hide the given regions only. A photo without a line in the file fails
    #[arg(long, requires = "regions")]
    no_detect: bool,

    #[command(flatten)]
    look: LookArguments,

    /// Photos to work on at once [default: one a processor, as far as memory goes]
    #[arg(long, value_name = "N", value_parser = jobs)]
    jobs: Option<NonZeroUsize>,

    /// Replace finished photos that are there already
    #[arg(long)]
    overwrite: bool,

    /// Print one JSON object a photo on standard output
    #[arg(long)]
    json: bool,
}

/// What stands in place of a face.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Style {
    /// One solid colour
    Fill,
    /// A soft veil, made of what lies around the face
    Veil,
}

impl From<Style> for ObscureStyle {
    fn from(style: Style) -> Self {
        match style {
            Style::Fill => Self::Fill,
            Style::Veil => Self::Veil,
        }
    }
}

impl Arguments {
    fn order(&self) -> ObscureOrder {
        let min_face = (!self.no_detect).then_some(self.look.min_face);
        ObscureOrder {
            paths: self.paths.clone(),
            out: self.out.clone(),
            overwrite: self.overwrite,
            look: Look { min_face, margin: self.look.margin() },
            style: self.style.into(),
            regions: self.regions.clone(),
            jobs: self.jobs,
        }
    }
}

/// Runs the command.
///
/// # Errors
/// [`AppError`] if nothing was done.
pub fn run(arguments: &Arguments, cx: &Cx) -> Result<Finish, AppError> {
    let form = if arguments.json { Form::ObscureJson } else { Form::Silent };
    let mut printer = Printer::new(form, &cx.stop);
    obscure(&arguments.order(), cx, &mut io::stderr(), &mut printer)?;
    Ok(printer.finish())
}
