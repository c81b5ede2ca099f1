//! What people who work here change about themselves and each other, and the owner's table of channels.

use grata_core::audit::entry::{ActorClass, EventKind};
use grata_store::queries::accounts::Role;

use crate::acting::last;
use crate::passkeys::signed_in;
use crate::site::{Answer, Site, Who};

pub const TESTS: &[(&str, fn())] = &[
    ("sec_5_a_new_password_takes_the_old_one_and_signs_others_out", sec_5_a_new_password),
    ("sec_5_the_old_password_is_tried_a_few_times_a_minute", sec_5_the_old_password_is_tried_a_few_times),
    ("sec_5_a_role_changes_at_once_and_never_ones_own", sec_5_a_role_changes_at_once),
    ("con_11_tra_5_the_desk_adds_names_and_retires_channels", con_11_channels),
];

const OLD: &str = "correct horse battery";
const NEW: &str = "staple in a blue box";

/// Somebody who has made their account by a link.
fn made(site: &Site, role: Role) -> Who {
    let link = grata::web::session::account_link(&site.store, role, site.by()).unwrap();
    let fields = [("secret", link.as_str()), ("label", "Dana"), ("login", "dana"), ("password", OLD)];
    signed_in(&site.post_without_token(&Who::Nobody, "/start", &fields, "same-origin").expect(303))
}

fn sign_in(site: &Site, password: &str) -> Answer {
    let fields = [("login", "dana"), ("password", password)];
    site.post_without_token(&Who::Nobody, "/sign-in", &fields, "same-origin")
}

fn change(site: &Site, who: &Who, now: &str, new: &str) -> Answer {
    site.post(who, "/desk/own/password", &[("now", now), ("new", new)])
}

fn sec_5_a_new_password() {
    let site = Site::new();
    let dana = made(&site, Role::Reviewer);
    let account = site.account(&dana);
    let elsewhere = signed_in(&sign_in(&site, OLD).expect(303));
    // Who does not know it changes nothing, and neither does one that is too short.
    let page = change(&site, &dana, "wrong horse battery", NEW).expect(422).text();
    assert!(page.contains("role=\"alert\"") && page.contains("Nothing is changed"), "{page}");
    change(&site, &dana, OLD, "short").expect(422);
    change(&site, &dana, OLD, &"x".repeat(1001)).expect(422);
    site.get(&elsewhere, "/desk").expect(200);
    sign_in(&site, NEW).expect(422);

    let answer = change(&site, &dana, OLD, NEW).expect(303);
    assert!(site.get(&dana, answer.location()).expect(200).text().contains("Your password is changed"));
    assert_eq!(last(&site, EventKind::AccountChanged), (ActorClass::Staff, Some(account)));
    assert_eq!(site.get(&elsewhere, "/desk").expect(303).location(), "/sign-in");
    sign_in(&site, OLD).expect(422);
    let again = signed_in(&sign_in(&site, NEW).expect(303));
    assert_eq!(site.account(&again), account);
}

fn sec_5_the_old_password_is_tried_a_few_times() {
    let site = Site::new();
    let dana = made(&site, Role::Reviewer);
    let statuses: Vec<u16> =
        (0..8).map(|_| change(&site, &dana, "a guess of some length", NEW).status.as_u16()).collect();
    assert_eq!(statuses, [422, 422, 422, 422, 422, 422, 429, 429]);
    change(&site, &dana, OLD, NEW).expect(429);
    sign_in(&site, OLD).expect(303);
}

