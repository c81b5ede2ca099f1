//! Signing in with a passkey: what is accepted, and everything that is not.

use axum::http::Method;
use grata::web::csrf;
use grata_core::audit::entry::{Entry, EventKind};
use grata_store::queries::accounts::Role;
use serde_json::{Value, json};

use crate::authenticator::Authenticator;
use crate::site::{Answer, Site, Who};

pub const TESTS: &[(&str, fn())] = &[
    ("sec_5_a_passkey_signs_in_without_a_name", sec_5_a_passkey_signs_in_without_a_name),
    ("sec_5_an_answer_is_accepted_once_soon_and_from_here", sec_5_an_answer_is_accepted_once),
    ("sec_5_a_passkey_that_may_be_a_copy_is_refused", sec_5_a_copy_is_refused),
    ("sec_5_a_passkey_is_added_by_whoever_asked_for_it", sec_5_a_passkey_is_added_by_whoever_asked),
    ("sec_5_a_removed_passkey_opens_nothing", sec_5_a_removed_passkey_opens_nothing),
    ("sec_5_a_closed_account_takes_its_passkeys_along", sec_5_a_closed_account),
    ("sec_5_where_a_passkey_is_demanded_a_password_only_adds_one", sec_5_where_a_passkey_is_demanded),
    ("sec_5_wrong_passkeys_are_held_up_and_the_right_one_is_not", sec_5_wrong_passkeys_are_held_up),
    ("sec_3_acc_2_what_passkeys_leave_in_the_log_names_nobody", sec_3_acc_2_the_log_names_nobody),
];

/// A request of our script.
pub fn script(site: &Site, who: &Who, path: &str, body: &Value) -> Answer {
    let token = csrf::token(who.secret());
    let headers =
        [("content-type", "application/json"), ("sec-fetch-site", "same-origin"), ("x-csrf", token.as_str())];
    site.ask(who, Method::POST, path, &headers, body.to_string().into_bytes())
}

fn asked(site: &Site, who: &Who, path: &str) -> (String, Value) {
    let body: Value = serde_json::from_slice(&script(site, who, path, &json!({})).expect(200).body).unwrap();
    (body["handle"].as_str().unwrap().to_string(), body["asked"].clone())
}

fn add(site: &Site, who: &Who, authenticator: &mut Authenticator) -> Answer {
    let (handle, asked) = asked(site, who, "/desk/own/passkeys/ask");
    let said = authenticator.make(&asked);
    let body = json!({"handle": handle, "label": "my phone", "said": said});
    script(site, who, "/desk/own/passkeys", &body)
}

fn show(site: &Site, authenticator: &mut Authenticator) -> Answer {
    let (handle, asked) = asked(site, &Who::Nobody, "/sign-in/passkey/ask");
    let said = authenticator.show(&asked);
    script(site, &Who::Nobody, "/sign-in/passkey", &json!({"handle": handle, "said": said}))
}

/// Whoever an answer has signed in.
pub fn signed_in(answer: &Answer) -> Who {
    let cookie = answer.headers.get("set-cookie").unwrap().to_str().unwrap();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
    Who::Desk(cookie.strip_prefix("grata-desk=").unwrap().split(';').next().unwrap().to_string())
}

fn sec_5_a_passkey_signs_in_without_a_name() {
    let site = Site::new();
    let reviewer = site.staff(Role::Reviewer);
    let mut phone = Authenticator::new(7);
    let (handle, asked) = asked(&site, &reviewer, "/desk/own/passkeys/ask");
    assert_eq!(asked["rp"]["id"], "localhost");
    let wanted = &asked["authenticatorSelection"];
    assert_eq!(
        (&wanted["residentKey"], &wanted["userVerification"]),
        (&"required".into(), &"required".into())
    );
    let said = phone.make(&asked);
    let body = json!({"handle": handle, "label": "my phone", "said": said});
    script(&site, &reviewer, "/desk/own/passkeys", &body).expect(201);
    let page = site.get(&reviewer, "/desk/own").expect(200).text();
    assert!(page.contains("my phone") && page.contains("never used"), "{page}");
    // What anybody is asked names nobody.
    let (_, asked) = self::asked(&site, &Who::Nobody, "/sign-in/passkey/ask");
    assert!(asked.get("allowCredentials").is_none_or(|list| list.as_array().unwrap().is_empty()), "{asked}");
    assert_eq!(asked["userVerification"], "required");
    let again = signed_in(&show(&site, &mut phone).expect(200));
    assert_ne!(again, reviewer);
    site.get(&again, &format!("/desk/photos/{}", site.photo)).expect(200);
    site.get(&again, "/desk/accounts").expect(403);
    let page = site.get(&again, "/desk/own").expect(200).text();
    assert!(page.contains("last used 2 October 2026"), "{page}");
}

