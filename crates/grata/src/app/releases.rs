//! Photos leave: what would be shown and why ([`plan`]), and the finished photos ([`make`]).
//!
//! Nothing here decides. Core plans, the store plans once more while nobody else can write, and the
//! worker hides exactly what was planned. A photo counts as released once it is on record; its file
//! comes afterwards, so that whatever stops the machine leaves nothing outside that the log does not
//! know of. Calling [`make`] again on the same folder finishes it.
//!
//! - [`render`]: one photo, from the sealed original to a rendition on record
//! - [`folder`]: the folder that is handed over, with its manifest

use std::io::Write;
use std::num::NonZeroUsize;
use std::path::PathBuf;

use grata_core::audit::entry::EventKind;
use grata_core::geometry::PixelRect;
use grata_core::id::{AlbumId, FaceId, PhotoId, ReleaseId, SubjectId};
use grata_core::obscure::ObscureStyle;
use grata_core::purpose::{ChannelKey, Publish};
use grata_core::recall::recall;
use grata_core::release::{HideReason, Planned, Treatment, Withheld, plan_photo};
use grata_core::tag::FaceStanding;
use grata_store::queries::releases::{Release, StoredRendition};
use grata_store::{Reader, Store};

use super::at_work;
use super::batch;
use super::channels;
use crate::cx::Cx;
use crate::error::{AppError, ErrorKind};
use crate::worker::pool::Slot;

pub mod folder;
pub mod render;

use folder::ReleaseFolder;
use render::{Made, Studio};

/// Who watches a long work: how many items there are, and each as it is settled, in order.
pub trait Watcher<T> {
    /// So many will come.
    fn begins(&mut self, count: usize);

    /// One is settled.
    fn settled(&mut self, item: T);
}

/// What a photo would look like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedPhoto {
    /// Which.
    pub photo: PhotoId,
    /// What becomes of it.
    pub outlook: Outlook,
}

/// What becomes of a photo in a release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outlook {
    /// It leaves.
    Leaves {
        /// Each face, in the order in which they were found.
        faces: Vec<FaceOutlook>,
        /// What is hidden besides, and why.
        besides: Vec<(PixelRect, HideReason)>,
    },
    /// It stays in the house.
    Withheld(Withheld),
}

/// What becomes of a face.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FaceOutlook {
    /// Which.
    pub face: FaceId,
    /// Where: margin included, pixels of the upright picture.
    pub rect: PixelRect,
    /// Who it is held to be.
    pub subject: Option<SubjectId>,
    /// Shown (`None`), or hidden and why.
    pub hidden: Option<HideReason>,
    /// Whether a reviewer said that it is no face; then it is not hidden either.
    pub no_face: bool,
}

/// What a release of an album through a channel would show today. Changes nothing.
///
/// # Errors
/// There is no such album or channel, or something about a photo cannot be read.
pub fn plan(store: &Store, publish: &Publish, cx: &Cx) -> Result<Vec<PlannedPhoto>, AppError> {
    let reader = store.read()?;
    check_publish(&reader, publish)?;
    let outlook = |photo| Ok(PlannedPhoto { photo, outlook: outlook(&reader, photo, publish, cx)? });
    reader.photos_in(publish.album)?.into_iter().map(outlook).collect()
}

fn outlook(reader: &Reader, photo: PhotoId, publish: &Publish, cx: &Cx) -> Result<Outlook, AppError> {
    let case = reader.photo_case(photo)?;
    let plan = match plan_photo(&case.photo, publish, &case.evidence(reader.age_rules()), cx.now()) {
        Planned::Withheld(why) => return Ok(Outlook::Withheld(why)),
        Planned::Leaves(plan) => plan,
    };
    let faces = plan.faces().iter().map(|planned| FaceOutlook {
        face: planned.face().id,
        rect: planned.face().region.rect,
        subject: match planned.standing() {
            FaceStanding::Confirmed(subject) => Some(subject),
            FaceStanding::Unknown | FaceStanding::NotAFace => None,
        },
        hidden: match planned.treatment() {
            Treatment::Obscure(reason) => Some(*reason),
            Treatment::Show(_) | Treatment::NotAFace => None,
        },
        no_face: matches!(planned.treatment(), Treatment::NotAFace),
    });
    let besides = plan.hidden_besides_faces().map(|(hidden, reason)| (hidden.region.rect, reason));
    Ok(Outlook::Leaves { faces: faces.collect(), besides: besides.collect() })
}