fn sec_5_a_role_changes_at_once() {
    let site = Site::new();
    let owner = site.staff(Role::Owner);
    let own = site.newest().to_string();
    let reviewer = site.staff(Role::Reviewer);
    let account = site.newest().to_string();
    let role = |who: &Who, account: &str, role: &str| {
        site.post(who, "/desk/accounts/role", &[("account", account), ("role", role)])
    };
    site.get(&reviewer, "/desk/log").expect(403);
    role(&reviewer, &account, "owner").expect(403);
    role(&owner, &account, "king").expect(422);
    role(&owner, "nobody", "privacy").expect(404);
    // Otherwise nobody might be left who gives roles.
    role(&owner, &own, "photographer").expect(403);
    site.get(&owner, "/desk/accounts").expect(200);

    role(&owner, &account, "privacy").expect(303);
    site.get(&reviewer, "/desk/log").expect(200);
    site.get(&reviewer, &format!("/desk/photos/{}", site.photo)).expect(403);
    assert_eq!(last(&site, EventKind::AccountChanged).0, ActorClass::Staff);
    site.post(&owner, "/desk/accounts/close", &[("account", &account)]).expect(303);
    role(&owner, &account, "owner").expect(404);
}

fn con_11_channels() {
    let site = Site::new();
    let owner = site.staff(Role::Owner);
    let channels = || -> Vec<(String, bool)> {
        let all = site.store.read().unwrap().all_channels().unwrap();
        all.into_iter().map(|one| (one.key.to_string(), one.retired_at.is_some())).collect()
    };
    let fresh = channels();
    let add = |key, en, fr| {
        let fields = [("key", key), ("audience", "members"), ("title-en", en), ("title-fr", fr)];
        site.post(&owner, "/desk/channels", &fields)
    };
    // What is wrong is said, what was filled in stays, nothing is done.
    for (key, fr, says) in [
        ("Two Words", "Journal de l'école", "small letters, digits or hyphens"),
        ("find", "Journal de l'école", "small letters, digits or hyphens"),
        ("school-paper", " ", "in every language"),
        ("website", "Journal de l'école", "of that short name already"),
    ] {
        let page = add(key, "School <paper>", fr).expect(422).text();
        assert!(page.contains(says) && page.contains("School &#60;paper&#62;"), "{key}: {page}");
        assert!(page.contains(&format!("value=\"{key}\"")), "{page}");
    }
    assert_eq!(channels(), fresh);

    // The album here has a notice in words of its own: whose it is to change is said.
    let album = site.store.read().unwrap().albums().unwrap().remove(0).title;
    let left_to_do = |answer: Answer| {
        let page = answer.expect(200).text();
        assert!(
            page.contains("have words of your own") && page.contains(&format!("<li>{album}</li>")),
            "{page}"
        );
    };
    left_to_do(add("school-paper", "School paper", "Journal de l'école"));
    assert_eq!(last(&site, EventKind::ChannelChanged).0, ActorClass::Staff);
    assert_eq!(channels().len(), fresh.len() + 1);
    assert!(site.get(&owner, "/desk/channels").expect(200).text().contains("School paper"));
    // People are asked for it by that name, in their language.
    let anna = site.person(site.world.anna);
    assert!(site.get(&anna, "/me").expect(200).text().contains("School paper"));
    assert!(site.get_in(&anna, "/me", "fr").expect(200).text().contains("Journal de l&#39;école"));

    let name = |key| {
        let fields = [("key", key), ("title-en", "The Mill"), ("title-fr", "Le Moulin")];
        site.post(&owner, "/desk/channels/rename", &fields)
    };
    name("nothing").expect(404);
    left_to_do(name("school-paper"));
    assert!(site.get(&anna, "/me").expect(200).text().contains("The Mill"));

    let retire =
        |key, action| site.post(&owner, "/desk/channels/retire", &[("key", key), ("action", action)]);
    retire("nothing", "retire").expect(404);
    retire("school-paper", "burn").expect(422);
    left_to_do(retire("school-paper", "retire"));
    retire("school-paper", "retire").expect(303);
    assert!(channels().contains(&("school-paper".into(), true)));
    assert!(!site.get(&anna, "/me").expect(200).text().contains("The Mill"));
    left_to_do(retire("school-paper", "take-back"));
    assert!(channels().contains(&("school-paper".into(), false)));
}
