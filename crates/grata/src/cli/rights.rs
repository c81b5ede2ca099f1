//! `grata rights`

mod new_file;

use std::io;
use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use grata_core::geometry::PixelRect;
use grata_core::id::{ObjectionId, PhotoId};
use grata_core::notice::Language;
use grata_core::rights::Urgency;
use grata_core::signed::Document;
use grata_core::time::Date;
use grata_store::Store;
use serde::Serialize;
use serde_json::{Value, json};

use new_file::NewFile;

use super::Finish;
use super::arguments::{DataArguments, MakeArguments, date, language, place};
use super::print;
use super::progress::Progress;
use crate::app::people;
use crate::app::releases::folder::keep_out_of_store;
use crate::app::rights::access::{self, AccessOrder, OwnPhoto};
use crate::app::rights::{self, Erased, ObjectedTo, Received, Ruling};
use crate::cx::Cx;
use crate::error::{AppError, ErrorKind};
use crate::words::{count, shown};

/// Do what a person asks for: access, export, erasure, restriction, objection
///
/// By hand of the privacy officer; people do the same themselves on their page. Each request goes on record
/// with the day on which it came in, and its clock runs from there.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  grata rights access \"Alice Example\" --out for-alice/
  grata rights erase \"Alice Example\"            (says what would be done)
  grata rights erase \"Alice Example\" --yes --certificate alice.json
  grata rights restrict \"Alice Example\"
  grata rights object --photo 6f0c... --place 120,80,64,64
  grata rights requests

What has left already is taken back by `grata recall`.

Exit codes: 0 all done; 1 nothing was done; 2 some photos of a package failed, or a certificate could not
be written.")]
pub struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Everything that is held about a person, as data and as a page, with their photos
    Access(Access),
    /// What a person gave, and their receipts, to take elsewhere
    Export(Export),
    /// Erase a person: first says what would be done
    Erase(Erase),
    /// Certificates of all erasures that are finished, once more: one file each
    Certificates(Certificates),
    /// Freeze use of a person's data, or lift that
    Restrict(Restrict),
    /// Hide a person, a photo or a place in one, pending decision; or decide
    Object(Object),
    /// Requests that wait for an answer, and when each is due
    Requests(Requests),
}

#[derive(Debug, Args)]
struct Common {
    #[command(flatten)]
    data: DataArguments,

    /// The day on which the request came in, as 2026-11-22 [default: today]
    #[arg(long, value_name = "DAY", value_parser = date)]
    received: Option<Date>,

    /// Print JSON on standard output
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
struct Access {
    /// Name or id
    #[arg(value_name = "PERSON")]
    person: String,

    /// A new folder for the package; hand it over safely, and delete it then
    #[arg(long, value_name = "DIR")]
    out: PathBuf,

    /// The language of the page [default: the person's]
    #[arg(long, value_name = "LANGUAGE", value_parser = language)]
    language: Option<Language>,

    #[command(flatten)]
    make: MakeArguments,

    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Args)]
struct Export {
    /// Name or id
    #[arg(value_name = "PERSON")]
    person: String,

    /// A new file for the export
    #[arg(long, value_name = "FILE")]
    out: PathBuf,

    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Args)]
struct Erase {
    /// Name or id
    #[arg(value_name = "PERSON", required_unless_present = "unfinished")]
    person: Option<String>,

    /// Do it
    #[arg(long)]
    yes: bool,

    /// Finish erasures that were interrupted
    #[arg(long, conflicts_with_all = ["person", "yes"])]
    unfinished: bool,

    /// With --unfinished: names and contacts to search every file for
    #[arg(long, value_name = "TEXT", requires = "unfinished")]
    name: Vec<String>,

    /// Search these folders too, such as earlier access packages
    #[arg(long, value_name = "DIR")]
    also: Vec<PathBuf>,

    /// A new file for the certificate
    #[arg(long, value_name = "FILE")]
    certificate: Option<PathBuf>,

    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Args)]
struct Certificates {
    /// A folder for them; what is in it already stays
    #[arg(long, value_name = "DIR")]
    out: PathBuf,

    #[command(flatten)]
    data: DataArguments,

    /// Print JSON on standard output
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
struct Restrict {
    /// Name or id
    #[arg(value_name = "PERSON")]
    person: String,

    /// Lift the restriction
    #[arg(long)]
    lift: bool,

    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Args)]
struct Object {
    /// Every picture of this person, by name or id
    #[arg(long, value_name = "PERSON", conflicts_with_all = ["photo", "decide"])]
    person: Option<String>,

    /// This photo, by id
    #[arg(long, value_name = "PHOTO", conflicts_with = "decide")]
    photo: Option<PhotoId>,

    /// Only this place in it: x,y,width,height in pixels of the upright picture
    #[arg(long, value_name = "X,Y,W,H", value_parser = place, requires = "photo")]
    place: Option<PixelRect>,

    /// Decide about this objection
    #[arg(long, value_name = "OBJECTION", requires = "ruling")]
    decide: Option<ObjectionId>,

