//! Erasure: what is left in any file, in any table, in a backup, after a crash.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should fail there and then")]

mod support;

use std::path::PathBuf;

use grata_core::audit::entry::{ActorClass, Event, EventKind};
use grata_core::consent::{ActKind, ConsentAct, Decision, Means, PaperForm, decide};
use grata_core::digest::Digest;
use grata_core::emergency::{Emergency, Why};
use grata_core::enrolment::EnrolmentCode;
use grata_core::id::{AccountId, EmergencyId, GuardianId, NotMeId, ObjectionId, PasskeyId, SubjectId};
use grata_core::objection::{Objection, ObjectionTarget, Outcome};
use grata_core::photo::Photo;
use grata_core::purpose::{Find, Purpose as _, Reach, Shared};
use grata_core::release::{HideReason, Treatment};
use grata_core::signed::{Document, DocumentKind};
use grata_core::subject::Age;
use grata_core::tag::{NotMe, TagKind};
use grata_store::blobs::BlobKey;
use grata_store::erasure::CertificateParties;
use grata_store::log_files::LogFolder;
use grata_store::queries::accounts::{NewAccount, Role};
use grata_store::queries::evidence::{Evidence, MediaType};
use grata_store::queries::passkeys::NewPasskey;
use grata_store::queries::requests::{Request, RequestKind};
use grata_store::queries::subjects::{Invitation, Profile};
use grata_store::sweep::Needles;
use grata_store::vault::KeyName;
use grata_store::{Reader, Store, StoreErrorKind};
use support::{House, at, event, now, restore_database, until, website};

const PARTIES: CertificateParties<'static> =
    CertificateParties { controller: "Sports club", backup_days: 35 };

/// Words that stand for somebody, and occur nowhere else.
const CANARIES: [&str; 7] = [
    "Canary Kanarienvogel",
    "canary.kanarienvogel@example.org",
    "Guardian Kanarienvogel",
    "guardian@kanarienvogel.example",
    "Sheet of Kanarienvogel",
    "kanarienvogel-payload",
    "written down about kanarienvogel",
];

