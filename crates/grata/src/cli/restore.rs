//! `grata restore`

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::Finish;
use super::arguments::DataArguments;
use super::print;
use crate::app::backup::{RestoreOrder, restore};
use crate::cx::Cx;
use crate::error::AppError;
use crate::words::{count, shown};

/// Restore a backup, and bring it up to the log before anything of it is there
///
/// A backup does not know who has withdrawn, objected or was erased since. So the newest log is needed, as it
/// was handed out, and a head of it that a witness has kept. Whoever was erased is erased again, who said
/// no to something is frozen until they are asked, photos that somebody pointed at are withheld.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  grata restore backup.age --identity backup-identity.txt --log /mnt/second/log --witness /mnt/second/heads \\
      --data grata-data --keys grata-data-keys

The keys are those of today: a backup holds none.

Exit codes: 0 done; 1 nothing was done.")]
pub struct Arguments {
    /// The backup
    #[arg(value_name = "FILE")]
    backup: PathBuf,

    /// The age identity that opens it, in a file that only you can read
    #[arg(long, value_name = "FILE")]
    identity: PathBuf,

    /// The newest log, as it was handed out
    #[arg(long, value_name = "DIR")]
    log: PathBuf,

    /// Heads of the log that a witness has kept
    #[arg(long, value_name = "FILE", required = true)]
    witness: Vec<PathBuf>,

    #[command(flatten)]
    data: DataArguments,

    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// Runs the command.
///
/// # Errors
/// [`AppError`] if nothing was restored.
pub fn run(arguments: &Arguments, cx: &Cx) -> Result<Finish, AppError> {
    let order = RestoreOrder {
        backup: arguments.backup.clone(),
        identity: arguments.identity.clone(),
        places: arguments.data.places(),
        log: arguments.log.clone(),
        witnesses: arguments.witness.clone(),
    };
    let done = restore(&order, cx)?;
    // What catching up has put on record goes where the log is handed out.
    if let Err(error) = arguments.data.with(|_| Ok(())) {
        print::say(&format!("Restored, but the log was not handed out: {error}"));
    }
    let line = json!({
        "entries": done.entries,
        "erased": done.erased.len(),
        "frozen": done.frozen.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "withheld": done.withheld,
        "accounts_closed": done.closed,
        "gallery_links_ended": done.ended,
        "channels_retired": done.retired,
        "find_me_off": done.turned_off,
        "passkey_demanded": done.passkey_demanded,
    });
    print::line(arguments.json, &line, |_| {
        format!(
            "Restored to {}. {} caught up with: {} erased again, {} frozen, {} withheld, \
             {} and {} ended, {} retired, Find me off in {}. Nobody is signed in.",
            shown(&order.places.data),
            count(usize::try_from(done.entries).unwrap_or(usize::MAX), "newer record"),
            done.erased.len(),
            done.frozen.len(),
            done.withheld,
            count(usize::try_from(done.closed).unwrap_or(usize::MAX), "account"),
            count(usize::try_from(done.ended).unwrap_or(usize::MAX), "gallery link"),
            count(usize::try_from(done.retired).unwrap_or(usize::MAX), "channel"),
            count(usize::try_from(done.turned_off).unwrap_or(usize::MAX), "gallery"),
        )
    });
    if !done.frozen.is_empty() || done.withheld > 0 {
        print::say(
            "Ask those who are frozen what they said and record it, then `grata rights restrict --lift`.\n\
             Look at photos that are withheld, then `grata rights object --decide`.",
        );
    }
    if done.passkey_demanded {
        print::say(
            "Settings were changed since the backup; which ones is not known. Until you say otherwise, colleagues\n\
             sign in by passkey and by no provider: look at `grata settings list`, `grata settings set sign_in any`\n\
             and `grata provider install`.",
        );
    }
    Ok(Finish::AllDone)
}
