//! A restored backup does not know who has withdrawn, objected or been erased since. So it serves
//! nothing until it has caught up with the log, which is kept outside the backup (§8).

use std::collections::{BTreeMap, BTreeSet};

use grata_core::audit::checkpoint::Checkpoint;
use grata_core::audit::entry::{ActorClass, Count, Entry, Event, EventKind};
use grata_core::audit::tile::TILE_WIDTH;
use grata_core::audit::verify::{LogSource, verify_log};
use grata_core::digest::Digest;
use grata_core::id::{AccountId, AlbumId, ObjectionId, SubjectId, TombstoneId};
use grata_core::objection::{Objection, ObjectionTarget, Outcome};
use grata_core::photo::{Photo, PhotoDigest};
use grata_core::purpose::{ChannelKey, Publish};
use grata_core::subject::Restriction;
use grata_core::time::Timestamp;

use crate::error::{Result, StoreError, StoreErrorKind};
use crate::queries::channels::handle_of;
use crate::queries::own_device;
use crate::random;
use crate::store::Store;
use crate::tx::{Tx, handle};
use crate::values;

/// What catching up has done.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CaughtUp {
    /// Entries that the backup did not have.
    pub entries: u64,
    /// People who were erased since, and are again.
    pub erased: Vec<TombstoneId>,
    /// People who said no to something since, or less than before: frozen until they are asked. Those who
    /// objected have an open objection as well.
    pub frozen: Vec<SubjectId>,
    /// Photos that somebody marked or objected to since: withheld until somebody has looked. One that was
    /// added since is not among them: it is withheld when it comes in once more.
    pub withheld: u64,
    /// Accounts that were closed or changed since: closed, until the owner invites them again. Nobody stays
    /// signed in, and no link that makes an account leads anywhere.
    pub closed: u64,
    /// Links of galleries that were ended since, and are again.
    pub ended: u64,
    /// Channels that were retired since, and are again.
    pub retired: u64,
    /// Galleries in which *Find me* was turned off since, and is again.
    pub turned_off: u64,
    /// Whether a setting was changed since. Which one, and to what, is not known: a passkey is demanded of
    /// whoever works here, and nobody signs in by a provider, until the owner says otherwise. Whoever has no
    /// passkey adds their first one by their password.
    pub passkey_demanded: bool,
}

/// Settings that say how people of the organisation sign in, and what they say where least is let in.
const STRICTEST_SIGN_IN: [(&str, &str); 2] = [("sign_in", "passkey"), ("provider", "")];

impl Store {
    /// Whether this installation is as new as a head of the log that was kept elsewhere. Ask before
    /// serving anything.
    ///
    /// # Errors
    /// `Behind`: catch up first. `Damaged`: somebody was shown another log.
    pub fn check_not_behind(&self, note: &str) -> Result<()> {
        let head =
            Checkpoint::verify(note, self.origin(), &self.verifying_key()).map_err(StoreError::refused)?;
        let reader = self.read()?;
        if reader.log_size()? < head.size {
            let message = "this is an older state than one that was seen before, such as a restored backup; \
                           it has to catch up with the log first";
            return Err(StoreError::new(StoreErrorKind::Behind, message));
        }
        reader.verify_log(std::slice::from_ref(&head)).map(|_| ())
    }

    /// Brings a restored backup up to the log: takes over the entries it does not have, erases whom
    /// they erase, freezes whom they say no about, withholds the photos they are about.
    ///
    /// `source` and `note` are the newer log; the older one has to be its beginning.
    ///
    /// # Errors
    /// `Damaged` if the newer log does not verify or is another one; nothing is changed then.
    pub fn catch_up<S: LogSource>(&self, source: &S, note: &str, now: Timestamp) -> Result<CaughtUp> {
        let mut tx = self.begin(now)?;
        let own_head = tx.log_head()?.ok_or_else(|| StoreError::damaged("the log, which has no head,"))?;
        let own = Checkpoint::parse(&own_head).map_err(StoreError::refused)?;
        let key = self.verifying_key();
        let verified =
            verify_log(source, note, self.origin(), &key, std::slice::from_ref(&own)).map_err(|fault| {
                StoreError::new(StoreErrorKind::Damaged, format!("the newer log does not verify: {fault}"))
            })?;
        let newer = read_entries(source, own.size, verified.checkpoint.size)?;
        let done = tx.replay(own.size, &newer)?;
        tx.append(&newer)?;
        let event = Event::new(EventKind::Restored, ActorClass::CommandLine)
            .counting(Count::Entries, done.entries)
            .counting(Count::Subjects, (done.erased.len() + done.frozen.len()) as u64)
            .counting(Count::Photos, done.withheld);
        let subjects: Vec<SubjectId> = done
            .erased
            .iter()
            .filter_map(|tombstone| tx.erased_now(*tombstone).transpose())
            .collect::<Result<_>>()?;
        tx.commit(event)?;
        for subject in subjects {
            self.destroy_key(Some(subject))?;
        }
        self.shred_loose_templates()?;
        for key in self.dead_blobs(&self.read()?)? {
            self.blobs().delete(key)?;
        }
        Ok(done)
    }
}

