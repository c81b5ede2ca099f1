//! Templates of closed groups: who they rest on, how they are sealed, and how they go.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should fail there and then")]

mod support;

use grata_core::audit::entry::{ActorClass, Event, EventKind};
use grata_core::basis::{Assessment, Calibrated, Profile, Record, Window, point};
use grata_core::consent::{ActKind, ConsentAct, Decision, Means, Permit, decide};
use grata_core::digest::Digest;
use grata_core::id::{AlbumId, SubjectId};
use grata_core::photo::Photo;
use grata_core::purpose::{Find, Purpose as _};
use grata_core::subject::{Age, Restriction};
use grata_store::log_files::LogFolder;
use grata_store::queries::templates::StoredTemplate;
use grata_store::vault::KeyName;
use grata_store::{Store, StoreErrorKind};
use support::{House, at, event, now, until, website};

const MODEL: Digest = Digest([5; 32]);

/// A group of two, both of whom agreed.
struct Group {
    house: House,
    album: AlbumId,
    photo: Photo,
    members: [SubjectId; 2],
}

impl Group {
    fn new() -> Self {
        let house = House::new();
        let album = house.album();
        let photo = house.photo(album, b"both of them", 3);
        let members = ["Alice Example", "Bob Example"].map(|name| house.person(name, Age::Adult));
        let mut tx = house.store().begin(now()).unwrap();
        tx.insert_group(album, Profile::Free).unwrap();
        for member in members {
            assert!(tx.add_to_roster(album, member).unwrap());
            assert!(!tx.add_to_roster(album, member).unwrap(), "once");
        }
        tx.commit(event(EventKind::GroupCreated)).unwrap();
        let group = Self { house, album, photo, members };
        (0..2).for_each(|member| group.say(member, ActKind::Give { until: until() }));
        group
    }

    fn store(&self) -> &Store {
        self.house.store()
    }

    fn say(&self, member: usize, kind: ActKind) {
        let question = Find { album: self.album }.question();
        let act = self.house.act(&website(self.album), kind, Means::OwnSession);
        self.house.try_say(self.members[member], &ConsentAct { question, ..act }).unwrap();
    }

    fn permit(&self, member: usize) -> Permit<Find> {
        let reader = self.store().read().unwrap();
        let known = reader.subject(self.members[member]).unwrap().unwrap();
        match decide(&known, &Find { album: self.album }, reader.age_rules(), now()) {
            Decision::Yes(permit) => permit,
            Decision::No(reason) => panic!("{reason:?}"),
        }
    }

    fn enrol(&self, member: usize, numbers: &[f32]) -> StoredTemplate {
        let permit = self.permit(member);
        let mut tx = self.store().begin(now()).unwrap();
        let template = tx.insert_template(&permit, MODEL, numbers).unwrap();
        tx.commit(event(EventKind::Enrolled)).unwrap();
        self.store().shred_loose_templates().unwrap();
        template
    }

    fn templates(&self) -> usize {
        self.store().read().unwrap().templates_in(self.album).unwrap().len()
    }

    fn template_keys(&self) -> usize {
        let keys = self.store().vault().list().unwrap();
        keys.iter().filter(|name| matches!(name, KeyName::Template(_))).count()
    }

    fn raw(&self) -> rusqlite::Connection {
        let raw = rusqlite::Connection::open(self.house.places.data.join("grata.db")).unwrap();
        raw.execute_batch("PRAGMA foreign_keys = ON").unwrap();
        raw
    }
}

fn numbers(of: f32) -> Vec<f32> {
    (0..128).map(|at| ((at as f32 * of).sin()) / 8.0).collect()
}

#[test]
fn key_1_sec_2_a_template_comes_back_as_it_went_in_and_every_one_is_as_long_as_the_next() {
    let group = Group::new();
    let first = group.enrol(0, &numbers(1.0));
    let second = group.enrol(1, &vec![0.5; 512]);
    let reader = group.store().read().unwrap();
    let back = reader.open_template(&first, &group.permit(0)).unwrap();
    for (is, was) in back.iter().zip(numbers(1.0)) {
        assert!((is - was).abs() < 1e-6);
    }
    assert_eq!(reader.open_template(&second, &group.permit(1)).unwrap().len(), 512);
    let raw = group.raw();
    let lengths: Vec<i64> = raw
        .prepare("SELECT DISTINCT length(sealed_numbers) FROM templates")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    assert_eq!(lengths.len(), 1, "ABU-9: {lengths:?}");
    // Another's permit opens nothing.
    let error = reader.open_template(&first, &group.permit(1)).unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Refused);
}

