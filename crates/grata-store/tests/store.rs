//! The store as use cases see it.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should fail there and then")]

mod support;

use grata_core::audit::entry::{ActorClass, Event, EventKind};
use grata_core::consent::{ActKind, Decision, Means, PaperForm, Reason, decide};
use grata_core::geometry::PixelRect;
use grata_core::id::{AccountId, NotMeId, ObjectionId};
use grata_core::objection::{Objection, ObjectionTarget, Outcome};
use grata_core::photo::{Face, Found};
use grata_core::purpose::Publish;
use grata_core::recall::{RecallCause, recall};
use grata_core::region::{Region, Shape};
use grata_core::release::{HideReason, Treatment};
use grata_core::signed::{Document, DocumentKind};
use grata_core::subject::{Age, Restriction};
use grata_core::tag::{NotMe, TagKind};
use grata_store::queries::albums::Album;
use grata_store::queries::subjects::Invitation;
use grata_store::{Store, StoreErrorKind};
use support::{House, at, event, notice, now, until, website};

#[test]
fn col_2_an_album_without_its_facts_is_refused() {
    let house = House::new();
    let reader = house.store().read().unwrap();
    let good = reader.album(house.album()).unwrap();
    drop(reader);
    let good = good.or_else(|| house.store().read().unwrap().albums().unwrap().pop()).unwrap();
    let broken: [fn(&mut Album); 7] = [
        |album| album.title = " ".to_string(),
        |album| album.controller = String::new(),
        |album| album.source = String::new(),
        |album| album.source = "web".to_string(),
        |album| album.source = "unknown".to_string(),
        |album| album.purpose = String::new(),
        |album| album.contact = String::new(),
    ];
    for change in broken {
        let mut album = good.clone();
        album.id = grata_core::id::AlbumId::random(&mut house.store().rng());
        change(&mut album);
        let mut tx = house.store().begin(now()).unwrap();
        assert!(tx.insert_album(&album, &notice()).is_err(), "{album:?}");
    }
    assert_eq!(house.store().read().unwrap().albums().unwrap().len(), 1);
}

#[test]
fn tra_5_con_6_notices_are_kept_in_every_version() {
    let house = House::new();
    let album = house.album();
    let first = house.store().read().unwrap().notice(album).unwrap().unwrap();
    assert_eq!(first, notice());
    let texts = [("fr".parse().unwrap(), "Oui, vraiment ?".to_string())].into();
    let next = first.revised(texts).unwrap();
    let mut tx = house.store().begin(now()).unwrap();
    tx.insert_notice(album, &next).unwrap();
    tx.commit(event(EventKind::NoticeChanged)).unwrap();
    let reader = house.store().read().unwrap();
    assert_eq!(reader.notice(album).unwrap().unwrap(), next);
    assert_eq!(reader.notice_version(album, first.version()).unwrap().unwrap(), first);
}

#[test]
fn a_photo_and_a_person_come_back_as_they_went_in() {
    let mut house = House::new();
    let album = house.album();
    let photo = house.photo(album, b"picture", 3);
    let born = Age::Born("2012-03-15".parse().unwrap());
    let alice = house.person("Alice Example", born);
    let store = house.reopen();
    let reader = store.read().unwrap();
    assert_eq!(reader.photo(photo.id).unwrap().unwrap(), photo);
    assert_eq!(reader.photo_name(photo.id).unwrap(), "IMG_0001.jpg");
    assert_eq!(reader.photo_with(album, store.file_digest(b"picture")).unwrap(), Some(photo.id));
    assert_eq!(reader.profile(alice).unwrap().name, "Alice Example");
    assert_eq!(reader.subject(alice).unwrap().unwrap().age, born);
    assert_eq!(reader.photos_in(album).unwrap(), [photo.id]);
    assert_eq!(reader.channels().unwrap().len(), 4);
}