fn read_entries<S: LogSource>(source: &S, from: u64, to: u64) -> Result<Vec<Vec<u8>>> {
    let mut entries = Vec::new();
    for bundle in from / TILE_WIDTH..to.div_ceil(TILE_WIDTH) {
        let first = bundle * TILE_WIDTH;
        let width = (to - first).min(TILE_WIDTH);
        let read = source.entries(bundle, width).map_err(|_| StoreError::damaged("the newer log"))?;
        let skip = from.saturating_sub(first) as usize;
        entries.extend(read.into_iter().take(width as usize).skip(skip));
    }
    Ok(entries)
}

impl Tx {
    fn erased_now(&self, tombstone: TombstoneId) -> Result<Option<SubjectId>> {
        let sql = "SELECT subject FROM erasures WHERE tombstone = $1";
        let rows = self.tx.query(sql, values![tombstone])?;
        rows.first().map_or(Ok(None), |row| row.get(0))
    }

    fn replay(&mut self, from: u64, entries: &[Vec<u8>]) -> Result<CaughtUp> {
        let damaged = || StoreError::damaged("the newer log");
        let mut done = CaughtUp { entries: entries.len() as u64, ..CaughtUp::default() };
        let mut frozen = BTreeSet::new();
        let mut objecting = BTreeSet::new();
        let mut changed = BTreeSet::new();
        let mut withheld = BTreeSet::new();
        let mut closed = BTreeSet::new();
        let mut ended = BTreeSet::new();
        let mut retired = BTreeSet::new();
        let mut turned_off = Vec::new();
        let known = self.everything_handles_are_about()?;
        self.end_emergencies()?;
        for (bytes, place) in entries.iter().zip(from..) {
            let entry = Entry::parse(bytes).ok_or_else(damaged)?;
            done.passkey_demanded |= entry.kind == EventKind::ConfigChanged;
            if entry.kind == EventKind::ErasureBegun {
                let tombstone =
                    entry.tombstone.as_ref().and_then(|text| text.parse().ok()).ok_or_else(damaged)?;
                if let Some(subject) = self.subject_of_tombstone(tombstone)? {
                    frozen.remove(&subject);
                    objecting.remove(&subject);
                    self.erase_rows(subject)?;
                    done.erased.push(tombstone);
                }
            }
            if entry.handles.is_empty() {
                continue;
            }
            let mut wanted: BTreeSet<Digest> = entry
                .handles
                .iter()
                .map(|text| text.parse().map_err(|_| damaged()))
                .collect::<Result<_>>()?;
            for (about, who) in &known {
                if wanted.remove(&handle(&self.shared, place, about).0) {
                    match who {
                        About::Subject(subject) => {
                            frozen.insert(*subject);
                            match entry.kind {
                                EventKind::ObjectionRaised => drop(objecting.insert(*subject)),
                                EventKind::SubjectChanged => drop(changed.insert(*subject)),
                                _ => {}
                            }
                        }
                        About::Photo(photo) => drop(withheld.insert(*photo)),
                        About::Account(account) => drop(closed.insert(*account)),
                        About::Gallery(album, link) => drop(ended.insert((*album, *link))),
                        About::Channel(name) => drop(retired.insert(name.clone())),
                        About::OwnDevice(publish) if turned_off.contains(publish) => {}
                        About::OwnDevice(publish) => turned_off.push(publish.clone()),
                        About::WayIn(way) => self.end_way_in(*way)?,
                    }
                }
            }
            for unmet in wanted {
                self.tx.execute(
                    "INSERT INTO unmet_handles (place, handle) VALUES ($1, $2) ON CONFLICT DO NOTHING",
                    values![place, unmet],
                )?;
            }
        }
        // Whether a group was closed since, and by whose no, is not known: it is attested anew, or stays closed.
        self.pause_all_groups()?;
        // A code that was used since would be good once more.
        self.end_enrolment_codes()?;
        for subject in frozen {
            if self.revision(subject)?.is_some() {
                // What is frozen is asked again. A template would outlast a withdrawal (CON-5).
                self.delete_all_templates(subject)?;
                self.set_restriction(subject, Restriction::Since(self.now()))?;
                done.frozen.push(subject);
            }
        }
        // One of the changes that leave a handle is that links were revoked (ABU-3).
        for subject in changed {
            self.revoke_invitations(subject)?;
        }
        for account in closed {
            self.close_account(account)?;
            done.closed += 1;
        }
        for (album, link) in ended {
            self.revoke_gallery_link(album, link)?;
            done.ended += 1;
        }
        for channel in retired {
            self.retire_channel(&channel, true)?;
            done.retired += 1;
        }
        for publish in turned_off {
            self.turn_own_device_off(&publish)?;
            done.turned_off += 1;
        }
        self.end_what_signs_in()?;
        if done.passkey_demanded {
            for (name, value) in STRICTEST_SIGN_IN {
                self.set_setting(name, value)?;
            }
        }
        // An objection outlasts the freeze: it is open until somebody decides about it, again if need be.
        for subject in objecting {
            let known = self.objections_of(subject)?;
            if self.revision(subject)?.is_some() && !known.iter().any(Objection::in_effect) {
                self.object_again(ObjectionTarget::Subject(subject))?;
            }
        }
        for photo in withheld {
            self.object_again(ObjectionTarget::Photo(photo))?;
            done.withheld += 1;
        }
        Ok(done)
    }

