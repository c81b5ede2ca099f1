//! What has left and may no longer be shown: taken down and made anew in the background, and the list
//! for whoever put the files online.

use std::io;
use std::num::NonZeroUsize;
use std::sync::Arc;

use grata_core::obscure::ObscureStyle;
use grata_store::{Reader, Store};

use super::Works;
use crate::app::recalls::{RecallLine, RecallOrder, recall, touched};
use crate::app::releases::Watcher;
use crate::cx::Cx;
use crate::error::AppError;

/// Under which name the progress of a recall is kept.
pub const NAME: &str = "recall";

/// Whoever watches nothing.
struct Nobody;

impl Watcher<RecallLine> for Nobody {
    fn begins(&mut self, _: usize) {}
    fn settled(&mut self, _: RecallLine) {}
}

/// Recalls whatever may no longer be shown, in the background. `false`: nothing is to be done, or it is
/// being done already.
///
/// # Errors
/// The store cannot be used.
pub fn recall_soon(works: &Works, store: &Arc<Store>, cx: &Cx) -> Result<bool, AppError> {
    let count = touched(store, None, cx.now())?.len();
    if count == 0 || !works.begin(NAME, count) {
        return Ok(false);
    }
    let (works, store, cx) = (works.clone(), Arc::clone(store), cx.clone());
    std::thread::spawn(move || {
        let failed = !recall_all(&store, &cx);
        works.note(NAME, |progress| {
            progress.done = progress.total;
            progress.failed = if failed { progress.total } else { 0 };
        });
    });
    Ok(true)
}

/// Recalls until nothing is left: somebody may take a yes back in the meantime.
fn recall_all(store: &Store, cx: &Cx) -> bool {
    let order =
        RecallOrder { album: None, out: None, style: ObscureStyle::default(), jobs: NonZeroUsize::new(1) };
    while !cx.stop.is_raised() {
        if recall(&order, store, cx, &mut io::sink(), &mut Nobody).is_err() {
            return false;
        }
        match touched(store, None, cx.now()) {
            Ok(left) if left.is_empty() => return true,
            Ok(_) => {}
            Err(_) => return false,
        }
    }
    true
}

/// A file that has to go, and what takes its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GoneLine {
    /// Through which channel it had left.
    pub channel: String,
    /// Who got it.
    pub recipient: String,
    /// The file.
    pub file: String,
    /// By which it is known.
    pub sha256: String,
    /// The file that takes its place.
    pub new_file: Option<String>,
    /// By which that is known.
    pub new_sha256: Option<String>,
    /// Since when.
    pub recalled_at: grata_core::time::Timestamp,
}

/// Every file that has to go, the newest first. Says nothing about anybody.
///
/// # Errors
/// The store cannot be used.
pub fn gone(reader: &Reader) -> Result<Vec<GoneLine>, AppError> {
    let mut lines = Vec::new();
    for album in reader.albums()? {
        for release in reader.releases_of(album.id)? {
            let all = reader.renditions_for(release.id)?;
            for dead in &all {
                let Some(recalled_at) = dead.recalled_at else { continue };
                let live = all
                    .iter()
                    .rev()
                    .find(|one| one.recalled_at.is_none() && one.rendition.photo == dead.rendition.photo);
                lines.push(GoneLine {
                    channel: release.publish.channel.to_string(),
                    recipient: release.recipient.clone(),
                    file: dead.file_name.clone(),
                    sha256: dead.sha256.to_string(),
                    new_file: live.map(|live| live.file_name.clone()),
                    new_sha256: live.map(|live| live.sha256.to_string()),
                    recalled_at,
                });
            }
        }
    }
    lines.sort_by(|one, other| other.recalled_at.cmp(&one.recalled_at).then(one.file.cmp(&other.file)));
    Ok(lines)
}
