//! `grata settings`

use clap::{Args, Subcommand};
use serde::Serialize;

use super::Finish;
use super::arguments::KeptArguments;
use super::print;
use crate::app::settings::{self, Setting};
use crate::cx::Cx;
use crate::error::AppError;
use crate::words::harmless;

/// What holds for the whole installation; each change is on record
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  grata settings list
  grata settings set controller \"Sports club, Mill Lane 1\"
  grata settings set backup_days 35

Exit codes: 0 done; 1 nothing was done.")]
pub struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    List(List),
    Set(Set),
}

/// Print all settings
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  grata settings list")]
struct List {
    #[command(flatten)]
    common: KeptArguments,
}

/// Change a setting
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  grata settings set backup_days 35")]
struct Set {
    /// Which; `grata settings list` prints them
    name: String,
    /// What it says from now on
    value: String,
    #[command(flatten)]
    common: KeptArguments,
}

#[derive(Serialize)]
struct Line {
    name: &'static str,
    value: Option<String>,
    is_set: bool,
    set_by: &'static str,
    what: &'static str,
}

impl From<Setting> for Line {
    fn from(Setting { name, what, value, is_set, set_by }: Setting) -> Self {
        Self { name, value, is_set, set_by, what }
    }
}

impl Line {
    fn words(&self) -> String {
        let value = self.value.as_deref().map_or_else(|| "nothing".into(), harmless);
        let default = if self.is_set { "" } else { " (nobody has set it)" };
        format!("{} = {value}{default}\n  {}; `{}`", self.name, self.what, self.set_by)
    }
}

/// Runs the command.
///
/// # Errors
/// [`AppError`] if nothing was done.
pub fn run(arguments: &Arguments, cx: &Cx) -> Result<Finish, AppError> {
    match &arguments.action {
        Action::List(List { common }) => {
            for setting in settings::list(&*common.data.open()?)? {
                print::line(common.json, &Line::from(setting), Line::words);
            }
        }
        Action::Set(Set { name, value, common }) => {
            let store = common.data.open()?;
            settings::set(&store, name, value, cx.by())?;
            for setting in settings::list(&store)?.into_iter().filter(|setting| setting.name == name) {
                print::line(common.json, &Line::from(setting), Line::words);
            }
        }
    }
    Ok(Finish::AllDone)
}
