//! The store with the rules on top, and what can be done with it.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicI64;

use grata_core::audit::entry::{ActorClass, Event, EventKind};
use grata_core::consent::{ActKind, ConsentAct, Decision, Means, Speaker, decide, lapsed};
use grata_core::digest::Digest;
use grata_core::id::{ActId, AlbumId, ObjectionId, ReleaseId, RenditionId, SubjectId};
use grata_core::objection::{Objection, ObjectionTarget, Outcome};
use grata_core::photo::Photo;
use grata_core::purpose::Publish;
use grata_core::release::{PhotoPlan, Planned, Treatment, plan_photo};
use grata_core::subject::{Age, Restriction};
use grata_core::tag::TagKind;
use grata_core::time::{Timestamp, day, hours_after};
use grata_store::engine::Engine;
use grata_store::erasure::CertificateParties;
use grata_store::log_files::LogFolder;
use grata_store::queries::releases::NewRendition;
use grata_store::sweep::Needles;
use grata_store::{Result, Store, StoreErrorKind, Tx};

use crate::dying::{Dying, FOREVER};
use crate::reference::{CHANNELS, FIRST_YES, PEOPLE, Truth, What};
use crate::support::{self, House};

pub const PARTIES: CertificateParties<'static> =
    CertificateParties { controller: "Sports club", backup_days: 35 };

/// Who can be seen through which channel.
pub type Shown = [[bool; 2]; PEOPLE];

pub struct Machine {
    pub house: House,
    pub album: AlbumId,
    pub photo: Photo,
    pub people: [SubjectId; PEOPLE],
    pub releases: [ReleaseId; 2],
    pub left: Arc<AtomicI64>,
    pub objections: [Option<ObjectionId>; PEOPLE],
    pub today: u16,
    pub backup: Option<PathBuf>,
    pub backups: usize,
}

impl Machine {
    pub fn new() -> Self {
        let house = House::new();
        let album = house.album();
        let photo = house.photo(album, b"both of them", 3);
        let people = ["Alice Example", "Bob Example"].map(|name| house.person(name, Age::Adult));
        for (face, who) in people.into_iter().enumerate() {
            house.tag(&photo, face, TagKind::Is(who)).unwrap();
        }
        let releases = CHANNELS.map(|channel| house.release(&publish(album, channel)));
        let mut machine = Self {
            house,
            album,
            photo,
            people,
            releases,
            left: Arc::new(AtomicI64::new(FOREVER)),
            objections: [None; PEOPLE],
            today: 0,
            backup: None,
            backups: 0,
        };
        machine.open();
        for who in 0..PEOPLE {
            for channel in 0..CHANNELS.len() {
                machine.give(who, channel, FIRST_YES).unwrap();
            }
        }
        machine.hand_out();
        machine
    }

    pub fn store(&self) -> &Store {
        self.house.store()
    }

    /// A new process: it finishes what the one before it has begun.
    pub fn open(&mut self) {
        self.house.store = None;
        self.left = Arc::new(AtomicI64::new(FOREVER));
        let left = Arc::clone(&self.left);
        let wrap = |inner| Arc::new(Dying { inner, left }) as Arc<dyn Engine>;
        self.house.store = Some(Store::open_on(&self.house.places, self.house.root(), wrap).unwrap());
    }

    pub fn log(&self) -> LogFolder {
        LogFolder::new(&self.house.folder.path().join("log"))
    }

    pub fn hand_out(&self) {
        self.log().publish(&self.store().read().unwrap()).unwrap();
    }

    /// Nothing is asked of a backup that has not caught up.
    pub fn catch_up(&self) -> Result<()> {
        let head = self.log().head().unwrap();
        match self.store().check_not_behind(&head) {
            Err(error) if error.kind() == StoreErrorKind::Behind => {
                self.store().catch_up(&self.log(), &head, self.now()).map(drop)
            }
            other => other,
        }
    }

