//! What two people open together for an hour (SEC-6), and what the person reads of it (TRA-4).

use grata_core::audit::entry::{Entry, EventKind};
use grata_core::subject::Restriction;
use grata_store::queries::accounts::Role;

use crate::photos::colours;
use crate::site::{Answer, Site, Who};
use crate::world::ANNA;

pub const TESTS: &[(&str, fn())] = &[
    ("sec_6_two_people_open_the_list_of_a_person_s_photos", sec_6_two_people_open_it),
    ("sec_6_nobody_opens_it_alone", sec_6_nobody_opens_it_alone),
    ("sec_6_it_ends_by_itself_within_an_hour_and_at_once", sec_6_it_ends),
    ("tra_4_the_person_reads_it_in_the_same_moment", tra_4_the_person_reads_it),
    ("acc_2_the_log_of_an_emergency_names_nobody", acc_2_the_log_names_nobody),
    ("rts_10_nothing_is_opened_about_frozen_or_erased_data", rts_10_frozen_and_erased),
];

/// Somebody asks about Anna; the path of what they asked for.
pub fn asked(site: &Site, who: &Who) -> String {
    let path = format!("/desk/people/{}/emergency", site.world.anna);
    let fields = [("why", "authority"), ("reason", "Order 17 of the court")];
    site.post(who, &path, &fields).expect(303).location().to_string()
}

/// Somebody asks about Anna, and somebody else approves; the path.
pub fn opened(site: &Site, first: &Who, second: &Who) -> String {
    let emergency = asked(site, first);
    approve(site, second, &emergency).expect(303);
    emergency
}

pub fn approve(site: &Site, who: &Who, emergency: &str) -> Answer {
    site.post(who, &format!("{emergency}/approve"), &[])
}

fn picture(site: &Site, who: &Who, emergency: &str) -> Answer {
    site.get(who, &format!("{emergency}/photos/{}", site.photo))
}

fn sec_6_two_people_open_it() {
    let site = Site::new();
    let (officer, owner, third) =
        (site.staff(Role::Privacy), site.staff(Role::Owner), site.staff(Role::Owner));
    let emergency = asked(&site, &officer);
    let page = site.get(&owner, &emergency).expect(200).text();
    assert!(page.contains(ANNA) && page.contains("Order 17 of the court") && page.contains("/approve"));
    assert!(!page.contains("/photos/"), "not open yet");
    approve(&site, &owner, &emergency).expect(303);
    for who in [&officer, &owner] {
        let page = site.get(who, &emergency).expect(200).text();
        assert!(page.contains(&format!("{emergency}/photos/{}", site.photo)), "{page}");
        assert_eq!(
            colours(&picture(&site, who, &emergency).expect(200).body),
            [0],
            "Anna is red, Ben is hidden"
        );
    }
    // Open to the two of them.
    picture(&site, &third, &emergency).expect(403);
    assert!(!site.get(&third, &emergency).expect(200).text().contains("/photos/"));
    // A photo in which she is not, by nobody's word.
    let elsewhere = format!("{emergency}/photos/{}", site.world.anna);
    site.get(&officer, &elsewhere).expect(404);
    // The list of what was asked names nobody.
    let list = site.get(&third, "/desk/emergencies").expect(200).text();
    assert!(list.contains("An authority ordered it") && list.contains("open until 10:00 UTC"), "{list}");
    assert!(!list.contains(ANNA) && !list.contains("Order 17"));
}

fn sec_6_nobody_opens_it_alone() {
    let site = Site::new();
    let (officer, owner) = (site.staff(Role::Privacy), site.staff(Role::Owner));
    let emergency = asked(&site, &officer);
    picture(&site, &officer, &emergency).expect(403);
    // The same account, once and again, and with another session of its own.
    approve(&site, &officer, &emergency).expect(403);
    approve(&site, &officer, &emergency).expect(403);
    picture(&site, &officer, &emergency).expect(403);
    for role in [Role::Photographer, Role::Reviewer, Role::Publisher] {
        let other = site.staff(role);
        approve(&site, &other, &emergency).expect(403);
        site.get(&other, &emergency).expect(403);
        let path = format!("/desk/people/{}/emergency", site.world.anna);
        site.post(&other, &path, &[("why", "fault"), ("reason", "a reason")]).expect(403);
    }
    // Without a reason there is nothing to approve.
    let path = format!("/desk/people/{}/emergency", site.world.anna);
    for fields in [[("why", "curiosity"), ("reason", "x")], [("why", "fault"), ("reason", " ")]] {
        site.post(&owner, &path, &fields).expect(422);
    }
    approve(&site, &owner, &emergency).expect(303);
    picture(&site, &officer, &emergency).expect(200);
    // Approved once: nobody makes the hour longer.
    approve(&site, &owner, &emergency).expect(403);
    approve(&site, &site.staff(Role::Owner), &emergency).expect(403);
}

