//! The access package (RTS-1, RTS-2): everything that is held about a person, driven by the inventory, as
//! JSON and as a page, with their photos, in which everybody else is hidden (15(4)).

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write;
use std::num::NonZeroUsize;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use grata_core::audit::entry::{Count, EventKind};
use grata_core::id::{PhotoId, SubjectId};
use grata_core::notice::Language;
use grata_core::obscure::ObscureStyle;
use grata_core::photo::Photo;
use grata_core::rights::{OwnView, own_view};
use grata_core::signed::{Document, DocumentKind};
use grata_store::access::HeldRow;
use grata_store::blobs::BlobKey;
use grata_store::inventory::Inventory;
use grata_store::queries::requests::RequestKind;
use grata_store::tx::Committed;
use grata_store::{Reader, Store};
use serde::Serialize;
use serde_json::{Value, json};

use super::messages::Messages;
use super::{Received, backup_days, controller, open_request, page};
use crate::app::batch;
use crate::app::naming::extension;
use crate::app::output::OutputFolder;
use crate::app::releases::folder::{is_empty, keep_out_of_store, unusable, write_whole};
use crate::app::releases::render::{Obscured, Studio};
use crate::app::releases::{Watcher, first_line};
use crate::app::views::{self, View};
use crate::cx::Cx;
use crate::error::{AppError, ErrorKind};
use crate::words::shown;
use crate::worker::pool::Slot;

/// For whom, and where to.
#[derive(Debug, Clone, PartialEq)]
pub struct AccessOrder {
    /// Whose data.
    pub subject: SubjectId,
    /// A new folder, which only its owner may enter.
    pub out: PathBuf,
    /// In which language the page is; `None`: the person's.
    pub language: Option<Language>,
    /// When the request came in.
    pub received: Received,
    /// What stands in place of others' faces.
    pub style: ObscureStyle,
    /// Photos at once; `None`: as many as fit the machine.
    pub jobs: Option<NonZeroUsize>,
}

/// What became of a photo of the person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OwnPhoto {
    /// Which.
    pub photo: String,
    /// Its file in the package.
    pub file: Option<String>,
    /// Why it is not there.
    pub reason: Option<String>,
}

/// The package's data.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Package {
    /// `grata-access-1`.
    pub schema: &'static str,
    /// When it was made.
    pub made_at: String,
    /// What Article 15(1) and (2) ask for besides the data.
    pub information: Value,
    /// Every row, by table. Bytes in hexadecimal, moments in microseconds since 1970 as `*_at`.
    pub held: BTreeMap<String, Vec<BTreeMap<String, String>>>,
    /// What each column is for, how long it is kept, how it goes.
    pub columns: BTreeMap<String, Value>,
    /// What the log says about the person: entries, and what opens them.
    pub log: Vec<Value>,
    /// Who of the organisation has looked at their data, when, at what and why (TRA-4).
    pub views: Vec<View>,
    /// What showed them, where it went.
    pub recipients: Vec<Value>,
    /// Their photos.
    pub photos: Vec<OwnPhoto>,
    /// Files with their receipts.
    pub receipts: Vec<String>,
    /// Scans of what they signed, by the id under which they are kept.
    pub evidence: Vec<String>,
    /// The key of the log, for verifying receipts.
    pub log_key: String,
}

/// Makes the package. It is there as a whole or not at all, but for photos that could not be made, which
/// `watcher` is told of and which the package names.
///
/// # Errors
/// [`AppError`] if there is no package.
pub fn make(
    order: &AccessOrder,
    store: &Store,
    cx: &Cx,
    say: &mut dyn Write,
    watcher: &mut dyn Watcher<OwnPhoto>,
) -> Result<(), AppError> {
    keep_out_of_store(&order.out, store)?;
    make_there(order, store, cx, say, watcher)
}

/// The folder in which packages wait to be handed out by a page. It is one of grata's: a start clears it, and an
/// erasure sweeps it.
const PACKAGES: &str = "packages";

