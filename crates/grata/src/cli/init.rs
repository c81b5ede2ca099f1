//! `grata init`

use std::path::{self, PathBuf};

use clap::Args;
use grata_core::audit::checkpoint::Origin;
use serde::Serialize;

use super::Finish;
use super::arguments::DataArguments;
use super::print;
use crate::app::data::{self, RootHolder};
use crate::app::{people, settings};
use crate::cx::Cx;
use crate::error::{AppError, ErrorKind};
use crate::words::{path_text, shown};

/// Make a data folder, and a folder with its keys
///
/// The two are kept apart: no single backup should hold both. Whoever has the root key and the key
/// folder opens everything; whoever loses one of them opens nothing, so keep a copy of the root key
/// in a safe place.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  grata init
  grata init --data /srv/photos --keys /srv/keys --name photos.example.org

Exit codes: 0 done; 1 nothing was done.")]
pub struct Arguments {
    #[command(flatten)]
    data: DataArguments,

    /// What the log is called in receipts, such as the organisation's domain; cannot be changed
    #[arg(long, value_name = "NAME", default_value = "grata", value_parser = origin)]
    name: String,

    /// Where people will reach their pages: what invitation links begin with
    #[arg(long, value_name = "URL", default_value = people::DEFAULT_ADDRESS)]
    address: String,

    /// Take an age identity as root key, from this file
    #[arg(long, value_name = "FILE", conflicts_with = "root_command")]
    root_identity: Option<PathBuf>,

    /// Let a program hold the root key; called with `wrap` or `open` behind these arguments
    #[arg(long, value_name = "PROGRAM", num_args = 1.., value_terminator = ";", allow_hyphen_values = true)]
    root_command: Vec<String>,

    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

fn origin(text: &str) -> Result<String, String> {
    Origin::new(text).map(|origin| origin.as_str().to_string()).map_err(|error| error.to_string())
}

#[derive(Serialize)]
struct Line {
    data: String,
    keys: String,
    log_key: String,
}

/// Runs the command.
///
/// # Errors
/// [`AppError`] if nothing was done.
pub fn run(arguments: &Arguments, cx: &Cx) -> Result<Finish, AppError> {
    let holder = match (&arguments.root_identity, arguments.root_command.as_slice()) {
        (Some(path), _) => RootHolder::AgeIdentity { path: absolute(path)? },
        (None, []) => RootHolder::File,
        (None, command) => RootHolder::Command { command: command.to_vec() },
    };
    // The parser has seen to it that it is a name.
    let origin = Origin::new(arguments.name.as_str())
        .map_err(|error| AppError::new(ErrorKind::Invalid, error.to_string()))?;
    let places = arguments.data.places();
    people::check_address(&arguments.address)?;
    let store = data::create(&places, &holder, &origin, cx)?;
    settings::set(&store, people::ADDRESS, &arguments.address, cx.by())?;
    let line = Line {
        data: path_text(&places.data).into_owned(),
        keys: path_text(&places.keys).into_owned(),
        log_key: store.log_key(),
    };
    print::line(arguments.json, &line, |line| {
        format!(
            "Made {} and {}.\nKey of the log, for whoever verifies receipts:\n  {}\n\
             Next: `grata album create`.",
            shown(&places.data),
            shown(&places.keys),
            line.log_key
        )
    });
    Ok(Finish::AllDone)
}

/// The key folder remembers the file, wherever the next command is run from.
fn absolute(file: &PathBuf) -> Result<PathBuf, AppError> {
    path::absolute(file).map_err(|error| {
        AppError::new(ErrorKind::Invalid, format!("{} is no path", shown(file))).because(error)
    })
}
