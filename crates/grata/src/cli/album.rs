//! `grata album`

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use grata_core::basis::Profile;
use grata_core::notice::Language;
use grata_core::purpose::{Audience, ChannelKey, Publish};
use grata_core::taken::TimeStep;
use grata_core::time::Date;
use serde::Serialize;

use super::Finish;
use super::arguments::{KeptArguments, audience, date};
use super::print;
use super::progress::Progress;
use super::records::{Kind, RecordArguments, UNEQUAL};
use crate::app::albums::{self, AlbumContent, NewAlbum};
use crate::app::own_device::{self, Standing};
use crate::app::{finder, times};
use crate::cx::Cx;
use crate::error::{AppError, ErrorKind};
use crate::words::{harmless, shown};

/// Albums: photos of one occasion, with the rules they are collected under
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  grata album create \"Match of 5 September\" --controller \"Sports club, Mill Lane 1\" \\
      --source \"club photographer\" --purpose \"club news\" --contact privacy@example.org \\
      --keep-until 2028-12-31

Exit codes: 0 all done; 1 nothing was done.")]
pub struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    Create(Create),
    List(List),
    Show(Show),
    Notice(NoticeArguments),
    Times(Times),
    FindMe(FindMe),
}

/// Make an album; it is complete before a photo comes in
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  grata album create \"Match of 5 September\" --controller \"Sports club, Mill Lane 1\" \\
      --source \"club photographer\" --purpose \"club news\" --contact privacy@example.org \\
      --keep-until 2028-12-31 --notice fr=avis.txt")]
struct Create {
    /// What people call it
    title: String,
    /// Who answers for it: name and address
    #[arg(long, value_name = "WHO")]
    controller: String,
    /// Who took the pictures, in what capacity
    #[arg(long, value_name = "WHO")]
    source: String,
    /// What the photos are for
    #[arg(long, value_name = "WHAT")]
    purpose: String,
    /// Where people write to
    #[arg(long, value_name = "WHERE")]
    contact: String,
    /// The last day on which the photos are kept
    #[arg(long, value_name = "DATE", value_parser = date)]
    keep_until: Date,
    /// Who may see what leaves: `everyone` or `members`
    #[arg(long, value_name = "WHO", default_value = "everyone", value_parser = audience)]
    audience: Audience,
    /// The text that people are shown, as `LANGUAGE=FILE`; may be repeated. In English and French
    /// grata has a text of its own
    #[arg(long, value_name = "LANGUAGE=FILE", value_parser = language_file)]
    notice: Vec<(Language, PathBuf)>,
    #[command(flatten)]
    common: KeptArguments,
}

/// Print all albums
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  grata album list")]
struct List {
    #[command(flatten)]
    common: KeptArguments,
}

/// Print what an album records, and its notice
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  grata album show \"Match of 5 September\"")]
struct Show {
    /// Title or id
    album: String,
    #[command(flatten)]
    common: KeptArguments,
}

/// Change the notice; answers keep the words they were given on
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  grata album notice \"Match of 5 September\" --notice en=notice.txt")]
struct NoticeArguments {
    /// Title or id
    album: String,
    /// The new text, as `LANGUAGE=FILE`; may be repeated
    #[arg(long, required = true, value_name = "LANGUAGE=FILE", value_parser = language_file)]
    notice: Vec<(Language, PathBuf)>,
    #[command(flatten)]
    common: KeptArguments,
}

/// Say how exactly photos tell when they were taken: for those who look for themselves in a gallery
///
/// Off until you say so. What is kept is rounded down to the day, the hour or the quarter of an hour; the
/// exact time stays in the sealed original.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  grata album times \"City run\" quarter
  grata album times \"City run\" off

Exit codes: 0 all done; 1 nothing was done; 2 some photos could not be read.")]
struct Times {
    /// Title or id
    album: String,
    /// `day`, `hour` or `quarter` (of an hour); `off` forgets what is kept
    #[arg(value_name = "HOW", value_parser = step)]
    times: Kept,
    #[command(flatten)]
    common: KeptArguments,
}

/// `None`: no times at all.
#[derive(Debug, Clone, Copy)]
struct Kept(Option<TimeStep>);

fn step(text: &str) -> Result<Kept, String> {
    if text == "off" {
        return Ok(Kept(None));
    }
    text.parse().map(|step| Kept(Some(step))).map_err(|error: grata_core::taken::NotAStep| error.to_string())
}

/// Let people find themselves in a gallery of this album, on their own device; off unless turned on
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  grata album find-me \"Match of 5 September\" --on --profile free
  grata album find-me \"Match of 5 September\" --channel gallery --off

