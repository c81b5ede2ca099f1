//! Signing in by a provider: whose account it opens, and that nothing but its answer to our question counts.

use axum::http::{Method, header};
use compact_jwt::crypto::JwsEs256Signer;
use compact_jwt::jws::JwsBuilder;
use compact_jwt::traits::JwsSigner as _;
use grata::app::provider::{Provider, install};
use grata_core::audit::entry::EventKind;
use grata_store::queries::accounts::Role;
use serde_json::json;

use crate::site::{Answer, Site, Who};

pub const TESTS: &[(&str, fn())] = &[
    ("sec_5_a_linked_account_signs_in_by_the_provider", sec_5_a_linked_account_signs_in),
    ("sec_5_nobody_gets_an_account_by_a_provider", sec_5_nobody_gets_an_account),
    ("sec_5_an_answer_counts_once_in_the_browser_that_asked", sec_5_an_answer_counts_once),
    (
        "sec_5_an_account_is_linked_by_whoever_is_signed_in",
        sec_5_an_account_is_linked_by_whoever_is_signed_in,
    ),
    ("sec_5_a_link_that_was_ended_opens_nothing", sec_5_a_link_that_was_ended),
    ("col_1_without_a_provider_there_is_none", col_1_without_a_provider),
];

/// A provider in this test.
pub struct School(JwsEs256Signer);

impl School {
    /// Installs it. The site has to be begun again.
    pub fn install(site: Site) -> (Self, Site) {
        let signer = JwsEs256Signer::generate_es256().unwrap();
        let provider = Provider {
            name: "School".into(),
            issuer: "https://id.example.org".into(),
            authorization: "https://id.example.org/authorize".parse().unwrap(),
            client: "grata".into(),
            keys: vec![signer.public_key_as_jwk().unwrap()],
        };
        install(&site.store, &provider, site.by()).unwrap();
        let now = site.now().to_string();
        (Self(signer), site.at(&now))
    }

    /// What stands behind the `#` when a browser comes back.
    fn answer(&self, site: &Site, sent: &Sent, subject: &str) -> String {
        let now = site.now().as_second();
        let claims = json!({
            "iss": "https://id.example.org", "sub": subject, "aud": "grata",
            "iat": now, "exp": now + 300, "nonce": sent.nonce,
        });
        let token = self.0.sign(&JwsBuilder::into_json(&claims).unwrap().build()).unwrap().to_string();
        serde_urlencoded::to_string([("state", sent.state.as_str()), ("id_token", &token)]).unwrap()
    }
}

/// A browser that was sent away.
struct Sent {
    state: String,
    nonce: String,
}

fn sent(address: &str) -> Sent {
    let query: Vec<(String, String)> =
        serde_urlencoded::from_str(address.split_once('?').unwrap().1).unwrap();
    let part = |name: &str| query.iter().find(|(one, _)| one == name).unwrap().1.clone();
    assert_eq!((part("response_type").as_str(), part("client_id").as_str()), ("id_token", "grata"));
    assert_eq!(part("redirect_uri"), "http://localhost:8080/sign-in/back");
    Sent { state: part("state"), nonce: part("nonce") }
}

fn state_cookie(answer: &Answer) -> String {
    let cookies = answer.headers.get_all(header::SET_COOKIE).iter().map(|value| value.to_str().unwrap());
    let cookie = cookies.into_iter().find(|cookie| cookie.starts_with("grata-state=")).unwrap();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
    cookie.strip_prefix("grata-state=").unwrap().split(';').next().unwrap().to_string()
}

fn begin(site: &Site) -> Sent {
    let answer = site.get(&Who::Nobody, "/sign-in/provider").expect(303);
    assert!(answer.location().starts_with("https://id.example.org/authorize?"));
    let sent = sent(answer.location());
    assert_eq!(state_cookie(&answer), sent.state);
    sent
}

fn begin_linking(site: &Site, who: &Who) -> Sent {
    let answer = site.post(who, "/desk/own/provider", &[]).expect(200);
    let page = answer.text();
    let address = page.split("https://id.example.org").nth(1).unwrap().split('"').next().unwrap();
    sent(&address.replace("&#38;", "&").replace("&amp;", "&"))
}

