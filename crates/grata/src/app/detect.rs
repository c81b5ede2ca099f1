//! Say what `obscure` would hide.

use std::io::Write;
use std::num::NonZeroUsize;
use std::path::PathBuf;

use super::batch::{self, Audience, Look, Report, Status};
use super::sources::{self, Photo};
use crate::cx::Cx;
use crate::error::AppError;
use crate::worker::pool::Slot;
use crate::worker::protocol::Task;

/// What to look at, and what for.
#[derive(Debug, Clone, PartialEq)]
pub struct DetectOrder {
    /// Files and folders.
    pub paths: Vec<PathBuf>,
    /// What to look for.
    pub look: Look,
    /// Photos at once; `None`: as many as fit the machine.
    pub jobs: Option<NonZeroUsize>,
}

/// Looks at every photo below the paths. `say` hears of what is installed first.
///
/// # Errors
/// [`AppError`] if nothing was done. A photo that cannot be done is told to `audience`.
pub fn detect(
    order: &DetectOrder,
    cx: &Cx,
    say: &mut dyn Write,
    audience: &mut dyn Audience,
) -> Result<(), AppError> {
    let found = sources::find(&order.paths, None)?;
    let any = batch::photos(&found).next().is_some();
    let items = batch::items(found, |_, _| ());
    if !any {
        batch::tell(items, audience);
        return Ok(());
    }
    let crew = batch::crew(cx, Some((cx.hands.detect_model)(&cx.config, &cx.stop, say)?));
    let ready = batch::get_ready(&crew, say)?;
    let margin = order.look.margin.share();
    let task = Task { min_face: order.look.min_face, margin, ..Task::default() };
    batch::run(ready, &items, order.jobs, audience, |slot, photo, ()| find(cx, slot, photo, &task));
    Ok(())
}

fn find(cx: &Cx, slot: &mut Slot<'_>, photo: &Photo, task: &Task) -> Option<Status> {
    match batch::process(cx, slot, photo, task, |_| Ok(())) {
        Ok(None) => None,
        Ok(Some(done)) => {
            let report =
                Report { out: None, kept: None, size: done.size, regions: done.regions, notes: done.notes };
            Some(Status::Done(report))
        }
        Err(reason) => Some(Status::Failed(reason)),
    }
}