/// Somebody of whom there is something in every table.
fn person_everywhere(house: &House) -> (SubjectId, Photo) {
    let album = house.album();
    let photo = house.photo(album, b"picture", 2);
    let canary = house.person(CANARIES[0], Age::Born("2012-03-15".parse().unwrap()));
    let store = house.store();
    house.tag(&photo, 0, TagKind::Is(canary)).unwrap();
    let guardian = GuardianId::random(&mut store.rng());
    let mut tx = store.begin(now()).unwrap();
    let profile = Profile { name: CANARIES[2].to_string(), contact: Some(CANARIES[3].to_string()) };
    tx.insert_guardian(canary, guardian, &profile, None).unwrap();
    tx.verify_guardian(canary, guardian, "two channels").unwrap();
    let expires_at = at("2026-12-01T00:00:00Z");
    tx.invite(&Invitation { subject: canary, guardian: Some(guardian), album, expires_at }).unwrap();
    let id = ObjectionId::random(&mut store.rng());
    let target = ObjectionTarget::Subject(canary);
    tx.insert_objection(&Objection { id, target, raised: now(), outcome: Outcome::Open }).unwrap();
    tx.decide_objection(id, Outcome::TakenBack(now())).unwrap();
    let id = NotMeId::random(&mut store.rng());
    let region = photo.faces[1].region.rect;
    tx.insert_not_me(&NotMe { id, subject: canary, photo: photo.file, region, at: now(), taken_back: None })
        .unwrap();
    let scan = format!("%PDF-1.7 {}", CANARIES[4]);
    let evidence = Evidence {
        id: grata_core::id::EvidenceId::random(&mut store.rng()),
        media_type: MediaType::Pdf,
        bytes: scan.len() as u64,
    };
    store.blobs().put(store.vault(), BlobKey::Evidence(canary, evidence.id), scan.as_bytes()).unwrap();
    tx.insert_evidence(canary, &evidence).unwrap();
    tx.insert_request(&Request {
        id: grata_core::id::RequestId::random(&mut store.rng()),
        subject: Some(canary),
        kind: RequestKind::Erase,
        received_on: "2026-10-01".parse().unwrap(),
        extended_on: None,
        closed_at: None,
    })
    .unwrap();
    let account = AccountId::random(&mut store.rng());
    let password = "$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$AAAAAAAAAAAAAAAAAAAAAA";
    let new = NewAccount { id: account, login: "l", label: "L", role: Role::Owner, password };
    tx.insert_account(&new).unwrap();
    let emergency = Emergency {
        id: EmergencyId::random(&mut store.rng()),
        subject: canary,
        why: Why::Fault,
        asked_by: account,
        asked_at: now(),
        approved: None,
        ended_at: None,
    };
    tx.insert_emergency(&emergency, CANARIES[6]).unwrap();
    tx.insert_group(album, grata_core::basis::Profile::Free).unwrap();
    assert!(tx.add_to_roster(album, canary).unwrap());
    let code = EnrolmentCode::random(&mut store.rng());
    tx.put_enrolment_code(album, canary, &code).unwrap();
    tx.use_enrolment_code(album, canary, &code).unwrap();
    tx.put_enrolment_code(album, canary, &code).unwrap();
    let payload = serde_json::json!({ "text": CANARIES[5] });
    tx.commit(Event::new(EventKind::SubjectChanged, ActorClass::Staff).about(canary, payload)).unwrap();
    let form = PaperForm {
        signed_on: "2026-09-30".parse().unwrap(),
        reference: CANARIES[4].to_string(),
        recorded_by: AccountId::from_bytes([7; 16]),
    };
    let give = ActKind::Give { until: until() };
    for (speaker, means) in [
        (grata_core::consent::Speaker::Subject, Means::Paper(form)),
        (grata_core::consent::Speaker::Guardian(guardian), Means::OwnSession),
    ] {
        let mut act = house.act(&website(album), give, means);
        act.speaker = speaker;
        house.try_say(canary, &act).unwrap();
    }
    for speaker in [grata_core::consent::Speaker::Subject, grata_core::consent::Speaker::Guardian(guardian)] {
        let question = Find { album }.question();
        let act = house.act(&website(album), give, Means::OwnSession);
        house.try_say(canary, &ConsentAct { speaker, question, ..act }).unwrap();
    }
    let reader = store.read().unwrap();
    let known = reader.subject(canary).unwrap().unwrap();
    let Decision::Yes(permit) = decide(&known, &Find { album }, reader.age_rules(), now()) else {
        panic!("a child and a guardian have said yes")
    };
    drop(reader);
    let mut tx = store.begin(now()).unwrap();
    tx.insert_template(&permit, Digest([5; 32]), &[0.25; 128]).unwrap();
    assert!(tx.insert_suggestion(&permit, photo.id, photo.faces[1].id).unwrap());
    tx.commit(Event::new(EventKind::Enrolled, ActorClass::Subject)).unwrap();
    let release = house.release(&website(album));
    let rendition = house.render(release, house.plan(&photo, &website(album))).unwrap();
    assert_eq!(rendition.rendition.shown.len(), 1);
    (canary, photo)
}

fn canaries(subject: SubjectId, ids: bool) -> Needles {
    let mut needles = Needles::default();
    for canary in CANARIES {
        assert!(needles.add(canary.as_bytes()));
    }
    if ids {
        assert!(needles.add(subject.as_bytes()));
        assert!(needles.add(subject.to_string().as_bytes()));
    }
    needles
}

fn rows_about(reader: &Reader, subject: SubjectId) -> Vec<String> {
    reader
        .held_about(subject)
        .map(|rows| rows.iter().map(|row| row.table.clone()).collect())
        .unwrap_or_default()
}

#[test]
fn rts_2_rts_8_the_person_of_this_test_is_in_every_table_that_can_name_one() {
    let house = House::new();
    let (canary, _) = person_everywhere(&house);
    let reader = house.store().read().unwrap();
    let mut tables = rows_about(&reader, canary);
    tables.dedup();
    let mut all: Vec<_> = Reader::tables_naming_people().unwrap().into_iter().collect();
    all.retain(|table| table != "erasures");
    assert_eq!(tables, all, "a new table that names people belongs into this test");
    let text: String =
        reader.held_about(canary).unwrap().iter().flat_map(|row| row.values.values()).cloned().collect();
    for word in CANARIES {
        assert!(text.contains(word), "{word}");
    }
}