#[test]
fn an_exact_duplicate_is_recognised_and_a_removed_photo_stays_out() {
    let house = House::new();
    let album = house.album();
    let photo = house.photo(album, b"picture", 1);
    let mut again = photo.clone();
    again.id = grata_core::id::PhotoId::random(&mut house.store().rng());
    house.store().vault().create(grata_store::vault::KeyName::Photo(again.id)).unwrap();
    let mut tx = house.store().begin(now()).unwrap();
    assert_eq!(tx.insert_photo(&again, "copy.jpg").unwrap_err().kind(), StoreErrorKind::Conflict);
    drop(tx);
    let mut tx = house.store().begin(now()).unwrap();
    tx.delete_photo(photo.id, true).unwrap();
    tx.commit(event(EventKind::PhotoRemoved)).unwrap();
    // ABU-11: another file with the same pixels.
    again.file = house.store().file_digest(b"picture without its metadata");
    again.faces.clear();
    let mut tx = house.store().begin(now()).unwrap();
    let error = tx.insert_photo(&again, "copy.jpg").unwrap_err();
    assert!(error.to_string().contains("stays out"), "{error}");
    let (blobs, keys) = {
        drop(tx);
        house.store().sweep_orphans().unwrap()
    };
    assert_eq!((blobs, keys), (1, 2), "the original, its key, and the key of the copy");
}

#[test]
fn con_12_abu_14_a_form_is_kept_with_its_evidence_and_never_for_comparison() {
    let mut house = House::new();
    let album = house.album();
    let alice = house.person("Alice Example", Age::Adult);
    let form = PaperForm {
        signed_on: "2026-09-28".parse().unwrap(),
        reference: "folder 3, sheet 12".to_string(),
        recorded_by: AccountId::from_bytes([7; 16]),
    };
    let act = house.act(&website(album), ActKind::Give { until: until() }, Means::Paper(form.clone()));
    house.try_say(alice, &act).unwrap();
    let mut find = act.clone();
    find.question.purpose = "find".parse().unwrap();
    find.id = grata_core::id::ActId::random(&mut house.store().rng());
    let error = house.try_say(alice, &find).unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Refused);
    let subject = house.reopen().read().unwrap().subject(alice).unwrap().unwrap();
    assert_eq!(subject.acts, [act]);
    let Decision::Yes(_) = decide(&subject, &website(album), &Default::default(), now()) else {
        panic!("no")
    };
    // Contesting hides at once.
    house.say(alice, &website(album), ActKind::Contest);
    let subject = house.store().read().unwrap().subject(alice).unwrap().unwrap();
    let decision = decide(&subject, &website(album), &Default::default(), now());
    assert!(matches!(decision, Decision::No(Reason::Contested)));
}

#[test]
fn tra_5_con_6_con_11_a_yes_needs_the_notice_that_is_kept_and_a_channel_there_is() {
    let house = House::new();
    let album = house.album();
    let alice = house.person("Alice Example", Age::Adult);
    let give = ActKind::Give { until: until() };
    let good = house.act(&website(album), give, Means::OwnSession);
    let mut broken = vec![good.clone(); 5];
    broken[0].notice.language = "de".parse().unwrap();
    broken[1].notice.version = grata_core::notice::NoticeVersion(2);
    broken[2].notice.hash = grata_core::digest::Digest::of(b"another text");
    broken[3].question.purpose = "publish:fridge".parse().unwrap();
    broken[4].at = at("2026-09-30T10:00:00Z");
    for act in &broken {
        assert_eq!(house.try_say(alice, act).unwrap_err().kind(), StoreErrorKind::Refused, "{act:?}");
    }
    // A no is never turned away for a matter of form.
    broken[0].kind = ActKind::Withdraw;
    broken[0].id = grata_core::id::ActId::random(&mut house.store().rng());
    house.try_say(alice, &broken[0]).unwrap();
    house.try_say(alice, &good).unwrap();
}

/// CON-1's shape for publication: what raw SQL cannot do either.
#[test]
fn con_1_raw_sql_cannot_change_what_was_said() {
    let house = House::new();
    let album = house.album();
    let alice = house.person("Alice Example", Age::Adult);
    house.yes(alice, &website(album));
    let raw = rusqlite::Connection::open(house.places.data.join("grata.db")).unwrap();
    for sql in [
        "UPDATE consent_acts SET kind = 'give'",
        "DELETE FROM consent_acts",
        "UPDATE consent_acts SET until = '2099-01-01'",
        "UPDATE log_entries SET entry = x'00'",
        "DELETE FROM log_entries",
        "UPDATE tags SET subject = NULL",
    ] {
        let touched = raw.execute(sql, []);
        assert!(touched.is_err() || touched == Ok(0), "{sql}");
    }
    let forged = "INSERT INTO consent_acts (id, subject, album, purpose, kind, means, notice_version, \
                  notice_language, notice_sha256, at) SELECT randomblob(16), subject, album, 'find', 'give', \
                  'paper', 1, 'fr', notice_sha256, at FROM consent_acts";
    assert!(raw.execute(forged, []).is_err());
}