The person's browser looks through the finished photos that their gallery link shows anyway. Their face and
what is found stay in it. Needs pack find and the finder (docs/find.md).")]
struct FindMe {
    /// Title or id
    album: String,
    /// The channel whose galleries it is about
    #[arg(long, value_name = "CHANNEL", default_value = ChannelKey::WEBSITE)]
    channel: String,
    /// Turn it on
    #[arg(long, conflicts_with = "off")]
    on: bool,
    /// Turn it off
    #[arg(long)]
    off: bool,
    /// What kind of people are in the album; said whenever it is turned on
    #[arg(long, value_enum, requires = "on")]
    profile: Option<Kind>,
    #[command(flatten)]
    records: RecordArguments,
    #[command(flatten)]
    common: KeptArguments,
}

#[derive(Serialize)]
struct FindMeLine {
    album: String,
    channel: String,
    find_me: &'static str,
    /// What kind of people are in the album.
    profile: Option<&'static str>,
    /// What is not on record: it is turned on, and closed all the same.
    not_on_record: Vec<&'static str>,
    /// What is missing on this machine.
    missing: Option<String>,
}

fn language_file(text: &str) -> Result<(Language, PathBuf), String> {
    let (language, file) = text.split_once('=').ok_or("give a language and a file, such as fr=avis.txt")?;
    Ok((language.parse().map_err(|error: grata_core::notice::NotALanguage| error.to_string())?, file.into()))
}

#[derive(Serialize)]
struct Line {
    id: String,
    title: String,
    controller: String,
    source: String,
    purpose: String,
    contact: String,
    audience: &'static str,
    keep_until: String,
    times: &'static str,
    photos: usize,
    notice_version: Option<u32>,
    notice_languages: Vec<String>,
}

impl From<AlbumContent> for Line {
    fn from(AlbumContent { album, photos, times, notice }: AlbumContent) -> Self {
        let (version, languages) = notice.map_or((None, Vec::new()), |(version, languages)| {
            (Some(version.0), languages.iter().map(Language::to_string).collect())
        });
        Self {
            id: album.id.to_string(),
            title: album.title,
            controller: album.controller,
            source: album.source,
            purpose: album.purpose,
            contact: album.contact,
            audience: album.audience.as_str(),
            keep_until: album.keep_until.to_string(),
            times: times.map_or("off", TimeStep::as_str),
            photos,
            notice_version: version,
            notice_languages: languages,
        }
    }
}

impl Line {
    fn short(&self) -> String {
        format!(
            "{}  {} ({} photos, kept until {})",
            self.id,
            harmless(&self.title),
            self.photos,
            self.keep_until
        )
    }

    fn long(&self) -> String {
        let fields = [
            ("controller", &self.controller),
            ("source", &self.source),
            ("purpose", &self.purpose),
            ("contact", &self.contact),
        ];
        let fields = fields.map(|(name, text)| format!("  {name}: {}", harmless(text)));
        let version = self.notice_version.unwrap_or_default();
        let languages = self.notice_languages.join(", ");
        format!(
            "{}\n{}\n  audience: {}\n  times: {}\n  notice: version {version} in {languages}",
            self.short(),
            fields.join("\n"),
            self.audience,
            self.times
        )
    }
}

/// Runs the command.
///
/// # Errors
/// [`AppError`] if nothing was done.
pub fn run(arguments: &Arguments, cx: &Cx) -> Result<Finish, AppError> {
    match &arguments.action {
        Action::Create(order) => create(order, cx)?,
        Action::List(List { common }) => {
            for content in albums::list(&*common.data.open()?)? {
                print::line(common.json, &Line::from(content), Line::short);
            }
        }
        Action::Show(order) => show(order)?,
        Action::Notice(order) => change_notice(order, cx)?,
        Action::Times(order) => return set_times(order, cx),
        Action::FindMe(order) => find_me(order, cx)?,
    }
    Ok(Finish::AllDone)
}

fn create(order: &Create, cx: &Cx) -> Result<(), AppError> {
    let new = NewAlbum {
        title: order.title.clone(),
        controller: order.controller.clone(),
        source: order.source.clone(),
        purpose: order.purpose.clone(),
        contact: order.contact.clone(),
        audience: order.audience,
        keep_until: order.keep_until,
        notice: texts(&order.notice)?,
    };
    let store = order.common.data.open()?;
    let album = albums::create(&store, &new, cx.by())?;
    let line = Line::from(albums::content(&store.read()?, album)?);
    print::line(order.common.json, &line, Line::long);
    Ok(())
}

fn show(order: &Show) -> Result<(), AppError> {
    let store = order.common.data.open()?;
    let reader = store.read()?;
    let album = albums::find(&reader, &order.album)?;
    let notice = reader.notice(album.id)?;
    print::line(order.common.json, &Line::from(albums::content(&reader, album)?), |line| {
        let texts = notice.iter().flat_map(|notice| notice.texts());
        let texts = texts.map(|(language, text)| format!("\n\n[{language}]\n{}", text.trim_end()));
        line.long() + &texts.collect::<String>()
    });
    Ok(())
}