/// SEC-1, KEY-1: before any erasure, nothing of a person lies about in the open.
#[test]
fn key_1_nothing_that_says_who_somebody_is_lies_in_any_file_in_the_open() {
    let house = House::new();
    let (canary, _) = person_everywhere(&house);
    let report = house.store().sweep(&canaries(canary, false), &[]).unwrap();
    assert!(report.files > 3);
    assert_eq!(report.hits, Vec::<PathBuf>::new());
}

#[test]
fn rts_8_rts_9_acc_9_after_an_erasure_nothing_is_left_and_the_certificate_verifies() {
    let mut house = House::new();
    let (canary, photo) = person_everywhere(&house);
    let alice = house.person("Alice Example", Age::Adult);
    house.tag(&photo, 1, TagKind::Is(alice)).unwrap();
    let store = house.store();
    let plan = store.read().unwrap().plan_erasure(canary).unwrap();
    assert_eq!((plan.renditions, plan.rows["consent_acts"]), (1, 4), "shown before it is done");
    let begun = store.begin_erasure(canary, ActorClass::Subject, now()).unwrap();
    assert_eq!(begun.recalled.len(), 1, "RTS-14: who got it has to be told");
    // From the first step on nobody can show them.
    let plan = house.plan(&photo, &website(photo.album));
    assert!(matches!(plan.faces()[0].treatment(), Treatment::Obscure(HideReason::Unknown)));
    let epoch = store.vault().epoch();
    let certificate = store.finish_erasure(begun.tombstone, &begun.needles, &[], &PARTIES, now()).unwrap();
    assert_eq!(store.vault().epoch(), epoch + 1);
    assert_eq!(store.blobs().list().unwrap().len(), 1, "the original; the image that showed them is gone");
    assert!(!store.vault().holds(KeyName::Subject(canary)).unwrap());

    let report = store.sweep(&canaries(canary, true), &[]).unwrap();
    assert_eq!(report.hits, Vec::<PathBuf>::new(), "not even the random id");
    let reader = store.read().unwrap();
    assert_eq!(rows_about(&reader, canary), Vec::<String>::new());
    assert!(reader.subject(canary).unwrap().is_none());
    assert_eq!(reader.profile(alice).unwrap().name, "Alice Example", "everybody else is still there");
    assert_eq!(reader.tags_on(photo.id).unwrap().len(), 1);
    reader.verify_log(&[]).unwrap();
    let text = certificate.to_json();
    let verified = Document::verify(&text, Some(&store.verifying_key())).unwrap();
    assert_eq!(verified.kind, DocumentKind::ErasureCertificate);
    assert_eq!(verified.body["sweep"]["left"], 0);
    assert!(!text.contains("anarienvogel") && !text.contains(&canary.to_string()));
    drop(reader);
    // Safe to repeat, also by another process.
    let again = house.reopen().finish_erasure(begun.tombstone, &begun.needles, &[], &PARTIES, now()).unwrap();
    assert_eq!(again, certificate);
}

/// An older tag that was corrected must not come back when the correction is erased.
#[test]
fn rts_8_pub_1_an_erasure_shows_nobody_elses_face() {
    let house = House::new();
    let album = house.album();
    let photo = house.photo(album, b"picture", 1);
    let (bob, canary) = (house.person("Bob Example", Age::Adult), house.person(CANARIES[0], Age::Adult));
    house.tag(&photo, 0, TagKind::Is(bob)).unwrap();
    house.tag(&photo, 0, TagKind::Is(canary)).unwrap();
    house.yes(bob, &website(album));
    house.store().begin_erasure(canary, ActorClass::Subject, now()).unwrap();
    let plan = house.plan(&photo, &website(album));
    assert!(matches!(plan.faces()[0].treatment(), Treatment::Obscure(HideReason::Unknown)));
}

