//! Who acted: what pages put on record is on record as the account that was signed in, or as the person,
//! and each person reads it.

use grata_core::audit::entry::{ActorClass, Entry, EventKind};
use grata_core::consent::Means;
use grata_core::id::{AccountId, PhotoId};
use grata_core::tag::Tagger;
use grata_store::queries::accounts::Role;

use crate::serving::get_as;
use crate::site::{Site, Who};

pub const TESTS: &[(&str, fn())] = &[
    ("acc_1_tra_4_what_staff_does_is_on_record_as_their_account", acc_1_staff_is_on_record),
    ("acc_1_rts_10_what_a_person_does_is_on_record_as_theirs", acc_1_a_person_is_on_record),
    ("tra_4_a_person_reads_which_account_it_was_and_no_name", tra_4_the_account_and_no_name),
    ("tra_4_a_look_at_the_list_of_people_is_one_entry_that_all_of_them_read", tra_4_a_list),
    ("tra_4_looks_of_many_at_once_are_on_record_one_by_one", tra_4_looks_at_once),
];

/// Everything of this kind on record: by which class and which account.
fn on_record(site: &Site, kind: EventKind) -> Vec<(ActorClass, Option<AccountId>)> {
    let reader = site.store.read().unwrap();
    let entries = reader.newest_entries(1000).unwrap().into_iter().rev();
    let entries = entries.map(|(place, bytes)| (place, Entry::parse(&bytes).unwrap()));
    let wanted = entries.filter(|(_, entry)| entry.kind == kind);
    wanted.map(|(place, entry)| (entry.actor, reader.log_actor(place).unwrap())).collect()
}

/// Who did the last thing of this kind.
#[track_caller]
pub fn last(site: &Site, kind: EventKind) -> (ActorClass, Option<AccountId>) {
    on_record(site, kind).pop().unwrap_or_else(|| panic!("{kind:?} is not on record"))
}

fn acc_1_staff_is_on_record() {
    let site = Site::new();
    let as_role = |role| {
        let who = site.staff(role);
        let account = site.account(&who);
        (who, (ActorClass::Staff, Some(account)))
    };
    let (reviewer, by_reviewer) = as_role(Role::Reviewer);
    let (publisher, by_publisher) = as_role(Role::Publisher);
    let (privacy, by_privacy) = as_role(Role::Privacy);
    let (owner, by_owner) = as_role(Role::Owner);

    let photo = site.photo;
    let face = site.store.read().unwrap().photo(photo).unwrap().unwrap().faces[0].id.to_string();
    let undo = [("face", face.as_str()), ("action", "undo")];
    site.post(&reviewer, &format!("/desk/photos/{photo}/faces"), &undo).expect(303);
    assert_eq!(last(&site, EventKind::TagUndone), by_reviewer);
    let (anna, ben) = (site.world.anna.to_string(), site.world.ben.to_string());
    let tag = [("face", face.as_str()), ("action", "is"), ("person", anna.as_str())];
    site.post(&reviewer, &format!("/desk/photos/{photo}/faces"), &tag).expect(303);
    assert_eq!(last(&site, EventKind::Tagged), by_reviewer);
    let tags = site.store.read().unwrap().tags_on(photo).unwrap();
    assert_eq!(Some(tags.last().unwrap().by), by_reviewer.1.map(Tagger::Reviewer));
    let drawn = [("x", "1"), ("y", "1"), ("width", "16"), ("height", "16")];
    site.post(&reviewer, &format!("/desk/photos/{photo}/add-face"), &drawn).expect(303);
    assert_eq!(last(&site, EventKind::FaceAdded), by_reviewer);
    site.post(&reviewer, &format!("/desk/photos/{photo}/reviewed"), &[]).expect(303);
    assert_eq!(last(&site, EventKind::PhotoReviewed), by_reviewer);

    let album = site.world.album.to_string();
    let form = [
        ("album", album.as_str()),
        ("channel", "print"),
        ("answer", "yes"),
        ("signed_on", "2026-10-01"),
        ("reference", "folder 3"),
    ];
    site.post(&privacy, &format!("/desk/people/{ben}/paper"), &form).expect(303);
    assert_eq!(last(&site, EventKind::PaperRecorded), by_privacy);
    let acts = site.store.read().unwrap().subject(site.world.ben).unwrap().unwrap().acts;
    let Means::Paper(form) = &acts.last().unwrap().means else { panic!("{acts:?}") };
    assert_eq!(Some(form.recorded_by), by_privacy.1);

    site.post(&publisher, &format!("/desk/albums/{album}/release"), &[("channel", "website")]).expect(303);
    site.wait_for(|| !site.showable().is_empty());
    assert_eq!(last(&site, EventKind::Released), by_publisher);
    site.post(&publisher, &format!("/desk/albums/{album}/share"), &[("channel", "website")]).expect(200);
    assert_eq!(last(&site, EventKind::GalleryShared), by_publisher);
    site.post(&owner, "/desk/accounts", &[("role", "reviewer")]).expect(200);
    assert_eq!(last(&site, EventKind::AccountAdded), by_owner);
    site.post(&reviewer, "/sign-out", &[]).expect(303);
    assert_eq!(last(&site, EventKind::SignedOut), by_reviewer);
}