/// Whether there is such an album and channel.
fn check_publish(reader: &Reader, publish: &Publish) -> Result<(), AppError> {
    if reader.album(publish.album)?.is_none() {
        return Err(AppError::new(ErrorKind::NotFound, "there is no such album"));
    }
    channels::check_open(reader, &publish.channel)
}

/// What is to leave, and where to.
#[derive(Debug, Clone, PartialEq)]
pub struct ReleaseOrder {
    /// Whose photos.
    pub album: AlbumId,
    /// Which way out.
    pub channel: ChannelKey,
    /// Who gets the files, as a role: `webmaster`. No names.
    pub recipient: String,
    /// The folder for the finished photos: new, empty, or that of a release to be finished.
    pub out: PathBuf,
    /// What stands in place of a face.
    pub style: ObscureStyle,
    /// Photos at once; `None`: as many as fit the machine.
    pub jobs: Option<NonZeroUsize>,
}

/// What became of a photo.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettledPhoto {
    /// Which.
    pub photo: PhotoId,
    /// What became of it.
    pub outcome: PhotoOutcome,
}

/// What became of a photo in a release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PhotoOutcome {
    /// It left. `is_new`: just now; else it had left before and may stay.
    Released {
        /// What is on record about it.
        rendition: Box<StoredRendition>,
        /// Whether it was made in this run.
        is_new: bool,
    },
    /// It stays in the house.
    Withheld(Withheld),
    /// It could not be made; nothing of it has left.
    Failed(String),
}

/// Makes a release, or finishes one that was interrupted: photos that have no live rendition in it
/// get one, renditions that may no longer be shown are recalled and made anew, and the folder holds
/// exactly what is live. Returns which release it is.
///
/// # Errors
/// [`AppError`] if nothing was done. A photo that cannot be done is told to `watcher`.
pub fn make(
    order: &ReleaseOrder,
    store: &Store,
    cx: &Cx,
    say: &mut dyn Write,
    watcher: &mut dyn Watcher<SettledPhoto>,
) -> Result<ReleaseId, AppError> {
    let publish = Publish { album: order.album, channel: order.channel.clone() };
    check_recipient(&order.recipient)?;
    let reader = store.read()?;
    check_publish(&reader, &publish)?;
    let begun = ReleaseFolder::look(&order.out, store)?;
    let known = begun.map(|id| known_release(&reader, id, &publish)).transpose()?;
    let photos = reader.photos_in(publish.album)?;
    drop(reader);
    let model = (cx.hands.detect_model)(&cx.config, &cx.stop, say)?;
    let crew = batch::crew(cx, Some(model));
    let ready = batch::get_ready(&crew, say)?;
    let _at_work = at_work::begin(store)?;
    let release = match known {
        Some(release) => release,
        None => begin(order, &publish, store, cx)?,
    };
    let folder = ReleaseFolder::begin(&order.out, &release)?;
    folder.drop_dead(store)?;
    let studio = Studio { store, cx, style: order.style };
    let work = Work { studio, folder: &folder, release: &release };
    watcher.begins(photos.len());
    let settle = |slot: &mut Slot<'_>, number: usize| work.settle(slot, photos[number]);
    let mut failed = 0;
    batch::run_each(ready, photos.len(), order.jobs, settle, |settled: SettledPhoto| {
        failed += usize::from(matches!(settled.outcome, PhotoOutcome::Failed(_)));
        watcher.settled(settled);
    });
    folder.drop_dead(store)?;
    folder.finish(store, failed == 0 && !cx.stop.is_raised())?;
    Ok(release.id)
}