/// A folder of its own for a package that a page hands out; gone when it is dropped.
///
/// # Errors
/// There is no room for it.
pub fn waiting_place(store: &Store) -> Result<tempfile::TempDir, AppError> {
    let failed = |error: std::io::Error| {
        AppError::new(ErrorKind::Unavailable, "there is no room for the package").because(error)
    };
    let folder = store.places().data.join(PACKAGES);
    fs::DirBuilder::new().recursive(true).mode(0o700).create(&folder).map_err(failed)?;
    tempfile::tempdir_in(&folder).map_err(failed)
}

/// Removes packages whose process was killed. Call it before any is made.
///
/// # Errors
/// They cannot be removed.
pub fn clear_packages(store: &Store) -> Result<(), AppError> {
    match fs::remove_dir_all(store.places().data.join(PACKAGES)) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            let message = "access packages that were left by a killed process cannot be removed";
            Err(AppError::new(ErrorKind::Unavailable, message).because(error))
        }
        _ => Ok(()),
    }
}

/// [`make`] in any folder, those of grata too.
///
/// # Errors
/// As [`make`].
pub fn make_there(
    order: &AccessOrder,
    store: &Store,
    cx: &Cx,
    say: &mut dyn Write,
    watcher: &mut dyn Watcher<OwnPhoto>,
) -> Result<(), AppError> {
    if !is_empty(&order.out)? {
        let message = format!("{} is not empty", shown(&order.out));
        return Err(AppError::new(ErrorKind::Conflict, message).hint("Give a new folder with --out."));
    }
    let language = match &order.language {
        Some(language) => language.clone(),
        None => store.read()?.subject_language(order.subject)?,
    };
    let texts = Messages::of(&language)?;
    let photos = own_photos(&store.read()?, order.subject)?;
    let request = open_request(store, cx, Some(order.subject), RequestKind::Access, order.received)?;
    // Made beside its place and moved there at the end, so that half a package is never taken for one.
    let staging = Staging::beside(&order.out)?;
    let folder = OutputFolder::create(&staging.path, false).map_err(|error| unusable(&order.out, error))?;
    let own = render(order, store, cx, say, &folder, &photos, watcher)?;
    if cx.stop.is_raised() {
        return Ok(());
    }
    let receipts = write_receipts(store, order.subject, &folder)?;
    let evidence = write_evidence(store, order.subject, &folder)?;
    let package = package(store, cx, order.subject, &texts, own, (receipts, evidence))?;
    let text = serde_json::to_string_pretty(&package).unwrap_or_default();
    let html = page::render(&package, &texts);
    for (name, text) in [("data.json", text), ("index.html", html)] {
        write_whole(&folder, name, text.as_bytes()).map_err(|error| unusable(&order.out, error))?;
    }
    let by = cx.by();
    let mut tx = store.begin(by.at)?;
    tx.close_request(request)?;
    let told = json!({"what": "access package", "photos": package.photos.len()});
    let event = by
        .event(EventKind::AccessPackageMade)
        .counting(Count::Photos, package.photos.len() as u64)
        .about(order.subject, told);
    // On record first: a package that nobody knows of is worse than a record without one.
    tx.commit(event)?;
    staging.finish(&order.out)
}

/// A folder that is removed unless it is finished.
struct Staging {
    path: PathBuf,
    _folder: tempfile::TempDir,
}

impl Staging {
    fn beside(out: &Path) -> Result<Self, AppError> {
        let parent = out.parent().filter(|parent| !parent.as_os_str().is_empty());
        let parent = parent.unwrap_or(Path::new("."));
        let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(parent);
        made.map_err(|error| unusable(out, error))?;
        let folder = tempfile::Builder::new().prefix(".grata-").tempdir_in(parent);
        let folder = folder.map_err(|error| unusable(out, error))?;
        Ok(Self { path: folder.path().join("package"), _folder: folder })
    }

    fn finish(self, out: &Path) -> Result<(), AppError> {
        use std::os::unix::fs::PermissionsExt as _;
        let failed = |error| unusable(out, error);
        fs::set_permissions(&self.path, fs::Permissions::from_mode(0o700)).map_err(failed)?;
        // An empty folder gives way.
        fs::rename(&self.path, out).map_err(failed)
    }
}

