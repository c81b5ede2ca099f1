//! Coming in: links, sign-in, and changes that come from elsewhere.

use axum::http::header;
use grata::web::headers::CONTENT_SECURITY_POLICY;
use grata::web::session;
use grata_store::queries::accounts::Role;

use crate::site::{Answer, Site, Who};

pub const TESTS: &[(&str, fn())] = &[
    ("sec_4_every_answer_carries_the_policy", sec_4_every_answer_carries_the_policy),
    (
        "sec_7_a_link_that_leads_nowhere_looks_like_any_other",
        sec_7_a_link_that_leads_nowhere_looks_like_any_other,
    ),
    ("sec_7_guessing_links_is_held_up_and_the_right_one_is_not", sec_7_guessing_is_held_up),
    ("sec_7_the_secret_of_a_link_stands_in_no_address", sec_7_the_secret_stands_in_no_address),
    ("sec_5_an_account_is_made_by_a_link_once_and_signs_in", sec_5_an_account_is_made_once_and_signs_in),
    ("sec_5_passwords_are_tried_a_few_times_a_minute", sec_5_passwords_are_tried_a_few_times),
    ("sec_8_what_anybody_sends_is_bounded", sec_8_what_anybody_sends_is_bounded),
    ("a_change_from_elsewhere_changes_nothing", a_change_from_elsewhere_changes_nothing),
];

fn sec_4_every_answer_carries_the_policy() {
    assert_eq!(
        CONTENT_SECURITY_POLICY,
        "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
    );
    let site = Site::new();
    let owner = site.staff(Role::Owner);
    let css = grata::web::assets::address("grata.css");
    for (who, path) in [
        (&Who::Nobody, "/"),
        (&Who::Nobody, "/nowhere"),
        (&owner, "/desk"),
        (&Who::Nobody, css),
        (&owner, "/"),
    ] {
        let answer = site.get(who, path);
        let says = |name: &str| answer.headers.get(name).map_or("", |value| value.to_str().unwrap());
        assert_eq!(says("content-security-policy"), CONTENT_SECURITY_POLICY, "{path}");
        assert_eq!(says("referrer-policy"), "no-referrer", "{path}");
        assert_eq!(says("x-content-type-options"), "nosniff", "{path}");
        assert!(says("x-robots-tag").starts_with("noindex"), "{path}");
        let kept = says("cache-control");
        assert_eq!(
            kept,
            if path == css { "public, max-age=31536000, immutable" } else { "no-store" },
            "{path}"
        );
    }
}

fn secret(of: char) -> String {
    String::from(of).repeat(64)
}

fn open(site: &Site, secret: &str) -> Answer {
    site.post_without_token(&Who::Nobody, "/i", &[("secret", secret)], "same-origin")
}

fn sec_7_a_link_that_leads_nowhere_looks_like_any_other() {
    let site = Site::new();
    let revoked = site.person(site.world.ben);
    let mut tx = site.store.begin(site.now()).unwrap();
    tx.revoke_invitations(site.world.ben).unwrap();
    tx.commit(crate::support::event(grata_core::audit::entry::EventKind::SubjectChanged)).unwrap();
    let expired = site.person(site.world.anna);
    let site = site.at("2026-10-12T09:00:00Z");
    let unknown = open(&site, &secret('a')).expect(404);
    for other in [revoked.secret(), expired.secret(), "nonsense", ""] {
        let answer = open(&site, other).expect(404);
        assert_eq!((answer.body, answer.headers), (unknown.body.clone(), unknown.headers.clone()));
    }
    // The same for the page behind it, which looks like a page that is not there.
    let nowhere = site.get(&Who::Nobody, "/nowhere").expect(404);
    for who in [&revoked, &expired, &Who::Nobody] {
        assert_eq!(site.get(who, "/me").expect(404).body, nowhere.body);
    }
}

fn sec_7_guessing_is_held_up() {
    let site = Site::new();
    let anna = site.person(site.world.anna);
    let statuses: Vec<u16> =
        (0..100).map(|number| open(&site, &format!("{number:064x}")).status.as_u16()).collect();
    assert!(statuses.contains(&404) && statuses.ends_with(&[429]), "{statuses:?}");
    assert!(statuses.iter().all(|status| [404, 429].contains(status)));
    open(&site, anna.secret()).expect(303);
}

fn sec_7_the_secret_stands_in_no_address() {
    let site = Site::new();
    let anna = site.person(site.world.anna);
    // The whole link, as somebody pastes it.
    let link = format!("http://localhost:8080/i#{}", anna.secret());
    let answer = open(&site, &link).expect(303);
    assert_eq!(answer.location(), "/me");
    let cookie = answer.headers.get(header::SET_COOKIE).unwrap().to_str().unwrap();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"), "{cookie}");
    let page = site.get(&anna, "/me").expect(200).text();
    assert!(!page.contains(anna.secret()));
}

