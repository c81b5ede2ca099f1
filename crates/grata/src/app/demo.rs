//! An installation to try things on: an album of sample photos, made-up people with different answers.
//!
//! - [`samples`]: where the photos come from

use std::io::Write;
use std::path::PathBuf;

use grata_core::audit::entry::EventKind;
use grata_core::id::{AccountId, AlbumId};
use grata_core::purpose::{Audience, ChannelKey, Publish, PurposeKind, Reach, Shared};
use grata_core::region::Margin;
use grata_core::subject::Age;
use grata_core::tag::FaceStanding;
use grata_core::time::{Date, day, months_after};
use grata_store::Store;
use grata_store::queries::accounts::Role;
use grata_store::queries::subjects::Profile;
use grata_vision::detect::DetectOptions;
use std::collections::{BTreeMap, BTreeSet};

use super::albums::{self, NewAlbum};
use super::batch::{Audience as Listener, Look, Outcome, Status};
use super::codes;
use super::consents::{Answer, say_by_link};
use super::galleries;
use super::ingest::{IngestOrder, ingest};
use super::people::{self, InviteOrder, Invited, NewGuardian, NewPerson};
use super::tags::{self, FaceInPhoto};
use crate::cx::Cx;
use crate::error::{AppError, ErrorKind};
use crate::web::session;

pub mod samples;

/// With what somebody signs in to a demonstration.
pub const LOGIN: &str = "demo";

/// The channel through which the demonstration releases its photos.
const GALLERY: &str = "gallery";

/// Somebody made up: name, day of birth (children only), and answers by channel.
type Made = (&'static str, Option<&'static str>, &'static [(&'static str, bool)]);

/// Each has another answer. The names are made up; the photos are of other people.
const PEOPLE: [Made; 8] = [
    ("Alice Martin", None, &[("website", true), ("gallery", true), ("print", true)]),
    ("Boris Lambert", None, &[("website", true), ("gallery", true), ("social-media", false)]),
    ("Chloé Nguyen", None, &[("website", false), ("gallery", true)]),
    ("David Rossi", None, &[]),
    ("Emma Petit", Some("2014-05-12"), &[("website", true), ("gallery", true)]),
    ("Farid Benali", None, &[("website", true)]),
    (
        "Gaëlle Roux",
        None,
        &[("website", false), ("gallery", false), ("print", false), ("social-media", false)],
    ),
    ("Hugo Bernard", None, &[("gallery", true)]),
];

/// Numbers on photos, by the place of the photo: what runners wear, or what stands on a card.
const CODES: [(usize, &str); 3] = [(0, "K7F3"), (2, "K7F3"), (1, "12")];

/// What there is to look at.
pub struct Filled {
    /// Names of the people, and links to their pages.
    pub people: Vec<(String, String)>,
    /// The link of the gallery.
    pub gallery: String,
    /// By what photos are found in it.
    pub codes: Vec<&'static str>,
    /// What it shows, once it is released.
    pub released: Publish,
}

/// Fills a new installation.
///
/// # Errors
/// A photo cannot be taken in, or something cannot be kept.
pub fn fill(store: &Store, photos: &[PathBuf], cx: &Cx, say: &mut dyn Write) -> Result<Filled, AppError> {
    let album = album(store, cx)?;
    let look = Look { min_face: Some(DetectOptions::default().min_face), margin: Margin::DEFAULT };
    let order = IngestOrder { paths: photos.to_vec(), look, jobs: None };
    let mut failures = Failures(0);
    ingest(&order, store, &album, cx, say, &mut failures)?;
    if failures.0 > 0 {
        return Err(AppError::new(ErrorKind::Unavailable, "a sample photo could not be taken in")
            .hint("`grata doctor` says what is missing."));
    }
    let mut people = Vec::new();
    let mut subjects = Vec::new();
    for (name, born, answers) in PEOPLE {
        let invited = people::invite(store, &invitation(name, born, album.id)?, cx.by())?;
        for (name, yes) in answers {
            let answer = if *yes { Answer::Yes(None) } else { Answer::No };
            let by = invited.guardian.iter().map(|(_, link)| link).chain([&invited.link]);
            for link in by {
                let purpose = PurposeKind::Publish(channel(name)?);
                say_by_link(store, link, purpose, answer, None, cx.by())?;
            }
        }
        subjects.push(invited.subject);
        people.push((name.to_string(), invited.link));
    }
    name_faces(store, album.id, &subjects, cx)?;
    put_codes(store, album.id, cx)?;
    let released = Publish { album: album.id, channel: channel(GALLERY)? };
    let shared = Shared { publish: released.clone(), reach: Reach::Album };
    let gallery = galleries::share(store, &shared, cx.by())?;
    let codes: BTreeSet<&str> = CODES.iter().map(|(_, code)| *code).collect();
    Ok(Filled { people, gallery, codes: codes.into_iter().collect(), released })
}