#[test]
fn acc_9_there_is_no_certificate_while_traces_are_left() {
    let house = House::new();
    let (canary, _) = person_everywhere(&house);
    let store = house.store();
    let begun = store.begin_erasure(canary, ActorClass::Subject, now()).unwrap();
    let export = house.folder.path().join("exports");
    std::fs::create_dir(&export).unwrap();
    let stray = export.join("list.txt");
    std::fs::write(&stray, format!("1; {}; yes", CANARIES[0])).unwrap();
    let also = [export];
    let finish = || store.finish_erasure(begun.tombstone, &begun.needles, &also, &PARTIES, now());
    let error = finish().unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Conflict);
    assert!(!error.to_string().contains("anarienvogel"));
    assert_eq!(store.read().unwrap().unfinished_erasures().unwrap(), [begun.tombstone]);
    std::fs::remove_file(stray).unwrap();
    finish().unwrap();
    assert!(store.read().unwrap().unfinished_erasures().unwrap().is_empty());
}

/// Whatever was done before the machine stopped, the erasure is finished from the ledger.
#[test]
fn rts_8_an_interrupted_erasure_is_finished_after_a_restart() {
    for step in 0..4 {
        let mut house = House::new();
        let (canary, _) = person_everywhere(&house);
        let tombstone = {
            let store = house.store();
            let begun = store.begin_erasure(canary, ActorClass::Subject, now()).unwrap();
            if step >= 1 {
                store.vault().shred(KeyName::Subject(canary)).unwrap();
            }
            if step >= 2 {
                store.vault().rotate().unwrap();
            }
            if step >= 3 {
                store.sweep_orphans().unwrap();
            }
            begun.tombstone
        };
        let store = house.reopen();
        assert_eq!(store.read().unwrap().unfinished_erasures().unwrap(), [tombstone]);
        let needles = canaries(canary, false);
        store.finish_erasure(tombstone, &needles, &[], &PARTIES, now()).unwrap();
        assert_eq!(store.sweep(&canaries(canary, true), &[]).unwrap().hits, Vec::<PathBuf>::new());
    }
}

/// A backup of yesterday with the keys of today, and even with the key file of today's epoch put
/// beside yesterday's wrapped keys: what was erased does not open (§8).
#[test]
fn key_5_a_backup_from_before_opens_nothing_of_the_erased_person() {
    let mut house = House::new();
    let (canary, _) = person_everywhere(&house);
    let alice = house.person("Alice Example", Age::Adult);
    let backup = house.folder.path().join("backup.db");
    house.store().copy_database(&backup).unwrap();
    let begun = house.store().begin_erasure(canary, ActorClass::Subject, now()).unwrap();
    house.store().finish_erasure(begun.tombstone, &begun.needles, &[], &PARTIES, now()).unwrap();
    house.store = None;
    restore_database(&backup, &house.places.data);
    let store = house.reopen();
    let reader = store.read().unwrap();
    assert!(reader.subjects().unwrap().contains(&canary), "the backup has the row");
    assert!(reader.profile(canary).is_err());
    assert!(reader.subject(canary).is_err(), "and so nobody can decide yes");
    assert_eq!(reader.profile(alice).unwrap().name, "Alice Example");
}