#[test]
fn pub_1_a_release_shows_who_said_yes_and_a_withdrawal_recalls_it() {
    let house = House::new();
    let album = house.album();
    let photo = house.photo(album, b"picture", 3);
    let (alice, bob) = (house.person("Alice Example", Age::Adult), house.person("Bob Example", Age::Adult));
    house.tag(&photo, 0, TagKind::Is(alice)).unwrap();
    house.tag(&photo, 1, TagKind::Is(bob)).unwrap();
    house.yes(alice, &website(album));
    let release = house.release(&website(album));
    let rendition = house.render(release, house.plan(&photo, &website(album))).unwrap();
    assert_eq!(rendition.rendition.shown, [(photo.faces[0].id, alice)]);
    assert_eq!(rendition.rendition.hidden.len(), 2);

    let check = || {
        let reader = house.store().read().unwrap();
        let case = reader.photo_case(photo.id).unwrap();
        recall(&rendition.rendition, &case.photo, &case.evidence(reader.age_rules()), now())
    };
    assert_eq!(check(), None);
    house.say(alice, &website(album), ActKind::Withdraw);
    let face = photo.faces[0].id;
    let causes = check().unwrap().causes;
    assert_eq!(causes, [RecallCause::Shows(face, HideReason::NoConsent(Reason::Withdrawn))]);

    let mut tx = house.store().begin(now()).unwrap();
    tx.recall_rendition(rendition.rendition.id).unwrap();
    tx.commit(event(EventKind::Recalled)).unwrap();
    let reader = house.store().read().unwrap();
    assert!(reader.live_renditions_in(album).unwrap().is_empty());
    assert_eq!(reader.hidden_before(photo.id).unwrap().len(), 2, "PUB-7: what was hidden stays known");
}

/// What slips in between planning and committing makes the commit fail: nothing is written.
#[test]
fn pub_1_con_5_whatever_changes_before_the_commit_stops_it() {
    type Change = fn(&House, &grata_core::photo::Photo, grata_core::id::SubjectId, &Publish);
    let changes: [(&str, Change); 6] = [
        ("withdrawal", |house, _, alice, publish| {
            house.say(alice, publish, ActKind::Withdraw);
        }),
        ("restriction", |house, _, alice, _| {
            let mut tx = house.store().begin(now()).unwrap();
            tx.set_restriction(alice, Restriction::Since(now())).unwrap();
            tx.commit(event(EventKind::Restricted)).unwrap();
        }),
        ("not me", |house, photo, alice, _| {
            let mark = NotMe {
                id: NotMeId::random(&mut house.store().rng()),
                subject: alice,
                photo: photo.file,
                region: photo.faces[0].region.rect,
                at: now(),
                taken_back: None,
            };
            let mut tx = house.store().begin(now()).unwrap();
            tx.insert_not_me(&mark).unwrap();
            tx.commit(event(EventKind::NotMe)).unwrap();
        }),
        ("objection by place", |house, photo, _, _| {
            let target = ObjectionTarget::Region(photo.file, PixelRect::new(800, 400, 40, 40));
            object(house, target);
        }),
        ("a face that was missed", |house, photo, _, _| {
            let face = Face {
                id: grata_core::id::FaceId::random(&mut house.store().rng()),
                region: Region { rect: PixelRect::new(960, 96, 64, 80), shape: Shape::Rounded },
                found: Found::Reviewer,
            };
            let mut tx = house.store().begin(now()).unwrap();
            tx.insert_face(photo.id, &face).unwrap();
            tx.commit(event(EventKind::FaceAdded)).unwrap();
        }),
        ("erasure", |house, _, alice, _| {
            house.store().begin_erasure(alice, ActorClass::Subject, now()).unwrap();
        }),
    ];
    for (words, change) in changes {
        let house = House::new();
        let album = house.album();
        let photo = house.photo(album, b"picture", 1);
        let alice = house.person("Alice Example", Age::Adult);
        house.tag(&photo, 0, TagKind::Is(alice)).unwrap();
        house.yes(alice, &website(album));
        let release = house.release(&website(album));
        let plan = house.plan(&photo, &website(album));
        assert!(matches!(plan.faces()[0].treatment(), Treatment::Show(_)));
        change(&house, &photo, alice, &website(album));
        let error = house.render(release, plan).unwrap_err();
        assert_eq!(error.kind(), StoreErrorKind::Conflict, "{words}");
        assert!(house.store().read().unwrap().live_renditions_in(album).unwrap().is_empty(), "{words}");
    }
}

