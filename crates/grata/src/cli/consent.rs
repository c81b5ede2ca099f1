//! `grata consent`

use std::path::PathBuf;

use clap::{Args, Subcommand};
use grata_core::consent::{ActKind, ConsentAct, Means, Speaker};
use grata_core::notice::Language;
use grata_core::purpose::{ChannelKey, PurposeKind};
use grata_core::subject::Subject;
use grata_core::time::{Date, day};
use serde::Serialize;

use super::Finish;
use super::arguments::{DataArguments, date, language};
use super::print;
use crate::app::consents::{self, Answer, Recorded, Statement};
use crate::app::documents::Place;
use crate::app::{albums, people};
use crate::cx::Cx;
use crate::error::{AppError, ErrorKind};
use crate::words::{harmless, path_text};

mod forms;

/// What people said: yes, no, no longer; one purpose at a time
///
/// A person answers with their own link. Whoever works here records signed forms, for publication
/// only, and withdrawals; nobody says yes for somebody else.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  grata consent record --link LINK --purpose website --yes
  grata consent withdraw --link LINK
  grata consent form \"Alice Martin\" --album \"Match of 5 September\" --purpose print --yes \\
      --signed 2026-09-05 --reference \"folder 3, sheet 12\"

Exit codes: 0 all done; 1 nothing was done; 2 some lines failed.")]
pub struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    Record(Record),
    Withdraw(Withdraw),
    Contest(Contest),
    Form(forms::Arguments),
    List(List),
    Notice(Notice),
}

/// Record what a person says themselves, by their own link
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  grata consent record --link LINK --purpose website --purpose print --yes --language fr
  grata consent record --link LINK --purpose find --no")]
struct Record {
    /// The link that the person was given; a guardian's link speaks for the guardian
    #[arg(long)]
    link: String,
    #[command(flatten)]
    said: Said,
    #[command(flatten)]
    common: Common,
}

/// Record that somebody takes a yes back: at once, for what is to come and for what has left
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  grata consent withdraw --link LINK
  grata consent withdraw \"Alice Martin\" --album \"Match of 5 September\" --reference \"by telephone\"")]
struct Withdraw {
    /// Name or id, if they told somebody who works here
    #[arg(required_unless_present = "link", conflicts_with = "link")]
    person: Option<String>,
    /// The link that the person was given
    #[arg(long)]
    link: Option<String>,
    /// Title or id of the album; a link knows its own
    #[arg(long, conflicts_with = "link", requires = "person")]
    album: Option<String>,
    /// Only this purpose; may be repeated [default: all of them]
    #[arg(long, value_name = "PURPOSE", value_parser = purpose)]
    purpose: Vec<PurposeKind>,
    /// How they said so
    #[arg(long, value_name = "TEXT", conflicts_with = "link", default_value = "said to staff")]
    reference: String,
    #[command(flatten)]
    common: Common,
}

/// Record "that was not me" about an entry that was made from a form
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  grata consent contest --link LINK --purpose print")]
struct Contest {
    /// The link that the person was given
    #[arg(long)]
    link: String,
    /// Which purpose; may be repeated
    #[arg(long, required = true, value_name = "PURPOSE", value_parser = purpose)]
    purpose: Vec<PurposeKind>,
    #[command(flatten)]
    common: Common,
}

/// Print everything a person said, in order; they can see that somebody looked
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  grata consent list \"Alice Martin\"")]
struct List {
    /// Name or id
    person: String,
    /// Why you look, for the person to read
    #[arg(long, value_name = "TEXT", default_value = "to work on their answers")]
    why: String,
    #[command(flatten)]
    data: DataArguments,
    /// Print one JSON object a line
    #[arg(long)]
    json: bool,
}

/// Print the notice of an album as people read it, to be handed out with a form
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  grata consent notice \"Match of 5 September\" --language fr")]
struct Notice {
    /// Title or id of the album
    album: String,
    /// In which language
    #[arg(long, value_name = "LANGUAGE", value_parser = language)]
    language: Language,
    #[command(flatten)]
    data: DataArguments,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
struct Said {
    /// `find`, `notify`, or a channel such as `website`; may be repeated
    #[arg(long, required = true, value_name = "PURPOSE", value_parser = purpose)]
    purpose: Vec<PurposeKind>,
    /// They say yes
    #[arg(long, required_unless_present = "no", conflicts_with = "no")]
    yes: bool,
    /// They say no
    #[arg(long)]
    no: bool,
    /// The last day of the yes [default: twelve months, or the end of the album if that is sooner]
    #[arg(long, value_name = "DATE", value_parser = date)]
    until: Option<Date>,
    /// The language of the notice that was read [default: the person's]
    #[arg(long, value_name = "LANGUAGE", value_parser = language)]
    language: Option<Language>,
}

#[derive(Debug, Args)]
struct Common {
    /// The folder for the signed receipts, which are for the person
    #[arg(long, value_name = "DIR", default_value = "receipts")]
    receipts: PathBuf,
    #[command(flatten)]
    data: DataArguments,
    /// Print one JSON object a line
    #[arg(long)]
    json: bool,
}

fn purpose(text: &str) -> Result<PurposeKind, String> {
    let channel = |_| text.parse::<ChannelKey>().map(PurposeKind::Publish);
    text.parse().or_else(channel).map_err(|_| "give `find`, `notify`, or a channel such as `website`".into())
}

#[derive(Serialize)]
struct Line<'a> {
    person: String,
    purpose: String,
    answer: &'static str,
    status: &'static str,
    act: Option<String>,
    receipt: Option<String>,
    shown_until: Option<String>,
    hidden_because: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<usize>,
    reason: Option<String>,
}

