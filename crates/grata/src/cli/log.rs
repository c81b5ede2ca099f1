//! `grata log`

use std::path::PathBuf;

use clap::{Args, Subcommand};
use grata_core::audit::verify::VerifiedLog;
use serde::Serialize;

use super::Finish;
use super::arguments::DataArguments;
use super::print;
use crate::app::log;
use crate::cx::Cx;
use crate::error::AppError;
use crate::words::count;

/// Verify the log of what was done, and hand it out to witnesses
///
/// The log holds what was done, when and how often, and about whom only what they themselves can open. An
/// entry that was changed, dropped, moved or cut off is found; so is another log than the one that a
/// witness was shown.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  grata log keep --folder /mnt/second/log --witness /mnt/second/heads
  grata log verify
  grata log verify --folder /mnt/second/log --key photos.example.org+1a2b3c4d+AbC...   (no installation needed)

Exit codes: 0 it verifies; 1 it does not, or cannot be read.")]
pub struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Read the whole log and compare it with its signed head, and with heads that were kept elsewhere
    Verify(Verify),
    /// Say where the log is handed out from now on: best on another machine's medium
    Keep(Keep),
}

#[derive(Debug, Args)]
struct Verify {
    #[command(flatten)]
    data: DataArguments,

    /// Compare with the heads in this file too
    #[arg(long, value_name = "FILE")]
    witness: Vec<PathBuf>,

    /// A log that was handed out, instead of that of an installation
    #[arg(long, value_name = "DIR", requires = "key", conflicts_with_all = ["data", "keys"])]
    folder: Option<PathBuf>,

    /// The key of that log
    #[arg(long, value_name = "KEY", requires = "folder")]
    key: Option<String>,

    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
#[group(skip)]
struct Keep {
    /// Folder for the log as static files
    #[arg(long, value_name = "DIR", required_unless_present = "witness")]
    folder: Option<PathBuf>,

    /// File to which each signed head is added; it is never shortened
    #[arg(long, value_name = "FILE")]
    witness: Option<PathBuf>,

    #[command(flatten)]
    data: DataArguments,
}

#[derive(Serialize)]
struct Line {
    verifies: bool,
    log: String,
    entries: u64,
    root: String,
    compared_with: u64,
    key: Option<String>,
}

/// Runs the command.
///
/// # Errors
/// [`AppError`] if the log does not verify.
pub fn run(arguments: &Arguments, cx: &Cx) -> Result<Finish, AppError> {
    match &arguments.action {
        Action::Verify(verify) => {
            let (verified, key) = match (&verify.folder, &verify.key) {
                (Some(folder), Some(key)) => {
                    (log::verify_folder(folder, key, &verify.witness)?, Some(key.clone()))
                }
                _ => {
                    // Opened as it is: whatever is wrong is to be said by the verification.
                    let store = verify.data.open_as_it_is()?;
                    (log::verify(&store, &verify.witness)?, Some(store.log_key()))
                }
            };
            print::line(verify.json, &line(&verified, key), words);
            Ok(Finish::AllDone)
        }
        Action::Keep(keep) => {
            // Also where the witness that was named before is not to be had any more.
            let store = keep.data.open_as_it_is()?;
            log::keep(&store, cx, keep.folder.as_deref(), keep.witness.as_deref())?;
            print::say("The log is handed out there from now on.");
            Ok(Finish::AllDone)
        }
    }
}

fn line(verified: &VerifiedLog, key: Option<String>) -> Line {
    Line {
        verifies: true,
        log: verified.checkpoint.origin.as_str().to_string(),
        entries: verified.checkpoint.size,
        root: verified.checkpoint.root.to_string(),
        compared_with: verified.pinned,
        key,
    }
}

fn words(line: &Line) -> String {
    let entries = usize::try_from(line.entries).unwrap_or(usize::MAX);
    let heads = usize::try_from(line.compared_with).unwrap_or(usize::MAX);
    format!(
        "The log {} verifies: {}, compared with {} kept elsewhere.\nKey: {}",
        line.log,
        if entries == 1 { "1 entry".to_string() } else { format!("{entries} entries") },
        count(heads, "head"),
        line.key.as_deref().unwrap_or_default()
    )
}
