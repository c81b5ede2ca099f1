//! Links behind which released photos are shown to whoever has them.

use grata_core::audit::entry::EventKind;
use grata_core::digest::Digest;
use grata_core::purpose::Publish;
use grata_core::time::hours_after;
use grata_store::Store;

use super::{channels, people};
use crate::cx::By;
use crate::error::AppError;

/// Days for which the link of a gallery leads somewhere.
const DAYS: u32 = 90;

/// A new link to what is released of an album through a channel.
///
/// # Errors
/// `Conflict` if the channel is retired.
pub fn share(store: &Store, publish: &Publish, by: By) -> Result<String, AppError> {
    let mut tx = store.begin(by.at)?;
    channels::check_open(&tx, &publish.channel)?;
    let address = people::address(&tx)?;
    let token = tx.insert_gallery_link(publish, hours_after(by.at, DAYS * 24))?;
    tx.commit(by.event(EventKind::GalleryShared).in_album(publish.album))?;
    Ok(format!("{address}/g#{}", Digest(token)))
}
