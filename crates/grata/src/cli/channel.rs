//! `grata channel`

use std::collections::BTreeMap;

use clap::{Args, Subcommand};
use grata_core::notice::Language;
use grata_core::purpose::{Audience, ChannelKey};
use grata_core::time::day;
use grata_store::queries::channels::Channel;
use serde::Serialize;

use super::Finish;
use super::arguments::{KeptArguments, audience};
use super::print;
use crate::app::channels::{self, Changed, Titles};
use crate::app::notice;
use crate::cx::Cx;
use crate::error::AppError;
use crate::words::harmless;

/// Channels: the ways out, such as a website or a school magazine; people answer for each by itself
///
/// A channel keeps its key, which answers and receipts name; what people call it can change.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  grata channel list
  grata channel add magazine --title en=\"School magazine\" --title fr=\"Journal de l'école\"
  grata channel rename magazine --title en=\"The Mill\" --title fr=\"Le Moulin\"
  grata channel retire social-media

Exit codes: 0 done; 1 nothing was done.")]
pub struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    List(List),
    Add(Add),
    Rename(Rename),
    Retire(Retire),
}

/// Print all channels
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  grata channel list")]
struct List {
    #[command(flatten)]
    kept: KeptArguments,
}

/// Add a channel; nobody is shown through it before they have said yes to it
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  grata channel add magazine --title en=\"School magazine\" --title fr=\"Journal de l'école\"")]
struct Add {
    /// Its key: small letters, digits and hyphens
    key: ChannelKey,
    /// Who sees what leaves through it: `everyone` or `members`
    #[arg(long, value_name = "WHO", default_value = "everyone", value_parser = audience)]
    audience: Audience,
    /// What people call it, as `LANGUAGE=TITLE`; needed in every language that they are asked in
    #[arg(long, required = true, value_name = "LANGUAGE=TITLE", value_parser = title)]
    title: Vec<(Language, String)>,
    #[command(flatten)]
    kept: KeptArguments,
}

/// Change what people call a channel; answers keep the words that they were given on
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  grata channel rename magazine --title en=\"The Mill\" --title fr=\"Le Moulin\"")]
struct Rename {
    /// Its key
    key: ChannelKey,
    /// What people call it, as `LANGUAGE=TITLE`; needed in every language that they are asked in
    #[arg(long, required = true, value_name = "LANGUAGE=TITLE", value_parser = title)]
    title: Vec<(Language, String)>,
    #[command(flatten)]
    kept: KeptArguments,
}

/// Let a channel take no new answers and no new releases; what is out stays, and can be recalled
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  grata channel retire magazine\n  grata channel retire magazine --undo")]
struct Retire {
    /// Its key
    key: ChannelKey,
    /// Let it take new ones again
    #[arg(long)]
    undo: bool,
    #[command(flatten)]
    kept: KeptArguments,
}

fn title(text: &str) -> Result<(Language, String), String> {
    let (language, title) =
        text.split_once('=').ok_or("give a language and a title, such as en=\"School magazine\"")?;
    let language = language.parse().map_err(|error: grata_core::notice::NotALanguage| error.to_string())?;
    Ok((language, title.to_string()))
}

#[derive(Serialize)]
struct Line {
    channel: String,
    audience: &'static str,
    titles: BTreeMap<String, String>,
    retired_on: Option<String>,
    /// Albums whose notice was written anew.
    #[serde(skip_serializing_if = "Option::is_none")]
    notices_changed: Option<usize>,
    /// Albums whose notice has words of its own.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    notices_of_their_own: Vec<String>,
}

impl From<Channel> for Line {
    fn from(channel: Channel) -> Self {
        let titles = Titles::of_channels(std::slice::from_ref(&channel));
        let title =
            |language: &Language| (language.to_string(), titles.of(language.as_str(), channel.key.as_str()));
        Self {
            titles: notice::languages().iter().map(title).collect(),
            channel: channel.key.to_string(),
            audience: channel.audience.as_str(),
            retired_on: channel.retired_at.map(|at| day(at).to_string()),
            notices_changed: None,
            notices_of_their_own: Vec::new(),
        }
    }
}

impl Line {
    fn words(&self) -> String {
        let titles = self.titles.iter().map(|(language, title)| format!("{language}: {}", harmless(title)));
        let titles = titles.collect::<Vec<_>>().join(", ");
        let retired = self.retired_on.as_ref().map(|day| format!(", retired on {day}")).unwrap_or_default();
        format!("{}  {titles} ({}{retired})", self.channel, self.audience)
    }
}

/// Runs the command.
///
/// # Errors
/// [`AppError`] if nothing was done.
pub fn run(arguments: &Arguments, cx: &Cx) -> Result<Finish, AppError> {
    match &arguments.action {
        Action::List(List { kept }) => {
            for channel in kept.data.open()?.read()?.all_channels()? {
                print::line(kept.json, &Line::from(channel), Line::words);
            }
        }
        Action::Add(Add { key, audience, title, kept }) => {
            let store = kept.data.open()?;
            told(kept, channels::add(&store, key, *audience, &title.iter().cloned().collect(), cx.by())?);
        }
        Action::Rename(Rename { key, title, kept }) => {
            let store = kept.data.open()?;
            told(kept, channels::rename(&store, key, &title.iter().cloned().collect(), cx.by())?);
        }
        Action::Retire(Retire { key, undo, kept }) => {
            let store = kept.data.open()?;
            told(kept, channels::retire(&store, key, !undo, cx.by())?);
        }
    }
    Ok(Finish::AllDone)
}

fn told(kept: &KeptArguments, changed: Changed) {
    let mut line = Line::from(changed.channel);
    line.notices_changed = Some(changed.notices);
    line.notices_of_their_own.clone_from(&changed.own_words);
    print::line(kept.json, &line, Line::words);
    if !changed.own_words.is_empty() {
        let albums: Vec<_> = changed.own_words.iter().map(|title| format!("  {}", harmless(title))).collect();
        print::say(&format!(
            "The notices of these albums have words of their own; change them with `grata album notice`:\n{}",
            albums.join("\n")
        ));
    }
}
