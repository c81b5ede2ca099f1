//! Somebody changes their mind while a photo that shows them is being made: after it was planned, before it
//! is on record. One process owns the data folder, so no second command can come in between; what can is
//! somebody on their page, through the same store. Here it is the clock that lets them: each time it is
//! asked, something can happen.

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use grata::app::releases::{self, PhotoOutcome, ReleaseOrder, SettledPhoto, Watcher};
use grata::config::Config;
use grata::cx::{Cx, Hands};
use grata::error::AppError;
use grata::stop::Stop;
use grata::worker::converter::Converters;
use grata::worker::process::WorkerCommand;
use grata::worker::protocol::ModelFiles;
use grata_core::audit::entry::{ActorClass, Event, EventKind};
use grata_core::consent::{ActKind, ConsentAct, Means};
use grata_core::id::{NotMeId, ObjectionId};
use grata_core::objection::{Objection, ObjectionTarget, Outcome};
use grata_core::obscure::ObscureStyle;
use grata_core::photo::Photo;
use grata_core::subject::Restriction;
use grata_core::tag::NotMe;
use grata_core::time::{Clock, Timestamp};
use grata_store::Store;

use crate::support::now;
use crate::world::{LATER, World, seen};

pub const TESTS: &[(&str, fn())] = &[
    ("con_5_pub_1_what_is_withdrawn_while_a_photo_is_made_is_not_shown_in_it", whoever_changes_their_mind),
    ("con_7_pub_1_a_yes_that_ends_while_a_photo_is_made_is_over", a_yes_that_ends),
];

/// What somebody does in between.
type Deed = Box<dyn FnOnce(&Store) + Send>;

/// A clock that is asked at the plan and at the record, and lets something happen before it answers.
struct Interrupting {
    asked: AtomicUsize,
    at: usize,
    deed: Mutex<Option<Deed>>,
    store: Arc<Store>,
    /// What it says from then on.
    afterwards: Timestamp,
}

impl Clock for Interrupting {
    fn now(&self) -> Timestamp {
        let asked = self.asked.fetch_add(1, Ordering::SeqCst) + 1;
        if asked == self.at
            && let Some(deed) = self.deed.lock().unwrap().take()
        {
            deed(&self.store);
        }
        if asked < self.at { LATER.parse().unwrap() } else { self.afterwards }
    }
}

struct Told(Vec<SettledPhoto>);

impl Watcher<SettledPhoto> for Told {
    fn begins(&mut self, _: usize) {}
    fn settled(&mut self, item: SettledPhoto) {
        self.0.push(item);
    }
}

/// What became of the photo, and how often the clock was asked.
struct Made {
    outcome: PhotoOutcome,
    files: Vec<PathBuf>,
    asked: usize,
}

/// Releases the group photo; before the clock's answer number `at`, the deed is done.
fn release(world: &mut World, at: usize, afterwards: Timestamp, deed: Deed) -> Made {
    let store = Arc::new(world.house.store.take().unwrap());
    let clock = Arc::new(Interrupting {
        asked: AtomicUsize::new(0),
        at,
        deed: Mutex::new(Some(deed)),
        store: Arc::clone(&store),
        afterwards,
    });
    let workers =
        WorkerCommand { program: std::env::current_exe().unwrap(), arguments: vec!["as-worker".into()] };
    let hands = Hands {
        workers,
        converters: Converters::of_the_system(),
        detect_model: |_, _, _| -> Result<ModelFiles, AppError> {
            Ok(ModelFiles { model: "/nowhere/model.onnx".into(), onnxruntime: None })
        },
        clock: Arc::clone(&clock) as Arc<dyn Clock>,
    };
    let cx = Cx {
        config: Config::from_environment().unwrap(),
        hands,
        stop: Stop::default(),
        actor: ActorClass::CommandLine.into(),
    };
    let order = ReleaseOrder {
        album: world.album,
        channel: "website".parse().unwrap(),
        recipient: "webmaster".into(),
        out: world.path("website"),
        style: ObscureStyle::Veil,
        jobs: None,
    };
    let mut told = Told(Vec::new());
    releases::make(&order, &store, &cx, &mut std::io::sink(), &mut told).unwrap();
    let asked = clock.asked.load(Ordering::SeqCst);
    drop((cx, clock));
    world.house.store = Some(Arc::try_unwrap(store).unwrap());
    Made { outcome: told.0.remove(0).outcome, files: world.finished("website"), asked }
}

