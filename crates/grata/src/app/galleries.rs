//! Links behind which released photos are shown to whoever has them.

use grata_core::audit::entry::EventKind;
use grata_core::digest::Digest;
use grata_core::purpose::Shared;
use grata_core::time::hours_after;
use grata_store::Store;

use super::{channels, people};
use crate::cx::By;
use crate::error::AppError;

/// Days for which the link of a gallery leads somewhere.
const DAYS: u32 = 90;

/// A new link to what is released through a channel: of an album, or of every album.
///
/// # Errors
/// `Conflict` if the channel is retired.
pub fn share(store: &Store, shared: &Shared, by: By) -> Result<String, AppError> {
    let mut tx = store.begin(by.at)?;
    let publish = &shared.publish;
    channels::check_open(&tx, &publish.channel)?;
    let address = people::address(&tx)?;
    let token = tx.insert_gallery_link(shared, hours_after(by.at, DAYS * 24))?;
    tx.commit(by.event(EventKind::GalleryShared).in_album(publish.album))?;
    Ok(format!("{address}/g#{}", Digest(token)))
}