/// The same through a permit alone, for writes that rest on one without a plan.
#[test]
fn con_5_a_commit_that_rests_on_a_changed_consent_writes_nothing() {
    let house = House::new();
    let album = house.album();
    let alice = house.person("Alice Example", Age::Adult);
    house.yes(alice, &website(album));
    let subject = house.store().read().unwrap().subject(alice).unwrap().unwrap();
    let Decision::Yes(permit) = decide(&subject, &website(album), &Default::default(), now()) else {
        panic!("no")
    };
    let size = || house.store().read().unwrap().log_size().unwrap();
    let mut tx = house.store().begin(at("2027-07-01T00:00:00Z")).unwrap();
    tx.rest_on(&permit);
    let error = tx.commit(event(EventKind::Exported)).unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Conflict, "it has ended");
    house.say(alice, &website(album), ActKind::Withdraw);
    let before = size();
    let mut tx = house.store().begin(now()).unwrap();
    tx.rest_on(&permit);
    assert_eq!(tx.commit(event(EventKind::Exported)).unwrap_err().kind(), StoreErrorKind::Conflict);
    assert_eq!(size(), before);
}

fn object(house: &House, target: ObjectionTarget) -> ObjectionId {
    let id = ObjectionId::random(&mut house.store().rng());
    let mut tx = house.store().begin(now()).unwrap();
    tx.insert_objection(&Objection { id, target, raised: now(), outcome: Outcome::Open }).unwrap();
    tx.commit(Event::new(EventKind::ObjectionRaised, ActorClass::Anybody)).unwrap();
    id
}

#[test]
fn bys_8_rts_12_an_objection_without_account_is_kept_and_decided() {
    let house = House::new();
    let album = house.album();
    let photo = house.photo(album, b"picture", 1);
    let id = object(&house, ObjectionTarget::Photo(photo.pixels.unwrap()));
    let case = || house.store().read().unwrap().photo_case(photo.id).unwrap();
    assert!(case().objections[0].withholds(&photo));
    let mut tx = house.store().begin(now()).unwrap();
    tx.decide_objection(id, Outcome::Rejected(now())).unwrap();
    tx.commit(event(EventKind::ObjectionDecided)).unwrap();
    assert!(!case().objections[0].withholds(&photo));
}

#[test]
fn rts_7_a_tag_against_not_me_is_refused() {
    let house = House::new();
    let album = house.album();
    let photo = house.photo(album, b"picture", 1);
    let alice = house.person("Alice Example", Age::Adult);
    house.tag(&photo, 0, TagKind::Is(alice)).unwrap();
    let id = NotMeId::random(&mut house.store().rng());
    let region = photo.faces[0].region.rect;
    let mark = NotMe { id, subject: alice, photo: photo.file, region, at: now(), taken_back: None };
    let mut tx = house.store().begin(now()).unwrap();
    tx.insert_not_me(&mark).unwrap();
    tx.commit(Event::new(EventKind::NotMe, ActorClass::Subject)).unwrap();
    assert_eq!(house.tag(&photo, 0, TagKind::Is(alice)).unwrap_err().kind(), StoreErrorKind::Refused);
    let mut tx = house.store().begin(now()).unwrap();
    assert!(tx.take_back_not_me(grata_core::id::SubjectId::random(&mut house.store().rng()), id).is_err());
    tx.take_back_not_me(alice, id).unwrap();
    tx.commit(Event::new(EventKind::NotMeTakenBack, ActorClass::Subject)).unwrap();
    house.tag(&photo, 0, TagKind::Is(alice)).unwrap();
}

