//! Looks of several visitors, on record together.
//!
//! A page that shows people is shown when the look at it is on record (TRA-4), and what is on record has
//! reached the disk. When many look at once, whoever comes to write takes along all who wait: one
//! signature and one wait for the disk for all of them.

use std::collections::HashMap;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Mutex, MutexGuard, PoisonError};

use grata_core::audit::entry::Event;
use grata_core::id::{AccountId, AlbumId, EmergencyId, PhotoId};
use grata_core::time::{Timestamp, hours_after};
use grata_store::{Reader, Store, StoreError};

use crate::cx::By;
use crate::error::{AppError, ErrorKind};

/// What a look puts on record, read in the transaction that does so.
type Look = Box<dyn FnOnce(&Reader) -> Result<Event, AppError> + Send>;

/// Hours for which what somebody fetches belongs to a look that is on record.
const ONE_LOOK_HOURS: u32 = 1;

/// What somebody looks at, in more than one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Of {
    /// A photo with its faces: its page, and the picture on it.
    Photo(PhotoId),
    /// The people of an album, a few at a time.
    People(AlbumId),
    /// What two people opened.
    Emergency(EmergencyId),
}

/// Who waits for their look to be on record, and who looked a short while ago.
#[derive(Default)]
pub struct Looks {
    waiting: Mutex<Vec<Waiting>>,
    /// Held by who writes.
    turn: Mutex<()>,
    on_record: Mutex<HashMap<(AccountId, Of), Timestamp>>,
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

    /// The same for something that is fetched by several requests: one look of one account is one entry, for an
    /// hour. A picture that is asked for without its page is a look like any other.
    ///
    /// # Errors
    /// As [`Looks::record`]; then nothing may be shown.
    pub fn record_once(
        &self,
        store: &Store,
        by: By,
        of: Of,
        look: impl FnOnce(&Reader) -> Result<Event, AppError> + Send + 'static,
    ) -> Result<(), AppError> {
        if self.is_on_record(by, of) {
            return Ok(());
        }
        self.record(store, by.at, look)?;
        self.note(by, of);
        Ok(())
    }

    /// Whether this account has looked at this in the last hour.
    pub fn is_on_record(&self, by: By, of: Of) -> bool {
        let on_record = self.on_record.lock().unwrap_or_else(PoisonError::into_inner);
        on_record.get(&(by.account(), of)).is_some_and(|at| by.at < hours_after(*at, ONE_LOOK_HOURS))
    }

    /// A look of this account is on record.
    pub fn note(&self, by: By, of: Of) {
        let mut on_record = self.on_record.lock().unwrap_or_else(PoisonError::into_inner);
        on_record.retain(|_, at| by.at < hours_after(*at, ONE_LOOK_HOURS));
        on_record.insert((by.account(), of), by.at);
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
