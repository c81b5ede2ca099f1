//! `grata release`

use std::collections::BTreeSet;
use std::io;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use grata_core::geometry::PixelRect;
use grata_core::id::SubjectId;
use grata_core::purpose::{ChannelKey, Publish};
use grata_store::{Reader, Store};
use serde::Serialize;

use super::Finish;
use super::arguments::{DataArguments, MakeArguments};
use super::print;
use super::progress::Progress;
use crate::app::recalls::reason_words;
use crate::app::releases::{
    self, FaceOutlook, Outlook, PhotoOutcome, PlannedPhoto, ReleaseOrder, SettledPhoto,
};
use crate::app::{albums, views};
use crate::cx::Cx;
use crate::error::AppError;
use crate::words::{count, harmless};

/// Publish the photos of an album through one channel, showing exactly the people who said yes to it
///
/// `plan` says for each face whether it would be shown, and why not, and changes nothing. `make` writes the
/// finished photos to a folder, under names that say nothing, with a manifest. A photo counts only if
/// nobody is to be seen in it but who may be. Interrupted, it is finished by the same command again.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  grata release plan \"Match of 5 September\" --channel website
  grata release make \"Match of 5 September\" --channel website --out website/

A face that is hidden now and may be shown later stays hidden in this release; make another one.

Exit codes: 0 all done; 1 nothing was done; 2 some photos failed; 130 stopped by Ctrl-C.")]
pub struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Say for each face whether it would be shown, and why not; changes nothing
    Plan(Plan),
    /// Make the finished photos and write them to a folder
    Make(Make),
}

#[derive(Debug, Args)]
struct What {
    /// The album, by title or id
    #[arg(value_name = "ALBUM")]
    album: String,

    /// Which way out, such as `website` or `print`
    #[arg(long, value_name = "CHANNEL")]
    channel: ChannelKey,

    #[command(flatten)]
    data: DataArguments,

    /// Print one JSON object a photo on standard output
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
struct Plan {
    #[command(flatten)]
    what: What,

    /// Say people's names and what the photos' files were called; without, ids stand in their place.
    /// Whoever is named can see that somebody looked
    #[arg(long)]
    names: bool,
}

#[derive(Debug, Args)]
struct Make {
    #[command(flatten)]
    what: What,

    /// Folder for the finished photos: new, or that of a release to be finished
    #[arg(long, value_name = "DIR")]
    out: PathBuf,

    /// Who gets the files, as a role; no names
    #[arg(long, value_name = "ROLE", default_value = "webmaster")]
    recipient: String,

