//! `grata log`, `grata backup` and `grata restore`.

use std::fs;

use age::secrecy::ExposeSecret as _;
use grata::app::backup::{BackupOrder, backup};
use grata::app::log;
use grata::app::releases::Watcher;
use grata::config::Config;
use grata::cx::{Cx, Hands};
use grata::stop::Stop;
use grata_core::audit::checkpoint::Checkpoint;
use grata_core::audit::entry::{ActorClass, Count, Entry, EventKind};
use grata_core::consent::{Decision, decide};
use grata_core::id::{EvidenceId, NotMeId, SubjectId};
use grata_core::tag::NotMe;
use grata_store::blobs::BlobKey;
use grata_store::queries::evidence::{Evidence, MediaType};

use crate::support::{event, now};
use crate::world::{ALBUM, ANNA, BEN, World, seen};

pub const TESTS: &[(&str, fn())] = &[
    ("acc_1_acc_4_a_changed_or_shortened_log_is_found", a_changed_log_is_found),
    ("acc_3_the_log_verifies_from_its_files_and_its_key_alone", the_log_verifies_alone),
    ("abu_10_rts_7_rts_8_a_restored_backup_catches_up_before_it_is_there", the_drill),
    ("key_7_a_backup_opens_for_its_recipient_and_holds_no_key", a_backup_holds_no_key),
    ("abu_10_an_older_state_than_the_witness_has_seen_is_refused_by_every_command", an_older_state),
    ("acc_4_a_command_of_any_kind_hands_out_what_it_has_put_on_record", any_command_hands_out),
    ("acc_4_several_who_hand_out_at_once_never_set_the_log_back", several_hand_out),
    ("abu_10_the_newest_head_counts_wherever_a_witness_keeps_it", the_newest_head_counts),
    ("rts_8_what_a_killed_backup_or_restore_has_left_is_removed", leftovers_are_removed),
    ("acc_1_a_backup_and_a_copy_of_the_keys_are_on_record_before_they_are_there", on_record_first),
    ("key_7_a_file_that_is_there_is_refused_before_a_backup_is_made", refused_before_it_is_made),
];

impl World {
    fn keep_log(&mut self) {
        self.run(&["log", "keep", "--folder", "second/log", "--witness", "second/heads"]).expect(0);
    }

    /// A recipient, whose identity lies in the file `identity`.
    fn recipient(&self) -> String {
        use std::os::unix::fs::PermissionsExt as _;
        let identity = age::x25519::Identity::generate();
        let path = self.path("identity");
        fs::write(&path, identity.to_string().expose_secret()).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        identity.to_public().to_string()
    }

    fn backup(&mut self, file: &str) {
        let recipient = self.recipient();
        self.run(&["backup", "--out", file, "--recipient", &recipient]).expect(0);
    }

    /// Something that somebody has signed.
    fn scan(&self, who: SubjectId) -> BlobKey {
        let store = self.store();
        let id = EvidenceId::random(&mut store.rng());
        let key = BlobKey::Evidence(who, id);
        store.blobs().put(store.vault(), key, b"%PDF-").unwrap();
        let mut tx = store.begin(now()).unwrap();
        tx.insert_evidence(who, &Evidence { id, media_type: MediaType::Pdf, bytes: 5 }).unwrap();
        tx.commit(event(grata_core::audit::entry::EventKind::PaperRecorded)).unwrap();
        key
    }

    /// Backups on record, the oldest first.
    fn backups_on_record(&self) -> Vec<Entry> {
        let reader = self.store().read().unwrap();
        let entries = (0..reader.log_size().unwrap()).map(|place| reader.log_entry(place).unwrap().unwrap());
        entries.filter(|entry| entry.kind == EventKind::BackedUp).collect()
    }

    fn may_be_shown(&self, who: SubjectId) -> bool {
        let reader = self.store().read().unwrap();
        let subject = reader.subject(who).unwrap();
        subject.is_some_and(|subject| {
            matches!(decide(&subject, &self.website(), reader.age_rules(), now()), Decision::Yes(_))
        })
    }
}