fn sec_5_an_account_is_made_once_and_signs_in() {
    let site = Site::new();
    let link = session::owners_link(&site.store, site.pages.by()).unwrap().unwrap();
    let fields = |password: &'static str| {
        [
            ("secret", link.as_str()),
            ("label", "Camille"),
            ("login", "Camille@example.org"),
            ("password", password),
        ]
        .map(|(name, value)| (name.to_string(), value.to_string()))
    };
    let start = |password| {
        let fields = fields(password);
        let fields: Vec<(&str, &str)> =
            fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        site.post_without_token(&Who::Nobody, "/start", &fields, "same-origin")
    };
    start("short").expect(422);
    start("correct horse battery").expect(303);
    // Once.
    start("correct horse battery").expect(422);
    assert_eq!(session::owners_link(&site.store, site.pages.by()).unwrap(), None);
    let sign_in = |password| {
        let fields = [("login", " camille@EXAMPLE.org"), ("password", password)];
        site.post_without_token(&Who::Nobody, "/sign-in", &fields, "same-origin")
    };
    sign_in("wrong horse battery").expect(422);
    let answer = sign_in("correct horse battery").expect(303);
    let cookie = answer.headers.get(header::SET_COOKIE).unwrap().to_str().unwrap().to_string();
    let secret = cookie.strip_prefix("grata-desk=").unwrap().split(';').next().unwrap().to_string();
    let camille = Who::Desk(secret);
    site.get(&camille, "/desk/accounts").expect(200);
    site.post(&camille, "/sign-out", &[]).expect(303);
    assert_eq!(site.get(&camille, "/desk").expect(303).location(), "/sign-in");
}

fn sec_5_passwords_are_tried_a_few_times() {
    let site = Site::new();
    let guess = |login| {
        let fields = [("login", login), ("password", "a guess that is long enough")];
        site.post_without_token(&Who::Nobody, "/sign-in", &fields, "same-origin").status.as_u16()
    };
    let statuses: Vec<u16> = (0..8).map(|_| guess("somebody")).collect();
    assert_eq!(statuses, [422, 422, 422, 422, 422, 422, 429, 429]);
    assert_eq!(guess("somebody else"), 422);
}

fn sec_8_what_anybody_sends_is_bounded() {
    let site = Site::new();
    let endless = "x".repeat(grata::web::guard::MAX_FORM_BYTES);
    for (path, field) in [("/i", "secret"), ("/sign-in", "login"), ("/start", "secret")] {
        site.post_without_token(&Who::Nobody, path, &[(field, &endless)], "same-origin").expect(413);
    }
    let owner = site.staff(Role::Owner);
    let body = serde_json::json!({"handle": endless});
    for (who, path) in [(&Who::Nobody, "/sign-in/passkey"), (&owner, "/desk/own/passkeys")] {
        crate::passkeys::script(&site, who, path, &body).expect(413);
    }
    // With the token in a header no guard has read the form before the page does.
    let (anna, reviewer) = (site.person(site.world.anna), site.staff(Role::Reviewer));
    let form = format!("purpose={endless}&answer=yes&person={endless}");
    let photo = site.photo;
    for (who, path) in [(&anna, "/me/answer".to_string()), (&reviewer, format!("/desk/photos/{photo}/faces"))]
    {
        let token = grata::web::csrf::token(who.secret());
        let kind = ("content-type", "application/x-www-form-urlencoded");
        let headers = [kind, ("sec-fetch-site", "same-origin"), ("x-csrf", token.as_str())];
        site.ask(who, axum::http::Method::POST, &path, &headers, form.clone().into_bytes()).expect(413);
    }
}

fn a_change_from_elsewhere_changes_nothing() {
    let site = Site::new();
    let (anna, owner) = (site.person(site.world.anna), site.staff(Role::Owner));
    let answer = [("purpose", "publish:website"), ("answer", "no")];
    let size = || site.store.read().unwrap().log_size().unwrap();
    let before = size();
    for (fields, from) in [
        (answer.to_vec(), "same-origin"),
        ([&answer[..], &[("csrf", "0")]].concat(), "same-origin"),
        (answer.to_vec(), "cross-site"),
    ] {
        site.post_without_token(&anna, "/me/answer", &fields, from).expect(403);
    }
    // The right token from a page elsewhere, and somebody else's token.
    let token = grata::web::csrf::token(anna.secret());
    let stolen = [&answer[..], &[("csrf", token.as_str())]].concat();
    site.post_without_token(&anna, "/me/answer", &stolen, "cross-site").expect(403);
    site.post_without_token(&owner, "/desk/accounts", &[("role", "owner"), ("csrf", &token)], "same-origin")
        .expect(403);
    assert_eq!(size(), before);
    site.post(&anna, "/me/answer", &answer).expect(303);
    assert_eq!(size(), before + 1);
}
