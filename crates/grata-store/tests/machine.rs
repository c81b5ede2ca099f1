//! The consent machine under any sequence of acts, with the machine stopping at every write: what a
//! stopped process leaves is either the state before or the state after, never something else.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should fail there and then")]

mod support;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use grata_core::audit::checkpoint::Checkpoint;
use grata_core::audit::entry::{ActorClass, EventKind};
use grata_core::consent::{ActKind, Decision, Means, PaperForm, decide};
use grata_core::id::{AccountId, AlbumId, SubjectId};
use grata_core::purpose::Publish;
use grata_core::subject::{Age, AgeRules, Restriction, Subject};
use grata_core::tag::TagKind;
use grata_store::blobs::BlobKey;
use grata_store::engine::{Access, Dialect, Engine, Row, Transaction, Value};
use grata_store::erasure::CertificateParties;
use grata_store::sweep::Needles;
use grata_store::vault::FileRoot;
use grata_store::{Result, Store, StorePlaces};
use proptest::prelude::*;
use support::{House, event, now, until};

/// Copies all files before each write, before each commit and after it: what would be left if the
/// machine stopped right there.
struct Stopping {
    inner: Arc<dyn Engine>,
    copier: Arc<Copier>,
}

struct Copier {
    places: StorePlaces,
    to: PathBuf,
    copies: Mutex<Vec<StorePlaces>>,
}

impl Copier {
    fn copy(&self) {
        let mut copies = self.copies.lock().unwrap();
        let data = self.to.join(format!("{}", copies.len()));
        let places = StorePlaces::beside(&data);
        copy_folder(&self.places.data, &places.data);
        copy_folder(&self.places.keys, &places.keys);
        copies.push(places);
    }
}

fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy_folder(&path, &target);
        } else {
            std::fs::copy(&path, target).unwrap();
        }
    }
}

impl Engine for Stopping {
    fn dialect(&self) -> Dialect {
        self.inner.dialect()
    }
    fn begin(&self, access: Access) -> Result<Box<dyn Transaction>> {
        let inner = self.inner.begin(access)?;
        Ok(Box::new(StoppingTransaction { inner, copier: Arc::clone(&self.copier) }))
    }
    fn migrate(&self) -> Result<()> {
        self.inner.migrate()
    }
    fn scrub(&self) -> Result<()> {
        self.copier.copy();
        self.inner.scrub()?;
        self.copier.copy();
        Ok(())
    }
    fn copy_to(&self, path: &Path) -> Result<()> {
        self.inner.copy_to(path)
    }
    fn columns(&self) -> Result<Vec<(String, String)>> {
        self.inner.columns()
    }
}

struct StoppingTransaction {
    inner: Box<dyn Transaction>,
    copier: Arc<Copier>,
}

impl Transaction for StoppingTransaction {
    fn query(&self, sql: &str, values: &[Value]) -> Result<Vec<Row>> {
        self.inner.query(sql, values)
    }
    fn execute(&self, sql: &str, values: &[Value]) -> Result<u64> {
        self.copier.copy();
        self.inner.execute(sql, values)
    }
    fn commit(self: Box<Self>) -> Result<()> {
        self.copier.copy();
        let Self { inner, copier } = *self;
        inner.commit()?;
        copier.copy();
        Ok(())
    }
}

#[derive(Debug, Clone, Copy)]
enum Step {
    Say { who: usize, print: bool, kind: u8 },
    Restrict(usize),
    Lift(usize),
    Erase(usize),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        6 => (0usize..2, any::<bool>(), 0u8..5).prop_map(|(who, print, kind)| Step::Say { who, print, kind }),
        1 => (0usize..2).prop_map(Step::Restrict),
        1 => (0usize..2).prop_map(Step::Lift),
        1 => (0usize..2).prop_map(Step::Erase),
    ];
    prop::collection::vec(step, 1..7)
}

fn publish(album: AlbumId, print: bool) -> Publish {
    let channel = if print { "print" } else { "website" };
    Publish { album, channel: channel.parse().unwrap() }
}

/// What a process that opens these files would decide, and what is on record.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Seen {
    subjects: Vec<Option<Subject>>,
    decisions: Vec<String>,
    log: u64,
}

fn look(store: &Store, people: &[SubjectId], album: AlbumId) -> Seen {
    let reader = store.read().unwrap();
    let subjects: Vec<_> = people.iter().map(|id| reader.subject(*id).unwrap()).collect();
    let mut decisions = Vec::new();
    for subject in subjects.iter().flatten() {
        for print in [false, true] {
            let decision = decide(subject, &publish(album, print), &AgeRules::default(), now());
            decisions.push(match decision {
                Decision::Yes(_) => "yes".to_string(),
                Decision::No(reason) => reason.as_str().to_string(),
            });
        }
    }
    Seen { subjects, decisions, log: reader.log_size().unwrap() }
}

const PARTIES: CertificateParties<'static> =
    CertificateParties { controller: "Sports club", backup_days: 35 };

