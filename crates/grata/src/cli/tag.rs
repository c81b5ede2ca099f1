//! `grata tag`

use std::collections::BTreeSet;

use clap::{Args, Subcommand};
use grata_core::audit::entry::ActorClass;
use grata_core::geometry::PixelRect;
use grata_core::id::{FaceId, NotMeId};
use grata_core::photo::{Found, Review};
use grata_core::tag::{FaceStanding, TagKind};
use grata_store::Reader;
use grata_store::queries::albums::Album;
use serde::Serialize;

use super::Finish;
use super::arguments::{DataArguments, OpenStore, place};
use super::print;
use crate::app::rights::{self, ObjectedTo, Received};
use crate::app::tags::{self, FaceInPhoto, PhotoTags};
use crate::app::{albums, people, views};
use crate::cx::{By, Cx};
use crate::error::{AppError, ErrorKind};
use crate::words::harmless;

/// Say by hand who is where in a photo
///
/// A tag shows nobody by itself: a face leaves the house only with that person's yes. A face is named
/// by its id, or by photo and number, as in `match.jpg#2`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  grata tag list \"Match of 5 September\"
  grata tag set match.jpg#2 \"Alice Martin\"

Exit codes: 0 done; 1 nothing was done.")]
pub struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    Set(Set),
    Undo(OneFace),
    AddFace(AddFace),
    NoFace(OneFace),
    Reviewed(OnePhoto),
    NotMe(NotMe),
    Object(Object),
    List(List),
}

/// Say that a face is this person
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  grata tag set match.jpg#2 \"Alice Martin\"")]
struct Set {
    /// The face: its id, or PHOTO#NUMBER
    face: String,
    /// Name or id
    person: String,
    #[command(flatten)]
    common: Common,
}

/// One face: take back the last word about it, or say that it is none
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  grata tag undo match.jpg#2\n  grata tag no-face match.jpg#3")]
struct OneFace {
    /// The face: its id, or PHOTO#NUMBER
    face: String,
    #[command(flatten)]
    common: Common,
}

/// Add a face that was missed, by its place in the upright picture
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  grata tag add-face match.jpg 120,80,64,80")]
struct AddFace {
    /// The photo: its id, or its file's name
    photo: String,
    /// Left, top, width, height in pixels
    #[arg(value_name = "X,Y,W,H", value_parser = place)]
    place: PixelRect,
    #[command(flatten)]
    common: Common,
}

/// Say that somebody has looked at a photo, so that it may leave
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  grata tag reviewed match.jpg")]
struct OnePhoto {
    /// The photo: its id, or its file's name
    photo: String,
    #[command(flatten)]
    common: Common,
}

/// Record that a person says: this is not me. It wins over every tag, for good
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  grata tag not-me match.jpg#2 --link LINK
  grata tag not-me match.jpg#2 \"Alice Martin\"
  grata tag not-me --take-back MARK --link LINK")]
struct NotMe {
    /// The face: its id, or PHOTO#NUMBER
    #[arg(required_unless_present = "take_back")]
    face: Option<String>,
    /// Name or id, if they told somebody who works here
    person: Option<String>,
    /// The link that the person was given
    #[arg(long, conflicts_with = "person")]
    link: Option<String>,
    /// Take this mark back, at the person's own wish; needs their link
    #[arg(long, value_name = "MARK", requires = "link", conflicts_with = "face")]
    take_back: Option<NotMeId>,
    #[command(flatten)]
    common: Common,
}

/// Record that somebody objects to a photo, or to a place in it; they need not say who they are
///
/// The photo stays in the house, or the place is hidden, from this moment on.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  grata tag object match.jpg --place 120,80,64,80
  grata tag object match.jpg")]
struct Object {
    /// The photo: its id, or its file's name
    photo: String,
    /// Left, top, width, height in pixels of the upright picture [default: the whole photo]
    #[arg(long, value_name = "X,Y,W,H", value_parser = place)]
    place: Option<PixelRect>,
    #[command(flatten)]
    common: Common,
}