fn acc_1_a_person_is_on_record() {
    let site = Site::new();
    let file = site.release().remove(0);
    let own = (ActorClass::Subject, None);
    // Whoever objects without saying who they are is nobody in particular (BYS-8).
    site.post_without_token(&Who::Nobody, &format!("/object/{file}"), &[], "same-origin").expect(303);
    assert_eq!(last(&site, EventKind::ObjectionRaised), (ActorClass::Anybody, None));
    assert_eq!(last(&site, EventKind::RequestOpened), (ActorClass::Anybody, None));
    // What follows from it by itself is nobody's act.
    site.wait_for(|| !on_record(&site, EventKind::Recalled).is_empty());
    assert_eq!(last(&site, EventKind::Recalled), (ActorClass::Clock, None));

    let anna = site.person(site.world.anna);
    let answer = |what| [("purpose", "publish:print"), ("answer", what)];
    site.post(&anna, "/me/answer", &answer("yes")).expect(303);
    assert_eq!(last(&site, EventKind::ConsentGiven), own);
    site.post(&anna, "/me/answer", &answer("no")).expect(303);
    assert_eq!(last(&site, EventKind::ConsentWithdrawn), own);
    site.post(&anna, "/me/download", &[]).expect(200);
    assert_eq!(last(&site, EventKind::AccessPackageMade), own);
    site.post(&anna, &format!("/me/photos/{}/not-me", site.photo), &[]).expect(303);
    assert_eq!(last(&site, EventKind::NotMe), own);
    for (wish, kind) in [
        ("freeze", EventKind::Restricted),
        ("unfreeze", EventKind::RestrictionLifted),
        ("object", EventKind::ObjectionRaised),
    ] {
        site.post(&anna, "/me/object", &[("wish", wish)]).expect(303);
        assert_eq!(last(&site, kind), own, "{wish}");
        assert_eq!(last(&site, EventKind::RequestOpened), own, "{wish}");
    }
    site.post(&anna, "/me/erase", &[]).expect(200);
    assert_eq!(last(&site, EventKind::ErasureBegun), own);
    assert_eq!(last(&site, EventKind::RequestClosed), own);
}

fn tra_4_the_account_and_no_name() {
    let site = Site::new();
    let (anna, privacy) = (site.person(site.world.anna), site.staff(Role::Privacy));
    site.get(&privacy, &format!("/desk/people/{}", site.world.anna)).expect(200);
    let account = site.account(&privacy).short();
    for (language, words) in [
        ("en", format!("the organisation (account {account})")),
        ("fr", format!("l&#39;organisation (compte {account})")),
    ] {
        let page = site.get_in(&anna, "/me/data", language).expect(200).text();
        assert!(page.contains(&words), "{page}");
        assert!(!page.contains("Camille"), "colleagues are not named to people");
    }
    // The privacy officer reads who it was.
    let log = site.get(&privacy, "/desk/log").expect(200).text();
    assert!(log.contains("the organisation (account Camille)"), "{log}");
    // And it is in the package, as data.
    let package = site.post(&anna, "/me/download", &[]).expect(200);
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(package.body)).unwrap();
    let data: serde_json::Value = serde_json::from_reader(zip.by_name("data.json").unwrap()).unwrap();
    let looks = data["views"].as_array().unwrap();
    assert_eq!(looks.last().unwrap()["account"], site.account(&privacy).to_string());
}

fn tra_4_a_list() {
    let site = Site::new();
    let privacy = site.staff(Role::Privacy);
    let (anna, ben) = (site.person(site.world.anna), site.person(site.world.ben));
    let zoe = site.person_elsewhere("Zoe Other");
    let size = || site.store.read().unwrap().log_size().unwrap();
    let before = size();
    site.get(&privacy, &format!("/desk/people?album={}", site.world.album)).expect(200);
    assert_eq!(size(), before + 1, "one page is one write");
    for (who, looks) in [(&anna, 1), (&ben, 1), (&zoe, 0)] {
        let page = site.get(who, "/me/data").expect(200).text();
        assert_eq!(page.matches("Looked at a list with your name and answers").count(), looks);
    }
    let page = site.get_in(&ben, "/me/data", "fr").expect(200).text();
    assert!(page.contains("Liste avec votre nom et vos réponses regardée"));
}

/// Two reviewers look at one photo again and again while a third asks for one that is not there: every
/// look is on record as whose it was, and nobody gets what another is refused.
fn tra_4_looks_at_once() {
    const EACH: usize = 12;
    let site = Site::new();
    let (one, two) = (site.staff(Role::Reviewer), site.staff(Role::Reviewer));
    let accounts = [site.account(&one), site.account(&two)];
    let cookies = [one.cookie().unwrap(), two.cookie().unwrap()];
    let before = on_record(&site, EventKind::Viewed).len();
    let photo = site.photo;
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    site.served(free, |base| {
        let address = base.trim_start_matches("http://");
        std::thread::scope(|scope| {
            for number in 0..3 * EACH {
                let cookie = &cookies[number % 2];
                scope.spawn(move || {
                    let there = number % 3 != 2;
                    let id = if there { photo } else { PhotoId::from_bytes([7; 16]) };
                    let answer = get_as(address, &format!("/desk/photos/{id}"), cookie);
                    assert!(
                        answer.starts_with(if there { "HTTP/1.1 200" } else { "HTTP/1.1 404" }),
                        "{answer}"
                    );
                });
            }
        });
    });
    let looks = on_record(&site, EventKind::Viewed).split_off(before);
    assert_eq!(looks.len(), 2 * EACH);
    for account in accounts {
        assert_eq!(looks.iter().filter(|look| **look == (ActorClass::Staff, Some(account))).count(), EACH);
    }
    site.store.read().unwrap().verify_log(&[]).unwrap();
}