    #[command(flatten)]
    make: MakeArguments,
}

/// Runs the command.
///
/// # Errors
/// [`AppError`] if nothing was done.
pub fn run(arguments: &Arguments, cx: &Cx) -> Result<Finish, AppError> {
    match &arguments.action {
        Action::Plan(arguments) => arguments.what.data.with(|store| plan(arguments, store, cx)),
        Action::Make(arguments) => arguments.what.data.with(|store| make(arguments, store, cx)),
    }
}

#[derive(Serialize)]
struct PlanLine {
    photo: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    status: &'static str,
    reason: Option<&'static str>,
    faces: Vec<FaceLine>,
}

#[derive(Serialize)]
struct FaceLine {
    face: Option<String>,
    x: u32,
    y: u32,
    w: u32,
    h: u32,
    person: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    treatment: &'static str,
    reason: Option<&'static str>,
}

fn plan(arguments: &Plan, store: &Store, cx: &Cx) -> Result<Finish, AppError> {
    let What { album, channel, json, .. } = &arguments.what;
    let reader = store.read()?;
    let publish = Publish { album: albums::find(&reader, album)?.id, channel: channel.clone() };
    let photos = releases::plan(store, &publish, cx)?;
    if arguments.names {
        views::album(store, publish.album, named(&photos).len(), cx.by())?;
    }
    let (mut shown, mut hidden, mut withheld) = (0, 0, 0);
    for photo in &photos {
        let line = plan_line(&reader, photo, arguments.names)?;
        withheld += usize::from(line.status == "withheld");
        shown += line.faces.iter().filter(|face| face.treatment == "shown").count();
        hidden += line.faces.iter().filter(|face| face.treatment == "hidden").count();
        print::line(*json, &line, plan_words);
    }
    let photos = count(photos.len() - withheld, "photo");
    print::say(&format!(
        "{photos} would leave, {withheld} stay in the house; {} shown, {} hidden.",
        count(shown, "face"),
        count(hidden, "place")
    ));
    Ok(Finish::AllDone)
}

/// Whose names a plan says, if it says any.
fn named(photos: &[PlannedPhoto]) -> BTreeSet<SubjectId> {
    let faces = photos.iter().flat_map(|photo| match &photo.outlook {
        Outlook::Leaves { faces, .. } => faces.as_slice(),
        _ => &[],
    });
    faces.filter_map(|face| face.subject).collect()
}

fn plan_line(reader: &Reader, planned: &PlannedPhoto, names: bool) -> Result<PlanLine, AppError> {
    let name = names.then(|| reader.photo_name(planned.photo)).transpose()?;
    let mut line = PlanLine {
        photo: planned.photo.to_string(),
        name: name.as_deref().map(harmless),
        status: "leaves",
        reason: None,
        faces: Vec::new(),
    };
    match &planned.outlook {
        Outlook::Withheld(why) => (line.status, line.reason) = ("withheld", Some(why.as_str())),
        Outlook::Leaves { faces, besides } => {
            for face in faces {
                line.faces.push(face_line(reader, face, names)?);
            }
            let besides = besides.iter().map(|(rect, reason)| FaceLine {
                treatment: "hidden",
                reason: Some(reason.as_str()),
                ..place_line(*rect)
            });
            line.faces.extend(besides);
        }
    }
    Ok(line)
}

fn place_line(rect: PixelRect) -> FaceLine {
    let PixelRect { x, y, width, height } = rect;
    FaceLine {
        face: None,
        x,
        y,
        w: width,
        h: height,
        person: None,
        name: None,
        treatment: "shown",
        reason: None,
    }
}

fn face_line(reader: &Reader, face: &FaceOutlook, names: bool) -> Result<FaceLine, AppError> {
    let name = face.subject.filter(|_| names).map(|id| reader.profile(id)).transpose()?;
    let treatment = match face.hidden {
        Some(_) => "hidden",
        None if face.no_face => "no-face",
        None => "shown",
    };
    Ok(FaceLine {
        face: Some(face.face.to_string()),
        person: face.subject.map(|id| id.to_string()),
        name: name.map(|profile| harmless(&profile.name)),
        treatment,
        reason: face.hidden.map(|reason| reason.as_str()),
        ..place_line(face.rect)
    })
}

fn plan_words(line: &PlanLine) -> String {
    let photo = line.name.as_deref().unwrap_or(&line.photo);
    let mut words = match line.reason {
        Some(reason) => format!("{photo}: stays in the house ({})", reason_words(reason)),
        None => format!("{photo}:"),
    };
    for (number, face) in (1..).zip(&line.faces) {
        let who = face.name.as_ref().or(face.person.as_ref()).map(|who| format!(", {who}"));
        let why = face.reason.map(|reason| format!(" ({})", reason_words(reason)));
        let (who, why) = (who.unwrap_or_default(), why.unwrap_or_default());
        let treatment = face.treatment.replace('-', " ");
        words +=
            &format!("\n  {number} at {},{} {}x{}{who}: {treatment}{why}", face.x, face.y, face.w, face.h);
    }
    words
}

#[derive(Serialize)]
struct MakeLine {
    photo: String,
    status: &'static str,
    file: Option<String>,
    sha256: Option<String>,
    shown: usize,
    hidden: usize,
    reason: Option<String>,
}

fn make(arguments: &Make, store: &Store, cx: &Cx) -> Result<Finish, AppError> {
    let What { album, channel, json, .. } = &arguments.what;
    let order = ReleaseOrder {
        album: albums::find(&store.read()?, album)?.id,
        channel: channel.clone(),
        recipient: arguments.recipient.clone(),
        out: arguments.out.clone(),
        style: arguments.make.style.into(),
        jobs: arguments.make.jobs,
    };
    let (mut released, mut withheld, mut failed) = (0, 0, 0);
    let mut progress = Progress::new("photos", |settled: SettledPhoto| {
        match settled.outcome {
            PhotoOutcome::Released { .. } => released += 1,
            PhotoOutcome::Withheld(_) => withheld += 1,
            PhotoOutcome::Failed(_) => failed += 1,
        }
        let line = make_line(settled);
        match (*json, &line.reason) {
            (true, _) => print::line(true, &line, |_| String::new()),
            (false, Some(reason)) => print::say(&format!("{}: {}: {reason}", line.photo, line.status)),
            (false, None) => {}
        }
    });
    let release = releases::make(&order, store, cx, &mut io::stderr(), &mut progress)?;
    progress.finish();
    drop(progress);
    print::say(&format!(
        "{} released, {withheld} withheld, {failed} failed. Release {release}.",
        count(released, "photo")
    ));
    Ok(if failed == 0 { Finish::AllDone } else { Finish::SomeFailed })
}

fn make_line(settled: SettledPhoto) -> MakeLine {
    let mut line = MakeLine {
        photo: settled.photo.to_string(),
        status: "released",
        file: None,
        sha256: None,
        shown: 0,
        hidden: 0,
        reason: None,
    };
    match settled.outcome {
        PhotoOutcome::Released { rendition, is_new } => {
            line.status = if is_new { "released" } else { "kept" };
            line.shown = rendition.rendition.shown.len();
            line.hidden = rendition.rendition.hidden.len();
            line.file = Some(rendition.file_name);
            line.sha256 = Some(rendition.sha256.to_string());
        }
        PhotoOutcome::Withheld(why) => {
            (line.status, line.reason) = ("withheld", Some(why.as_str().replace('-', " ")));
        }
        PhotoOutcome::Failed(reason) => (line.status, line.reason) = ("failed", Some(reason)),
    }
    line
}