/// Print the photos of an album with their faces, and who they are held to be
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  grata tag list \"Match of 5 September\"")]
struct List {
    /// Title or id of the album
    album: String,
    /// Only this photo: its id, or its file's name
    #[arg(long)]
    photo: Option<String>,
    #[command(flatten)]
    data: DataArguments,
    /// Print one JSON object a photo
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
struct Common {
    /// Title or id of the album, where the photo's name alone is not enough
    #[arg(long)]
    album: Option<String>,
    #[command(flatten)]
    data: DataArguments,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Line {
    photo: String,
    face: Option<String>,
    id: Option<String>,
    status: &'static str,
}

/// Runs the command.
///
/// # Errors
/// [`AppError`] if nothing was done.
pub fn run(arguments: &Arguments, cx: &Cx) -> Result<Finish, AppError> {
    match &arguments.action {
        Action::Set(Set { face, person, common }) => {
            let opened = common.open()?;
            let at = opened.face(face)?;
            let subject = people::find(&opened.store.read()?, person)?;
            let id = tags::set(&opened.store, &at, subject, cx.by())?;
            common.done(&at, Some(at.face.id), Some(id.to_string()), "Tagged.");
        }
        Action::Undo(OneFace { face, common }) => {
            let opened = common.open()?;
            let at = opened.face(face)?;
            let id = tags::undo(&opened.store, &at, cx.by())?;
            common.done(&at, Some(at.face.id), Some(id.to_string()), "Undone.");
        }
        Action::NoFace(OneFace { face, common }) => {
            let opened = common.open()?;
            let at = opened.face(face)?;
            let id = tags::no_face(&opened.store, &at, cx.by())?;
            common.done(&at, Some(at.face.id), Some(id.to_string()), "Nothing is hidden there any more.");
        }
        Action::AddFace(order) => add_face(order, cx)?,
        Action::Reviewed(OnePhoto { photo, common }) => {
            let opened = common.open()?;
            let photo = tags::find_photo(&opened.store.read()?, opened.album.as_ref(), photo)?;
            tags::reviewed(&opened.store, &photo, cx.by())?;
            common.told(photo.id.to_string(), None, None, "Noted.");
        }
        Action::NotMe(order) => not_me(order, cx)?,
        Action::Object(order) => {
            let opened = order.common.open()?;
            let photo = tags::find_photo(&opened.store.read()?, opened.album.as_ref(), &order.photo)?;
            let to = match order.place {
                Some(place) => ObjectedTo::Place(photo.id, place),
                None => ObjectedTo::Photo(photo.id),
            };
            let id = rights::object(&opened.store, cx, to, Received(None))?;
            let words = "In effect from now on. `grata recall` lists what has left already.";
            order.common.told(photo.id.to_string(), None, Some(id.to_string()), words);
        }
        Action::List(order) => list(order, cx)?,
    }
    Ok(Finish::AllDone)
}

/// An open installation, and the album that was named.
struct Opened {
    store: OpenStore,
    album: Option<Album>,
}

impl Opened {
    fn face(&self, text: &str) -> Result<FaceInPhoto, AppError> {
        tags::find_face(&self.store.read()?, self.album.as_ref(), text)
    }
}

impl Common {
    fn open(&self) -> Result<Opened, AppError> {
        let store = self.data.open()?;
        let album = match &self.album {
            Some(text) => Some(albums::find(&store.read()?, text)?),
            None => None,
        };
        Ok(Opened { store, album })
    }

    fn done(&self, at: &FaceInPhoto, face: Option<FaceId>, id: Option<String>, words: &str) {
        self.told(at.photo.id.to_string(), face, id, words);
    }