    pub fn finish_erasures(&self) -> Result<()> {
        let unfinished = self.store().read()?.unfinished_erasures()?;
        for tombstone in unfinished {
            self.store().finish_erasure(tombstone, &Needles::default(), &[], &PARTIES, self.now())?;
        }
        Ok(())
    }

    pub fn now(&self) -> Timestamp {
        hours_after(support::now(), u32::from(self.today) * 24)
    }

    pub fn commit(&self, kind: EventKind, write: impl FnOnce(&mut Tx) -> Result<()>) -> Result<()> {
        let mut tx = self.store().begin(self.now())?;
        write(&mut tx)?;
        tx.commit(Event::new(kind, ActorClass::Subject)).map(drop)
    }

    pub fn say(&self, who: usize, channel: usize, kind: ActKind) -> Result<()> {
        let publish = publish(self.album, CHANNELS[channel]);
        let act = self.house.act(&publish, kind, Means::OwnSession);
        let act = ConsentAct { at: self.now(), ..act };
        self.commit(EventKind::ConsentGiven, |tx| tx.insert_act(self.people[who], &act))
    }

    pub fn give(&self, who: usize, channel: usize, days: u16) -> Result<()> {
        let until = day(hours_after(self.now(), u32::from(days) * 24));
        self.say(who, channel, ActKind::Give { until })
    }

    pub fn perform(&mut self, what: What, people: &[Truth; PEOPLE], asked_again: bool) -> Result<()> {
        match what {
            What::Give { who, channel, days } => self.give(who, channel, days),
            What::Refuse { who, channel } => self.say(who, channel, ActKind::Refuse),
            What::Withdraw { who, channel } => self.say(who, channel, ActKind::Withdraw),
            What::Contest { who, channel } => self.say(who, channel, ActKind::Contest),
            What::Pass { .. } => Ok(()),
            What::RecordWhatHasEnded => self.record_what_has_ended(),
            What::Restrict(who) => {
                let since = Restriction::Since(self.now());
                self.commit(EventKind::Restricted, |tx| tx.set_restriction(self.people[who], since))
            }
            What::Lift(who) => {
                if asked_again {
                    self.put_on_record_once_more(who, &people[who])?;
                }
                self.commit(EventKind::RestrictionLifted, |tx| {
                    tx.set_restriction(self.people[who], Restriction::None)
                })
            }
            What::Object(who) => self.object(who),
            What::Reject(who) => self.reject(who),
            What::Erase(who) => {
                let begun = self.store().begin_erasure(self.people[who], ActorClass::Subject, self.now())?;
                let (store, now) = (self.store(), self.now());
                store.finish_erasure(begun.tombstone, &begun.needles, &[], &PARTIES, now).map(drop)
            }
            What::BackUp => {
                self.backups += 1;
                let file = self.house.folder.path().join(format!("backup-{}.db", self.backups));
                self.store().copy_database(&file)?;
                self.backup = Some(file);
                Ok(())
            }
            What::Restore => self.catch_up(),
        }
    }

    pub fn put_on_record_once_more(&self, who: usize, truth: &Truth) -> Result<()> {
        for (channel, yes) in truth.yes.iter().enumerate() {
            match yes {
                Some(until) if *until >= self.today => self.give(who, channel, until - self.today)?,
                _ => self.say(who, channel, ActKind::Withdraw)?,
            }
        }
        Ok(())
    }

    pub fn object(&mut self, who: usize) -> Result<()> {
        let id = ObjectionId::random(&mut self.store().rng());
        let target = ObjectionTarget::Subject(self.people[who]);
        let objection = Objection { id, target, raised: self.now(), outcome: Outcome::Open };
        self.objections[who] = Some(id);
        self.commit(EventKind::ObjectionRaised, |tx| tx.insert_objection(&objection))
    }