/// KEY-1: swapped rows do not open.
#[test]
fn key_1_what_is_sealed_for_one_person_or_model_opens_for_no_other() {
    let group = Group::new();
    let (first, second) = (group.enrol(0, &numbers(1.0)), group.enrol(1, &numbers(2.0)));
    let raw = group.raw();
    raw.execute_batch("DROP TRIGGER templates_stay").unwrap();
    let swap = "UPDATE templates SET sealed_numbers = \
                (SELECT sealed_numbers FROM templates AS other WHERE other.id <> templates.id) WHERE id = ?1";
    raw.execute(swap, [first.id.as_bytes()]).unwrap();
    let reader = group.store().read().unwrap();
    let error = reader.open_template(&first, &group.permit(0)).unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Damaged);
    reader.open_template(&second, &group.permit(1)).unwrap();
    let lied = StoredTemplate { model: Digest([6; 32]), ..second };
    assert_eq!(reader.open_template(&lied, &group.permit(1)).unwrap_err().kind(), StoreErrorKind::Damaged);
}

#[test]
fn con_1_raw_sql_puts_no_template_where_there_is_no_consent_in_force() {
    let group = Group::new();
    let kept = group.enrol(0, &numbers(1.0));
    let raw = group.raw();
    let insert = |subject: &SubjectId, consent: &[u8], at: i64| {
        raw.execute(
            "INSERT INTO templates (id, subject, album, consent, version, model_sha256, sealed_numbers, enrolled_at) \
             VALUES (randomblob(16), ?1, ?2, ?3, 1, randomblob(32), randomblob(64), ?4)",
            rusqlite::params![subject.as_bytes(), group.album.as_bytes(), consent, at],
        )
    };
    let consent_of = |member: usize| -> Vec<u8> {
        let sql = "SELECT id FROM consent_acts WHERE subject = ?1 AND purpose = 'find' AND kind = 'give'";
        raw.query_row(sql, [group.members[member].as_bytes()], |row| row.get(0)).unwrap()
    };
    let micros = now().as_microsecond();
    raw.execute("DELETE FROM templates", []).unwrap();
    assert!(insert(&group.members[1], &[9; 16], micros).is_err(), "no such act");
    assert!(insert(&group.members[1], &consent_of(0), micros).is_err(), "somebody else's");
    let late = at("2027-07-01T00:00:01Z").as_microsecond();
    assert!(insert(&group.members[1], &consent_of(1), late).is_err(), "a yes that is over");
    let null = "INSERT INTO templates (id, subject, album, consent, version, model_sha256, sealed_numbers, enrolled_at) \
                VALUES (randomblob(16), ?1, ?2, NULL, 1, randomblob(32), randomblob(64), 1)";
    assert!(raw.execute(null, [group.members[1].as_bytes(), group.album.as_bytes()]).is_err(), "none at all");
    // What is there is never changed, and this one would do.
    insert(&group.members[1], &consent_of(1), micros).unwrap();
    assert!(raw.execute("UPDATE templates SET sealed_numbers = randomblob(64)", []).is_err());
    group.say(1, ActKind::Withdraw);
    assert!(insert(&group.members[1], &consent_of(1), micros).is_err(), "a yes that was taken back");
    // A publication consent is no consent to comparison (COL-3).
    group.house.yes(group.members[1], &website(group.album));
    let sql = "SELECT id FROM consent_acts WHERE subject = ?1 AND purpose <> 'find'";
    let publish: Vec<u8> = raw.query_row(sql, [group.members[1].as_bytes()], |row| row.get(0)).unwrap();
    assert!(insert(&group.members[1], &publish, micros).is_err());
    assert_eq!(kept.subject, group.members[0]);
}

#[test]
fn con_5_con_7_a_no_takes_the_template_and_the_questions_with_it_and_their_key_is_destroyed() {
    for kind in [ActKind::Refuse, ActKind::Withdraw, ActKind::Expire] {
        let group = Group::new();
        group.enrol(0, &numbers(1.0));
        group.enrol(1, &numbers(2.0));
        let permit = group.permit(0);
        let mut tx = group.store().begin(now()).unwrap();
        assert!(tx.insert_suggestion(&permit, group.photo.id, group.photo.faces[0].id).unwrap());
        assert!(
            !tx.insert_suggestion(&permit, group.photo.id, group.photo.faces[0].id).unwrap(),
            "asked once"
        );
        tx.commit(event(EventKind::GroupCompared)).unwrap();
        let before = group.permit(0);
        if kind == ActKind::Expire {
            let question = Find { album: group.album }.question();
            let act = group.house.act(&website(group.album), kind, Means::Clock);
            group.house.try_say(group.members[0], &ConsentAct { question, ..act }).unwrap();
        } else {
            group.say(0, kind);
        }
        assert_eq!((group.templates(), group.template_keys()), (1, 2), "{kind:?}");
        assert_eq!(group.store().shred_loose_templates().unwrap(), 1);
        assert_eq!(group.template_keys(), 1);
        let reader = group.store().read().unwrap();
        assert!(reader.suggestions_to(group.members[0]).unwrap().is_empty());
        drop(reader);
        // A run that has begun before commits nothing that rests on it.
        let mut tx = group.store().begin(now()).unwrap();
        tx.rest_on(&before);
        let error = tx.commit(event(EventKind::GroupCompared)).unwrap_err();
        assert_eq!(error.kind(), StoreErrorKind::Conflict);
    }
}