/// The restore drill of §8: at t0 a backup; then S is erased, T withdraws, somebody says "not me" on
/// photo P. Then t0 comes back, with today's root key.
#[test]
fn section_8_a_restored_backup_catches_up_before_it_serves() {
    let mut house = House::new();
    let album = house.album();
    let photo = house.photo(album, b"photo P", 2);
    let other = house.photo(album, b"another photo", 1);
    let s = house.person("Sam Example", Age::Adult);
    let t = house.person("Toni Example", Age::Adult);
    let u = house.person("Uli Example", Age::Adult);
    for (face, who) in [(0, s), (1, t)] {
        house.tag(&photo, face, TagKind::Is(who)).unwrap();
    }
    house.tag(&other, 0, TagKind::Is(u)).unwrap();
    for who in [s, t, u] {
        house.yes(who, &website(album));
    }
    let backup = house.folder.path().join("backup.db");
    house.store().copy_database(&backup).unwrap();

    let begun = house.store().begin_erasure(s, ActorClass::Subject, now()).unwrap();
    house.store().finish_erasure(begun.tombstone, &begun.needles, &[], &PARTIES, now()).unwrap();
    house.say(t, &website(album), ActKind::Withdraw);
    let mark = NotMe {
        id: NotMeId::random(&mut house.store().rng()),
        subject: u,
        photo: photo.file,
        region: photo.faces[0].region.rect,
        at: now(),
        taken_back: None,
    };
    let mut tx = house.store().begin(now()).unwrap();
    tx.insert_not_me(&mark).unwrap();
    tx.commit(event(EventKind::NotMe)).unwrap();
    let published = grata_store::log_files::LogFolder::new(&house.folder.path().join("log"));
    published.publish(&house.store().read().unwrap()).unwrap();
    let pinned = published.head().unwrap();

    house.store = None;
    restore_database(&backup, &house.places.data);
    let store: &Store = house.reopen();
    assert_eq!(store.check_not_behind(&pinned).unwrap_err().kind(), StoreErrorKind::Behind);
    let done = store.catch_up(&published, &pinned, now()).unwrap();
    assert_eq!(done.erased, [begun.tombstone]);
    assert_eq!(done.frozen, [t]);
    assert_eq!(done.withheld, 1);
    store.check_not_behind(&pinned).unwrap();

    let reader = store.read().unwrap();
    assert!(reader.subject(s).unwrap().is_none());
    let decision = |who| {
        let subject = reader.subject(who).unwrap().unwrap();
        grata_core::consent::decide(&subject, &website(album), reader.age_rules(), now())
    };
    use grata_core::consent::Reason;
    assert!(matches!(decision(t), Decision::No(Reason::Restricted)));
    assert!(matches!(decision(u), Decision::Yes(_)), "nobody else is touched");
    let case = reader.photo_case(photo.id).unwrap();
    assert!(case.objections.iter().any(|objection| objection.withholds(&case.photo)));
    assert!(reader.photo_case(other.id).unwrap().objections.is_empty());
    let last = reader.log_entry(reader.log_size().unwrap() - 1).unwrap().unwrap();
    assert_eq!(last.kind, EventKind::Restored);
    drop(reader);
    store.catch_up(&published, &pinned, now()).unwrap_err();
}

/// What leaves less than before without a no: a yes that ends earlier, an age that is corrected, a guardian
/// whose powers end, and a face that is somebody else after all.
#[test]
fn section_8_a_restored_backup_does_not_show_what_was_narrowed_since() {
    let mut house = House::new();
    let album = house.album();
    let photo = house.photo(album, b"photo P", 6);
    let names =
        ["Sam Example", "Toni Example", "Uli Example", "Vera Example", "Wim Example", "Xenia Example"];
    let people = names.map(|name| house.person(name, Age::Adult));
    for (face, who) in people.into_iter().enumerate() {
        house.tag(&photo, face, TagKind::Is(who)).unwrap();
        house.yes(who, &website(album));
    }
    let [sooner, child, untouched, mistaken, objecting, lost] = people;
    let expires_at = grata_core::time::hours_after(now(), 240);
    let mut tx = house.store().begin(now()).unwrap();
    let token = tx.invite(&Invitation { subject: lost, guardian: None, album, expires_at }).unwrap();
    tx.commit(event(EventKind::Invited)).unwrap();
    let backup = house.folder.path().join("backup.db");
    house.store().copy_database(&backup).unwrap();

    let until = grata_core::time::day(grata_core::time::hours_after(now(), 24));
    house.say(sooner, &website(album), ActKind::Give { until });
    let mut tx = house.store().begin(now()).unwrap();
    tx.set_age(child, Age::Born("2015-05-05".parse().unwrap())).unwrap();
    tx.commit(event(EventKind::SubjectChanged)).unwrap();
    let mut tx = house.store().begin(now()).unwrap();
    assert_eq!(tx.revoke_invitations(lost).unwrap(), 1);
    tx.commit(event(EventKind::SubjectChanged)).unwrap();
    house.tag(&photo, 3, TagKind::NotAFace).unwrap();
    let id = ObjectionId::random(&mut house.store().rng());
    let target = ObjectionTarget::Subject(objecting);
    let mut tx = house.store().begin(now()).unwrap();
    tx.insert_objection(&Objection { id, target, raised: now(), outcome: Outcome::Open }).unwrap();
    tx.commit(event(EventKind::ObjectionRaised)).unwrap();
    let published = grata_store::log_files::LogFolder::new(&house.folder.path().join("log"));
    published.publish(&house.store().read().unwrap()).unwrap();
    let pinned = published.head().unwrap();

    house.store = None;
    restore_database(&backup, &house.places.data);
    let done = house.reopen().catch_up(&published, &pinned, now()).unwrap();
    let frozen: std::collections::BTreeSet<_> = done.frozen.into_iter().collect();
    assert_eq!(frozen, [sooner, child, objecting, lost].into());
    let open = house.store().read().unwrap().objections_of(objecting).unwrap();
    assert!(open.len() == 1 && open[0].in_effect(), "an objection outlasts the freeze");
    assert_eq!(
        house.store().read().unwrap().invitation(&token, now()).unwrap(),
        None,
        "a link that was lost"
    );
    assert!(!frozen.contains(&untouched) && !frozen.contains(&mistaken));
    assert_eq!(done.withheld, 1, "the photo with the corrected face");
}