/// Whether everything went well.
struct Failures(usize);

impl Listener for Failures {
    fn begins(&mut self, _: usize) {}

    fn settled(&mut self, outcome: Outcome) {
        self.0 += usize::from(matches!(outcome.status, Status::Failed(_)));
    }
}

fn album(store: &Store, cx: &Cx) -> Result<grata_store::queries::albums::Album, AppError> {
    let new = NewAlbum {
        title: "Fête d'été · Summer party".into(),
        controller: "Club du Moulin".into(),
        source: "photographe du club · club photographer".into(),
        purpose: "nouvelles du club · club news".into(),
        contact: "bonjour@club.example".into(),
        audience: Audience::Everyone,
        keep_until: months_after(day(cx.now()), 24),
        notice: BTreeMap::new(),
    };
    albums::create(store, &new, cx.by())
}

fn invitation(name: &str, born: Option<&str>, album: AlbumId) -> Result<InviteOrder, AppError> {
    let made_up = || AppError::new(ErrorKind::Internal, "the people of the demonstration make no sense");
    let born: Option<Date> = born.map(str::parse).transpose().map_err(|_| made_up())?;
    let guardian = born
        .map(|_| NewGuardian { profile: Profile { name: "Julie Petit".into(), contact: None }, until: None });
    let person = NewPerson {
        profile: Profile { name: name.into(), contact: None },
        age: born.map_or(Age::Adult, Age::Born),
        country: "FR".parse().map_err(|_| made_up())?,
        language: "fr".parse().map_err(|_| made_up())?,
    };
    Ok(InviteOrder { person: Invited::New(person), guardian, album, days: people::INVITATION_DAYS })
}

fn channel(name: &str) -> Result<ChannelKey, AppError> {
    let made_up = |_| AppError::new(ErrorKind::Internal, "the channels of the demonstration make no sense");
    name.parse().map_err(made_up)
}

/// Gives each person one face: some in each photo stay for whoever tries it.
fn name_faces(
    store: &Store,
    album: AlbumId,
    subjects: &[grata_core::id::SubjectId],
    cx: &Cx,
) -> Result<(), AppError> {
    let mut left = subjects.iter();
    let photos = store.read()?.photos_in(album)?;
    // One round through the photos, then another, until everybody has a face.
    for round in 0..subjects.len() {
        for photo in &photos {
            let Some(open) = nth_open(store, *photo, round)? else { continue };
            let Some(subject) = left.next() else { return Ok(()) };
            tags::set(store, &open, *subject, cx.by())?;
        }
    }
    Ok(())
}

fn put_codes(store: &Store, album: AlbumId, cx: &Cx) -> Result<(), AppError> {
    let photos = store.read()?.photos_in(album)?;
    for (place, code) in CODES {
        let Some(photo) = photos.get(place).map(|id| store.read()?.photo(*id)).transpose()?.flatten() else {
            continue;
        };
        codes::add(store, &photo, &[code.parse()?], cx.by())?;
    }
    Ok(())
}

fn nth_open(
    store: &Store,
    photo: grata_core::id::PhotoId,
    nth: usize,
) -> Result<Option<FaceInPhoto>, AppError> {
    let known = tags::photo_tags(&store.read()?, photo)?;
    let face = known.faces.get(nth).filter(|(_, standing)| *standing == FaceStanding::Unknown);
    Ok(face.map(|(face, _)| FaceInPhoto { photo: known.photo.clone(), face: *face }))
}

/// Lets [`LOGIN`] sign in with a password that is made anew. Whoever had an account here has none any
/// more: a demonstration holds nothing that is worth one.
///
/// # Errors
/// The store cannot be used.
pub fn open_desk(store: &Store, cx: &Cx) -> Result<String, AppError> {
    let open: Vec<AccountId> = {
        let accounts = store.read()?.accounts()?;
        accounts.into_iter().filter(|one| one.closed_at.is_none()).map(|one| one.id).collect()
    };
    for account in open {
        let by = cx.by();
        let mut tx = store.begin(by.at)?;
        tx.close_account(account)?;
        tx.commit(by.event(EventKind::AccountChanged))?;
    }
    let random = AccountId::random(&mut store.rng()).to_string();
    let password: String = random.chars().filter(|letter| *letter != '-').take(12).collect();
    let by = cx.by();
    let mut tx = store.begin(by.at)?;
    session::insert_account(store, &mut tx, Role::Owner, LOGIN, "Demo", &password)?;
    tx.commit(by.event(EventKind::AccountAdded))?;
    Ok(password)
}
