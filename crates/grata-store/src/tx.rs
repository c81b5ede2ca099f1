//! Reading and writing. A commit takes an event, and every permit that the writes rest on is checked
//! once more while nobody else can write.

use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use grata_core::audit::checkpoint::Checkpoint;
use grata_core::audit::entry::{Entry, Event, EventKind, Handle, Opening};
use grata_core::audit::tile::Edge;
use grata_core::consent::Permit;
use grata_core::digest::Digest;
use grata_core::id::{AccountId, SubjectId};
use grata_core::photo::PhotoDigest;
use grata_core::purpose::Purpose;
use grata_core::subject::{AgeRules, Revision};
use grata_core::time::Timestamp;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::engine::Transaction;
use crate::error::{Result, StoreError};
use crate::store::Shared;
use crate::{random, values};

/// A consistent look at everything.
pub struct Reader {
    pub(crate) tx: Box<dyn Transaction>,
    pub(crate) shared: Arc<Shared>,
    pub(crate) changes: u64,
}

/// A change on its way. Dropping it changes nothing.
///
/// There is no way to commit without an event:
///
/// ```compile_fail,E0061
/// fn quietly(tx: grata_store::Tx) -> grata_store::Result<grata_store::Committed> {
///     tx.commit()
/// }
/// ```
///
/// but with one:
///
/// ```
/// use grata_core::audit::entry::{ActorClass, Event, EventKind};
///
/// fn on_record(tx: grata_store::Tx) -> grata_store::Result<grata_store::Committed> {
///     tx.commit(Event::new(EventKind::Tagged, ActorClass::Staff))
/// }
/// ```
pub struct Tx {
    reader: Reader,
    now: Timestamp,
    rests_on: Vec<(SubjectId, Revision, Timestamp)>,
    touched: Vec<[u8; 32]>,
}

/// What a commit put on record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Committed {
    /// The entry's place in the log.
    pub index: u64,
    /// The entry.
    pub entry: Entry,
    /// What opens its commitment, in the order of the event's concerns; the account that acted comes last.
    pub openings: Vec<Opening>,
    /// The signed head of the log that holds it.
    pub checkpoint: String,
}

/// An event on its way into the log.
struct OnRecord {
    index: u64,
    entry: Entry,
    openings: Vec<Opening>,
    subjects: Vec<Option<SubjectId>>,
    account: Option<AccountId>,
}

impl Deref for Tx {
    type Target = Reader;

    fn deref(&self) -> &Reader {
        &self.reader
    }
}

impl Reader {
    /// The table of ages that decisions go by.
    pub fn age_rules(&self) -> &AgeRules {
        &self.shared.age_rules
    }

    /// Changes since the store was opened, without looks: as long as two readers say the same number,
    /// they read the same, but for who has looked at what. (One process owns the data folder.)
    pub fn changes(&self) -> u64 {
        self.changes
    }
}

impl Tx {
    pub(crate) fn new(reader: Reader, now: Timestamp) -> Self {
        Self { reader, now, rests_on: Vec::new(), touched: Vec::new() }
    }

    /// The moment that everything in this transaction happens at, in whole microseconds, as stored.
    pub fn now(&self) -> Timestamp {
        Timestamp::from_microsecond(self.now.as_microsecond()).unwrap_or(self.now)
    }

    /// Lets the writes rest on a permit. If the consent behind it has changed or ended by the time
    /// of the commit, nothing is written.
    pub fn rest_on<P: Purpose>(&mut self, permit: &Permit<P>) {
        self.rests_on.push((permit.subject(), permit.revision(), permit.ends()));
    }

    /// A restored backup has to be told of what this transaction says about a person.
    pub(crate) fn touches_subject(&mut self, subject: SubjectId) {
        let mut bytes = [0; 32];
        bytes[..16].copy_from_slice(subject.as_bytes());
        self.touched.push(bytes);
    }

    /// The same for an account.
    pub(crate) fn touches_account(&mut self, account: AccountId) {
        let mut bytes = [0; 32];
        bytes[..16].copy_from_slice(account.as_bytes());
        self.touched.push(bytes);
    }

    /// The same for something that is known by this hash: a link, a channel.
    pub(crate) fn touches_link(&mut self, hash: Digest) {
        self.touched.push(hash.0);
    }

    /// The same for a photo.
    pub(crate) fn touches_photo(&mut self, photo: PhotoDigest) {
        self.touched.push(photo.0.0);
    }

    /// The same for a way in of somebody who works here, by its keyed hash.
    pub(crate) fn touches_way_in(&mut self, way: Digest) {
        self.touched.push(way.0);
    }

    /// Puts the event on record and makes everything durable, both or neither.
    ///
    /// # Errors
    /// `Conflict` if a consent that the writes rest on has changed; nothing was written.
    pub fn commit(self, event: Event) -> Result<Committed> {
        self.commit_then(event, |_, committed| Ok(committed.clone()))
    }

    /// The same, with something more to write that depends on what was put on record.
    pub(crate) fn commit_then<T>(
        mut self,
        event: Event,
        then: impl FnOnce(&mut Self, &Committed) -> Result<T>,
    ) -> Result<T> {
        self.check_permits()?;
        let is_look = self.is_look(&event);
        let index = self.log_size()?;
        let on_record = self.on_record(index, event);
        let checkpoint = self.append(&[on_record.entry.bytes()])?;
        self.keep_openings(&on_record)?;
        let OnRecord { entry, openings, .. } = on_record;
        let committed = Committed { index, entry, openings, checkpoint };
        let result = then(&mut self, &committed)?;
        self.done(is_look)?;
        Ok(result)
    }