/// Comes back with this behind the `#`, in a browser with these cookies.
fn back(site: &Site, who: &Who, state: &str, fragment: &str) -> Answer {
    let desk = if *who == Who::Nobody { String::new() } else { format!("; grata-desk={}", who.secret()) };
    let cookie = format!("grata-state={state}{desk}");
    let form = serde_urlencoded::to_string([("secret", fragment)]).unwrap();
    let headers = [
        ("content-type", "application/x-www-form-urlencoded"),
        ("sec-fetch-site", "same-origin"),
        ("cookie", cookie.as_str()),
    ];
    site.ask(&Who::Nobody, Method::POST, "/sign-in/back", &headers, form.into_bytes())
}

fn signed_in(answer: &Answer) -> Option<Who> {
    let cookies = answer.headers.get_all(header::SET_COOKIE).iter().map(|value| value.to_str().unwrap());
    let cookie = cookies.into_iter().find_map(|cookie| cookie.strip_prefix("grata-desk="))?;
    Some(Who::Desk(cookie.split(';').next().unwrap().to_string()))
}

fn link(site: &Site, school: &School, who: &Who, subject: &str) {
    let sent = begin_linking(site, who);
    let answer = back(site, who, &sent.state, &school.answer(site, &sent, subject)).expect(303);
    assert_eq!(answer.location(), "/desk/own");
}

fn sec_5_a_linked_account_signs_in() {
    let (school, site) = School::install(Site::new());
    let reviewer = site.staff(Role::Reviewer);
    assert!(site.get(&Who::Nobody, "/sign-in").expect(200).text().contains("Sign in with School"));
    link(&site, &school, &reviewer, "camille-17");
    assert!(site.get(&reviewer, "/desk/own").text().contains("signs you in here"));
    let sent = begin(&site);
    let answer =
        back(&site, &Who::Nobody, &sent.state, &school.answer(&site, &sent, "camille-17")).expect(303);
    assert_eq!(answer.location(), "/desk");
    let again = signed_in(&answer).unwrap();
    site.get(&again, &format!("/desk/photos/{}", site.photo)).expect(200);
    site.get(&again, "/desk/accounts").expect(403);
    // Where a password alone is not enough, this is.
    grata::app::settings::set(&site.store, "sign_in", "passkey", site.by()).unwrap();
    site.get(&again, "/desk").expect(200);
    // The log says that, and not who.
    let reader = site.store.read().unwrap();
    let linked = (0..reader.log_size().unwrap()).map(|place| reader.log_entry(place).unwrap().unwrap());
    let linked: Vec<_> = linked.filter(|entry| entry.kind == EventKind::ProviderLinked).collect();
    assert_eq!(linked.len(), 1);
    let text = String::from_utf8(linked[0].bytes()).unwrap();
    assert!(!text.contains("camille") && !text.contains("example"), "{text}");
}

fn sec_5_nobody_gets_an_account() {
    let (school, site) = School::install(Site::new());
    let accounts = || site.store.read().unwrap().accounts().unwrap().len();
    let before = accounts();
    let sent = begin(&site);
    let answer = back(&site, &Who::Nobody, &sent.state, &school.answer(&site, &sent, "anybody"));
    let answer = answer.expect(422);
    assert!(answer.text().contains("Nobody here has linked this account"));
    assert!(signed_in(&answer).is_none());
    assert_eq!(accounts(), before);
}