fn a_changed_log_is_found() {
    let mut world = World::new();
    fs::create_dir(world.path("second")).unwrap();
    world.keep_log();
    world.group_photo();
    world.release("website").expect(0);
    assert!(world.run(&["log", "verify"]).expect(0).output.contains("compared with"));
    let heads = fs::read_to_string(world.path("second/heads")).unwrap();
    assert!(heads.matches("-----").count() >= 2, "{heads}");
    let key = world.store().log_key();
    let verify = ["log", "verify", "--folder", "second/log", "--key", &key, "--witness", "second/heads"];
    let run = |world: &mut World| {
        // Without an installation.
        let mut arguments = verify.to_vec();
        arguments.push("--json");
        let output = std::process::Command::new(std::env::current_exe().unwrap())
            .arg("as-grata")
            .args(&arguments)
            .env(crate::stand_in::NOW, crate::world::LATER)
            .current_dir(world.house.folder.path())
            .output()
            .unwrap();
        output.status.code()
    };
    assert_eq!(run(&mut world), Some(0));
    let folder = world.path("second/log");
    for file in walkdir::WalkDir::new(&folder).into_iter().flatten().filter(|file| file.file_type().is_file())
    {
        // Partial tiles of earlier heads are not part of today's log.
        let whole = fs::read(file.path()).unwrap();
        let partial = file.path().components().any(|part| part.as_os_str().to_string_lossy().ends_with(".p"));
        let newest = partial.then(|| newest_in(file.path()));
        if newest.is_some_and(|newest| newest != file.path()) {
            continue;
        }
        let mut changed = whole.clone();
        let middle = changed.len() / 2;
        changed[middle] ^= 1;
        fs::write(file.path(), &changed).unwrap();
        assert_eq!(run(&mut world), Some(1), "changed: {}", file.path().display());
        fs::write(file.path(), &whole).unwrap();
    }
    assert_eq!(run(&mut world), Some(0));
    // A witness that has seen more.
    let bytes = fs::read(folder.join("checkpoint")).unwrap();
    fs::write(folder.join("checkpoint"), heads.split("-----\n").next().unwrap()).unwrap();
    assert_eq!(run(&mut world), Some(1), "cut off");
    fs::write(folder.join("checkpoint"), bytes).unwrap();
}

/// The widest of the partial tiles beside this one.
fn newest_in(path: &std::path::Path) -> std::path::PathBuf {
    let width = |path: &std::path::Path| path.file_name().unwrap().to_str().unwrap().parse::<u64>().unwrap();
    let beside = fs::read_dir(path.parent().unwrap()).unwrap().map(|entry| entry.unwrap().path());
    beside.max_by_key(|path| width(path)).unwrap()
}

fn the_log_verifies_alone() {
    let mut world = World::new();
    fs::create_dir(world.path("second")).unwrap();
    world.keep_log();
    let key = world.store().log_key();
    let elsewhere = tempfile::tempdir().unwrap();
    fs::rename(world.path("second/log"), elsewhere.path().join("log")).unwrap();
    let verify = |key: &str| {
        std::process::Command::new(std::env::current_exe().unwrap())
            .args(["as-grata", "log", "verify", "--folder", "log", "--key", key])
            .env(crate::stand_in::NOW, crate::world::LATER)
            .current_dir(elsewhere.path())
            .output()
            .unwrap()
    };
    assert_eq!(verify(&key).status.code(), Some(0));
    let other = World::new().store().log_key();
    assert_eq!(verify(&other).status.code(), Some(1), "another log's key");
    assert_eq!(verify("nonsense").status.code(), Some(1));
}

