//! `grata recall`

use std::io;
use std::path::PathBuf;

use clap::Args;
use serde::Serialize;

use super::Finish;
use super::arguments::{DataArguments, MakeArguments};
use super::print;
use super::progress::Progress;
use crate::app::albums;
use crate::app::recalls::{self, RecallLine, RecallOrder, Touched, reason_words};
use crate::cx::Cx;
use crate::error::AppError;
use crate::words::{count, shown};

/// Take back released photos that may no longer be shown, and make them anew
///
/// After a withdrawal, an expiry, a restriction, an objection or an erasure: finds every released photo that
/// shows what may not be shown any more, lets it die, makes it anew as it may look today, and lists for
/// whoever put the files online which file has to go and which one takes its place. The list names all
/// files that ever had to go.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  grata recall --dry-run
  grata recall --out to-replace/
  grata recall \"Match of 5 September\" --out to-replace/ --json

Exit codes: 0 all done; 1 nothing was done; 2 some photos could not be made anew: remove them;
130 stopped by Ctrl-C.")]
pub struct Arguments {
    /// The album, by title or id [default: all albums]
    #[arg(value_name = "ALBUM")]
    album: Option<String>,

    /// Folder for the new files and the list, recall.json and recall.csv
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,

    /// Only say what would be recalled, and why
    #[arg(long)]
    dry_run: bool,

    #[command(flatten)]
    make: MakeArguments,

    #[command(flatten)]
    data: DataArguments,

    /// Print one JSON object a file on standard output
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct TouchedLine {
    release: String,
    channel: String,
    recipient: String,
    file: String,
    sha256: String,
    why: Vec<&'static str>,
}

impl TouchedLine {
    fn new(touched: &Touched) -> Self {
        Self {
            release: touched.release.id.to_string(),
            channel: touched.release.publish.channel.to_string(),
            recipient: touched.release.recipient.clone(),
            file: touched.rendition.file_name.clone(),
            sha256: touched.rendition.sha256.to_string(),
            why: touched.reasons(),
        }
    }
}

/// Runs the command.
///
/// # Errors
/// [`AppError`] if nothing was done.
pub fn run(arguments: &Arguments, cx: &Cx) -> Result<Finish, AppError> {
    arguments.data.with(|store| {
        let album = arguments.album.as_deref();
        let album =
            album.map(|album| Ok::<_, AppError>(albums::find(&store.read()?, album)?.id)).transpose()?;
        if arguments.dry_run {
            let touched = recalls::touched(store, album, cx.now())?;
            for touched in &touched {
                print::line(arguments.json, &TouchedLine::new(touched), |line| {
                    let why: Vec<String> = line.why.iter().map(|why| reason_words(why)).collect();
                    format!("{} ({}): {}", line.file, line.channel, why.join("; "))
                });
            }
            print::say(&format!("{} may no longer be shown.", count(touched.len(), "released photo")));
            return Ok(Finish::AllDone);
        }
        let order = RecallOrder {
            album,
            out: arguments.out.clone(),
            style: arguments.make.style.into(),
            jobs: arguments.make.jobs,
        };
        let (mut replaced, mut removed, mut failed) = (0, 0, 0);
        let mut progress = Progress::new("files", |line: RecallLine| {
            match (&line.problem, line.action) {
                (Some(_), _) => failed += 1,
                (None, "replace") => replaced += 1,
                (None, _) => removed += 1,
            }
            print::line(arguments.json, &line, words);
        });
        recalls::recall(&order, store, cx, &mut io::stderr(), &mut progress)?;
        progress.finish();
        drop(progress);
        print::say(&format!(
            "{} to replace, {removed} to remove, {failed} to remove for now.",
            count(replaced, "file")
        ));
        if let (Some(out), true) = (&arguments.out, replaced + removed + failed > 0) {
            print::say(&format!("Hand {} to whoever put the files online.", shown(out)));
        }
        Ok(if failed == 0 { Finish::AllDone } else { Finish::SomeFailed })
    })
}

fn words(line: &RecallLine) -> String {
    let what = match (&line.new_file, &line.problem) {
        (Some(new), _) => format!("replace by {new}"),
        (None, Some(problem)) => format!("remove; it could not be made anew: {problem}"),
        (None, None) => "remove".to_string(),
    };
    format!("{} ({}, {}): {what}", line.file, line.channel, line.recipient)
}