fn perform(house: &House, step: Step, people: &[SubjectId], album: AlbumId) {
    let gone = |who: usize| house.store().read().unwrap().subject(people[who]).unwrap().is_none();
    match step {
        Step::Say { who, print, kind } => {
            let give = ActKind::Give { until: until() };
            let form = PaperForm {
                signed_on: "2026-09-30".parse().unwrap(),
                reference: "sheet 12".to_string(),
                recorded_by: AccountId::from_bytes([7; 16]),
            };
            let (kind, means) = match kind {
                0 => (give, Means::OwnSession),
                1 => (give, Means::Paper(form)),
                2 => (ActKind::Refuse, Means::OwnSession),
                3 => (ActKind::Withdraw, Means::OwnSession),
                _ => (ActKind::Contest, Means::OwnSession),
            };
            let result = house.try_say(people[who], &house.act(&publish(album, print), kind, means));
            assert_eq!(result.is_ok(), !gone(who));
        }
        Step::Restrict(who) | Step::Lift(who) => {
            let restrict = matches!(step, Step::Restrict(_));
            let restriction = if restrict { Restriction::Since(now()) } else { Restriction::None };
            let mut tx = house.store().begin(now()).unwrap();
            if tx.set_restriction(people[who], restriction).is_ok() {
                tx.commit(event(EventKind::Restricted)).unwrap();
            }
        }
        Step::Erase(who) => {
            let store = house.store();
            if let Ok(begun) = store.begin_erasure(people[who], ActorClass::Subject, now()) {
                store.finish_erasure(begun.tombstone, &begun.needles, &[], &PARTIES, now()).unwrap();
            }
        }
    }
}

/// PUB-1, PUB-7: a stop at any write of a release or a recall leaves an image with all that it shows and
/// hides, or none.
#[test]
fn pub_1_pub_7_a_stop_at_any_write_of_a_release_leaves_whole_images_only() {
    let mut house = House::new();
    let album = house.album();
    let photo = house.photo(album, b"picture", 4);
    let alice = house.person("Alice Example", Age::Adult);
    let website = publish(album, false);
    house.yes(alice, &website);
    house.tag(&photo, 0, TagKind::Is(alice)).unwrap();
    house.store = None;
    let to = house.folder.path().join("copies");
    let copier = Arc::new(Copier { places: house.places.clone(), to, copies: Mutex::default() });
    let for_engine = Arc::clone(&copier);
    let wrap = |inner| Arc::new(Stopping { inner, copier: for_engine }) as Arc<dyn Engine>;
    house.store = Some(Store::open_on(&house.places, house.root(), wrap).unwrap());
    let release = house.release(&website);
    let made = house.render(release, house.plan(&photo, &website)).unwrap();
    let mut tx = house.store().begin(now()).unwrap();
    tx.recall_rendition(made.rendition.id).unwrap();
    tx.commit(event(EventKind::Recalled)).unwrap();
    house.store = None;

    let (mut none, mut live, mut dead) = (0, 0, 0);
    for places in copier.copies.lock().unwrap().iter() {
        let root = FileRoot::read(&house.root_file()).unwrap();
        let store = Store::open(places, Box::new(root)).unwrap();
        store.sweep_orphans().unwrap();
        let reader = store.read().unwrap();
        reader.verify_log(&[]).unwrap();
        let found = reader.rendition(made.rendition.id).unwrap();
        let blob = BlobKey::Rendition(photo.id, made.rendition.id);
        match found {
            None => none += 1,
            Some(found) => {
                assert_eq!(found.rendition, made.rendition);
                if found.recalled_at.is_none() {
                    live += 1
                } else {
                    dead += 1
                }
                let there = store.blobs().get(store.vault(), blob).is_ok();
                assert_eq!(there, found.recalled_at.is_none(), "its file is there as long as it lives");
            }
        }
        assert_eq!(reader.photo(photo.id).unwrap().unwrap(), photo);
        assert!(store.blobs().get(store.vault(), BlobKey::Original(photo.id)).is_ok());
    }
    assert!(none > 5 && live > 3 && dead == 1, "{none} {live} {dead}");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(6) })]

    #[test]
    fn con_1_con_5_acc_1_a_stop_at_any_write_leaves_the_state_before_or_after(steps in steps()) {
        let mut house = House::new();
        let album = house.album();
        let people = [house.person("Alice Example", Age::Adult), house.person("Bob Example", Age::Adult)];
        house.store = None;
        let copies = house.folder.path().join("copies");
        for (number, step) in steps.into_iter().enumerate() {
            let to = copies.join(number.to_string());
            let copier =
                Arc::new(Copier { places: house.places.clone(), to, copies: Mutex::default() });
            let for_engine = Arc::clone(&copier);
            let store = Store::open_on(&house.places, house.root(), |inner| {
                Arc::new(Stopping { inner, copier: for_engine })
            });
            house.store = Some(store.unwrap());
            let before = look(house.store(), &people, album);
            let head = house.store().read().unwrap().log_head().unwrap().unwrap();
            perform(&house, step, &people, album);
            let after = look(house.store(), &people, album);
            house.store = None;
            let pinned = [Checkpoint::parse(&head).unwrap()];
            for places in copier.copies.lock().unwrap().iter() {
                let root = FileRoot::read(&house.root_file()).unwrap();
                let store = Store::open(places, Box::new(root)).unwrap();
                // What a new process does first.
                let unfinished = store.read().unwrap().unfinished_erasures().unwrap();
                for tombstone in unfinished {
                    let done = store.finish_erasure(tombstone, &Needles::default(), &[], &PARTIES, now());
                    prop_assert!(done.is_ok(), "{done:?}");
                }
                let seen = look(&store, &people, album);
                let one_of_both = (&seen.subjects, &seen.decisions) == (&before.subjects, &before.decisions)
                    || (&seen.subjects, &seen.decisions) == (&after.subjects, &after.decisions);
                prop_assert!(one_of_both, "{step:?}: {seen:?}");
                prop_assert!(seen.log >= before.log);
                store.read().unwrap().verify_log(&pinned).unwrap();
            }
            // Not there if nothing was written.
            let _ = std::fs::remove_dir_all(&copies);
        }
    }
}