    /// All that this person has raised.
    pub fn reject(&self, who: usize) -> Result<()> {
        let mut open = self.store().read()?.objections_of(self.people[who])?;
        open.retain(Objection::in_effect);
        if open.is_empty() {
            return Ok(());
        }
        let rejected = Outcome::Rejected(self.now());
        self.commit(EventKind::ObjectionDecided, |tx| {
            open.iter().try_for_each(|one| tx.decide_objection(one.id, rejected))
        })
    }

    pub fn record_what_has_ended(&self) -> Result<()> {
        for who in self.people {
            let Some(subject) = self.store().read()?.subject(who)? else { continue };
            for lapsed in lapsed(&subject, self.now()) {
                let act = ConsentAct {
                    id: ActId::random(&mut self.store().rng()),
                    question: lapsed.question,
                    kind: ActKind::Expire,
                    speaker: Speaker::Subject,
                    means: Means::Clock,
                    notice: lapsed.notice,
                    at: self.now(),
                };
                self.commit(EventKind::ConsentExpired, |tx| tx.insert_act(who, &act))?;
            }
        }
        Ok(())
    }

    pub fn plan(&self, channel: usize) -> PhotoPlan {
        let reader = self.store().read().unwrap();
        let case = reader.photo_case(self.photo.id).unwrap();
        let publish = publish(self.album, CHANNELS[channel]);
        match plan_photo(&case.photo, &publish, &case.evidence(reader.age_rules()), self.now()) {
            Planned::Leaves(plan) => plan,
            Planned::Withheld(why) => panic!("{why:?}"),
        }
    }

    pub fn shown_by(&self, plan: &PhotoPlan) -> [bool; PEOPLE] {
        let shown = |face: usize| matches!(plan.faces()[face].treatment(), Treatment::Show(_));
        assert!(!shown(PEOPLE), "a stranger is never shown");
        [shown(0), shown(1)]
    }

    /// Who would be shown, by the plan; and nobody has a permit beyond that.
    pub fn shown(&self) -> Shown {
        let plans = [0, 1].map(|channel| self.shown_by(&self.plan(channel)));
        let reader = self.store().read().unwrap();
        for (who, id) in self.people.into_iter().enumerate() {
            let subject = reader.subject(id).unwrap();
            let objects = !reader.objections_of(id).unwrap().iter().all(|one| !one.in_effect());
            for (channel, plan) in plans.iter().enumerate() {
                let permit = subject.as_ref().is_some_and(|subject| {
                    let publish = publish(self.album, CHANNELS[channel]);
                    matches!(decide(subject, &publish, reader.age_rules(), self.now()), Decision::Yes(_))
                });
                assert_eq!(plan[who], permit && !objects, "shown exactly by a permit");
            }
        }
        [0, 1].map(|who| [plans[0][who], plans[1][who]])
    }

    /// A release that was planned before the step and comes to its commit after it.
    pub fn commit_an_old_plan(&self, channel: usize, plan: PhotoPlan) -> Option<[bool; PEOPLE]> {
        let id = RenditionId::random(&mut self.store().rng());
        let file_name = format!("{id}.jpg");
        let new = NewRendition { id, release: self.releases[channel], file_name, sha256: Digest::of(b"x") };
        let mut tx = self.store().begin(self.now()).unwrap();
        let rendition = tx.insert_rendition(&new, plan, &[]).ok()?;
        tx.commit(support::event(EventKind::Released)).ok()?;
        Some(self.people.map(|who| rendition.shown.iter().any(|(_, subject)| *subject == who)))
    }
}

pub fn publish(album: AlbumId, channel: &str) -> Publish {
    Publish { album, channel: channel.parse().unwrap() }
}

pub fn put_back(backup: &Path, data: &Path) {
    for name in ["grata.db", "grata.db-wal", "grata.db-shm"] {
        let _ = std::fs::remove_file(data.join(name));
    }
    std::fs::copy(backup, data.join("grata.db")).unwrap();
}
