//! A template never outlives the yes that it rests on: whatever people say in whatever order, while days pass, with the
//! process dying at any write, and after a backup from before was restored (CON-1, CON-5, CON-7, KEY-4).
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should fail there and then")]

#[path = "permits/dying.rs"]
mod dying;
mod support;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use dying::{Dying, FOREVER};
use grata_core::audit::entry::{ActorClass, EventKind};
use grata_core::basis::Profile;
use grata_core::consent::{ActKind, ConsentAct, Decision, Means, decide, lapsed};
use grata_core::digest::Digest;
use grata_core::id::{ActId, AlbumId, SubjectId};
use grata_core::purpose::{Find, Purpose as _, PurposeKind};
use grata_core::subject::{Age, Restriction, Subject};
use grata_core::time::{Timestamp, day, hours_after};
use grata_store::engine::Engine;
use grata_store::erasure::CertificateParties;
use grata_store::log_files::LogFolder;
use grata_store::sweep::Needles;
use grata_store::vault::KeyName;
use grata_store::{Result, Store, StoreErrorKind};
use proptest::prelude::*;
use support::{House, event, website};

const PEOPLE: usize = 2;
const PARTIES: CertificateParties<'static> =
    CertificateParties { controller: "Sports club", backup_days: 35 };

#[derive(Debug, Clone, Copy, PartialEq)]
enum What {
    Give(u16),
    Refuse,
    Withdraw,
    Enrol,
    Pass(u16),
    RecordWhatHasEnded,
    Restrict,
    Lift,
    Erase,
    BackUp,
    Restore,
}

#[derive(Debug, Clone, Copy)]
struct Step {
    who: usize,
    what: What,
    dies_at: Option<u8>,
}

fn step() -> impl Strategy<Value = Step> {
    let what = prop_oneof![
        4 => (1..200_u16).prop_map(What::Give),
        2 => Just(What::Refuse),
        3 => Just(What::Withdraw),
        6 => Just(What::Enrol),
        2 => (1..90_u16).prop_map(What::Pass),
        2 => Just(What::RecordWhatHasEnded),
        1 => Just(What::Restrict),
        1 => Just(What::Lift),
        1 => Just(What::Erase),
        2 => Just(What::BackUp),
        1 => Just(What::Restore),
    ];
    let dies = prop_oneof![3 => Just(None), 1 => (0..9_u8).prop_map(Some)];
    (0..PEOPLE, what, dies).prop_map(|(who, what, dies_at)| Step { who, what, dies_at })
}

struct Machine {
    house: House,
    album: AlbumId,
    people: [SubjectId; PEOPLE],
    left: Arc<AtomicI64>,
    today: u16,
    backup: Option<PathBuf>,
    backups: usize,
    /// Who has said no, or is gone, since the backup.
    said_no_since: [bool; PEOPLE],
}

impl Machine {
    fn new() -> Self {
        let house = House::new();
        let album = house.album();
        let people = ["Alice Example", "Bob Example"].map(|name| house.person(name, Age::Adult));
        let mut tx = house.store().begin(support::now()).unwrap();
        tx.insert_group(album, Profile::Free).unwrap();
        people.iter().for_each(|who| assert!(tx.add_to_roster(album, *who).unwrap()));
        tx.commit(event(EventKind::GroupCreated)).unwrap();
        let left = Arc::new(AtomicI64::new(FOREVER));
        let mut machine = Self {
            house,
            album,
            people,
            left,
            today: 0,
            backup: None,
            backups: 0,
            said_no_since: [false; PEOPLE],
        };
        machine.open();
        machine.hand_out();
        machine
    }

    fn store(&self) -> &Store {
        self.house.store()
    }

    fn open(&mut self) {
        self.house.store = None;
        self.left = Arc::new(AtomicI64::new(FOREVER));
        let left = Arc::clone(&self.left);
        let wrap = |inner| Arc::new(Dying { inner, left }) as Arc<dyn Engine>;
        self.house.store = Some(Store::open_on(&self.house.places, self.house.root(), wrap).unwrap());
    }