fn later() -> Timestamp {
    LATER.parse().unwrap()
}

fn commit(store: &Store, kind: EventKind, write: impl FnOnce(&mut grata_store::Tx)) {
    let mut tx = store.begin(now()).unwrap();
    write(&mut tx);
    tx.commit(Event::new(kind, ActorClass::Subject)).unwrap();
}

/// Each way to say no, as a page of their own would put it on record.
fn ways_to_say_no(world: &World, photo: &Photo) -> Vec<(&'static str, Deed)> {
    let act = |kind| -> ConsentAct { world.house.act(&world.website(), kind, Means::OwnSession) };
    let (withdraw, refuse) = (act(ActKind::Withdraw), act(ActKind::Refuse));
    let (anna, region) = (world.anna, photo.faces[0].region.rect);
    let digest = photo.file;
    vec![
        (
            "withdrawn",
            Box::new(move |store| {
                commit(store, EventKind::ConsentWithdrawn, |tx| tx.insert_act(anna, &withdraw).unwrap());
            }),
        ),
        (
            "refused",
            Box::new(move |store| {
                commit(store, EventKind::ConsentRefused, |tx| tx.insert_act(anna, &refuse).unwrap());
            }),
        ),
        (
            "restricted",
            Box::new(move |store| {
                let since = Restriction::Since(later());
                commit(store, EventKind::Restricted, |tx| tx.set_restriction(anna, since).unwrap());
            }),
        ),
        (
            "objected",
            Box::new(move |store| {
                let id = ObjectionId::random(&mut store.rng());
                let target = ObjectionTarget::Region(digest, region);
                let objection = Objection { id, target, raised: later(), outcome: Outcome::Open };
                commit(store, EventKind::ObjectionRaised, |tx| tx.insert_objection(&objection).unwrap());
            }),
        ),
        (
            "not me",
            Box::new(move |store| {
                let id = NotMeId::random(&mut store.rng());
                let mark = NotMe { id, subject: anna, photo: digest, region, at: later(), taken_back: None };
                commit(store, EventKind::NotMe, |tx| tx.insert_not_me(&mark).unwrap());
            }),
        ),
        (
            "erased",
            Box::new(move |store| {
                store.begin_erasure(anna, ActorClass::Subject, later()).unwrap();
            }),
        ),
    ]
}

fn whoever_changes_their_mind() {
    // Undisturbed, Anna is shown, and the clock is asked so often.
    let mut world = World::new();
    world.group_photo();
    let undisturbed = release(&mut world, usize::MAX, later(), Box::new(|_| ()));
    assert_eq!(seen(&undisturbed.files[0]), [0], "Anna said yes");
    let asked = undisturbed.asked;
    assert!(asked >= 3, "begun, planned, put on record");

    let ways = {
        let world = World::new();
        let photo = world.group_photo();
        ways_to_say_no(&world, &photo).len()
    };
    for way in 0..ways {
        for at in 1..=asked {
            let mut world = World::new();
            let photo = world.group_photo();
            let (what, deed) = ways_to_say_no(&world, &photo).remove(way);
            let made = release(&mut world, at, later(), deed);
            let PhotoOutcome::Released { rendition, .. } = &made.outcome else {
                panic!("{what}, {at}: {:?}", made.outcome)
            };
            assert_eq!(rendition.rendition.shown, [], "{what} before answer {at}");
            let [file] = &made.files[..] else { panic!("{what}, {at}") };
            assert_eq!(seen(file), [0; 0], "{what} before answer {at}");
            // What was made of the first plan is nowhere: one original, one rendition.
            assert_eq!(world.store().blobs().list().unwrap().len(), 2, "{what}, {at}");
            assert_eq!(fs::read_dir(world.path("website")).unwrap().count(), 2, "{what}, {at}");
        }
    }
}

/// Nobody does anything; time does.
fn a_yes_that_ends() {
    for at in 1..=3 {
        let mut world = World::new();
        world.group_photo();
        assert!(now() < later());
        let summer = "2027-07-01T00:00:00Z".parse().unwrap();
        let made = release(&mut world, at, summer, Box::new(|_| ()));
        assert_eq!(seen(&made.files[0]), [0; 0], "before answer {at}");
    }
}