fn change_notice(order: &NoticeArguments, cx: &Cx) -> Result<(), AppError> {
    let texts = texts(&order.notice)?;
    let store = order.common.data.open()?;
    let album = albums::find(&store.read()?, &order.album)?;
    albums::change_notice(&store, &album, &texts, cx.by())?;
    let line = Line::from(albums::content(&store.read()?, album)?);
    print::line(order.common.json, &line, Line::long);
    Ok(())
}

fn set_times(order: &Times, cx: &Cx) -> Result<Finish, AppError> {
    let store = order.common.data.open()?;
    let album = albums::find(&store.read()?, &order.album)?;
    times::set(&store, album.id, order.times.0, cx.by())?;
    let (mut telling, mut silent, mut failed) = (0_usize, 0_usize, 0_usize);
    let mut bar = Progress::new("photos", |(photo, looked): times::Looked| match looked {
        Ok(true) => telling += 1,
        Ok(false) => silent += 1,
        Err(reason) => {
            failed += 1;
            print::say(&format!("{photo} failed: {}", harmless(&reason)));
        }
    });
    if order.times.0.is_some() {
        times::read_all(&store, album.id, cx, None, &mut io::stderr(), &mut bar)?;
    }
    bar.finish();
    drop(bar);
    let line = Line::from(albums::content(&store.read()?, album)?);
    print::line(order.common.json, &line, |line| match line.times {
        "off" => "No photo of this album says any longer when it was taken.".into(),
        step => format!("To the {step}: {telling} photos say when they were taken, {silent} do not."),
    });
    Ok(if failed > 0 { Finish::SomeFailed } else { Finish::AllDone })
}

fn find_me(order: &FindMe, cx: &Cx) -> Result<(), AppError> {
    let store = order.common.data.open()?;
    let reader = store.read()?;
    let album = albums::find(&reader, &order.album)?;
    let known = reader.all_channels()?.into_iter().map(|one| one.key);
    let channel = known.into_iter().find(|key| key.as_str() == order.channel).ok_or_else(|| {
        let message = format!("there is no channel called {}", harmless(&order.channel));
        AppError::new(ErrorKind::NotFound, message).hint("`grata channel list` prints all of them.")
    })?;
    drop(reader);
    let publish = Publish { album: album.id, channel };
    if order.on {
        let profile = order.profile.ok_or_else(|| {
            AppError::new(ErrorKind::Invalid, "it is not said what kind of people are in the album").hint(
                "Give --profile free for people who come together of their own will, --profile school or --profile \
                 employer. Nothing was changed.",
            )
        })?;
        own_device::turn_on(&store, &publish, profile.into(), order.records.records(), cx.by())?;
    }
    if order.off {
        own_device::turn_off(&store, &publish, cx.by())?;
    }
    let standing = own_device::standing(&store.read()?, &publish, cx.now())?;
    let is_on = standing.is_on();
    let (profile, not_on_record) = match standing {
        Standing::Off => (None, Vec::new()),
        Standing::On(profile) => (Some(profile), Vec::new()),
        Standing::Refused(missing) => (None, missing.iter().map(|one| one.as_str()).collect()),
    };
    let missing = if is_on { finder::open(&cx.config).err().map(|error| error.to_string()) } else { None };
    let line = FindMeLine {
        album: publish.album.to_string(),
        channel: publish.channel.to_string(),
        find_me: if is_on { "on" } else { "off" },
        profile: profile.map(Profile::as_str),
        not_on_record,
        missing,
    };
    print::line(order.common.json, &line, |line| {
        let mut text = format!("Find me is {} for {}.", line.find_me, line.channel);
        if profile.is_some_and(Profile::is_unequal) {
            text += &format!("\n{UNEQUAL}");
        }
        if !line.not_on_record.is_empty() {
            text += &format!("\nNot on record: {}", line.not_on_record.join(", "));
        }
        if let Some(missing) = &line.missing {
            text += &format!("\nNot ready: {missing}");
        }
        text
    });
    Ok(())
}

fn texts(files: &[(Language, PathBuf)]) -> Result<BTreeMap<Language, String>, AppError> {
    let read = |(language, file): &(Language, PathBuf)| {
        let text = fs::read_to_string(file).map_err(|error| {
            AppError::new(ErrorKind::NotFound, format!("{} cannot be read as a text", shown(file)))
                .because(error)
                .hint("Give a file in UTF-8. Nothing was done.")
        })?;
        Ok((language.clone(), text))
    };
    files.iter().map(read).collect()
}