    fn log(&self) -> LogFolder {
        LogFolder::new(&self.house.folder.path().join("log"))
    }

    fn hand_out(&self) {
        self.log().publish(&self.store().read().unwrap()).unwrap();
    }

    fn now(&self) -> Timestamp {
        hours_after(support::now(), u32::from(self.today) * 24)
    }

    fn known(&self, who: usize) -> Option<Subject> {
        self.store().read().unwrap().subject(self.people[who]).unwrap()
    }

    fn say(&self, who: usize, kind: ActKind, means: Means) -> Result<()> {
        let question = Find { album: self.album }.question();
        let id = ActId::random(&mut self.store().rng());
        let act = self.house.act(&website(self.album), kind, means);
        let act = ConsentAct { id, question, at: self.now(), ..act };
        let mut tx = self.store().begin(self.now())?;
        tx.insert_act(self.people[who], &act)?;
        tx.commit(event(EventKind::ConsentGiven)).map(drop)
    }

    fn decision(&self, who: usize) -> Option<Decision<Find>> {
        let reader = self.store().read().unwrap();
        self.known(who)
            .map(|known| decide(&known, &Find { album: self.album }, reader.age_rules(), self.now()))
    }

    fn perform(&mut self, Step { who, what, .. }: Step) -> Result<()> {
        match what {
            What::Give(days) => {
                let until = day(hours_after(self.now(), u32::from(days) * 24));
                self.say(who, ActKind::Give { until }, Means::OwnSession)
            }
            What::Refuse => self.say(who, ActKind::Refuse, Means::OwnSession),
            What::Withdraw => self.say(who, ActKind::Withdraw, Means::OwnSession),
            What::Enrol => {
                let Some(Decision::Yes(permit)) = self.decision(who) else { return Ok(()) };
                let mut tx = self.store().begin(self.now())?;
                tx.insert_template(&permit, Digest([5; 32]), &[who as f32 + 0.5; 128])?;
                tx.commit(event(EventKind::Enrolled)).map(drop)
            }
            What::RecordWhatHasEnded => {
                for who in 0..PEOPLE {
                    let Some(known) = self.known(who) else { continue };
                    let ended = |one: &grata_core::consent::Lapsed| one.question.purpose == PurposeKind::Find;
                    if lapsed(&known, self.now()).iter().any(ended) {
                        self.say(who, ActKind::Expire, Means::Clock)?;
                    }
                }
                Ok(())
            }
            What::Restrict | What::Lift => {
                let restriction = match what {
                    What::Restrict => Restriction::Since(self.now()),
                    _ => Restriction::None,
                };
                let mut tx = self.store().begin(self.now())?;
                tx.set_restriction(self.people[who], restriction)?;
                tx.commit(event(EventKind::Restricted)).map(drop)
            }
            What::Erase => {
                let begun = self.store().begin_erasure(self.people[who], ActorClass::Subject, self.now())?;
                let (store, now) = (self.store(), self.now());
                store.finish_erasure(begun.tombstone, &begun.needles, &[], &PARTIES, now).map(drop)
            }
            What::BackUp => {
                self.backups += 1;
                let file = self.house.folder.path().join(format!("backup-{}.db", self.backups));
                self.store().copy_database(&file)?;
                self.backup = Some(file);
                self.said_no_since = [false; PEOPLE];
                Ok(())
            }
            What::Restore => self.catch_up(),
            What::Pass(_) => Ok(()),
        }
    }

    fn catch_up(&self) -> Result<()> {
        let head = self.log().head().unwrap();
        match self.store().check_not_behind(&head) {
            Err(error) if error.kind() == StoreErrorKind::Behind => {
                self.store().catch_up(&self.log(), &head, self.now()).map(drop)
            }
            other => other,
        }
    }