#[test]
fn sec_7_a_link_is_kept_as_a_hash_and_leads_nowhere_once_revoked_or_expired() {
    let house = House::new();
    let album = house.album();
    let alice = house.person("Alice Example", Age::Adult);
    let expires_at = at("2026-11-01T00:00:00Z");
    let invitation = Invitation { subject: alice, guardian: None, album, expires_at };
    let mut tx = house.store().begin(now()).unwrap();
    let token = tx.invite(&invitation).unwrap();
    tx.commit(event(EventKind::Invited)).unwrap();
    let find = |token: &[u8], now| house.store().read().unwrap().invitation(token, now).unwrap();
    assert_eq!(find(&token, now()), Some(invitation));
    assert_eq!(find(&token[..31], now()), None);
    assert_eq!(find(&token, expires_at), None);
    let mut tx = house.store().begin(now()).unwrap();
    assert_eq!(tx.revoke_invitations(alice).unwrap(), 1);
    tx.commit(event(EventKind::SubjectChanged)).unwrap();
    assert_eq!(find(&token, now()), None);
}

#[test]
fn acc_3_acc_4_con_6_a_receipt_from_the_store_verifies_offline() {
    let house = House::new();
    let album = house.album();
    let alice = house.person("Alice Example", Age::Adult);
    let act = house.act(&website(album), ActKind::Give { until: until() }, Means::OwnSession);
    let parties = grata_core::signed::ReceiptParties {
        controller: "Sports club",
        contact: "privacy@example.org",
        album: "Match",
        withdraw_at: "the link",
    };
    let body = grata_core::signed::receipt_body(&act, &parties);
    let mut tx = house.store().begin(now()).unwrap();
    tx.insert_act(alice, &act).unwrap();
    let committed = tx
        .commit(Event::new(EventKind::ConsentGiven, ActorClass::Subject).about(alice, body.clone()))
        .unwrap();
    for _ in 0..300 {
        house.store().begin(now()).unwrap().commit(event(EventKind::Viewed)).unwrap();
    }
    let receipt = house.store().document(DocumentKind::ConsentReceipt, body, &committed, 0).unwrap();
    let verified = Document::verify(&receipt.to_json(), Some(&house.store().verifying_key())).unwrap();
    let head = verified.log.unwrap();
    assert_eq!(head.size, committed.index + 1);
    house.store().read().unwrap().verify_log(&[head]).unwrap();
}

#[test]
fn acc_2_the_log_says_nothing_about_people_and_everything_to_them() {
    let house = House::new();
    let album = house.album();
    let alice = house.person("Alice Example", Age::Adult);
    house.yes(alice, &website(album));
    let reader = house.store().read().unwrap();
    let about = reader.log_about(alice).unwrap();
    assert_eq!(about.len(), 1);
    let (_, entry, opening) = &about[0];
    assert!(opening.opens(entry));
    assert!(opening.payload.contains("publish:website"));
    for place in 0..reader.log_size().unwrap() {
        let bytes = reader.log_entry(place).unwrap().unwrap().bytes();
        let text = String::from_utf8(bytes).unwrap();
        assert!(
            !text.contains("Alice") && !text.contains("example.org") && !text.contains(&alice.to_string())
        );
    }
}

#[test]
fn rts_1_rts_2_everything_held_about_a_person_is_in_the_package_and_nothing_else() {
    let house = House::new();
    let album = house.album();
    let photo = house.photo(album, b"picture", 2);
    let (alice, bob) = (house.person("Alice Example", Age::Adult), house.person("Bob Example", Age::Adult));
    house.tag(&photo, 0, TagKind::Is(alice)).unwrap();
    house.tag(&photo, 1, TagKind::Is(bob)).unwrap();
    house.yes(alice, &website(album));
    let release = house.release(&website(album));
    house.render(release, house.plan(&photo, &website(album))).unwrap();
    for _ in 0..100 {
        let held = house.store().read().unwrap().held_about(alice).unwrap();
        let tables: Vec<&str> = held.iter().map(|row| row.table.as_str()).collect();
        assert_eq!(tables, ["consent_acts", "log_payloads", "rendition_faces", "subjects", "tags"]);
        let text: String = held.iter().flat_map(|row| row.values.values()).cloned().collect();
        assert!(text.contains("Alice Example") && text.contains("alice.example@example.org"));
        assert!(!text.contains("Bob"));
    }
}

#[test]
fn one_process_owns_the_folder_and_keys_are_kept_apart() {
    let house = House::new();
    let error = Store::open(&house.places, house.root()).unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Conflict);
    let mut places = house.places.clone();
    places.keys = places.data.join("keys");
    let error = Store::open(&places, house.root()).unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Refused);
    let elsewhere = grata_store::StorePlaces::beside(&house.folder.path().join("nothing"));
    assert_eq!(Store::open(&elsewhere, house.root()).unwrap_err().kind(), StoreErrorKind::NotFound);
}

