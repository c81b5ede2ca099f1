//! Whether people may look for themselves, on their own device, in what is released of an album through a
//! channel (M2). Off until somebody turns it on, which is on record.

use grata_core::audit::entry::EventKind;
use grata_core::purpose::Publish;
use grata_store::{Reader, Store};

use crate::cx::By;
use crate::error::AppError;

/// Under which name it is kept.
fn name(publish: &Publish) -> String {
    format!("own_device {} {}", publish.album, publish.channel)
}

const ON: &str = "on";
const OFF: &str = "off";

/// Whether it is on.
///
/// # Errors
/// The store cannot be used.
pub fn is_on(reader: &Reader, publish: &Publish) -> Result<bool, AppError> {
    Ok(reader.setting(&name(publish))?.as_deref() == Some(ON))
}

/// Turns it on or off.
///
/// # Errors
/// The store cannot be used.
pub fn set(store: &Store, publish: &Publish, is_on: bool, by: By) -> Result<(), AppError> {
    let mut tx = store.begin(by.at)?;
    tx.set_setting(&name(publish), if is_on { ON } else { OFF })?;
    tx.commit(by.event(EventKind::AlbumChanged).in_album(publish.album))?;
    Ok(())
}