    fn run(&mut self, step: Step) {
        let is_gone = self.known(step.who).is_none();
        match step.what {
            What::Pass(days) => self.today += days,
            What::Restore if self.backup.is_none() => return,
            What::Restore => {
                self.house.store = None;
                let data = self.house.places.data.clone();
                for name in ["grata.db", "grata.db-wal", "grata.db-shm"] {
                    let _ = std::fs::remove_file(data.join(name));
                }
                std::fs::copy(self.backup.as_ref().unwrap(), data.join("grata.db")).unwrap();
                self.open();
            }
            What::RecordWhatHasEnded | What::BackUp => {}
            _ if is_gone => return,
            _ => {}
        }
        if let Some(writes) = step.dies_at {
            self.left.store(i64::from(writes), Ordering::SeqCst);
        }
        let done = self.perform(step);
        if self.left.load(Ordering::SeqCst) < 0 {
            // Dead. Another process comes and finishes what has to be finished.
            self.open();
            if step.what == What::Restore {
                self.catch_up().unwrap();
            }
            // Read to the end before: the journal is not truncated while somebody reads.
            let unfinished = self.store().read().unwrap().unfinished_erasures().unwrap();
            for tombstone in unfinished {
                self.store()
                    .finish_erasure(tombstone, &Needles::default(), &[], &PARTIES, self.now())
                    .unwrap();
            }
        } else {
            done.unwrap();
        }
        self.left.store(FOREVER, Ordering::SeqCst);
        self.hand_out();
        // Whether or not the process died, only what is on record counts as said.
        let said_no = |kind: ActKind| !matches!(kind, ActKind::Give { .. });
        match self.known(step.who).and_then(|known| known.acts.last().map(|act| act.kind)) {
            Some(kind) if matches!(step.what, What::Refuse | What::Withdraw) && said_no(kind) => {
                self.said_no_since[step.who] = true;
            }
            None if step.what == What::Erase && self.known(step.who).is_none() => {
                self.said_no_since[step.who] = true;
            }
            _ => {}
        }
        self.check(step);
    }

    fn check(&self, step: Step) {
        self.store().shred_loose_templates().unwrap();
        let mut templates = 0;
        for (who, id) in self.people.into_iter().enumerate() {
            let reader = self.store().read().unwrap();
            let template = reader.template_of(id, self.album).unwrap();
            let known = reader.subject(id).unwrap();
            let last = known.as_ref().and_then(|known| known.acts.last().map(|act| act.kind));
            let Some(template) = template else { continue };
            templates += 1;
            assert!(
                matches!(last, Some(ActKind::Give { .. })),
                "{step:?}: {who} has a template after {last:?}"
            );
            if step.what == What::Restore {
                assert!(!self.said_no_since[who], "{step:?}: a template of {who} came back");
            }
            if let Some(Decision::Yes(permit)) = self.decision(who) {
                // A backup may hold the row of a template that was replaced since: its key is gone (KEY-4).
                if let Ok(numbers) = reader.open_template(&template, &permit) {
                    assert!(numbers.iter().all(|own| (own - (who as f32 + 0.5)).abs() < 1e-4), "{who}");
                }
            }
        }
        let keys = self.store().vault().list().unwrap();
        let keys = keys.iter().filter(|key| matches!(key, KeyName::Template(_))).count();
        assert!(keys <= templates, "{step:?}: {keys} keys for {templates} templates");
        self.store().read().unwrap().verify_log(&[]).unwrap();
    }
}

fn cases() -> ProptestConfig {
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(24);
    ProptestConfig { failure_persistence: None, max_shrink_iters: 100, ..ProptestConfig::with_cases(cases) }
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn con_1_con_5_con_7_key_4_no_template_outlives_the_yes_that_it_rests_on(steps in prop::collection::vec(step(), 1..25)) {
        let mut machine = Machine::new();
        for step in steps {
            machine.run(step);
        }
    }
}