fn sec_5_an_answer_is_accepted_once() {
    let site = Site::new();
    let owner = site.staff(Role::Owner);
    let mut phone = Authenticator::new(7);
    add(&site, &owner, &mut phone).expect(201);
    // Once: the same answer again is none.
    let (handle, asked) = asked(&site, &Who::Nobody, "/sign-in/passkey/ask");
    let body = json!({"handle": handle, "said": phone.show(&asked)});
    script(&site, &Who::Nobody, "/sign-in/passkey", &body).expect(200);
    script(&site, &Who::Nobody, "/sign-in/passkey", &body).expect(422);
    // Not for another question.
    let (other, _) = self::asked(&site, &Who::Nobody, "/sign-in/passkey/ask");
    let body = json!({"handle": other, "said": phone.show(&asked)});
    script(&site, &Who::Nobody, "/sign-in/passkey", &body).expect(422);
    // Not from another page, whatever port this one has.
    for (origin, status) in [
        ("http://localhost:9999", 200),
        ("https://photos.evil.example", 422),
        ("http://localhost.evil.example:8080", 422),
    ] {
        phone.origin = origin.into();
        let answer = show(&site, &mut phone);
        assert_eq!(answer.status.as_u16(), status, "{origin}");
        assert_eq!(answer.headers.contains_key("set-cookie"), status == 200, "{origin}");
    }
    phone.origin = "http://localhost:8080".into();
    // Not if nobody was verified.
    phone.verifies = false;
    show(&site, &mut phone).expect(422);
    phone.verifies = true;
    // Not one that is known to nobody, and not what is no answer at all.
    show(&site, &mut Authenticator::new(8)).expect(422);
    script(&site, &Who::Nobody, "/sign-in/passkey", &json!({"handle": "x", "said": {}})).expect(422);
    // Not from a page elsewhere.
    let headers = [("content-type", "application/json"), ("sec-fetch-site", "cross-site")];
    site.ask(&Who::Nobody, Method::POST, "/sign-in/passkey/ask", &headers, b"{}".to_vec()).expect(403);
    show(&site, &mut phone).expect(200);
}

fn sec_5_a_copy_is_refused() {
    let site = Site::new();
    let owner = site.staff(Role::Owner);
    let mut phone = Authenticator::new(7);
    add(&site, &owner, &mut phone).expect(201);
    show(&site, &mut phone).expect(200);
    show(&site, &mut phone).expect(200);
    let counter = phone.counter;
    // The copy has signed as often as the phone had before.
    phone.counter = counter - 1;
    show(&site, &mut phone).expect(422);
    phone.counter = 0;
    show(&site, &mut phone).expect(422);
    phone.counter = counter;
    show(&site, &mut phone).expect(200);
}

fn sec_5_a_passkey_is_added_by_whoever_asked() {
    let site = Site::new();
    let (owner, reviewer) = (site.staff(Role::Owner), site.staff(Role::Reviewer));
    let mut phone = Authenticator::new(7);
    let (handle, asked) = asked(&site, &owner, "/desk/own/passkeys/ask");
    let body = json!({"handle": handle, "label": "mine", "said": phone.make(&asked)});
    // Somebody else takes up what the owner began; afterwards it is gone for the owner too.
    script(&site, &reviewer, "/desk/own/passkeys", &body).expect(422);
    script(&site, &owner, "/desk/own/passkeys", &body).expect(422);
    // From another page, without looking who is there, without a name.
    phone.origin = "https://evil.example".into();
    add(&site, &owner, &mut phone).expect(422);
    phone.origin = "http://localhost:8080".into();
    phone.verifies = false;
    add(&site, &owner, &mut phone).expect(422);
    phone.verifies = true;
    let (handle, asked) = self::asked(&site, &owner, "/desk/own/passkeys/ask");
    let body = json!({"handle": handle, "label": " ", "said": phone.make(&asked)});
    script(&site, &owner, "/desk/own/passkeys", &body).expect(422);
    add(&site, &owner, &mut phone).expect(201);
    // The same one twice, and under another account.
    add(&site, &owner, &mut phone).expect(422);
    add(&site, &reviewer, &mut phone).expect(422);
    // Whose it is, is what the store says, not what the authenticator says.
    let (mut other, mut liar) = (Authenticator::new(9), Authenticator::new(7));
    add(&site, &reviewer, &mut other).expect(201);
    let (_, asked) = self::asked(&site, &reviewer, "/desk/own/passkeys/ask");
    liar.make(&asked);
    liar.counter = 100;
    show(&site, &mut liar).expect(422);
    assert_eq!(site.store.read().unwrap().passkeys_of(site.newest()).unwrap().len(), 1);
}

fn sec_5_a_removed_passkey_opens_nothing() {
    let site = Site::new();
    let owner = site.staff(Role::Owner);
    let mut phone = Authenticator::new(7);
    add(&site, &owner, &mut phone).expect(201);
    let elsewhere = signed_in(&show(&site, &mut phone).expect(200));
    let id = site.store.read().unwrap().passkeys_of(site.newest()).unwrap()[0].id.to_string();
    // Nobody else removes it.
    let other = site.staff(Role::Owner);
    site.post(&other, "/desk/own/passkeys/remove", &[("passkey", &id)]).expect(404);
    site.post(&owner, "/desk/own/passkeys/remove", &[("passkey", &id)]).expect(303);
    show(&site, &mut phone).expect(422);
    // Whoever has the lost phone is signed out; whoever removed it is not.
    assert_eq!(site.get(&elsewhere, "/desk").expect(303).location(), "/sign-in");
    site.get(&owner, "/desk").expect(200);
}