/// The drill of REQUIREMENTS §8: a backup, then an erasure, a withdrawal and a "not me", then the restore.
fn the_drill() {
    let mut world = World::new();
    fs::create_dir(world.path("second")).unwrap();
    world.keep_log();
    let photo = world.group_photo();
    world.say(world.ben, true);
    let carla = world.house.person("Carla Example", grata_core::subject::Age::Adult);
    world.say(carla, true);
    let [scan_of_anna, scan_of_ben] = [world.anna, world.ben].map(|who| world.scan(who));
    world.backup("backup.age");
    let stale = world.path("stale");
    copy(&world.path("second/log"), &stale);

    world.run(&["rights", "erase", ANNA, "--yes"]).expect(0);
    world.say(world.ben, false);
    let marked = world.photo(&[1], 1);
    let mut tx = world.store().begin(now()).unwrap();
    let id = NotMeId::random(&mut world.store().rng());
    let region = photo.faces[2].region.rect;
    tx.insert_not_me(&NotMe { id, subject: carla, photo: photo.file, region, at: now(), taken_back: None })
        .unwrap();
    tx.commit(event(grata_core::audit::entry::EventKind::NotMe)).unwrap();
    // Any command hands out what was done.
    world.run(&["recall", "--dry-run"]).expect(0);
    let _ = marked;

    let restore = |log: &'static str, witness: &'static str| {
        [
            "restore",
            "backup.age",
            "--identity",
            "identity",
            "--log",
            log,
            "--witness",
            witness,
            "--data",
            "new",
        ]
    };
    let with_keys = |arguments: &[&'static str]| [arguments, &["--keys", "photos-keys"]].concat();
    for (log, witness, words) in [
        ("stale", "second/heads", "not the newest"),
        ("second/log", "second/none", "no witness has kept"),
        ("nowhere", "second/heads", "published log"),
    ] {
        let refused = world.run(&with_keys(&restore(log, witness))).expect(1);
        assert!(refused.errors.contains(words), "{log}: {}", refused.errors);
        assert!(!world.path("new").exists(), "{log}");
    }
    world.run(&with_keys(&restore("second/log", "second/heads"))).expect(0);
    world.house.store = None;
    world.house.places.data = world.path("new");
    world.house.places.keys = world.path("photos-keys");
    world.house.reopen();
    let reader = world.store().read().unwrap();
    assert!(reader.subject(world.anna).unwrap().is_none(), "erased again");
    assert!(reader.photo_case(photo.id).is_ok(), "and the photo is there");
    let blobs = world.store().blobs();
    assert!(!blobs.list().unwrap().contains(&scan_of_anna), "what she signed is gone again");
    assert_eq!(blobs.get(world.store().vault(), scan_of_ben).unwrap().as_slice(), b"%PDF-");
    drop(reader);
    assert!(!world.may_be_shown(world.ben) && !world.may_be_shown(world.anna));
    let plan = ["release", "plan", ALBUM, "--channel", "website", "--json", "--data", "new"];
    let plan = world.run(&with_keys(&plan)).expect(0);
    assert_eq!(plan.lines[0]["status"], "withheld", "somebody marked a place in it: {}", plan.output);
    let verify = world.run(&with_keys(&["log", "verify", "--data", "new"])).expect(0);
    assert!(verify.output.contains("verifies"), "{}", verify.output);
    assert!(!verify.output.contains(BEN));
}

fn copy(from: &std::path::Path, to: &std::path::Path) {
    for entry in walkdir::WalkDir::new(from).into_iter().flatten() {
        let target = to.join(entry.path().strip_prefix(from).unwrap());
        if entry.file_type().is_dir() {
            fs::create_dir_all(target).unwrap();
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

fn a_backup_holds_no_key() {
    let mut world = World::new();
    world.group_photo();
    let recipient = world.recipient();
    let backup = ["backup", "--out", "b.age", "--recipient", &recipient, "--key-copy", "keys-copy.db"];
    world.run(&backup).expect(0);
    world.run(&backup).expect(1);
    assert!(world.run(&["backup", "--out", "c.age", "--recipient", "me"]).expect(1).errors.contains("age1"));
    assert!(!world.path("c.age").exists() && world.path("keys-copy.db").exists());
    let mut plain = Vec::new();
    let file = fs::File::open(world.path("b.age")).unwrap();
    let identity = world.path("identity");
    let mut archive = grata_store::age_file::decrypt(file, &identity).unwrap();
    std::io::Read::read_to_end(&mut archive, &mut plain).unwrap();
    let contains = |text: &[u8]| plain.windows(text.len()).any(|window| window == text);
    assert!(contains(b"grata.db") && contains(b"blobs/originals/"));
    assert!(!contains(b"wrapped") && !contains(ANNA.as_bytes()), "neither keys nor names");
    // For nobody else.
    world.recipient();
    let file = fs::File::open(world.path("b.age")).unwrap();
    assert!(grata_store::age_file::decrypt(file, &identity).is_err());
}

fn an_older_state() {
    let mut world = World::new();
    fs::create_dir(world.path("second")).unwrap();
    world.keep_log();
    world.group_photo();
    world.house.store = None;
    copy(&world.path("photos"), &world.path("old"));
    world.house.reopen();
    world.say(world.anna, false);
    world.run(&["recall", "--dry-run"]).expect(0);
    // Somebody copies the folder back by hand.
    let link = "http://localhost:8080/i#00";
    let commands: [&[&str]; 9] = [
        &["release", "make", ALBUM, "--channel", "website", "--out", "o"],
        &["person", "list"],
        &["person", "show", ANNA],
        &["consent", "record", "--link", link, "--purpose", "website", "--yes"],
        &["consent", "list", ANNA],
        &["tag", "set", "group.jpg#1", ANNA],
        &["album", "list"],
        &["add", ALBUM, "photos", "--no-detect"],
        &["rights", "requests"],
    ];
    let old = ["--data", "old", "--keys", "photos-keys"];
    for command in commands {
        let refused = world.run(&[command, &old].concat()).expect(1);
        assert!(refused.errors.contains("older state"), "{command:?}: {}", refused.errors);
        assert!(refused.output.is_empty(), "{command:?}: {}", refused.output);
    }
    assert!(!world.path("o").exists());
    world.release("website").expect(0);
    assert_eq!(seen(&world.finished("website")[0]), [0; 0]);
}

fn any_command_hands_out() {
    let mut world = World::new();
    fs::create_dir(world.path("second")).unwrap();
    world.keep_log();
    let heads =
        |world: &World| fs::read_to_string(world.path("second/heads")).unwrap().matches("-----").count();
    for (kept, command) in
        [&["person", "show", ANNA][..], &["person", "age", BEN, "--adult"]].into_iter().enumerate()
    {
        assert_eq!(heads(&world), 1 + kept);
        world.run(command).expect(0);
    }
    assert_eq!(heads(&world), 3);
    // What was done is done, and what it could not do is said.
    fs::remove_dir_all(world.path("second/log")).unwrap();
    fs::write(world.path("second/log"), "no folder").unwrap();
    let told = world.run(&["person", "age", BEN, "--adult"]).expect(0);
    assert!(told.errors.contains("the log was not handed out"), "{}", told.errors);
}

fn several_hand_out() {
    let mut world = World::new();
    fs::create_dir(world.path("second")).unwrap();
    world.keep_log();
    let store = world.store();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..10 {
                    store.begin(now()).unwrap().commit(event(EventKind::ConfigChanged)).unwrap();
                    log::hand_out(store).unwrap();
                }
            });
        }
    });
    let (folder, heads) = (world.path("second/log"), world.path("second/heads"));
    let newest = store.read().unwrap().log_head().unwrap();
    assert_eq!(fs::read_to_string(folder.join("checkpoint")).ok(), newest);
    log::verify_folder(&folder, &store.log_key(), std::slice::from_ref(&heads)).unwrap();
    let heads = fs::read_to_string(heads).unwrap();
    let size = |note: &str| Checkpoint::parse(note).unwrap().size;
    let sizes: Vec<u64> = heads.split_terminator("-----\n").map(size).collect();
    assert!(sizes.is_sorted(), "{sizes:?}");
    assert_eq!(sizes.last().copied(), newest.as_deref().map(size));
}