/// KEY-4: what was replaced opens no more, even if somebody puts its row back.
#[test]
fn key_4_an_older_template_that_is_put_back_does_not_open() {
    let group = Group::new();
    let old = group.enrol(0, &numbers(1.0));
    let raw = group.raw();
    let columns = "id, subject, album, consent, version, model_sha256, sealed_numbers, enrolled_at";
    raw.execute_batch(&format!("CREATE TABLE aside AS SELECT {columns} FROM templates")).unwrap();
    let new = group.enrol(0, &numbers(3.0));
    assert_ne!(old.id, new.id);
    raw.execute("DELETE FROM templates", []).unwrap();
    raw.execute(&format!("INSERT INTO templates ({columns}) SELECT {columns} FROM aside"), []).unwrap();
    let reader = group.store().read().unwrap();
    assert!(reader.open_template(&old, &group.permit(0)).is_err());
}

#[test]
fn rts_10_what_is_frozen_is_kept_and_opens_for_nobody() {
    let group = Group::new();
    group.enrol(0, &numbers(1.0));
    let mut tx = group.store().begin(now()).unwrap();
    tx.set_restriction(group.members[0], Restriction::Since(now())).unwrap();
    tx.commit(event(EventKind::Restricted)).unwrap();
    assert_eq!(group.templates(), 1);
    let reader = group.store().read().unwrap();
    let known = reader.subject(group.members[0]).unwrap().unwrap();
    let find = Find { album: group.album };
    assert!(matches!(decide(&known, &find, reader.age_rules(), now()), Decision::No(_)));
}

/// §8: a backup from before a withdrawal brings no template back, and every group waits to be attested anew.
#[test]
fn section_8_con_5_a_restored_backup_brings_back_no_template_that_was_taken_back() {
    let mut group = Group::new();
    group.enrol(0, &numbers(1.0));
    group.enrol(1, &numbers(2.0));
    let log = LogFolder::new(&group.house.folder.path().join("log"));
    log.publish(&group.store().read().unwrap()).unwrap();
    let backup = group.house.folder.path().join("backup.db");
    group.store().copy_database(&backup).unwrap();
    group.say(0, ActKind::Withdraw);
    log.publish(&group.store().read().unwrap()).unwrap();
    group.house.store = None;
    let data = group.house.places.data.clone();
    for name in ["grata.db", "grata.db-wal", "grata.db-shm"] {
        let _ = std::fs::remove_file(data.join(name));
    }
    std::fs::copy(&backup, data.join("grata.db")).unwrap();
    group.house.reopen();
    // The keys are those of today: the backup of the data has none.
    assert_eq!((group.templates(), group.template_keys()), (2, 2));
    let head = log.head().unwrap();
    assert_eq!(group.store().check_not_behind(&head).unwrap_err().kind(), StoreErrorKind::Behind);
    group.store().catch_up(&log, &head, now()).unwrap();
    assert_eq!((group.templates(), group.template_keys()), (1, 1));
    let reader = group.store().read().unwrap();
    assert!(reader.template_of(group.members[0], group.album).unwrap().is_none());
    assert!(reader.group(group.album).unwrap().unwrap().attested.is_paused);
}

