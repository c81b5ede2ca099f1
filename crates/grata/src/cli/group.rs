//! `grata group`

use std::path::PathBuf;

use clap::{Args, Subcommand};
use grata_core::basis::Missing;
use grata_core::time::{Date, day};
use serde::Serialize;

use super::Finish;
use super::arguments::{KeptArguments, date};
use super::print;
use super::records::{Kind, RecordArguments, UNEQUAL};
use crate::app::groups::{self, Changes, NewCalibration, Status};
use crate::app::{albums, compare, enrol, people};
use crate::cx::Cx;
use crate::error::AppError;

/// Closed groups: everybody in them agreed that the server looks for them in the photos of one album
///
/// Off by default, and closed until everything that it takes is on record. Nobody is enrolled here: people do that
/// themselves, on their own page, before their own camera. What comes of a comparison is a question to the person,
/// and nobody else learns of it. Needs pack `find`: see `grata models about find`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  grata group create \"Match of 5 September\"
  grata group roster \"Match of 5 September\" --add \"Alice Martin\"
  grata group status \"Match of 5 September\"
  grata group compare \"Match of 5 September\"

Exit codes: 0 done; 1 nothing was done; 2 some photos failed, and somebody has to look at them.")]
pub struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    Create(Create),
    Roster(Roster),
    Codes(Codes),
    Attest(Box<Attest>),
    Status(One),
    Compare(One),
    Pause(Pause),
    Delete(One),
}

/// Make a closed group for an album; it is closed until everything is on record
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  grata group create \"Class 3b\" --profile school")]
struct Create {
    /// Title or id of the album
    album: String,
    /// What kind of group it is
    #[arg(long, value_enum, default_value_t = Kind::Free)]
    profile: Kind,
    #[command(flatten)]
    kept: KeptArguments,
}

/// Say who is expected in the photos; the people themselves are asked on their own page
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  grata group roster \"Class 3b\" --add \"Alice Martin\"
  grata group roster \"Class 3b\" --remove \"Alice Martin\"")]
struct Roster {
    /// Title or id of the album
    album: String,
    /// Name or id of somebody who is expected
    #[arg(long, value_name = "PERSON")]
    add: Vec<String>,
    /// Name or id of somebody who is not any more; their template goes
    #[arg(long, value_name = "PERSON")]
    remove: Vec<String>,
    #[command(flatten)]
    kept: KeptArguments,
}

/// Make codes to enrol with, one for each person on the roster; what was made before ends
///
/// Hand each over in person, never by the channel by which the personal link went: a link alone does not say who
/// holds it. A code is good for one enrolment, and for five tries.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  grata group codes \"Class 3b\"
  grata group codes \"Class 3b\" --person \"Alice Martin\"")]
struct Codes {
    /// Title or id of the album
    album: String,
    /// Name or id of the only person to make one for [default: everybody on the roster]
    #[arg(long, value_name = "PERSON")]
    person: Option<String>,
    #[command(flatten)]
    kept: KeptArguments,
}

/// Put on record what a group stands on; it is public, on the status page
#[derive(Debug, Args)]
#[command(after_help = "Example:
  grata group attest \"Class 3b\" --closed --all-agreed --dpia \"file 7 of 2026-10-01\" --dpia-sha256 SUM \\
    --notice-on 2026-09-01 --captured-from 2026-09-05 --accountable \"the head\" --until 2027-06-30 --ceiling 20 \\
    --calibration album.toml")]
struct Attest {
    /// Title or id of the album
    album: String,
    /// Nobody is expected in the pictures but the roster as it is now
    #[arg(long)]
    closed: bool,
    /// Everybody expected in the pictures agreed to the comparison
    #[arg(long)]
    all_agreed: bool,
    #[command(flatten)]
    records: RecordArguments,
    /// Since when people were told, before the first photo
    #[arg(long, value_name = "DAY", value_parser = date)]
    notice_on: Option<Date>,
    /// The day of the earliest photo
    #[arg(long, value_name = "DAY", value_parser = date)]
    captured_from: Option<Date>,
    /// Compare the photos of these days only: the first; the album has to keep times, and photos without one are left
    /// out
    #[arg(long, value_name = "DAY", value_parser = date, requires = "to")]
    from: Option<Date>,
    /// The last of these days
    #[arg(long, value_name = "DAY", value_parser = date, requires = "from")]
    to: Option<Date>,
    /// Compare the photos of all days again
    #[arg(long, conflicts_with = "from")]
    all_days: bool,
    /// Who answers for the comparison
    #[arg(long, value_name = "WHO")]
    accountable: Option<String>,
    /// The last day
    #[arg(long, value_name = "DAY", value_parser = date)]
    until: Option<Date>,
    /// The most photos that may wait for somebody to look at them
    #[arg(long, value_name = "N")]
    ceiling: Option<u64>,
    /// A file of `grata calibrate`
    #[arg(long, value_name = "FILE")]
    calibration: Option<PathBuf>,
    /// A model of your own, by its manifest [default: pack find]
    #[arg(long, value_name = "MANIFEST", requires = "calibration")]
    model: Option<PathBuf>,
    /// The calibration was measured on photos of children, who agreed with whoever answers for them
    #[arg(long, requires = "calibration")]
    on_children: bool,
    #[command(flatten)]
    kept: KeptArguments,
}