    fn told(&self, photo: String, face: Option<FaceId>, id: Option<String>, words: &str) {
        let line = Line { photo, face: face.map(|face| face.to_string()), id, status: "ok" };
        print::line(self.json, &line, |line| match &line.id {
            Some(id) => format!("{words} ({id})"),
            None => words.to_string(),
        });
    }
}

fn add_face(order: &AddFace, cx: &Cx) -> Result<(), AppError> {
    let opened = order.common.open()?;
    let photo = tags::find_photo(&opened.store.read()?, opened.album.as_ref(), &order.photo)?;
    let face = tags::add_face(&opened.store, &photo, order.place, cx.by())?;
    order.common.told(photo.id.to_string(), Some(face.id), Some(face.id.to_string()), "Hidden from now on.");
    Ok(())
}

fn not_me(order: &NotMe, cx: &Cx) -> Result<(), AppError> {
    let opened = order.common.open()?;
    let reader = opened.store.read()?;
    let (subject, who) = match (&order.link, &order.person) {
        (Some(link), _) => (people::open_link(&reader, link, cx.now())?.subject, ActorClass::Subject.into()),
        (None, Some(person)) => (people::find(&reader, person)?, cx.actor),
        (None, None) => {
            return Err(AppError::new(ErrorKind::Invalid, "say who says so: give the person, or --link"));
        }
    };
    drop(reader);
    let by = By { who, at: cx.now() };
    if let Some(mark) = order.take_back {
        tags::take_back_not_me(&opened.store, subject, mark, by)?;
        order.common.told(String::new(), None, Some(mark.to_string()), "Taken back.");
        return Ok(());
    }
    let at = opened.face(order.face.as_deref().unwrap_or_default())?;
    let id = tags::not_me(&opened.store, &at, subject, by)?;
    order.common.done(&at, Some(at.face.id), Some(id.to_string()), "Noted; no tag changes that.");
    Ok(())
}

#[derive(Serialize)]
struct PhotoLine {
    id: String,
    name: String,
    width: u32,
    height: u32,
    review: &'static str,
    faces: Vec<FaceLine>,
}

#[derive(Serialize)]
struct FaceLine {
    id: String,
    number: usize,
    x: u32,
    y: u32,
    w: u32,
    h: u32,
    found_by: &'static str,
    is: &'static str,
    person: Option<String>,
    name: Option<String>,
    said: usize,
}

fn list(order: &List, cx: &Cx) -> Result<(), AppError> {
    let store = order.data.open()?;
    let reader = store.read()?;
    let album = albums::find(&reader, &order.album)?;
    let photos = match &order.photo {
        Some(photo) => vec![tags::find_photo(&reader, Some(&album), photo)?.id],
        None => reader.photos_in(album.id)?,
    };
    let mut named = BTreeSet::new();
    let mut lines = Vec::new();
    for id in photos {
        let photo = tags::photo_tags(&reader, id)?;
        named.extend(photo.faces.iter().filter_map(|(_, standing)| match standing {
            FaceStanding::Confirmed(subject) => Some(*subject),
            FaceStanding::Unknown | FaceStanding::NotAFace => None,
        }));
        lines.push(photo_line(&reader, photo)?);
    }
    drop(reader);
    views::album(&store, album.id, named.len(), cx.by())?;
    for line in lines {
        print::line(order.json, &line, photo_words);
    }
    Ok(())
}

fn photo_line(
    reader: &Reader,
    PhotoTags { photo, name, faces, tags }: PhotoTags,
) -> Result<PhotoLine, AppError> {
    let mut lines = Vec::new();
    for (index, (face, standing)) in faces.into_iter().enumerate() {
        let (is, subject) = match standing {
            FaceStanding::Unknown => ("unknown", None),
            FaceStanding::Confirmed(subject) => ("person", Some(subject)),
            FaceStanding::NotAFace => ("no face", None),
        };
        let name = subject.map(|subject| reader.profile(subject)).transpose()?.map(|profile| profile.name);
        let said =
            |act: &&grata_core::tag::TagAct| act.face == face.id && !matches!(act.kind, TagKind::Undo(_));
        lines.push(FaceLine {
            id: face.id.to_string(),
            number: index + 1,
            x: face.region.rect.x,
            y: face.region.rect.y,
            w: face.region.rect.width,
            h: face.region.rect.height,
            found_by: match face.found {
                Found::Detector => "detector",
                Found::Reviewer => "reviewer",
            },
            is,
            person: subject.map(|subject| subject.to_string()),
            name,
            said: tags.iter().filter(said).count(),
        });
    }
    let review = match photo.review {
        Review::Clear => "clear",
        Review::Doubtful => "doubtful",
        Review::Done => "done",
    };
    let (width, height) = (photo.size.width, photo.size.height);
    Ok(PhotoLine { id: photo.id.to_string(), name, width, height, review, faces: lines })
}

fn photo_words(line: &PhotoLine) -> String {
    let waiting = if line.review == "doubtful" { ", waits for a look" } else { "" };
    let mut text =
        format!("{}  {} ({} x {}{waiting})", line.id, harmless(&line.name), line.width, line.height);
    for face in &line.faces {
        let is = face.name.as_deref().map_or_else(|| face.is.to_string(), harmless);
        text += &format!("\n  #{} at {},{},{},{}: {is}", face.number, face.x, face.y, face.w, face.h);
    }
    text
}
