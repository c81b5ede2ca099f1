//! Looks of several visitors, on record together.
//!
//! A page that shows people is shown when the look at it is on record (TRA-4), and what is on record has
//! reached the disk. When many look at once, whoever comes to write takes along all who wait: one
//! signature and one wait for the disk for all of them.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Mutex, MutexGuard, PoisonError};

use grata_core::audit::entry::Event;
use grata_core::time::Timestamp;
use grata_store::{Reader, Store, StoreError};

use crate::error::{AppError, ErrorKind};

/// What a look puts on record, read in the transaction that does so.
type Look = Box<dyn FnOnce(&Reader) -> Result<Event, AppError> + Send>;

/// Who waits for their look to be on record.
#[derive(Default)]
pub struct Looks {
    waiting: Mutex<Vec<Waiting>>,
    /// Held by who writes.
    turn: Mutex<()>,
}

struct Waiting {
    look: Look,
    tell: SyncSender<Result<(), AppError>>,
}

impl Looks {
    /// Comes back when the look is on record.
    ///
    /// # Errors
    /// What `look` says; the store cannot be used. Then nothing may be shown.
    pub fn record(
        &self,
        store: &Store,
        at: Timestamp,
        look: impl FnOnce(&Reader) -> Result<Event, AppError> + Send + 'static,
    ) -> Result<(), AppError> {
        let (tell, told) = sync_channel(1);
        self.waiting().push(Waiting { look: Box::new(look), tell });
        let turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        // Whoever had the turn before may have taken this look along.
        if let Some(done) = answer(&told) {
            return done;
        }
        let all = std::mem::take(&mut *self.waiting());
        write(store, at, all);
        drop(turn);
        answer(&told).unwrap_or_else(|| Err(AppError::new(ErrorKind::Internal, "a look was not written")))
    }

    fn waiting(&self) -> MutexGuard<'_, Vec<Waiting>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn answer(told: &Receiver<Result<(), AppError>>) -> Option<Result<(), AppError>> {
    told.try_recv().ok()
}

/// Writes all looks; each visitor learns what became of theirs.
fn write(store: &Store, at: Timestamp, all: Vec<Waiting>) {
    let tx = match store.begin(at) {
        Ok(tx) => tx,
        Err(error) => return tell(all.into_iter().map(|one| one.tell), &Err(error)),
    };
    let (mut events, mut written) = (Vec::new(), Vec::new());
    for Waiting { look, tell } in all {
        match look(&tx) {
            Ok(event) => {
                events.push(event);
                written.push(tell);
            }
            // Nobody listens any more: their visit is over.
            Err(error) => drop(tell.send(Err(error))),
        }
    }
    tell(written.into_iter(), &tx.commit_each(events));
}

fn tell(waiting: impl Iterator<Item = SyncSender<Result<(), AppError>>>, done: &Result<(), StoreError>) {
    for tell in waiting {
        let told = match done {
            Ok(()) => Ok(()),
            Err(error) => Err(AppError::new(ErrorKind::Unavailable, error.to_string())),
        };
        drop(tell.send(told));
    }
}