/// KEY-1, KEY-5: a second installation with the same keys would rotate and shred those of the first one.
#[test]
fn key_1_key_5_one_process_owns_the_keys_and_no_other_installation_is_made_with_them() {
    let mut house = House::new();
    let alice = house.person("Alice Example", Age::Adult);
    // As a restore drill beside a running server.
    let mut drill = house.places.clone();
    drill.data = house.folder.path().join("drill");
    std::fs::create_dir(&drill.data).unwrap();
    house.store().copy_database(&drill.data.join("grata.db")).unwrap();
    let mut new = house.places.clone();
    new.data = house.folder.path().join("new");
    let origin = grata_core::audit::checkpoint::Origin::new("new.example.org").unwrap();
    let make = |house: &House| Store::create(&new, house.root(), &origin, now()).unwrap_err();
    for error in [Store::open(&drill, house.root()).unwrap_err(), make(&house)] {
        assert_eq!(error.kind(), StoreErrorKind::Conflict);
        assert!(error.to_string().contains("using this key folder"), "{error}");
    }
    house.store = None;
    let error = make(&house);
    assert_eq!(error.kind(), StoreErrorKind::Conflict);
    assert!(error.to_string().contains("the keys of another installation"), "{error}");
    assert!(!new.data.exists(), "nothing was made");
    drop(Store::open(&drill, house.root()).unwrap());
    assert_eq!(house.reopen().read().unwrap().profile(alice).unwrap().name, "Alice Example");
}

/// A first start that was interrupted is made again, with the keys it has.
#[test]
fn an_installation_that_was_not_finished_is_made_again() {
    let folder = tempfile::tempdir().unwrap();
    let places = grata_store::StorePlaces::beside(&folder.path().join("photos"));
    std::fs::create_dir_all(&places.data).unwrap();
    let engine = grata_store::engine::sqlite::Sqlite::open(&places.data.join("grata.db")).unwrap();
    grata_store::engine::Engine::migrate(&engine).unwrap();
    drop(engine);
    let key = folder.path().join("root");
    grata_store::vault::FileRoot::create(&key).unwrap();
    let root = || Box::new(grata_store::vault::FileRoot::read(&key).unwrap());
    assert_eq!(Store::open(&places, root()).unwrap_err().kind(), StoreErrorKind::NotFound);
    let origin = grata_core::audit::checkpoint::Origin::new("photos.example.org").unwrap();
    drop(Store::create(&places, root(), &origin, now()).unwrap());
    let again = Store::create(&places, root(), &origin, now()).unwrap_err();
    assert_eq!(again.kind(), StoreErrorKind::Conflict);
    assert_eq!(Store::open(&places, root()).unwrap().origin(), &origin);
}

#[test]
fn sec_3_errors_say_nothing_about_people() {
    let house = House::new();
    let alice = house.person("Alice Example", Age::Adult);
    let store = house.store();
    store.vault().shred(grata_store::vault::KeyName::Subject(alice)).unwrap();
    let reader = store.read().unwrap();
    for error in [reader.profile(alice).unwrap_err(), reader.subject(alice).unwrap_err()] {
        let text = format!("{error} {error:?}");
        assert!(!text.contains("Alice") && !text.contains(&alice.to_string()), "{text}");
    }
}

/// What is remembered of a store holds until something has changed; that somebody has looked changes
/// nothing. Several looks go on record at once, each as an entry of its own.
#[test]
fn tra_4_looks_are_on_record_and_no_change() {
    let house = House::new();
    let album = house.album();
    let store = house.store();
    let state = || {
        let reader = store.read().unwrap();
        (reader.log_size().unwrap(), reader.changes())
    };
    let (size, changes) = state();
    let look = || event(EventKind::Viewed).in_album(album);
    store.begin(now()).unwrap().commit(look()).unwrap();
    store.begin(now()).unwrap().commit_each(vec![look(), look(), look()]).unwrap();
    assert_eq!(state(), (size + 4, changes));
    store.read().unwrap().verify_log(&[]).unwrap();
    store.begin(now()).unwrap().commit_each(vec![look(), event(EventKind::Tagged)]).unwrap();
    assert_eq!(state(), (size + 6, changes + 1));
    store.begin(now()).unwrap().commit_each(Vec::new()).unwrap();
    assert_eq!(state(), (size + 6, changes + 1));
}
