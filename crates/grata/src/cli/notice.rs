//! `grata notice`

use std::path::PathBuf;

use clap::Args;
use serde::Serialize;

use super::Finish;
use super::arguments::KeptArguments;
use super::print;
use crate::app::documents::Place;
use crate::app::{albums, sign};
use crate::error::AppError;
use crate::qr::Code;
use crate::words::path_text;

/// Make the sign that tells people before photos are taken, to be printed and put up
///
/// A page A4 in each language, with the address of the album's notice and the same as a code. The address
/// is public: `grata serve` shows the notice there.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  grata notice --album \"Match of 5 September\" --out signs/

Exit codes: 0 done; 1 nothing was done.")]
pub struct Arguments {
    /// Title or id of the album
    #[arg(long)]
    album: String,
    /// The folder for the signs, and the code as a picture
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    #[command(flatten)]
    kept: KeptArguments,
}

#[derive(Serialize)]
struct Line {
    language: String,
    sign: String,
    address: String,
    code: String,
}

/// Runs the command.
///
/// # Errors
/// [`AppError`] if nothing was done.
pub fn run(arguments: &Arguments) -> Result<Finish, AppError> {
    let store = arguments.kept.data.open()?;
    let reader = store.read()?;
    let album = albums::find(&reader, &arguments.album)?;
    let address = sign::address(&reader, &album)?;
    let picture = arguments.out.join("code.png");
    let mut files = vec![(Place::prepare(&picture)?, Code::of(&address)?.png()?)];
    let mut lines = Vec::new();
    for language in sign::languages() {
        let path = arguments.out.join(format!("sign-{language}.pdf"));
        files.push((Place::prepare(&path)?, sign::make(&reader, &album, &language)?));
        lines.push(Line {
            language: language.to_string(),
            sign: path_text(&path).into_owned(),
            address: address.clone(),
            code: path_text(&picture).into_owned(),
        });
    }
    // All of them can be made and have a place.
    for (place, bytes) in files {
        place.write(&bytes)?;
    }
    for line in &lines {
        print::line(arguments.kept.json, line, |line| format!("{}  {}", line.sign, line.address));
    }
    Ok(Finish::AllDone)
}