/// The photos in which the person is held to be.
fn own_photos(reader: &Reader, subject: SubjectId) -> Result<Vec<(Photo, OwnView)>, AppError> {
    let mut found = Vec::new();
    for id in reader.photos_tagged(subject)? {
        let case = reader.photo_case(id)?;
        if let Some(view) = own_view(&case.photo, &case.evidence(reader.age_rules()), subject) {
            found.push((case.photo, view));
        }
    }
    Ok(found)
}

fn render(
    order: &AccessOrder,
    store: &Store,
    cx: &Cx,
    say: &mut dyn Write,
    folder: &OutputFolder,
    photos: &[(Photo, OwnView)],
    watcher: &mut dyn Watcher<OwnPhoto>,
) -> Result<Vec<OwnPhoto>, AppError> {
    watcher.begins(photos.len());
    if photos.is_empty() {
        return Ok(Vec::new());
    }
    let model = (cx.hands.detect_model)(&cx.config, &cx.stop, say)?;
    let crew = batch::crew(cx, Some(model));
    let ready = batch::get_ready(&crew, say)?;
    let studio = Studio { store, cx, style: order.style };
    let work = |slot: &mut Slot<'_>, number: usize| {
        let (photo, view) = &photos[number];
        let line = |file, reason| OwnPhoto { photo: photo.id.to_string(), file, reason };
        Some(match studio.own_copy(slot, photo, view) {
            Ok(Obscured::Stopped) => return None,
            Ok(Obscured::Done(format, bytes, _)) => {
                let name = file_name(photo.id, extension(format));
                match write_whole(folder, &name, &bytes) {
                    Ok(()) => line(Some(name), None),
                    Err(error) => line(None, Some(error.to_string())),
                }
            }
            Ok(Obscured::Failed(reason)) => line(None, Some(reason)),
            Err(error) => line(None, Some(first_line(&error))),
        })
    };
    let mut own = Vec::new();
    batch::run_each(ready, photos.len(), order.jobs, work, |photo: OwnPhoto| {
        own.push(photo.clone());
        watcher.settled(photo);
    });
    Ok(own)
}

fn file_name(photo: PhotoId, extension: &str) -> String {
    format!("photos/{photo}.{extension}")
}

/// The receipts of everything the person said, signed anew with a proof at today's head.
///
/// # Errors
/// The log cannot be read.
pub fn receipts(store: &Store, subject: SubjectId) -> Result<Vec<Document>, AppError> {
    let reader = store.read()?;
    let checkpoint = reader.log_head()?.unwrap_or_default();
    let mut found = Vec::new();
    for (index, entry, opening) in reader.log_about(subject)? {
        let body = views::said(&opening)?;
        if body["schema"] != "grata-receipt-1" {
            continue;
        }
        let openings = vec![opening];
        let committed = Committed { index, entry, openings, checkpoint: checkpoint.clone() };
        found.push(store.document(DocumentKind::ConsentReceipt, body, &committed, 0)?);
    }
    Ok(found)
}

fn write_receipts(store: &Store, subject: SubjectId, folder: &OutputFolder) -> Result<Vec<String>, AppError> {
    let mut names = Vec::new();
    for (number, receipt) in (1..).zip(receipts(store, subject)?) {
        let name = format!("receipts/{number}.json");
        write_whole(folder, &name, receipt.to_json().as_bytes())
            .map_err(|error| unusable(Path::new(&name), error))?;
        names.push(name);
    }
    Ok(names)
}

/// What the person signed, as it was scanned.
fn write_evidence(store: &Store, subject: SubjectId, folder: &OutputFolder) -> Result<Vec<String>, AppError> {
    let mut names = Vec::new();
    for kept in store.read()?.evidence_of(subject)? {
        let bytes = store.blobs().get(store.vault(), BlobKey::Evidence(subject, kept.id))?;
        let name = format!("evidence/{}.{}", kept.id, kept.media_type.extension());
        write_whole(folder, &name, &bytes).map_err(|error| unusable(Path::new(&name), error))?;
        names.push(name);
    }
    Ok(names)
}