    /// Puts several events on record, one after the other, with one signature and one wait for the disk.
    ///
    /// # Errors
    /// As [`Tx::commit`]; then none is on record.
    pub fn commit_each(mut self, events: Vec<Event>) -> Result<()> {
        self.check_permits()?;
        let are_looks = events.iter().all(|event| self.is_look(event));
        let first = self.log_size()?;
        let all: Vec<OnRecord> =
            (first..).zip(events).map(|(index, event)| self.on_record(index, event)).collect();
        let entries: Vec<Vec<u8>> = all.iter().map(|one| one.entry.bytes()).collect();
        if !entries.is_empty() {
            self.append(&entries)?;
        }
        for one in &all {
            self.keep_openings(one)?;
        }
        self.done(are_looks)
    }

    fn is_look(&self, event: &Event) -> bool {
        event.kind == EventKind::Viewed && self.touched.is_empty()
    }

    fn done(self, is_look: bool) -> Result<()> {
        let changes = Arc::clone(&self.reader.shared.changes);
        self.reader.tx.commit()?;
        if !is_look {
            // Counted after it can be read.
            changes.fetch_add(1, Ordering::Release);
        }
        Ok(())
    }

    fn on_record(&self, index: u64, mut event: Event) -> OnRecord {
        event.handles.extend(self.touched.iter().map(|about| handle(&self.shared, index, about)));
        let subjects = event.concerns.iter().map(|concern| concern.subject).collect();
        let account = event.actor.account_id();
        let (entry, openings) = event.into_entry(self.now, &mut random::rng());
        OnRecord { index, entry, openings, subjects, account }
    }

    fn keep_openings(&mut self, one: &OnRecord) -> Result<()> {
        for (subject, opening) in one.subjects.iter().zip(&one.openings) {
            if let Some(subject) = subject {
                self.keep_opening(one.index, *subject, opening)?;
            }
        }
        if let (Some(account), Some(opening)) = (one.account, one.openings.get(one.subjects.len())) {
            self.keep_actor(one.index, account, opening)?;
        }
        Ok(())
    }

    /// Writers come one at a time, so what is found here holds until the commit.
    fn check_permits(&mut self) -> Result<()> {
        let changed = || StoreError::conflict("a consent that this rests on has changed; plan again");
        for (subject, revision, ends) in std::mem::take(&mut self.rests_on) {
            let now = self.revision(subject)?.ok_or_else(changed)?;
            if now != revision || self.now >= ends {
                return Err(changed());
            }
        }
        Ok(())
    }

    /// Adds entries to the log and signs its new head.
    pub(crate) fn append(&mut self, entries: &[Vec<u8>]) -> Result<String> {
        let size = self.log_size()?;
        let mut edge = Edge::load(&self.reader, size)?;
        for entry in entries {
            let place = edge.size();
            self.tx.execute(
                "INSERT INTO log_entries (place, entry) VALUES ($1, $2)",
                values![place, entry.clone()],
            )?;
            for tile in edge.push(entry) {
                self.tx.execute(
                    "INSERT INTO log_tiles (level, place, hashes) VALUES ($1, $2, $3) \
                     ON CONFLICT (level, place) DO UPDATE SET hashes = excluded.hashes",
                    values![
                        u32::from(tile.id.level),
                        tile.id.index,
                        grata_core::audit::tile::tile_bytes(&tile.hashes)
                    ],
                )?;
            }
        }
        let head = Checkpoint { origin: self.shared.origin.clone(), size: edge.size(), root: edge.root() };
        let note = head.sign(&self.shared.signing);
        self.tx.execute(
            "INSERT INTO log_head (one, size, note) VALUES (1, $1, $2) \
             ON CONFLICT (one) DO UPDATE SET size = excluded.size, note = excluded.note",
            values![edge.size(), note.clone()],
        )?;
        Ok(note)
    }
}

/// By which a restored backup finds whom an entry is about. Differs for each entry, so that no two
/// can be linked without the installation's key.
pub(crate) fn handle(shared: &Shared, index: u64, about: &[u8; 32]) -> Handle {
    let mut mac = keyed(shared, b"replay");
    mac.update(&index.to_be_bytes());
    mac.update(about);
    Handle(Digest(mac.finalize().into_bytes().into()))
}

/// HMAC-SHA-256 under the installation's key, for one use.
pub(crate) fn keyed(shared: &Shared, what: &[u8]) -> Hmac<Sha256> {
    // HMAC takes keys of any length, 32 bytes among them.
    let mut mac = match Hmac::<Sha256>::new_from_slice(shared.installation.as_slice()) {
        Ok(mac) => mac,
        Err(never) => unreachable!("{never}"),
    };
    mac.update(what);
    mac.update(&[0]);
    mac
}

/// Values for a query.
#[macro_export]
#[doc(hidden)]
macro_rules! values {
    ($($value:expr),* $(,)?) => { &[$($crate::engine::Value::from($value)),*] };
}