/// Names do not belong into the log's neighbourhood: a role is one word.
fn check_recipient(recipient: &str) -> Result<(), AppError> {
    let fits = (1..=40).contains(&recipient.len())
        && recipient.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    if fits {
        return Ok(());
    }
    Err(AppError::new(ErrorKind::Invalid, "the recipient is not a role in small letters")
        .hint("Give a role such as `webmaster` or `printer`, no name. Nothing was done."))
}

fn known_release(reader: &Reader, id: ReleaseId, publish: &Publish) -> Result<Release, AppError> {
    let release = reader.release(id)?.filter(|release| release.publish == *publish);
    release.ok_or_else(|| {
        AppError::new(ErrorKind::Conflict, "the output folder holds another release").hint(
            "Give another folder with --out, or the album and channel of that release. Nothing was done.",
        )
    })
}

fn begin(order: &ReleaseOrder, publish: &Publish, store: &Store, cx: &Cx) -> Result<Release, AppError> {
    let by = cx.by();
    let mut tx = store.begin(by.at)?;
    let release = Release {
        id: ReleaseId::random(&mut store.rng()),
        publish: publish.clone(),
        recipient: order.recipient.clone(),
        begun_at: tx.now(),
    };
    tx.insert_release(&release)?;
    tx.commit(by.event(EventKind::Released).in_album(publish.album))?;
    Ok(release)
}

/// What all photos of a release share.
struct Work<'a> {
    studio: Studio<'a>,
    folder: &'a ReleaseFolder,
    release: &'a Release,
}

impl Work<'_> {
    /// `None`: the work was ended in the middle.
    fn settle(&self, slot: &mut Slot<'_>, photo: PhotoId) -> Option<SettledPhoto> {
        let outcome = match self.outcome(slot, photo) {
            Ok(outcome) => outcome?,
            Err(error) => PhotoOutcome::Failed(first_line(&error)),
        };
        Some(SettledPhoto { photo, outcome })
    }

    fn outcome(&self, slot: &mut Slot<'_>, photo: PhotoId) -> Result<Option<PhotoOutcome>, AppError> {
        if let Some(kept) = self.kept(photo)? {
            self.folder.put(self.studio.store, &kept, None)?;
            return Ok(Some(PhotoOutcome::Released { rendition: Box::new(kept), is_new: false }));
        }
        Ok(match self.studio.rendition(slot, self.release, photo)? {
            Made::Stopped => None,
            Made::Withheld(why) => Some(PhotoOutcome::Withheld(why)),
            Made::Failed(reason) => Some(PhotoOutcome::Failed(reason)),
            Made::Rendition(rendition, bytes) => {
                self.folder.put(self.studio.store, &rendition, Some(&bytes))?;
                Some(PhotoOutcome::Released { rendition, is_new: true })
            }
        })
    }

    /// The live rendition of a photo in this release, if it may stay. One that may not is dead
    /// afterwards.
    fn kept(&self, photo: PhotoId) -> Result<Option<StoredRendition>, AppError> {
        let Studio { store, cx, .. } = self.studio;
        let reader = store.read()?;
        let live = reader.live_renditions_of(photo)?;
        let Some(live) = live.into_iter().find(|one| one.release == self.release.id) else {
            return Ok(None);
        };
        let case = reader.photo_case(photo)?;
        if recall(&live.rendition, &case.photo, &case.evidence(reader.age_rules()), cx.now()).is_none() {
            return Ok(Some(live));
        }
        drop(reader);
        self.folder.remove(&live)?;
        render::take_down(store, &live, cx)?;
        Ok(None)
    }
}

/// What failed, without what to do: for one item of many.
pub(crate) fn first_line(error: &AppError) -> String {
    error.to_string().lines().next().unwrap_or_default().to_string()
}