#[test]
fn section_8_a_backup_does_not_catch_up_with_another_log() {
    let house = House::new();
    let other = House::new();
    other.album();
    let folder = grata_store::log_files::LogFolder::new(&other.folder.path().join("log"));
    folder.publish(&other.store().read().unwrap()).unwrap();
    let error = house.store().catch_up(&folder, &folder.head().unwrap(), now()).unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Damaged);
}

#[test]
fn section_8_sec_7_a_restored_backup_opens_nothing_that_was_closed_since() {
    let mut house = House::new();
    let album = house.album();
    let publish = website(album);
    let later = grata_core::time::hours_after(now(), 240);
    let mut tx = house.store().begin(now()).unwrap();
    let accounts = [1, 2, 3, 4].map(|number| AccountId::from_bytes([number; 16]));
    let logins = ["stays", "goes", "new-password", "lower-role"].map(|name| format!("{name}@club.example"));
    let password = "$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$AAAAAAAAAAAAAAAAAAAAAA";
    for (id, login) in accounts.into_iter().zip(&logins) {
        tx.insert_account(&NewAccount { id, login, label: "Camille", role: Role::Privacy, password })
            .unwrap();
    }
    let sessions = accounts.map(|account| {
        tx.insert_session(account, grata_store::queries::accounts::CameBy::Password, later).unwrap()
    });
    let account_link = tx.insert_account_link(Role::Owner, later).unwrap();
    let shared = Shared { publish: publish.clone(), reach: Reach::AllAlbums };
    let galleries = [0, 1].map(|_| tx.insert_gallery_link(&shared, later).unwrap());
    tx.commit(event(EventKind::AccountAdded)).unwrap();
    let backup = house.folder.path().join("backup.db");
    house.store().copy_database(&backup).unwrap();

    let mut tx = house.store().begin(now()).unwrap();
    tx.close_account(accounts[1]).unwrap();
    tx.commit(event(EventKind::AccountChanged)).unwrap();
    let mut tx = house.store().begin(now()).unwrap();
    tx.set_password(accounts[2], &password.replace("c29t", "b3Ro")).unwrap();
    tx.commit(event(EventKind::AccountChanged)).unwrap();
    let mut tx = house.store().begin(now()).unwrap();
    tx.set_role(accounts[3], Role::Photographer).unwrap();
    tx.commit(event(EventKind::AccountChanged)).unwrap();
    let mut tx = house.store().begin(now()).unwrap();
    tx.delete_session(&sessions[0]).unwrap();
    tx.commit(event(EventKind::SignedOut)).unwrap();
    let mut tx = house.store().begin(now()).unwrap();
    tx.use_account_link(&account_link).unwrap();
    tx.commit(event(EventKind::AccountAdded)).unwrap();
    let mut tx = house.store().begin(now()).unwrap();
    tx.revoke_gallery_link(album, Digest::of(&galleries[1])).unwrap();
    tx.commit(event(EventKind::GalleryShared)).unwrap();
    let mut tx = house.store().begin(now()).unwrap();
    tx.retire_channel(&"print".parse().unwrap(), true).unwrap();
    tx.commit(event(EventKind::ChannelChanged)).unwrap();
    let pinned = house.store().read().unwrap().log_head().unwrap().unwrap();
    let published = LogFolder::new(&house.folder.path().join("published"));
    published.publish(&house.store().read().unwrap()).unwrap();
    house.store = None;
    restore_database(&backup, &house.places.data);

    // This is what it would open, had it not caught up.
    let reader = house.reopen().read().unwrap();
    assert!(sessions.iter().all(|token| reader.session(token, now()).unwrap().is_some()));
    assert!(logins.iter().all(|login| reader.account_for_login(login).unwrap().is_some()));
    assert_eq!(reader.password_of(accounts[2]).unwrap(), password);
    assert_eq!(reader.open_account(accounts[3]).unwrap().unwrap().role, Role::Privacy);
    assert!(reader.account_link(&account_link, now()).unwrap().is_some());
    assert!(reader.gallery_link(&galleries[1], now()).unwrap().is_some());
    drop(reader);

    let done = house.store().catch_up(&published, &pinned, now()).unwrap();
    assert_eq!((done.closed, done.ended, done.retired), (3, 1, 1));
    let reader = house.store().read().unwrap();
    let open: Vec<String> = reader.channels().unwrap().into_iter().map(|(key, _)| key.to_string()).collect();
    assert_eq!(open, ["gallery", "social-media", "website"], "retired since");
    let open = logins.iter().filter(|login| reader.account_for_login(login).unwrap().is_some());
    assert_eq!(open.collect::<Vec<_>>(), ["stays@club.example"], "closed, or with less of a way in since");
    assert!(sessions.iter().all(|token| reader.session(token, now()).unwrap().is_none()), "signed out since");
    assert_eq!(reader.account_link(&account_link, now()).unwrap(), None, "used since");
    assert_eq!(reader.gallery_link(&galleries[1], now()).unwrap(), None, "ended since");
    assert_eq!(reader.gallery_link(&galleries[0], now()).unwrap(), Some(shared), "nobody ended it");
}

