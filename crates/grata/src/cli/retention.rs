//! `grata retention`

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::Finish;
use super::arguments::DataArguments;
use super::print;
use super::progress::Progress;
use crate::app::retention;
use crate::cx::Cx;
use crate::error::AppError;
use crate::words::count;

/// Delete photos whose time is over, and put expired consents on record
///
/// Run it once a day. Decisions do not wait for it: a consent that is over counts for nothing from that moment
/// on. Photos go with everything that was made of them; the list of files that have left and have to go is
/// written before, since nobody knows them afterwards.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  grata retention --dry-run
  grata retention --out to-delete/

Afterwards `grata recall` takes back what consents that are over had shown.

Exit codes: 0 done; 1 nothing was done.")]
pub struct Arguments {
    /// Folder for the list of files that have to go, retention.json
    #[arg(long, value_name = "DIR", required_unless_present = "dry_run")]
    out: Option<PathBuf>,

    /// Only say what is due
    #[arg(long)]
    dry_run: bool,

    #[command(flatten)]
    data: DataArguments,

    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// Runs the command.
///
/// # Errors
/// [`AppError`]; what was done by then is done.
pub fn run(arguments: &Arguments, cx: &Cx) -> Result<Finish, AppError> {
    arguments.data.with(|store| {
        let due = retention::due(store, cx.now())?;
        let files = retention::files(&due);
        let (photos, consents) = (due.photos.len(), due.consents.len());
        let words = |verb: &str| {
            format!(
                "{} and {} {verb}, {} put on record as over.",
                count(photos, "photo"),
                count(files.len(), "released file"),
                count(consents, "consent")
            )
        };
        let line =
            json!({"done": !arguments.dry_run, "photos": photos, "consents": consents, "files": files});
        if arguments.dry_run {
            print::line(arguments.json, &line, |_| words("would be deleted"));
            return Ok(Finish::AllDone);
        }
        let mut progress = Progress::new("steps", |()| {});
        retention::run(store, cx, arguments.out.as_deref(), &mut progress)?;
        progress.finish();
        print::line(arguments.json, &line, |_| words("deleted"));
        Ok(Finish::AllDone)
    })
}