    fn object_again(&mut self, target: ObjectionTarget) -> Result<()> {
        let id = ObjectionId::random(&mut random::rng());
        let raised = self.now();
        self.insert_objection(&Objection { id, target, raised, outcome: Outcome::Open })
    }

    /// Withholds a photo that comes in if an entry is about it that was taken over while the photo was not
    /// there. From then on the objection says so.
    pub(crate) fn withhold_if_spoken_of(&mut self, photo: &Photo) -> Result<()> {
        let mut spoken_of = None;
        for row in self.tx.query("SELECT place, handle FROM unmet_handles", &[])? {
            let (place, unmet): (u64, Digest) = (row.get(0)?, row.get(1)?);
            let met = [Some(photo.file), photo.pixels]
                .into_iter()
                .flatten()
                .find(|digest| handle(&self.shared, place, &digest.0.0).0 == unmet);
            if met.is_some() {
                let sql = "DELETE FROM unmet_handles WHERE place = $1 AND handle = $2";
                self.tx.execute(sql, values![place, unmet])?;
                spoken_of = met;
            }
        }
        spoken_of.map_or(Ok(()), |digest| self.object_again(ObjectionTarget::Photo(digest)))
    }

    fn everything_handles_are_about(&self) -> Result<BTreeMap<[u8; 32], About>> {
        let mut known = BTreeMap::new();
        for subject in self.subjects()? {
            let mut bytes = [0; 32];
            bytes[..16].copy_from_slice(subject.as_bytes());
            known.insert(bytes, About::Subject(subject));
        }
        let sql = "SELECT file_digest FROM photos UNION \
                   SELECT pixel_digest FROM photos WHERE pixel_digest IS NOT NULL";
        for row in self.tx.query(sql, &[])? {
            let photo: PhotoDigest = row.get(0)?;
            known.insert(photo.0.0, About::Photo(photo));
        }
        for account in self.accounts()?.into_iter().filter(|account| account.closed_at.is_none()) {
            let mut bytes = [0; 32];
            bytes[..16].copy_from_slice(account.id.as_bytes());
            known.insert(bytes, About::Account(account.id));
        }
        for (album, link) in self.open_gallery_links()? {
            known.insert(link.0, About::Gallery(album, link));
        }
        for (name, _) in self.channels()? {
            known.insert(handle_of(&name).0, About::Channel(name));
        }
        for publish in self.own_devices()? {
            known.insert(own_device::handle_of(&publish).0, About::OwnDevice(publish));
        }
        known.extend(self.ways_in()?.into_iter().map(|way| (way.0, About::WayIn(way))));
        Ok(known)
    }
}

#[derive(Debug, Clone)]
enum About {
    Subject(SubjectId),
    Photo(PhotoDigest),
    Account(AccountId),
    Gallery(AlbumId, Digest),
    Channel(ChannelKey),
    /// Where people look for themselves on their own device.
    OwnDevice(Publish),
    /// With which somebody of the organisation signs in. Only its end leaves a handle.
    WayIn(Digest),
}