fn sec_6_it_ends() {
    let site = Site::new();
    let (officer, owner) = (site.staff(Role::Privacy), site.staff(Role::Owner));
    let emergency = asked(&site, &officer);
    approve(&site, &owner, &emergency).expect(303);
    // At once, by either of them, or by anybody who could have approved it.
    site.post(&site.staff(Role::Owner), &format!("{emergency}/end"), &[]).expect(303);
    for who in [&officer, &owner] {
        picture(&site, who, &emergency).expect(403);
        let page = site.get(who, &emergency).expect(200).text();
        assert!(!page.contains("/photos/") && !page.contains(ANNA), "over, and it names nobody any more");
    }
    site.post(&owner, &format!("{emergency}/end"), &[]).expect(409);
    approve(&site, &owner, &emergency).expect(403);
    // By itself.
    let emergency = asked(&site, &officer);
    approve(&site, &owner, &emergency).expect(303);
    let site = site.at("2026-10-02T09:59:59Z");
    picture(&site, &officer, &emergency).expect(200);
    let site = site.at("2026-10-02T10:00:00Z");
    picture(&site, &officer, &emergency).expect(403);
    assert!(!site.get(&officer, &emergency).expect(200).text().contains("/photos/"));
    // A closed account ends it, and what was asked by one is approved by nobody.
    let (third, fourth) = (site.staff(Role::Owner), site.staff(Role::Privacy));
    let account = site.newest().to_string();
    let open = asked(&site, &fourth);
    approve(&site, &owner, &open).expect(303);
    let waiting = asked(&site, &fourth);
    site.post(&third, "/desk/accounts/close", &[("account", &account)]).expect(303);
    picture(&site, &owner, &open).expect(403);
    approve(&site, &owner, &waiting).expect(403);
}

fn tra_4_the_person_reads_it() {
    let site = Site::new();
    let (officer, owner, anna) =
        (site.staff(Role::Privacy), site.staff(Role::Owner), site.person(site.world.anna));
    assert!(!site.get(&anna, "/me").text().contains("list of your photos"));
    let emergency = asked(&site, &officer);
    let page = site.get(&anna, "/me").expect(200).text();
    assert!(page.contains("(Privacy officer) has asked to see the list of your photos"), "{page}");
    approve(&site, &owner, &emergency).expect(303);
    let page = site.get(&anna, "/me").expect(200).text();
    let says = "Two people of the organisation (Privacy officer, Owner) can see the list of your photos until \
                10:00 UTC: An authority ordered it.";
    assert!(page.contains(says), "{page}");
    let page = site.get_in(&anna, "/me", "fr").text();
    assert!(page.contains("peuvent voir la liste de vos photos"), "{page}");
    site.get(&officer, &emergency).expect(200);
    let data = site.get(&anna, "/me/data").expect(200).text();
    for says in [
        "Emergency asked for: An authority ordered it",
        "Emergency opened by two: An authority ordered it",
        "Privacy officer, Owner",
        "Looked at: the list of your photos",
        "Emergencies about you",
    ] {
        assert!(data.contains(says), "{says}: {data}");
    }
    // By their roles, and nobody else learns it.
    assert!(!data.contains("Camille"));
    let ben = site.person(site.world.ben);
    assert!(!site.get(&ben, "/me").text().contains("list of your photos"));
    assert!(!site.get(&ben, "/me/data").text().contains("Emergenc"));
    site.post(&officer, &format!("{emergency}/end"), &[]).expect(303);
    assert!(!site.get(&anna, "/me").text().contains("can see the list of your photos"));
    assert!(site.get(&anna, "/me/data").text().contains("Emergency ended"));
}

fn acc_2_the_log_names_nobody() {
    let site = Site::new();
    let (officer, owner) = (site.staff(Role::Privacy), site.staff(Role::Owner));
    let before = site.store.read().unwrap().log_size().unwrap();
    let emergency = asked(&site, &officer);
    approve(&site, &owner, &emergency).expect(303);
    site.get(&owner, &emergency).expect(200);
    site.post(&officer, &format!("{emergency}/end"), &[]).expect(303);
    let reader = site.store.read().unwrap();
    let entries: Vec<Entry> =
        (before..reader.log_size().unwrap()).map(|place| reader.log_entry(place).unwrap().unwrap()).collect();
    let kinds: Vec<EventKind> = entries.iter().map(|entry| entry.kind).collect();
    let expected =
        [EventKind::EmergencyAsked, EventKind::EmergencyOpened, EventKind::Viewed, EventKind::EmergencyEnded];
    assert_eq!(kinds, expected);
    for entry in &entries {
        let text = String::from_utf8(entry.bytes()).unwrap();
        for word in [ANNA, "Camille", "court", "authority", "privacy", &site.world.anna.to_string()] {
            assert!(!text.contains(word), "{word}: {text}");
        }
    }
}

fn rts_10_frozen_and_erased() {
    let site = Site::new();
    let (officer, owner, anna) =
        (site.staff(Role::Privacy), site.staff(Role::Owner), site.person(site.world.anna));
    let emergency = asked(&site, &officer);
    approve(&site, &owner, &emergency).expect(303);
    site.post(&anna, "/me/object", &[("wish", "freeze")]).expect(303);
    let frozen = site.store.read().unwrap().subject(site.world.anna).unwrap().unwrap().restriction;
    assert_ne!(frozen, Restriction::None);
    picture(&site, &officer, &emergency).expect(403);
    assert!(!site.get(&officer, &emergency).expect(200).text().contains("/photos/"));
    let path = format!("/desk/people/{}/emergency", site.world.anna);
    site.post(&officer, &path, &[("why", "fault"), ("reason", "a reason")]).expect(403);
    site.post(&anna, "/me/erase", &[]).expect(200);
    site.get(&officer, &emergency).expect(404);
    assert!(!site.get(&owner, "/desk/emergencies").expect(200).text().contains(&emergency));
}