#[test]
fn bys_7_what_is_attested_comes_back_as_it_went_in() {
    let group = Group::new();
    let mut tx = group.store().begin(now()).unwrap();
    let mut own = tx.group(group.album).unwrap().unwrap();
    let record = |text: &str| Some(Record { reference: text.into(), on: "2026-09-01".parse().unwrap() });
    own.model = Some("/models/own.toml".into());
    let attested = &mut own.attested;
    attested.profile = Profile::School;
    attested.closed = Some(("2026-09-02".parse().unwrap(), Digest([3; 32])));
    attested.all_agreed = Some("2026-09-03".parse().unwrap());
    attested.assessment = Some(Assessment { record: record("file 7").unwrap(), sha256: Digest([4; 32]) });
    attested.notice_on = Some("2026-08-01".parse().unwrap());
    attested.captured_from = Some("2026-08-02".parse().unwrap());
    attested.accountable = Some("the head".into());
    attested.until = Some("2027-06-30".parse().unwrap());
    attested.ceiling = Some(7);
    attested.calibration = Some(Calibrated {
        model: MODEL,
        point: point(0.45, 0.04).unwrap(),
        promised: 0.05,
        fmr_upper: 1.25e-5,
        on_children: true,
    });
    attested.opinion = record("opinion");
    attested.consultation = record("consultation");
    attested.alternative = record("alternative");
    attested.window = Window::new("2026-09-05".parse().unwrap(), "2026-09-06".parse().unwrap());
    attested.is_paused = true;
    tx.update_group(&own).unwrap();
    tx.note_compared(group.album, group.photo.id, 3).unwrap();
    tx.count_embedded(group.album, 2).unwrap();
    tx.begin_late_round(group.album).unwrap();
    tx.commit(event(EventKind::GroupAttested)).unwrap();
    let reader = group.store().read().unwrap();
    let back = reader.group(group.album).unwrap().unwrap();
    assert_eq!(back.attested, own.attested);
    assert_eq!((back.model, back.embedded, back.late_rounds), (own.model, 5, 1));
    assert_eq!(reader.group_counts().unwrap(), (0, 5));
    assert_eq!(reader.faces_and_waiting(group.album).unwrap(), (3, 0));
    assert_eq!(reader.photos_to_compare(group.album).unwrap(), (vec![], vec![]));
}

/// BYS-9: who enrols after the photos were compared makes them worth another round.
#[test]
fn bys_9_photos_are_due_once_more_for_who_enrolled_since() {
    let group = Group::new();
    let due = || group.store().read().unwrap().photos_to_compare(group.album).unwrap();
    assert_eq!(due(), (vec![group.photo.id], vec![]));
    let mut tx = group.store().begin(now()).unwrap();
    tx.note_compared(group.album, group.photo.id, 3).unwrap();
    tx.commit(event(EventKind::GroupCompared)).unwrap();
    assert_eq!(due(), (vec![], vec![]));
    let permit = group.permit(0);
    let mut tx = group.store().begin(at("2026-10-01T11:00:00Z")).unwrap();
    tx.insert_template(&permit, MODEL, &numbers(1.0)).unwrap();
    tx.commit(event(EventKind::Enrolled)).unwrap();
    assert_eq!(due(), (vec![], vec![group.photo.id]));
}

#[test]
fn a_group_that_is_deleted_leaves_neither_roster_nor_templates_nor_keys() {
    let group = Group::new();
    group.enrol(0, &numbers(1.0));
    let mut tx = group.store().begin(now()).unwrap();
    tx.take_off_roster(group.album, group.members[0]).unwrap();
    tx.commit(event(EventKind::GroupChanged)).unwrap();
    assert_eq!(group.templates(), 0, "off the roster is out of it");
    group.enrol(1, &numbers(2.0));
    let mut tx = group.store().begin(now()).unwrap();
    tx.delete_group(group.album).unwrap();
    tx.commit(event(EventKind::GroupDeleted)).unwrap();
    assert_eq!(group.store().shred_loose_templates().unwrap(), 1);
    assert_eq!((group.templates(), group.template_keys()), (0, 0));
    assert!(group.store().read().unwrap().roster(group.album).unwrap().is_empty());
}

/// BYS-1, KEY-1: a known pattern is in no file in the open, in whatever form it might have been written.
#[test]
fn bys_1_key_1_a_template_lies_in_no_file_in_the_open() {
    let group = Group::new();
    let canary: Vec<f32> = (0..128).map(|at| 0.123_456 + at as f32 * 0.001).collect();
    group.enrol(0, &canary);
    let permit = group.permit(0);
    let mut tx = group.store().begin(now()).unwrap();
    tx.insert_suggestion(&permit, group.photo.id, group.photo.faces[0].id).unwrap();
    tx.commit(Event::new(EventKind::GroupCompared, ActorClass::Clock)).unwrap();
    let windows = |bytes: Vec<u8>| -> Vec<Vec<u8>> { bytes.chunks(16).map(<[u8]>::to_vec).collect() };
    let mut needles = windows(canary.iter().flat_map(|value| value.to_le_bytes()).collect());
    needles.extend(windows(canary.iter().flat_map(|value| value.to_be_bytes()).collect()));
    needles.extend(windows(canary.iter().flat_map(|value| f64::from(*value).to_le_bytes()).collect()));
    needles.extend(canary.iter().map(|value| value.to_string().into_bytes()));
    needles.push(group.photo.faces[0].id.to_string().into_bytes());
    let mut files = 0;
    for folder in [&group.house.places.data, &group.house.places.keys] {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let Ok(bytes) = std::fs::read(&path) else { continue };
            files += 1;
            for needle in &needles {
                let found = bytes.windows(needle.len()).any(|window| window == needle);
                assert!(!found, "{} in {}", String::from_utf8_lossy(needle), path.display());
            }
        }
    }
    assert!(files >= 3, "{files}");
}