fn the_newest_head_counts() {
    let mut world = World::new();
    fs::create_dir(world.path("second")).unwrap();
    world.keep_log();
    world.backup("backup.age");
    copy(&world.path("second/log"), &world.path("stale"));
    world.run(&["rights", "erase", ANNA, "--yes"]).expect(0);
    // Somebody adds an older head.
    let heads = fs::read_to_string(world.path("second/heads")).unwrap();
    let first = heads.split_inclusive("-----\n").next().unwrap();
    fs::write(world.path("heads"), format!("{heads}{first}")).unwrap();
    let log = ["--log", "stale", "--witness", "heads"];
    let place = ["--identity", "identity", "--data", "new", "--keys", "photos-keys"];
    let refused = world.run(&[&["restore", "backup.age"], &log[..], &place].concat()).expect(1);
    assert!(refused.errors.contains("not the newest"), "{}", refused.errors);
}

fn leftovers_are_removed() {
    let mut world = World::new();
    fs::create_dir(world.path("second")).unwrap();
    world.keep_log();
    for name in ["backup-copy.db", "backup-copy.db-journal"] {
        fs::write(world.path("photos").join(name), "rows of before").unwrap();
    }
    world.run(&["rights", "requests"]).expect(0);
    for name in ["backup-copy.db", "backup-copy.db-journal"] {
        assert!(!world.path("photos").join(name).exists(), "{name}");
    }
    world.backup("backup.age");
    let staging = world.path(".new-grata-restore");
    fs::create_dir_all(staging.join("data/blobs")).unwrap();
    fs::write(staging.join("data/grata.db"), "rows of before").unwrap();
    let from = ["--identity", "identity", "--log", "second/log", "--witness", "second/heads"];
    let to = ["--data", "new", "--keys", "photos-keys"];
    // While somebody else restores to the same place, nothing is touched.
    let other = fs::File::open(&staging).unwrap();
    other.lock().unwrap();
    let refused = world.run(&[&["restore", "backup.age"], &from[..], &to].concat()).expect(1);
    assert!(refused.errors.contains("somebody else restores"), "{}", refused.errors);
    assert!(staging.join("data/grata.db").exists());
    drop(other);
    world.run(&[&["restore", "backup.age"], &from[..], &to].concat()).expect(0);
    assert!(!staging.exists() && world.path("new/grata.db").exists());
}