/// Runs the command.
///
/// # Errors
/// [`AppError`] if nothing was done.
pub fn run(arguments: &Arguments, cx: &Cx) -> Result<Finish, AppError> {
    match &arguments.action {
        Action::Record(order) => record(order, cx),
        Action::Withdraw(order) => withdraw(order, cx),
        Action::Contest(order) => {
            by_link(&order.common, cx, &order.link, &order.purpose, Answer::NotMine, None)
        }
        Action::Form(order) => forms::run(order, cx),
        Action::List(order) => list(order, cx),
        Action::Notice(order) => notice(order),
    }
}

fn record(order: &Record, cx: &Cx) -> Result<Finish, AppError> {
    let said = &order.said;
    let answer = if said.yes { Answer::Yes(said.until) } else { Answer::No };
    by_link(&order.common, cx, &order.link, &said.purpose, answer, said.language.as_ref())
}

fn by_link(
    common: &Common,
    cx: &Cx,
    link: &str,
    purposes: &[PurposeKind],
    answer: Answer,
    language: Option<&Language>,
) -> Result<Finish, AppError> {
    let store = common.data.open()?;
    each(purposes, |purpose| {
        let record =
            || consents::say_by_link(&store, link, purpose.clone(), answer, language.cloned(), cx.by());
        told(common, record)
    })
}

/// Each purpose is a question of its own: one that is refused does not undo the one before.
fn each<T>(items: &[T], mut one: impl FnMut(&T) -> Result<(), AppError>) -> Result<Finish, AppError> {
    let mut finish = Finish::AllDone;
    for (index, item) in items.iter().enumerate() {
        match one(item) {
            Ok(()) => {}
            Err(error) if index == 0 && items.len() == 1 => return Err(error),
            Err(error) => {
                print::say(&format!("grata: {error}"));
                finish = Finish::SomeFailed;
            }
        }
    }
    Ok(finish)
}

/// Records, writes the receipt, and prints what follows.
fn told(common: &Common, record: impl FnOnce() -> Result<Recorded, AppError>) -> Result<(), AppError> {
    let line = recorded(common, record)?;
    print::line(common.json, &line, in_words);
    Ok(())
}

fn recorded(
    common: &Common,
    record: impl FnOnce() -> Result<Recorded, AppError>,
) -> Result<Line<'static>, AppError> {
    // The name is not known before: a first file shows that the folder takes one.
    drop(Place::prepare(&common.receipts.join(".grata-try"))?);
    let Recorded { act, subject, receipt, shown } = record()?;
    let path = common.receipts.join(format!("receipt-{}.json", act.id));
    Place::prepare(&path)?.write(receipt.to_json().as_bytes()).map_err(|error| {
        error.hint("The answer is on record. `grata rights access` gives the person their receipts.")
    })?;
    Ok(Line {
        person: subject.to_string(),
        purpose: act.question.purpose.to_string(),
        answer: answer_word(act.kind),
        status: "ok",
        act: Some(act.id.to_string()),
        receipt: Some(path_text(&path).into_owned()),
        shown_until: shown.and_then(Result::ok).map(|until| until.to_string()),
        hidden_because: shown.and_then(Result::err),
        line: None,
        reason: None,
    })
}

const fn answer_word(kind: ActKind) -> &'static str {
    match kind {
        ActKind::Give { .. } => "yes",
        ActKind::Refuse => "no",
        ActKind::Withdraw => "no longer",
        ActKind::Contest => "contested",
        ActKind::Expire => "expired",
    }
}

fn in_words(line: &Line<'_>) -> String {
    let standing = match (&line.shown_until, line.hidden_because) {
        (Some(until), _) => format!("; shown until {until}"),
        (None, Some(reason)) => format!("; hidden: {reason}"),
        (None, None) => String::new(),
    };
    let receipt = line.receipt.as_deref().unwrap_or_default();
    format!("{}: {}{standing}. Receipt: {}", line.purpose, line.answer, harmless(receipt))
}