/// A passkey that was removed, and those of an account that was closed, stay so.
#[test]
fn section_8_a_restored_backup_brings_back_no_way_in() {
    let mut house = House::new();
    let [kept, closed] = [b"kept", b"gone"].map(|name| {
        let id = AccountId::random(&mut house.store().rng());
        let login = String::from_utf8_lossy(name);
        let password = "$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$AAAAAAAAAAAAAAAAAAAAAA";
        let mut tx = house.store().begin(now()).unwrap();
        let role = Role::Owner;
        tx.insert_account(&NewAccount { id, login: &login, label: &login, role, password }).unwrap();
        tx.commit(event(EventKind::AccountAdded)).unwrap();
        id
    });
    let passkeys = [(kept, "stays"), (kept, "lost"), (closed, "with the account")].map(|(account, label)| {
        let id = PasskeyId::random(&mut house.store().rng());
        let mut tx = house.store().begin(now()).unwrap();
        let credential = label.as_bytes();
        tx.insert_passkey(&NewPasskey { id, account, label, credential, key: b"key" }).unwrap();
        tx.commit(event(EventKind::PasskeyAdded)).unwrap();
        id
    });
    let backup = house.folder.path().join("backup.db");
    house.store().copy_database(&backup).unwrap();
    let mut tx = house.store().begin(now()).unwrap();
    tx.delete_passkey(kept, passkeys[1]).unwrap();
    tx.commit(event(EventKind::PasskeyRemoved)).unwrap();
    let mut tx = house.store().begin(now()).unwrap();
    tx.close_account(closed).unwrap();
    tx.commit(event(EventKind::AccountChanged)).unwrap();
    let published = grata_store::log_files::LogFolder::new(&house.folder.path().join("log"));
    published.publish(&house.store().read().unwrap()).unwrap();
    let pinned = published.head().unwrap();

    house.store = None;
    restore_database(&backup, &house.places.data);
    let store = house.reopen();
    let found = |label: &str| store.read().unwrap().passkey(label.as_bytes()).unwrap().is_some();
    assert!(found("lost") && found("with the account"), "the backup has them");
    let done = store.catch_up(&published, &pinned, now()).unwrap();
    assert!(done.frozen.is_empty() && done.withheld == 0, "it is about nobody in a picture");
    assert!(found("stays") && !found("lost") && !found("with the account"));
    let labels = store.read().unwrap().passkeys_of(kept).unwrap();
    assert_eq!(labels.iter().map(|one| one.label.as_str()).collect::<Vec<_>>(), ["stays"]);
}

