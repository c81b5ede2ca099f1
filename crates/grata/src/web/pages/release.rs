//! Letting an album's photos leave: what would be shown, hidden and kept back, and why; the release; the
//! finished photos as a ZIP file or behind a link.

mod archive;

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::{Form, Json};
use grata_core::audit::entry::EventKind;
use grata_core::basis::{Missing, Profile};
use grata_core::digest::Digest;
use grata_core::purpose::{Audience, ChannelKey, Publish, Reach, Shared};
use grata_store::queries::galleries::GalleryLink;
use serde::{Deserialize, Serialize};

pub use archive::zip;

use super::group::RecordFields;
use super::{Shell, album, go_to, shown_as};
use crate::app::channels::Titles;
use crate::app::galleries;
use crate::app::own_device::{self, Standing};
use crate::app::releases::{self, Outlook};
use crate::error::{AppError, ErrorKind};
use crate::web::access::Route;
use crate::web::error::Trouble;
use crate::web::guard::Visit;
use crate::web::site::Site;
use crate::work::{Progress, recalling, releasing, timing};

struct Channel {
    name: String,
    words: String,
    audience: String,
    is_on: bool,
}

struct Photo {
    id: String,
    number: usize,
    shown: usize,
    hidden: usize,
    /// Why it stays in the house.
    withheld: Option<String>,
    /// Whether it could not be made the last time.
    is_failed: bool,
    /// Why faces are hidden, and how many.
    reasons: Vec<(String, usize)>,
}

struct Link {
    hash: String,
    since: String,
    until: String,
    is_of_all: bool,
}