/// Somebody else takes the place of the backup while it is made.
struct Thief(std::path::PathBuf);

impl Watcher<()> for Thief {
    fn begins(&mut self, _: usize) {}

    fn settled(&mut self, (): ()) {
        fs::write(&self.0, "taken").unwrap();
    }
}

fn on_record_first() {
    let mut world = World::new();
    world.group_photo();
    let recipient = world.recipient();
    let order = BackupOrder { out: world.path("b.age"), recipient, key_copy: Some(world.path("k.db")) };
    let cx = Cx {
        config: Config::from_variables(|_| None).unwrap(),
        hands: Hands::own(),
        stop: Stop::default(),
        actor: ActorClass::CommandLine.into(),
    };
    backup(world.store(), &cx, &order, &mut Thief(order.out.clone())).unwrap_err();
    assert_eq!(fs::read(&order.out).unwrap(), b"taken");
    assert!(!order.key_copy.unwrap().exists(), "keys without their backup");
    let kept = world.backups_on_record();
    let keys = world.store().vault().list().unwrap().len() as u64;
    assert_eq!(kept.len(), 1, "what may exist is on record");
    assert_eq!(kept[0].counts.get(&Count::Entries), Some(&keys), "and so is the copy of the keys");
    world.backup("c.age");
    assert_eq!(world.backups_on_record()[1].counts.get(&Count::Entries), None, "no copy of the keys");
}

fn refused_before_it_is_made() {
    let mut world = World::new();
    let recipient = world.recipient();
    fs::write(world.path("keys-copy.db"), "there").unwrap();
    for (key_copy, words) in [("keys-copy.db", "keys-copy.db"), ("b.age", "same file")] {
        let backup = ["backup", "--out", "b.age", "--recipient", &recipient, "--key-copy", key_copy];
        let refused = world.run(&backup).expect(1);
        assert!(refused.errors.contains(words), "{}", refused.errors);
        assert!(!world.path("b.age").exists());
        assert!(world.backups_on_record().is_empty());
    }
    assert_eq!(fs::read(world.path("keys-copy.db")).unwrap(), b"there");
}