fn package(
    store: &Store,
    cx: &Cx,
    subject: SubjectId,
    texts: &Messages,
    photos: Vec<OwnPhoto>,
    (receipts, evidence): (Vec<String>, Vec<String>),
) -> Result<Package, AppError> {
    let reader = store.read()?;
    let mut held: BTreeMap<String, Vec<BTreeMap<String, String>>> = BTreeMap::new();
    for HeldRow { table, values } in reader.held_about(subject)? {
        held.entry(table).or_default().push(values);
    }
    let inventory = Inventory::load()?;
    let mut columns = BTreeMap::new();
    for (table, column, label) in inventory.columns().filter(|(table, _, _)| held.contains_key(*table)) {
        let label =
            json!({"why": label.why, "kept": label.keep, "erased": label.erase, "given": label.package});
        columns.insert(format!("{table}.{column}"), label);
    }
    let log = reader.log_about(subject)?.into_iter().map(|(place, entry, opening)| {
        Ok(json!({
            "place": place,
            "entry": entry,
            "says": views::said(&opening)?,
            "nonce": opening.nonce.to_string(),
            "part": opening.index,
            "of": opening.of,
            "proof": opening.proof.iter().map(ToString::to_string).collect::<Vec<_>>(),
        }))
    });
    Ok(Package {
        schema: "grata-access-1",
        made_at: cx.now().to_string(),
        information: information(store, &reader, subject, texts)?,
        held,
        columns,
        log: log.collect::<Result<_, AppError>>()?,
        views: views::of(&reader, subject)?,
        recipients: recipients(&reader, subject)?,
        photos,
        receipts,
        evidence,
        log_key: store.log_key(),
    })
}

/// What 15(1) and (2) ask for, from what is recorded about the albums that the person is in.
fn information(
    store: &Store,
    reader: &Reader,
    subject: SubjectId,
    texts: &Messages,
) -> Result<Value, AppError> {
    let mut concerned: BTreeSet<_> = BTreeSet::new();
    for photo in reader.photos_tagged(subject)? {
        concerned.extend(reader.photo(photo)?.map(|photo| photo.album));
    }
    let acts = reader.subject(subject)?.map(|subject| subject.acts).unwrap_or_default();
    concerned.extend(acts.iter().map(|act| act.question.album));
    let mut albums = Vec::new();
    for id in concerned {
        let Some(album) = reader.album(id)? else { continue };
        albums.push(json!({
            "id": album.id.to_string(),
            "title": album.title,
            "controller": album.controller,
            "contact": album.contact,
            "purposes": album.purpose,
            "source": album.source,
            "audience": album.audience.as_str(),
            "kept_until": album.keep_until.to_string(),
        }));
    }
    Ok(json!({
        "controller": controller(store)?,
        "categories": texts.categories,
        "albums": albums,
        "your_rights": texts.rights,
        "automated_decisions": texts.automated,
        "face_templates": templates_of(reader, subject, texts)?,
        "transfers_to_third_countries": texts.transfers,
        "backups": {
            "days": backup_days(store)?,
            "note": texts.backups,
        },
    }))
}

/// What is said of numbers made from a face: that there are some, that there are none of this person, or that
/// nothing is compared here at all.
fn templates_of(reader: &Reader, subject: SubjectId, texts: &Messages) -> Result<String, AppError> {
    Ok(if !reader.templates_of(subject)?.is_empty() {
        texts.templates_kept.clone()
    } else if reader.groups()?.is_empty() {
        texts.templates.clone()
    } else {
        texts.templates_none.clone()
    })
}

fn recipients(reader: &Reader, subject: SubjectId) -> Result<Vec<Value>, AppError> {
    let mut found = Vec::new();
    for stored in reader.live_renditions_showing(subject)? {
        let Some(release) = reader.release(stored.release)? else { continue };
        found.push(json!({
            "channel": release.publish.channel.as_str(),
            "recipient": release.recipient,
            "file": stored.file_name,
            "sha256": stored.sha256.to_string(),
            "since": stored.rendition.made.to_string(),
        }));
    }
    Ok(found)
}