#[derive(Template)]
#[template(path = "pages/release.html")]
struct Page {
    shell: Shell,
    album_id: String,
    album_title: String,
    channels: Vec<Channel>,
    channel: String,
    channel_words: String,
    is_retired: bool,
    photos: Vec<Photo>,
    shown: usize,
    hidden: usize,
    leaving: usize,
    withheld: usize,
    reasons: Vec<(String, usize)>,
    live: usize,
    working: Option<Progress>,
    failed: usize,
    links: Vec<Link>,
    fresh_link: Option<String>,
    is_own_device: bool,
    /// What is not on record for it, if it was turned on or somebody has just tried (CON-9).
    not_on_record: Vec<&'static str>,
    is_unequal: bool,
    profiles: Vec<(&'static str, String)>,
    records: Vec<(&'static str, String)>,
    /// What is missing on this machine for people to find themselves.
    missing: Option<String>,
}

/// Through which channel.
#[derive(Deserialize)]
pub struct Wanted {
    channel: Option<String>,
}

/// What the page is made of.
struct Planned {
    title: String,
    channels: Vec<(ChannelKey, Audience)>,
    titles: Titles,
    is_retired: bool,
    publish: Publish,
    photos: Arc<Vec<releases::PlannedPhoto>>,
    live: usize,
    links: Vec<GalleryLink>,
    own_device: Standing,
    missing: Option<String>,
}

/// What the page says besides, this once.
#[derive(Default)]
struct Said {
    fresh_link: Option<String>,
    /// What is not on record for what somebody has just tried.
    refused: Vec<Missing>,
}

/// `GET /desk/albums/{album}/release`
///
/// # Errors
/// There is no such album or channel.
pub async fn page(
    site: Site,
    visit: Visit,
    Path(id): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Trouble> {
    page_with(&site, &visit, id, wanted.channel, Said::default()).await
}

async fn page_with(
    site: &Site,
    visit: &Visit,
    id: String,
    channel: Option<String>,
    said: Said,
) -> Result<Response, Trouble> {
    let planned = site.run(move |site| planned(site, &id, channel.as_deref())).await?;
    let words = visit.words;
    let progress = site.works().progress(&releasing::name(&planned.publish));
    let failures = progress.as_ref().map(|progress| progress.failures.clone()).unwrap_or_default();
    let mut all: BTreeMap<String, usize> = BTreeMap::new();
    let mut photos = Vec::new();
    for (photo, number) in planned.photos.iter().zip(1..) {
        let mut line = Photo {
            id: photo.photo.to_string(),
            number,
            shown: 0,
            hidden: 0,
            withheld: None,
            is_failed: failures.contains(&photo.photo),
            reasons: Vec::new(),
        };
        let mut reasons: BTreeMap<String, usize> = BTreeMap::new();
        match &photo.outlook {
            Outlook::Withheld(why) => {
                line.withheld = Some(words.t(&format!("withheld-{}", why.as_str())).into_owned());
            }
            Outlook::Leaves { faces, besides } => {
                line.hidden = besides.len();
                for face in faces.iter().filter(|face| !face.no_face) {
                    match face.hidden {
                        None => line.shown += 1,
                        Some(reason) => {
                            line.hidden += 1;
                            let said = words.t(&format!("reason-{}", reason.as_str())).into_owned();
                            *reasons.entry(said.clone()).or_default() += 1;
                            *all.entry(said).or_default() += 1;
                        }
                    }
                }
            }
        }
        line.reasons = reasons.into_iter().collect();
        photos.push(line);
    }
    let mut reasons: Vec<(String, usize)> = all.into_iter().collect();
    reasons.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let withheld = photos.iter().filter(|photo| photo.withheld.is_some()).count();
    let channel = planned.publish.channel.to_string();
    let links = planned.links.iter().map(|link| Link {
        hash: link.hash.to_string(),
        since: words.moment(link.created_at).into_owned(),
        until: words.moment(link.expires_at).into_owned(),
        is_of_all: link.shared.reach == Reach::AllAlbums,
    });
    let (mut not_on_record, is_own_device, is_unequal) = match planned.own_device {
        Standing::Off => (Vec::new(), false, false),
        Standing::On(profile) => (Vec::new(), true, profile.is_unequal()),
        Standing::Refused(missing) => (missing, true, true),
    };
    let status = if said.refused.is_empty() { StatusCode::OK } else { StatusCode::FORBIDDEN };
    if !said.refused.is_empty() {
        not_on_record = said.refused;
    }
    let named = |key: &'static str| (key, words.t(&format!("missing-{key}")).into_owned());
    let profile =
        |one: Profile| (one.as_str(), words.t(&format!("group-profile-{}", one.as_str())).into_owned());
    Ok(shown_as(
        status,
        &Page {
            shell: Shell::of(visit),
            album_id: planned.publish.album.to_string(),
            album_title: planned.title,
            channels: planned
                .channels
                .iter()
                .map(|(key, audience)| Channel {
                    name: key.to_string(),
                    words: words.channel(&planned.titles, key.as_str()),
                    audience: words.t(&format!("audience-{}", audience.as_str())).into_owned(),
                    is_on: *key == planned.publish.channel,
                })
                .collect(),
            channel_words: words.channel(&planned.titles, &channel),
            is_retired: planned.is_retired,
            channel,
            shown: photos.iter().map(|photo| photo.shown).sum(),
            hidden: photos.iter().map(|photo| photo.hidden).sum(),
            leaving: photos.len() - withheld,
            withheld,
            photos,
            reasons,
            live: planned.live,
            failed: progress.as_ref().map(|progress| progress.failed).unwrap_or_default(),
            working: progress.filter(|progress| !progress.is_over()),
            links: links.collect(),
            fresh_link: said.fresh_link,
            is_own_device,
            not_on_record: not_on_record.iter().map(|one| one.as_str()).collect(),
            is_unequal,
            profiles: Profile::ALL.map(profile).into(),
            records: ["opinion", "consultation", "alternative"].map(named).into(),
            missing: planned.missing,
        },
    ))
}

fn planned(site: &Site, id: &str, channel: Option<&str>) -> Result<Planned, AppError> {
    let reader = site.store().read()?;
    let album = album::find(&reader, id)?;
    let publish = publish(&reader, id, channel.unwrap_or(ChannelKey::WEBSITE))?;
    let links = reader.gallery_links_of(album.id, site.now())?;
    let links = links.into_iter().filter(|link| link.shared.opens(&publish));
    let all = reader.all_channels()?;
    let is_retired = all.iter().any(|one| one.key == publish.channel && one.retired_at.is_some());
    let mut channels = reader.channels()?;
    if is_retired {
        // What has left by it stays to be seen.
        channels.extend(
            all.iter().filter(|one| one.key == publish.channel).map(|one| (one.key.clone(), one.audience)),
        );
    }
    let own_device = own_device::standing(&reader, &publish, site.now())?;
    // An installation in which it is off opens none of it (BYS-0).
    let missing = match own_device.is_on() {
        true => site.finder().open(&site.cx().config).err().map(|error| error.to_string()),
        false => None,
    };
    Ok(Planned {
        own_device,
        missing,
        title: album.title,
        channels,
        titles: Titles::of_channels(&all),
        is_retired,
        photos: if is_retired {
            Arc::default()
        } else {
            site.remembered().plan(site.store(), &publish, site.cx())?
        },
        live: releasing::showable(&reader, &publish, site.cx())?.len(),
        links: links.collect(),
        publish,
    })
}

fn publish(reader: &grata_store::Reader, album: &str, channel: &str) -> Result<Publish, AppError> {
    let album = album::find(reader, album)?;
    let known = reader.all_channels()?.into_iter().map(|one| one.key).find(|key| key.as_str() == channel);
    let channel = known.ok_or_else(|| AppError::new(ErrorKind::NotFound, "there is no such channel"))?;
    Ok(Publish { album: album.id, channel })
}

/// Through which channel.
#[derive(Deserialize)]
pub struct Order {
    channel: String,
}

/// `POST /desk/albums/{album}/release`
///
/// # Errors
/// There is no such album or channel.
pub async fn release(
    site: Site,
    Path(id): Path<String>,
    Form(order): Form<Order>,
) -> Result<Response, Trouble> {
    let back = format!("/desk/albums/{id}/release?channel={}", order.channel);
    site.change(move |site| {
        let publish = publish(&site.store().read()?, &id, &order.channel)?;
        releasing::release(site.works(), site.store(), site.cx(), &publish)
    })
    .await?;
    Ok(go_to(&back))
}

/// What is asked about: a release, or the recall.
#[derive(Deserialize)]
pub struct Asked {
    album: Option<String>,
    channel: Option<String>,
}

/// How far it is, for the script of the page.
#[derive(Serialize)]
struct Far {
    total: usize,
    done: usize,
    is_over: bool,
}

/// `GET /desk/work`
///
/// # Errors
/// Nothing is being done there.
pub async fn work(site: Site, Query(asked): Query<Asked>) -> Result<Response, Trouble> {
    let name = match (asked.album, asked.channel) {
        (Some(album), Some(channel)) => {
            let (album, channel) = (album.parse(), channel.parse());
            let (Ok(album), Ok(channel)) = (album, channel) else { return Err(Trouble::not_found()) };
            releasing::name(&Publish { album, channel })
        }
        (Some(album), None) => timing::name(album.parse().map_err(|_| Trouble::not_found())?),
        _ => recalling::NAME.into(),
    };
    let progress = site.works().progress(&name).ok_or_else(Trouble::not_found)?;
    let is_over = progress.is_over();
    Ok(Json(Far { total: progress.total, done: progress.done, is_over }).into_response())
}

/// What to share: through which channel, and `all` albums or this one.
#[derive(Deserialize)]
pub struct ShareOrder {
    channel: String,
    reach: Option<String>,
}

/// `POST /desk/albums/{album}/share`: a link to the finished photos, shown once.
///
/// # Errors
/// There is no such album or channel.
pub async fn share(
    site: Site,
    visit: Visit,
    Path(id): Path<String>,
    Form(order): Form<ShareOrder>,
) -> Result<Response, Trouble> {
    let (album, channel) = (id.clone(), order.channel.clone());
    let link = site
        .change(move |site| {
            let reader = site.store().read()?;
            let publish = publish(&reader, &id, &order.channel)?;
            if releasing::showable(&reader, &publish, site.cx())?.is_empty() {
                // A link is shown once: it would be lost on a page without a place for it.
                return Err(AppError::new(ErrorKind::Conflict, "nothing is out through this channel yet")
                    .hint("Release first, then share."));
            }
            drop(reader);
            let reach = if order.reach.as_deref() == Some("all") { Reach::AllAlbums } else { Reach::Album };
            galleries::share(site.store(), &Shared { publish, reach }, site.by())
        })
        .await?;
    let said = Said { fresh_link: Some(link), ..Said::default() };
    page_with(&site, &visit, album, Some(channel), said).await
}

/// Whether people may look for themselves in the gallery of a channel.
#[derive(Deserialize)]
pub struct OwnDevice {
    channel: String,
    is_on: String,
    #[serde(default)]
    profile: String,
    #[serde(flatten)]
    records: RecordFields,
}

/// `POST /desk/albums/{album}/own-device`
///
/// # Errors
/// There is no such album or channel, or a field makes no sense. That a school or an employer has not all on record
/// is said on the page (CON-9).
pub async fn own_device(
    site: Site,
    visit: Visit,
    Path(id): Path<String>,
    Form(order): Form<OwnDevice>,
) -> Result<Response, Trouble> {
    let (album, channel) = (id.clone(), order.channel.clone());
    let refused = site
        .change(move |site| {
            let reader = site.store().read()?;
            let publish = publish(&reader, &id, &order.channel)?;
            if order.is_on != "yes" {
                drop(reader);
                own_device::turn_off(site.store(), &publish, site.by())?;
                return Ok(Vec::new());
            }
            let profile = Profile::named(&order.profile)
                .ok_or_else(|| AppError::new(ErrorKind::Invalid, "choose what kind of people they are"))?;
            let records = order.records.records()?;
            let missing = own_device::missing(&reader, &publish, profile, records.clone(), site.now())?;
            drop(reader);
            if missing.is_empty() {
                own_device::turn_on(site.store(), &publish, profile, records, site.by())?;
            }
            Ok(missing)
        })
        .await?;
    if refused.is_empty() {
        return Ok(go_to(&format!("/desk/albums/{album}/release?channel={channel}")));
    }
    page_with(&site, &visit, album, Some(channel), Said { refused, ..Said::default() }).await
}

/// Which link is to end.
#[derive(Deserialize)]
pub struct End {
    channel: String,
    link: String,
}

/// `POST /desk/albums/{album}/unshare`
///
/// # Errors
/// There is no such link.
pub async fn end_share(
    site: Site,
    Path(id): Path<String>,
    Form(end): Form<End>,
) -> Result<Response, Trouble> {
    let back = format!("/desk/albums/{id}/release?channel={}", end.channel);
    site.change(move |site| {
        let album = album::find(&site.store().read()?, &id)?;
        let hash = end.link.parse::<Digest>();
        let hash = hash.map_err(|_| AppError::new(ErrorKind::NotFound, "there is no such link"))?;
        let mut tx = site.store().begin(site.now())?;
        tx.revoke_gallery_link(album.id, hash)?;
        tx.commit(site.by().event(EventKind::GalleryShared).in_album(album.id))?;
        Ok(())
    })
    .await?;
    Ok(go_to(&back))
}