fn sec_5_an_answer_counts_once() {
    let (school, site) = School::install(Site::new());
    let owner = site.staff(Role::Owner);
    link(&site, &school, &owner, "camille-17");
    let refused = |state: &str, fragment: &str| {
        let answer = back(&site, &Who::Nobody, state, fragment).expect(422);
        assert!(answer.text().contains("is not accepted") && signed_in(&answer).is_none(), "{fragment}");
    };
    // In another browser, which has no state or that of another question.
    let one = begin(&site);
    refused("", &school.answer(&site, &one, "camille-17"));
    let other = begin(&site);
    refused(&other.state, &school.answer(&site, &one, "camille-17"));
    // In this one, once.
    let fragment = school.answer(&site, &one, "camille-17");
    assert!(signed_in(&back(&site, &Who::Nobody, &one.state, &fragment).expect(303)).is_some());
    refused(&one.state, &fragment);
    // The token of one question under the state of another.
    let mixed = Sent { state: other.state.clone(), nonce: one.nonce.clone() };
    refused(&other.state, &school.answer(&site, &mixed, "camille-17"));
    // And that question is used up.
    refused(&other.state, &school.answer(&site, &other, "camille-17"));
    // By another key; without a token; nothing at all.
    let sent = begin(&site);
    refused(
        &sent.state,
        &School(JwsEs256Signer::generate_es256().unwrap()).answer(&site, &sent, "camille-17"),
    );
    let sent = begin(&site);
    refused(&sent.state, &format!("state={}&error=access_denied", sent.state));
    refused("", "");
    // Too late.
    let sent = begin(&site);
    let fragment = school.answer(&site, &sent, "camille-17");
    let state = sent.state.clone();
    let site = site.at("2026-10-02T09:06:00Z");
    back(&site, &Who::Nobody, &state, &fragment).expect(422);
    // From a page elsewhere.
    site.post_without_token(&Who::Nobody, "/sign-in/back", &[("secret", &fragment)], "cross-site")
        .expect(403);
}

fn sec_5_an_account_is_linked_by_whoever_is_signed_in() {
    let (school, site) = School::install(Site::new());
    let (owner, reviewer) = (site.staff(Role::Owner), site.staff(Role::Reviewer));
    // Begun by one, and brought back by somebody else, or by nobody.
    for who in [&reviewer, &Who::Nobody] {
        let sent = begin_linking(&site, &owner);
        back(&site, who, &sent.state, &school.answer(&site, &sent, "camille-17")).expect(422);
    }
    // Not begun by a page of ours.
    site.post_without_token(&owner, "/desk/own/provider", &[], "same-origin").expect(403);
    link(&site, &school, &owner, "camille-17");
    // One account with one account.
    let sent = begin_linking(&site, &reviewer);
    let answer = back(&site, &reviewer, &sent.state, &school.answer(&site, &sent, "camille-17")).expect(422);
    assert!(answer.text().contains("linked with somebody here already"));
    let sent = begin_linking(&site, &owner);
    back(&site, &owner, &sent.state, &school.answer(&site, &sent, "another")).expect(422);
    // A password alone does not link where it is not enough.
    grata::app::settings::set(&site.store, "sign_in", "passkey", site.by()).unwrap();
    site.post(&reviewer, "/desk/own/provider", &[]).expect(403);
}

fn sec_5_a_link_that_was_ended() {
    let (school, site) = School::install(Site::new());
    let owner = site.staff(Role::Owner);
    link(&site, &school, &owner, "camille-17");
    site.post(&owner, "/desk/own/provider/remove", &[]).expect(303);
    site.post(&owner, "/desk/own/provider/remove", &[]).expect(404);
    let sent = begin(&site);
    back(&site, &Who::Nobody, &sent.state, &school.answer(&site, &sent, "camille-17")).expect(422);
    // With the account.
    let reviewer = site.staff(Role::Reviewer);
    link(&site, &school, &reviewer, "camille-17");
    let id = site.newest().to_string();
    site.post(&owner, "/desk/accounts/close", &[("account", &id)]).expect(303);
    let sent = begin(&site);
    back(&site, &Who::Nobody, &sent.state, &school.answer(&site, &sent, "camille-17")).expect(422);
}

fn col_1_without_a_provider() {
    let site = Site::new();
    let owner = site.staff(Role::Owner);
    site.get(&Who::Nobody, "/sign-in/provider").expect(404);
    site.post(&owner, "/desk/own/provider", &[]).expect(404);
    assert!(!site.get(&Who::Nobody, "/sign-in").text().contains("/sign-in/provider"));
    back(&site, &Who::Nobody, "", "").expect(422);
    // One that cannot be read keeps the server from starting, with words.
    let mut tx = site.store.begin(site.now()).unwrap();
    tx.set_setting("provider", "nonsense").unwrap();
    tx.commit(crate::support::event(EventKind::ConfigChanged)).unwrap();
    let error = grata::app::provider::installed(&site.store.read().unwrap()).unwrap_err().to_string();
    assert!(error.contains("grata provider install"), "{error}");
}