fn sec_5_a_closed_account() {
    let site = Site::new();
    let (reviewer, mut phone) = (site.staff(Role::Reviewer), Authenticator::new(7));
    add(&site, &reviewer, &mut phone).expect(201);
    let id = site.newest();
    let owner = site.staff(Role::Owner);
    site.post(&owner, "/desk/accounts/close", &[("account", &id.to_string())]).expect(303);
    show(&site, &mut phone).expect(422);
    assert!(site.store.read().unwrap().passkeys_of(id).unwrap().is_empty());
}

fn sec_5_where_a_passkey_is_demanded() {
    let site = Site::new();
    let (owner, mut phone) = (site.staff(Role::Owner), Authenticator::new(7));
    site.get(&owner, "/desk").expect(200);
    grata::app::settings::set(&site.store, "sign_in", "passkey", site.by()).unwrap();
    // A password has brought them in: the passkey first.
    assert_eq!(site.get(&owner, "/desk").expect(303).location(), "/desk/own");
    site.post(&owner, "/desk/accounts", &[("role", "owner")]).expect(403);
    let page = site.get(&owner, "/desk/own").expect(200).text();
    assert!(page.contains("A password alone is not enough here") && !page.contains("href=\"/desk/people\""));
    // Another browser that the password has brought in, before and after there is a passkey.
    let elsewhere = site.session_of(site.newest());
    add(&site, &owner, &mut phone).expect(201);
    site.get(&owner, "/desk").expect(200);
    assert_eq!(site.get(&elsewhere, "/desk").expect(303).location(), "/desk/own");
    add(&site, &elsewhere, &mut Authenticator::new(8)).expect(422);
    let id = site.store.read().unwrap().passkeys_of(site.newest()).unwrap()[0].id.to_string();
    site.post(&elsewhere, "/desk/own/passkeys/remove", &[("passkey", &id)]).expect(403);
    site.get(&signed_in(&show(&site, &mut phone).expect(200)), "/desk").expect(200);
    // From now on the password of this account opens nothing, and it is said why.
    let link = grata::web::session::account_link(&site.store, Role::Owner, site.by()).unwrap();
    let new = [("secret", link.as_str()), ("label", "C"), ("login", "c"), ("password", "a long password")];
    let answer = site.post_without_token(&Who::Nobody, "/start", &new, "same-origin").expect(303);
    let camille = signed_in(&answer);
    let sign_in = || {
        let fields = [("login", "c"), ("password", "a long password")];
        site.post_without_token(&Who::Nobody, "/sign-in", &fields, "same-origin")
    };
    sign_in().expect(303);
    add(&site, &camille, &mut Authenticator::new(9)).expect(201);
    assert!(sign_in().expect(422).text().contains("signs in with its passkey"));
}

fn sec_5_wrong_passkeys_are_held_up() {
    let site = Site::new();
    let (owner, mut phone) = (site.staff(Role::Owner), Authenticator::new(7));
    add(&site, &owner, &mut phone).expect(201);
    let mut stranger = Authenticator::new(8);
    let statuses: Vec<u16> = (0..70).map(|_| show(&site, &mut stranger).status.as_u16()).collect();
    assert!(statuses.starts_with(&[422]) && statuses.ends_with(&[429]), "{statuses:?}");
    show(&site, &mut phone).expect(200);
}

fn sec_3_acc_2_the_log_names_nobody() {
    let site = Site::new();
    let (owner, mut phone) = (site.staff(Role::Owner), Authenticator::new(7));
    let before = site.store.read().unwrap().log_size().unwrap();
    add(&site, &owner, &mut phone).expect(201);
    show(&site, &mut phone).expect(200);
    let id = site.store.read().unwrap().passkeys_of(site.newest()).unwrap()[0].id.to_string();
    site.post(&owner, "/desk/own/passkeys/remove", &[("passkey", &id)]).expect(303);
    let reader = site.store.read().unwrap();
    let entries: Vec<Entry> =
        (before..reader.log_size().unwrap()).map(|place| reader.log_entry(place).unwrap().unwrap()).collect();
    let kinds: Vec<EventKind> = entries.iter().map(|entry| entry.kind).collect();
    assert_eq!(kinds, [EventKind::PasskeyAdded, EventKind::SignedIn, EventKind::PasskeyRemoved]);
    for entry in &entries {
        let text = String::from_utf8(entry.bytes()).unwrap();
        let account = site.newest().to_string();
        for word in ["Camille", "phone", "localhost", &account, &id] {
            assert!(!text.contains(word), "{text}");
        }
    }
}