/// What verifies a passkey, and what its owner calls it, is closed to whoever has the database alone.
#[test]
fn key_1_a_passkey_is_sealed() {
    let house = House::new();
    let account = AccountId::random(&mut house.store().rng());
    let password = "$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$AAAAAAAAAAAAAAAAAAAAAA";
    let new = NewAccount { id: account, login: "l", label: "L", role: Role::Owner, password };
    let mut tx = house.store().begin(now()).unwrap();
    tx.insert_account(&new).unwrap();
    let (id, label, credential, key): (_, _, &[u8], &[u8]) =
        (PasskeyId::random(&mut house.store().rng()), "CANARY-LABEL", b"CANARY-CREDENTIAL", b"CANARY-KEY");
    tx.insert_passkey(&NewPasskey { id, account, label, credential, key }).unwrap();
    tx.commit(event(EventKind::PasskeyAdded)).unwrap();
    assert_eq!(house.store().read().unwrap().passkey(credential).unwrap().unwrap().key, key);
    let mut files = 0;
    for file in std::fs::read_dir(&house.places.data).unwrap().flatten().filter(|file| file.path().is_file())
    {
        let bytes = std::fs::read(file.path()).unwrap();
        for canary in [label.as_bytes(), credential, key] {
            assert!(!bytes.windows(canary.len()).any(|window| window == canary), "{}", file.path().display());
        }
        files += 1;
    }
    assert!(files >= 2, "the database and its journal");
}

/// SEC-6: not even the database takes one person for two, and a restored backup opens nothing again.
#[test]
fn sec_6_an_emergency_takes_two_in_the_database_as_well() {
    let mut house = House::new();
    let subject = house.person("Sam Example", Age::Adult);
    let [first, second] = ["one", "two"].map(|login| {
        let id = AccountId::random(&mut house.store().rng());
        let password = "$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$AAAAAAAAAAAAAAAAAAAAAA";
        let mut tx = house.store().begin(now()).unwrap();
        tx.insert_account(&NewAccount { id, login, label: login, role: Role::Privacy, password }).unwrap();
        tx.commit(event(EventKind::AccountAdded)).unwrap();
        id
    });
    let id = EmergencyId::random(&mut house.store().rng());
    let asked = Emergency {
        id,
        subject,
        why: Why::Danger,
        asked_by: first,
        asked_at: now(),
        approved: None,
        ended_at: None,
    };
    let mut tx = house.store().begin(now()).unwrap();
    tx.insert_emergency(&asked, "a reason").unwrap();
    let alone = Emergency { approved: Some((first, now())), ..asked.clone() };
    assert_eq!(tx.update_emergency(&alone).unwrap_err().kind(), StoreErrorKind::Conflict);
    let open = asked.approved_by(second, now()).unwrap();
    tx.update_emergency(&open).unwrap();
    tx.commit(event(EventKind::EmergencyOpened)).unwrap();
    assert_eq!(house.store().read().unwrap().emergency(id).unwrap(), Some(open.clone()));
    let backup = house.folder.path().join("backup.db");
    house.store().copy_database(&backup).unwrap();
    let mut tx = house.store().begin(now()).unwrap();
    tx.update_emergency(&Emergency { ended_at: Some(now()), ..open }).unwrap();
    tx.commit(event(EventKind::EmergencyEnded)).unwrap();
    let published = grata_store::log_files::LogFolder::new(&house.folder.path().join("log"));
    published.publish(&house.store().read().unwrap()).unwrap();
    let pinned = published.head().unwrap();
    house.store = None;
    restore_database(&backup, &house.places.data);
    let store = house.reopen();
    assert!(store.read().unwrap().emergency(id).unwrap().unwrap().is_open_to(first, now()));
    store.catch_up(&published, &pinned, now()).unwrap();
    assert!(!store.read().unwrap().emergency(id).unwrap().unwrap().is_open_to(first, now()));
}
