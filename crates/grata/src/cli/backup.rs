//! `grata backup`

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::Finish;
use super::arguments::DataArguments;
use super::print;
use super::progress::Progress;
use crate::app::backup::{BackupOrder, backup};
use crate::cx::Cx;
use crate::error::AppError;
use crate::words::{count, path_text, shown};

/// Back up the database and the sealed photos, encrypted for one recipient
///
/// No key is in it. The wrapped keys have a copy of their own, which belongs elsewhere; keep only the newest
/// one, and the root key apart from both: a backup with its keys would bring back whoever was erased.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  grata backup --out /mnt/backup/2026-11-22.age --recipient age1...
  grata backup --out /mnt/backup/2026-11-22.age --recipient age1... --key-copy /mnt/keys/keys.db

The file opens with `age --decrypt`, and what is in it with `tar`. To restore it, the log has to be handed
out somewhere else: see `grata log keep`.

Exit codes: 0 done; 1 there is no backup.")]
pub struct Arguments {
    /// A new file for the backup
    #[arg(long, value_name = "FILE")]
    out: PathBuf,

    /// Who can open it: an age recipient, which begins with `age1`
    #[arg(long, value_name = "RECIPIENT")]
    recipient: String,

    /// A new file for a copy of the wrapped keys, on another medium than the backup
    #[arg(long, value_name = "FILE")]
    key_copy: Option<PathBuf>,

    #[command(flatten)]
    data: DataArguments,

    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// Runs the command.
///
/// # Errors
/// [`AppError`] if there is no backup.
pub fn run(arguments: &Arguments, cx: &Cx) -> Result<Finish, AppError> {
    let order = BackupOrder {
        out: arguments.out.clone(),
        recipient: arguments.recipient.clone(),
        key_copy: arguments.key_copy.clone(),
    };
    arguments.data.with(|store| {
        let mut progress = Progress::new("files", |()| {});
        let done = backup(store, cx, &order, &mut progress)?;
        progress.finish();
        let line = json!({"backup": path_text(&arguments.out), "files": done.files, "bytes": done.bytes});
        print::line(arguments.json, &line, |_| {
            let files = count(usize::try_from(done.files).unwrap_or(usize::MAX), "file");
            format!("{files} in {}.", shown(&arguments.out))
        });
        Ok(Finish::AllDone)
    })
}