/// The closed group of an album: how it stands, comparing its photos, or deleting it with all templates
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  grata group status \"Class 3b\"
  grata group compare \"Class 3b\"
  grata group delete \"Class 3b\"")]
struct One {
    /// Title or id of the album
    album: String,
    #[command(flatten)]
    kept: KeptArguments,
}

/// Close a group for now, or let it go on
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  grata group pause \"Class 3b\"\n  grata group pause \"Class 3b\" --undo"
)]
struct Pause {
    /// Title or id of the album
    album: String,
    /// Let it go on, if everything is on record
    #[arg(long)]
    undo: bool,
    #[command(flatten)]
    kept: KeptArguments,
}

/// What is missing, for people.
fn words(missing: Missing) -> &'static str {
    match missing {
        Missing::Roster => "a roster: `grata group roster`",
        Missing::ClosedGroup => "that nobody but the roster is expected in the pictures (--closed)",
        Missing::RosterChanged => "the same for the roster as it is now: it has changed (--closed)",
        Missing::AllAgreed => "that everybody expected agreed (--all-agreed)",
        Missing::SomebodyHasNotAgreed => {
            "the yes of somebody on the roster; who is nobody's business but theirs"
        }
        Missing::Assessment => "an impact assessment (--dpia); a new threshold or model takes a new one",
        Missing::AssessmentToCome => "an impact assessment that is made already: its day has not come",
        Missing::Notice => "since when people were told (--notice-on)",
        Missing::CapturedFrom => "the day of the earliest photo (--captured-from)",
        Missing::NoticeTooLate => "a notice from before the first photo: people were told too late",
        Missing::Accountable => "who answers for it (--accountable)",
        Missing::Expiry => "when it ends (--until)",
        Missing::Expired => "time: it has ended (--until)",
        Missing::Ceiling => "how many photos may wait for a look (--ceiling)",
        Missing::TooManyWaiting => "a look at photos: more wait for one than the ceiling allows",
        Missing::Calibration => "a calibration (--calibration)",
        Missing::Model => "the model: `grata models install find`",
        Missing::OtherModel => "a calibration for this model: it was made for another one",
        Missing::Outgrown => "a calibration for this size: the album has outgrown it",
        Missing::Opinion => "the opinion of the data protection officer (--opinion)",
        Missing::Consultation => "the consultation of those concerned (--consultation)",
        Missing::Alternative => "the alternative that was tried (--alternative)",
        Missing::NotForChildren => "a calibration that was measured on children (--on-children)",
        Missing::NoTimes => {
            "times: it is for some days only, and the album keeps no times (`grata album times`, or --all-days)"
        }
        Missing::Paused => "that it goes on: it is paused (`grata group pause --undo`)",
    }
}

#[derive(Serialize)]
struct Line {
    album: String,
    profile: &'static str,
    in_force: bool,
    missing: Vec<&'static str>,
    ends: Option<String>,
    members: u64,
    enrolled: u64,
    faces: u64,
    waiting: u64,
    to_compare: u64,
    /// The days whose photos are compared; none: all.
    from: Option<String>,
    to: Option<String>,
    embedded: u64,
    late_rounds: u64,
}

fn told(album: &str, status: &Status) -> Line {
    Line {
        album: album.into(),
        profile: status.group.attested.profile.as_str(),
        in_force: status.missing.is_empty(),
        missing: status.missing.iter().map(|one| one.as_str()).collect(),
        ends: status.ends.map(|at| at.to_string()),
        members: status.members,
        enrolled: status.enrolled,
        faces: status.faces,
        waiting: status.waiting,
        to_compare: status.to_compare,
        from: status.group.attested.window.map(|window| window.from().to_string()),
        to: status.group.attested.window.map(|window| window.to().to_string()),
        embedded: status.group.embedded,
        late_rounds: status.group.late_rounds,
    }
}

fn for_people(status: &Status) -> String {
    let mut text = String::new();
    if status.group.attested.profile.is_unequal() {
        text += &format!("{UNEQUAL}\n");
    }
    match status.ends {
        Some(ends) => text += &format!("In force until {}.\n", day(ends)),
        None => {
            text += "Closed: faces are hidden, and compared with nobody. Missing:\n";
            for one in &status.missing {
                text += &format!("  {}\n", words(*one));
            }
        }
    }
    if let Some(window) = status.group.attested.window {
        text += &format!("Photos of {} to {} are compared, and no others.\n", window.from(), window.to());
    }
    text + &format!(
        "{} on the roster, {} of them enrolled; {} photos to compare; {} faces turned into numbers so far; {} photos \
         wait for a look",
        status.members, status.enrolled, status.to_compare, status.group.embedded, status.waiting
    )
}