    /// What is decided
    #[arg(long, value_enum, requires = "decide")]
    ruling: Option<RulingArgument>,

    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum RulingArgument {
    /// It stays in effect
    Uphold,
    /// It ends; send the reasons
    Reject,
    /// Whoever made it takes it back
    TakeBack,
}

#[derive(Debug, Args)]
struct Requests {
    #[command(flatten)]
    data: DataArguments,

    /// Print one JSON object a request on standard output
    #[arg(long)]
    json: bool,
}

impl Common {
    fn received(&self) -> Received {
        Received(self.received)
    }
}

/// Runs the command.
///
/// # Errors
/// [`AppError`] if nothing was done.
pub fn run(arguments: &Arguments, cx: &Cx) -> Result<Finish, AppError> {
    match &arguments.action {
        Action::Access(one) => one.common.data.with(|store| access(one, store, cx)),
        Action::Export(one) => one.common.data.with(|store| export(one, store, cx)),
        Action::Erase(one) => one.common.data.with(|store| erase(one, store, cx)),
        Action::Certificates(one) => one.data.with(|store| certificates(one, store)),
        Action::Restrict(one) => one.common.data.with(|store| restrict(one, store, cx)),
        Action::Object(one) => one.common.data.with(|store| object(one, store, cx)),
        Action::Requests(one) => one.data.with(|store| requests(one, store, cx)),
    }
}

fn access(arguments: &Access, store: &Store, cx: &Cx) -> Result<Finish, AppError> {
    let order = AccessOrder {
        subject: people::find(&store.read()?, &arguments.person)?,
        out: arguments.out.clone(),
        language: arguments.language.clone(),
        received: arguments.common.received(),
        style: arguments.make.style.into(),
        jobs: arguments.make.jobs,
    };
    let (mut done, mut failed) = (0, 0);
    let mut progress = Progress::new("photos", |photo: OwnPhoto| {
        match &photo.reason {
            None => done += 1,
            Some(reason) => {
                failed += 1;
                print::say(&format!("{}: failed: {reason}", photo.photo));
            }
        }
        if arguments.common.json {
            print::line(true, &photo, |_| String::new());
        }
    });
    access::make(&order, store, cx, &mut io::stderr(), &mut progress)?;
    progress.finish();
    drop(progress);
    if cx.stop.is_raised() {
        print::say("Stopped: there is no package.");
        return Ok(Finish::AllDone);
    }
    print::say(&format!(
        "The package is in {}, with {}; {failed} failed.",
        shown(&arguments.out),
        count(done, "photo")
    ));
    Ok(if failed == 0 { Finish::AllDone } else { Finish::SomeFailed })
}

fn export(arguments: &Export, store: &Store, cx: &Cx) -> Result<Finish, AppError> {
    let subject = people::find(&store.read()?, &arguments.person)?;
    let place = NewFile::at(&arguments.out, store)?;
    rights::export::make(store, cx, subject, arguments.common.received(), |data| {
        place.write(&serde_json::to_string_pretty(data).unwrap_or_default())
    })?;
    print::say(&format!("The export is in {}.", shown(&arguments.out)));
    Ok(Finish::AllDone)
}

#[derive(Serialize)]
struct ErasureLine {
    done: bool,
    rows: Value,
    renditions: u64,
    steps: Vec<String>,
}

fn erase(arguments: &Erase, store: &Store, cx: &Cx) -> Result<Finish, AppError> {
    let json = arguments.common.json;
    let certificate = arguments.certificate.as_deref().map(|path| NewFile::at(path, store)).transpose()?;
    if arguments.yes || arguments.unfinished {
        certificate.as_ref().map_or(Ok(()), NewFile::try_out)?;
    }
    let Some(person) = &arguments.person else {
        let done = rights::finish_erasures(store, cx, &arguments.name, &arguments.also)?;
        done.iter().for_each(|one| print_certificate(json, one));
        print::say(&format!("{} finished.", count(done.len(), "erasure")));
        return Ok(done.last().map_or(Finish::AllDone, |last| hand_over(certificate.as_ref(), last)));
    };
    let subject = people::find(&store.read()?, person)?;
    let plan = rights::preview_erasure(store, subject)?;
    if !arguments.yes {
        let line = ErasureLine {
            done: false,
            rows: json!(plan.rows),
            renditions: plan.renditions,
            steps: plan.steps.iter().map(|step| format!("{step:?}").to_lowercase()).collect(),
        };
        print::line(json, &line, |line| {
            let rows: Vec<String> =
                plan.rows.iter().map(|(table, number)| format!("  {table}: {number}")).collect();
            format!(
                "These rows would go, by table:\n{}\n{} would be recalled.\nThen: {}.",
                rows.join("\n"),
                count(line.renditions as usize, "released photo"),
                line.steps.join(", ")
            )
        });
        print::say("Nothing was done. With --yes it is done; it cannot be undone.");
        return Ok(Finish::AllDone);
    }
    let Erased { certificate: document, recalled } =
        rights::erase(store, cx, subject, &arguments.also, arguments.common.received())?;
    print_certificate(json, &document);
    for stored in &recalled {
        print::say(&format!("No longer shown: {} ({})", stored.file_name, stored.rendition.publish.channel));
    }
    print::say(&format!(
        "Erased; {} recalled. The sweep found nothing.",
        count(recalled.len(), "released photo")
    ));
    if !recalled.is_empty() {
        print::say("Run `grata recall --out DIR` and hand its list to whoever put the files online.");
    }
    Ok(hand_over(certificate.as_ref(), &document))
}

/// Writes the certificate of an erasure that is done and told: where that fails now, it is kept all the same.
fn hand_over(place: Option<&NewFile<'_>>, certificate: &Document) -> Finish {
    match place.map_or(Ok(()), |place| place.write(&certificate.to_json())) {
        Ok(()) => Finish::AllDone,
        Err(error) => {
            print::say(&format!("{error}\nIt is kept: `grata rights certificates --out DIR` writes it."));
            Finish::SomeFailed
        }
    }
}

/// Whoever was stopped before the file was written, or has lost it, gets it here.
fn certificates(arguments: &Certificates, store: &Store) -> Result<Finish, AppError> {
    let kept = store.read()?.certificates()?;
    let mut written = 0;
    for (tombstone, certificate) in &kept {
        let path = arguments.out.join(format!("{tombstone}.json"));
        keep_out_of_store(&path, store)?;
        if !path.exists() {
            NewFile::at(&path, store)?.write(certificate)?;
            written += 1;
        }
        let line = json!({"tombstone": tombstone.to_string(), "file": path.to_string_lossy()});
        print::line(arguments.json, &line, |_| path.display().to_string());
    }
    print::say(&format!(
        "{} in {}, {written} of them new.",
        count(kept.len(), "certificate"),
        shown(&arguments.out)
    ));
    Ok(Finish::AllDone)
}

fn print_certificate(json: bool, document: &Document) {
    if json {
        print::line(true, document, |_| String::new());
    }
}

fn restrict(arguments: &Restrict, store: &Store, cx: &Cx) -> Result<Finish, AppError> {
    let subject = people::find(&store.read()?, &arguments.person)?;
    let live = rights::restrict(store, cx, subject, arguments.lift, arguments.common.received())?;
    let line = json!({"person": subject.to_string(), "restricted": !arguments.lift, "renditions": live});
    print::line(arguments.common.json, &line, |_| {
        let what = if arguments.lift { "The restriction is lifted" } else { "Use is frozen from now on" };
        format!("{what}; {} of them have left.", count(live, "photo"))
    });
    if !arguments.lift && live > 0 {
        print::say("Run `grata recall --out DIR` to take them back.");
    }
    Ok(Finish::AllDone)
}

fn object(arguments: &Object, store: &Store, cx: &Cx) -> Result<Finish, AppError> {
    let json = arguments.common.json;
    if let (Some(id), Some(ruling)) = (arguments.decide, arguments.ruling) {
        let ruling = match ruling {
            RulingArgument::Uphold => Ruling::Uphold,
            RulingArgument::Reject => Ruling::Reject,
            RulingArgument::TakeBack => Ruling::TakeBack,
        };
        rights::decide_objection(store, cx, id, ruling)?;
        print::say("Decided, and on record.");
        return Ok(Finish::AllDone);
    }
    let to = match (&arguments.person, arguments.photo, arguments.place) {
        (Some(person), ..) => ObjectedTo::Person(people::find(&store.read()?, person)?),
        (None, Some(photo), Some(place)) => ObjectedTo::Place(photo, place),
        (None, Some(photo), None) => ObjectedTo::Photo(photo),
        (None, None, _) => {
            return Err(AppError::new(ErrorKind::Invalid, "nobody knows what is objected to")
                .hint("Give --person, or --photo with or without --place. Nothing was done."));
        }
    };
    let id = rights::object(store, cx, to, arguments.common.received())?;
    print::line(json, &json!({"objection": id.to_string()}), |_| format!("Objection {id} is in effect."));
    print::say("Run `grata recall --out DIR` to take back what has left.");
    Ok(Finish::AllDone)
}

#[derive(Serialize)]
struct RequestLine {
    request: String,
    person: Option<String>,
    kind: &'static str,
    received: String,
    due: String,
    urgency: &'static str,
}

fn requests(arguments: &Requests, store: &Store, cx: &Cx) -> Result<Finish, AppError> {
    let open = rights::open_requests(store, cx)?;
    for (request, deadline) in &open {
        let line = RequestLine {
            request: request.id.to_string(),
            person: request.subject.map(|id| id.to_string()),
            kind: request.kind.as_str(),
            received: request.received_on.to_string(),
            due: deadline.due.to_string(),
            urgency: match deadline.urgency {
                Urgency::Calm => "calm",
                Urgency::Soon => "soon",
                Urgency::Now => "now",
                Urgency::Overdue => "overdue",
            },
        };
        print::line(arguments.json, &line, |line| {
            format!("{} of {}: due {} ({})", line.kind, line.received, line.due, line.urgency)
        });
    }
    print::say(&format!("{} open.", count(open.len(), "request")));
    Ok(Finish::AllDone)
}