fn withdraw(order: &Withdraw, cx: &Cx) -> Result<Finish, AppError> {
    let store = order.common.data.open()?;
    let reader = store.read()?;
    let (subject, speaker, album, means) = match (&order.link, &order.person, &order.album) {
        (Some(link), _, _) => {
            let invitation = people::open_link(&reader, link, cx.now())?;
            let speaker = invitation.guardian.map_or(Speaker::Subject, Speaker::Guardian);
            (invitation.subject, speaker, invitation.album, Means::OwnSession)
        }
        (None, Some(person), Some(album)) => {
            let subject = people::find(&reader, person)?;
            let means = consents::on_paper(day(cx.now()), &order.reference, cx.by());
            (subject, Speaker::Subject, albums::find(&reader, album)?.id, means)
        }
        _ => {
            return Err(AppError::new(ErrorKind::Invalid, "say in which album, with --album")
                .hint("`grata consent list` prints what the person said where."));
        }
    };
    let known = people::known(&reader, subject)?;
    drop(reader);
    let purposes =
        if order.purpose.is_empty() { open_purposes(&known, album, speaker) } else { order.purpose.clone() };
    if purposes.is_empty() {
        return Err(AppError::new(
            ErrorKind::NotFound,
            "there is no yes in this album that could be taken back",
        ));
    }
    each(&purposes, |purpose| {
        let statement = Statement {
            subject,
            speaker,
            album,
            purpose: purpose.clone(),
            answer: Answer::NoLonger,
            language: None,
            means: means.clone(),
        };
        told(&order.common, || consents::record(&store, &statement, cx.by()))
    })
}

/// What a speaker has said yes to last.
fn open_purposes(subject: &Subject, album: grata_core::id::AlbumId, speaker: Speaker) -> Vec<PurposeKind> {
    let mut open: Vec<PurposeKind> = Vec::new();
    for act in subject.acts.iter().filter(|act| act.question.album == album && act.speaker == speaker) {
        open.retain(|purpose| *purpose != act.question.purpose);
        if matches!(act.kind, ActKind::Give { .. }) {
            open.push(act.question.purpose.clone());
        }
    }
    open
}

#[derive(Serialize)]
struct ActLine {
    act: String,
    album: String,
    purpose: String,
    answer: &'static str,
    until: Option<String>,
    by: &'static str,
    means: &'static str,
    signed_on: Option<String>,
    reference: Option<String>,
    notice_version: u32,
    notice_language: String,
    notice_sha256: String,
    at: String,
}

fn list(order: &List, cx: &Cx) -> Result<Finish, AppError> {
    let store = order.data.open()?;
    let subject = people::find(&store.read()?, &order.person)?;
    for (act, title) in consents::shown(&store, subject, &order.why, cx.by())? {
        print::line(order.json, &act_line(&act, title), |line| {
            let until = line.until.as_ref().map(|until| format!(" until {until}")).unwrap_or_default();
            format!(
                "{}  {} / {}: {}{until} (by the {}, {}; notice {} in {})",
                line.at,
                harmless(&line.album),
                line.purpose,
                line.answer,
                line.by,
                line.means,
                line.notice_version,
                line.notice_language
            )
        });
    }
    Ok(Finish::AllDone)
}

fn act_line(act: &ConsentAct, album: String) -> ActLine {
    let (means, form) = match &act.means {
        Means::OwnSession => ("own link", None),
        Means::Paper(form) => ("recorded by staff", Some(form)),
        Means::Clock => ("time", None),
    };
    let until = match act.kind {
        ActKind::Give { until } => Some(until.to_string()),
        _ => None,
    };
    ActLine {
        act: act.id.to_string(),
        album,
        purpose: act.question.purpose.to_string(),
        answer: answer_word(act.kind),
        until,
        by: if act.speaker == Speaker::Subject { "person" } else { "guardian" },
        means,
        signed_on: form.map(|form| form.signed_on.to_string()),
        reference: form.map(|form| form.reference.clone()),
        notice_version: act.notice.version.0,
        notice_language: act.notice.language.to_string(),
        notice_sha256: act.notice.hash.to_string(),
        at: act.at.to_string(),
    }
}

fn notice(order: &Notice) -> Result<Finish, AppError> {
    #[derive(Serialize)]
    struct Text {
        album: String,
        language: String,
        text: String,
    }
    let store = order.data.open()?;
    let reader = store.read()?;
    let album = albums::find(&reader, &order.album)?;
    let text = consents::notice_text(&reader, &album, &order.language)?;
    let line = Text { album: album.id.to_string(), language: order.language.to_string(), text };
    print::line(order.json, &line, |line| line.text.trim_end().to_string());
    Ok(Finish::AllDone)
}