#[derive(Serialize)]
struct CodeLine {
    person: String,
    name: String,
    code: String,
}

#[derive(Serialize)]
struct Run {
    photos: u64,
    embedded: u64,
    failed: u64,
    left: u64,
    closed: Vec<&'static str>,
}

/// Runs the command.
///
/// # Errors
/// [`AppError`] if nothing was done.
pub fn run(arguments: &Arguments, cx: &Cx) -> Result<Finish, AppError> {
    match &arguments.action {
        Action::Create(Create { album, profile, kept }) => {
            let store = kept.data.open()?;
            let found = albums::find(&store.read()?, album)?;
            groups::create(&store, found.id, (*profile).into(), cx.by())?;
            status(kept, &store, &found, cx)?;
        }
        Action::Roster(Roster { album, add, remove, kept }) => {
            let store = kept.data.open()?;
            let found = albums::find(&store.read()?, album)?;
            for (names, is_expected) in [(add, true), (remove, false)] {
                for name in names {
                    let subject = people::find(&store.read()?, name)?;
                    groups::set_roster(&store, found.id, subject, is_expected, cx.by())?;
                }
            }
            status(kept, &store, &found, cx)?;
        }
        Action::Codes(Codes { album, person, kept }) => {
            let store = kept.data.open()?;
            let reader = store.read()?;
            let found = albums::find(&reader, album)?;
            let only = person.as_ref().map(|name| people::find(&reader, name)).transpose()?;
            drop(reader);
            for made in enrol::make_codes(&store, found.id, only, cx.by())? {
                let (person, code) = (made.subject.to_string(), made.code.to_string());
                let line = CodeLine { person, name: made.name, code };
                print::line(kept.json, &line, |line| format!("{}  {}", line.code, line.name));
            }
            print::say(
                "Shown this once. Hand each over in person, never by the channel by which their link went.",
            );
        }
        Action::Attest(attest) => {
            let store = attest.kept.data.open()?;
            let found = albums::find(&store.read()?, &attest.album)?;
            groups::attest(&store, found.id, &changes(attest)?, cx.by())?;
            status(&attest.kept, &store, &found, cx)?;
        }
        Action::Status(One { album, kept }) => {
            let store = kept.data.open()?;
            let found = albums::find(&store.read()?, album)?;
            status(kept, &store, &found, cx)?;
        }
        Action::Pause(Pause { album, undo, kept }) => {
            let store = kept.data.open()?;
            let found = albums::find(&store.read()?, album)?;
            groups::pause(&store, found.id, !undo, cx.by())?;
            status(kept, &store, &found, cx)?;
        }
        Action::Delete(One { album, kept }) => {
            let store = kept.data.open()?;
            let found = albums::find(&store.read()?, album)?;
            groups::delete(&store, found.id, cx.by())?;
            print::say("The group is deleted, with its roster and all templates.");
        }
        Action::Compare(One { album, kept }) => {
            let store = kept.data.open()?;
            let found = albums::find(&store.read()?, album)?;
            let done = compare::run(&store, cx, found.id, &mut |_, _| {})?;
            let line = Run {
                photos: done.photos,
                embedded: done.embedded,
                failed: done.failed,
                left: done.left,
                closed: done.closed.iter().map(|one| one.as_str()).collect(),
            };
            print::line(kept.json, &line, |line| {
                let mut text = format!(
                    "{} photos compared, {} faces turned into numbers and forgotten; {} left",
                    line.photos, line.embedded, line.left
                );
                if !line.closed.is_empty() {
                    text += &format!("; closed meanwhile: {}", line.closed.join(", "));
                }
                text + ". Whoever was found is asked on their own page."
            });
            return Ok(if done.failed > 0 { Finish::SomeFailed } else { Finish::AllDone });
        }
    }
    Ok(Finish::AllDone)
}

fn changes(attest: &Attest) -> Result<Changes, AppError> {
    let window = match attest.from.zip(attest.to) {
        Some((from, to)) => Some(Some(groups::window(from, to)?)),
        None => attest.all_days.then_some(None),
    };
    Ok(Changes {
        window,
        closed: attest.closed,
        all_agreed: attest.all_agreed,
        records: attest.records.records(),
        notice_on: attest.notice_on,
        captured_from: attest.captured_from,
        accountable: attest.accountable.clone(),
        until: attest.until,
        ceiling: attest.ceiling,
        calibration: attest.calibration.clone().map(|file| NewCalibration::File(file, attest.model.clone())),
        on_children: attest.on_children,
    })
}

fn status(
    kept: &KeptArguments,
    store: &grata_store::Store,
    album: &grata_store::queries::albums::Album,
    cx: &Cx,
) -> Result<(), AppError> {
    let status = groups::status(&store.read()?, &cx.config, album.id, cx.now())?;
    print::line(kept.json, &told(&album.title, &status), |_| for_people(&status));
    Ok(())
}
