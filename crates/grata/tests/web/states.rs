//! What is open in which state, as a text that anybody can read: who comes, how things stand with them, and
//! what they reach. The table of roles alone would not say what a freeze, an hour or an evening changes.

use std::fmt::Write as _;
use std::path::Path;

use grata_core::digest::Digest;
use grata_core::id::PhotoId;
use grata_core::time::hours_after;
use grata_store::queries::accounts::{CameBy, Role};

use crate::access::outcome;
use crate::emergencies::{approve, asked, opened};
use crate::site::{Answer, Site, Who};
use crate::support::event;

pub const TESTS: &[(&str, fn())] =
    &[("sec_5_sec_7_what_is_open_in_which_state_is_what_it_was", what_is_open_in_which_state)];

const SNAPSHOT: &str = "tests/web/states.txt";

const HEAD: &str = "\
# What is open in which state. Made by the test; read it when it changes.
#
# yes      it is there
# no       signed in, and not allowed
# sign in  the sign-in page comes instead
# passkey  a passkey first: a password alone is not enough here
# -        looks as if it were not there, and the same for whatever reason
";

/// A state, and what each column gives in it.
struct Table {
    columns: Vec<&'static str>,
    text: String,
}

impl Table {
    fn new(title: &str, columns: &[&'static str]) -> Self {
        let mut text = format!("\n{title}\n\n{:58}", "");
        for column in columns {
            write!(text, " {column:14}").unwrap();
        }
        Self { columns: columns.to_vec(), text: text + "\n" }
    }

    fn row(&mut self, state: &str, outcomes: &[&str]) {
        assert_eq!(outcomes.len(), self.columns.len());
        write!(self.text, "{state:58}").unwrap();
        for outcome in outcomes {
            write!(self.text, " {outcome:14}").unwrap();
        }
        self.text.push('\n');
    }
}

fn said(answer: &Answer) -> &'static str {
    match answer.status.as_u16() {
        303 if answer.location() == "/desk/own" => "passkey",
        _ => outcome(answer),
    }
}

/// Asks for a change without changing anything: the guard lets them in, and misses the token.
fn may(site: &Site, who: &Who, path: &str) -> &'static str {
    said(&site.post_without_token(who, path, &[], "same-origin"))
}

fn get(site: &Site, who: &Who, path: &str) -> &'static str {
    said(&site.get(who, path))
}

fn came_by(site: &Site, came_by: CameBy) -> Who {
    site.staff(Role::Owner);
    let account = site.newest();
    let mut tx = site.store.begin(site.now()).unwrap();
    let token = tx.insert_session(account, came_by, hours_after(site.now(), 12)).unwrap();
    tx.commit(event(grata_core::audit::entry::EventKind::SignedIn)).unwrap();
    Who::Desk(Digest(token).to_string())
}

fn accounts() -> String {
    let columns = ["GET /desk", "GET /desk/own", "GET a photo", "POST a colleague", "GET /me"];
    let mut table = Table::new("An owner", &columns);
    let mut row = |site: &Site, state: &str, who: &Who| {
        let outcomes = [
            get(site, who, "/desk"),
            get(site, who, "/desk/own"),
            get(site, who, &format!("/desk/photos/{}", site.photo)),
            may(site, who, "/desk/accounts"),
            get(site, who, "/me"),
        ];
        table.row(state, &outcomes);
    };
    let site = Site::new();
    row(&site, "never signed in", &Who::Nobody);
    row(&site, "with a made-up session", &Who::Desk("7".repeat(64)));
    let owner = came_by(&site, CameBy::Password);
    row(&site, "signed in by password", &owner);
    let by_passkey = came_by(&site, CameBy::Passkey);
    row(&site, "signed in by passkey", &by_passkey);
    let by_provider = came_by(&site, CameBy::Provider);
    row(&site, "signed in by a provider", &by_provider);
    let left = came_by(&site, CameBy::Password);
    site.post(&left, "/sign-out", &[]).expect(303);
    row(&site, "signed out", &left);
    let closed = came_by(&site, CameBy::Passkey);
    let id = site.newest().to_string();
    site.post(&owner, "/desk/accounts/close", &[("account", &id)]).expect(303);
    row(&site, "account closed while signed in", &closed);
    grata::app::settings::set(&site.store, "sign_in", "passkey", site.by()).unwrap();
    row(&site, "passkey demanded: signed in by password", &owner);
    row(&site, "passkey demanded: signed in by passkey", &by_passkey);
    row(&site, "passkey demanded: signed in by a provider", &by_provider);
    let site = site.at("2026-10-02T21:00:00Z");
    row(&site, "twelve hours later", &by_passkey);
    table.text
}

fn people() -> String {
    let columns =
        ["GET /me", "POST an answer", "GET own photo", "GET other photo", "POST download", "GET /desk"];
    let mut table = Table::new("A person, by their link", &columns);
    let mut row = |site: &Site, state: &str, who: &Who, other: PhotoId| {
        let outcomes = [
            get(site, who, "/me"),
            may(site, who, "/me/answer"),
            get(site, who, &format!("/me/photos/{}", site.photo)),
            get(site, who, &format!("/me/photos/{other}")),
            may(site, who, "/me/download"),
            get(site, who, "/desk"),
        ];
        table.row(state, &outcomes);
    };
    let site = Site::new();
    let other = PhotoId::from_bytes([7; 16]);
    row(&site, "without a link", &Who::Nobody, other);
    row(&site, "with a made-up link", &Who::Person("7".repeat(64)), other);
    let anna = site.person(site.world.anna);
    row(&site, "link valid", &anna, other);
    site.post(&anna, &format!("/me/photos/{}/not-me", site.photo), &[]).expect(303);
    row(&site, "\"not me\" said about the photo", &anna, other);
    let ben = site.person(site.world.ben);
    site.post(&ben, "/me/object", &[("wish", "freeze")]).expect(303);
    row(&site, "data frozen by themselves", &ben, other);
    site.post(&ben, "/me/object", &[("wish", "object")]).expect(303);
    row(&site, "objects to everything as well", &ben, other);
    grata::app::people::revoke_links(&site.store, site.world.anna, site.by()).unwrap();
    row(&site, "link revoked", &anna, other);
    let zoe = site.stranger("Zoe Other");
    let zoe = site.person(zoe);
    site.post(&zoe, "/me/erase", &[]).expect(200);
    row(&site, "erased", &zoe, other);
    let site = site.at("2026-10-03T09:00:00Z");
    row(&site, "link expired", &ben, other);
    table.text
}

fn releases() -> String {
    let columns =
        ["GET /gallery", "listed there", "GET picture", "GET small one", "GET to object", "GET at desk"];
    let mut table = Table::new("A released photo that shows Anna, by the link of a gallery", &columns);
    let mut row = |site: &Site, state: &str, who: &Who, file: &str| {
        let page = site.get(who, "/gallery");
        let is_listed = page.status.as_u16() == 200 && page.text().contains(file);
        let owner = site.staff(Role::Owner);
        let outcomes = [
            said(&page),
            if is_listed { "yes" } else { "-" },
            get(site, who, &format!("/gallery/{file}")),
            get(site, who, &format!("/gallery/{file}/small")),
            get(site, &Who::Nobody, &format!("/object/{file}")),
            get(site, &owner, &format!("/desk/photos/{}/preview/grid", site.photo)),
        ];
        table.row(state, &outcomes);
    };
    let site = Site::new();
    let guest = site.guest();
    row(&site, "not released yet", &guest, "a.jpg");
    let file = site.release().remove(0);
    row(&site, "released", &guest, &file);
    row(&site, "released: without a link", &Who::Nobody, &file);
    row(&site, "released: with a made-up link", &Who::Guest("7".repeat(64)), &file);
    let anna = site.person(site.world.anna);
    site.post(&anna, "/me/object", &[("wish", "freeze")]).expect(303);
    row(&site, "Anna's data frozen", &guest, &file);
    let owner = site.staff(Role::Owner);
    let album = site.world.album.to_string();
    let links = site.store.read().unwrap().gallery_links_of(site.world.album, site.now()).unwrap();
    let hash = links[0].hash.to_string();
    site.post(&owner, &format!("/desk/albums/{album}/unshare"), &[("channel", "website"), ("link", &hash)])
        .expect(303);
    row(&site, "link ended", &guest, &file);

    let site = Site::new();
    let (guest, anna) = (site.guest(), site.person(site.world.anna));
    let file = site.release().remove(0);
    site.post(&anna, "/me/answer", &[("purpose", "publish:website"), ("answer", "no")]).expect(303);
    row(&site, "Anna took her yes back", &guest, &file);
    site.wait_for(|| site.showable().len() == 1 && site.showable()[0] != file);
    row(&site, "recalled", &guest, &file);
    let fresh = site.showable().remove(0);
    row(&site, "the one in its place, which hides her", &guest, &fresh);
    site.post(&anna, &format!("/me/photos/{}/object", site.photo), &[]).expect(303);
    row(&site, "the same after she objects to the photo", &guest, &fresh);

    let site = Site::new();
    let (guest, anna) = (site.guest(), site.person(site.world.anna));
    let file = site.release().remove(0);
    site.post(&anna, "/me/erase", &[]).expect(200);
    row(&site, "Anna erased", &guest, &file);
    let site = site.at("2026-10-03T09:00:00Z");
    row(&site, "link expired", &guest, &file);

    let site = Site::new();
    let file = site.release().remove(0);
    let site = site.at("2029-01-01T09:00:00Z");
    let guest = site.guest();
    row(&site, "the album's last day has passed", &guest, &file);
    let mut watcher = Nobody;
    grata::app::retention::run(&site.store, site.pages.cx(), None, &mut watcher).unwrap();
    row(&site, "and what was over was removed", &guest, &file);
    table.text
}

struct Nobody;

impl grata::app::releases::Watcher<()> for Nobody {
    fn begins(&mut self, _: usize) {}
    fn settled(&mut self, (): ()) {}
}

fn emergencies() -> String {
    let columns = [
        "first: picture",
        "second: picture",
        "third: picture",
        "POST by first",
        "POST by second",
        "her page says",
    ];
    let mut table = Table::new("The list of Anna's photos, in an emergency (POST: approve)", &columns);
    let mut row = |site: &Site, state: &str, three: [&Who; 3], emergency: &str, anna: &Who| {
        let picture = |who: &Who| get(site, who, &format!("{emergency}/photos/{}", site.photo));
        // Whether the rule lets them, which no missing token may hide: only those are asked whom it stops, or
        // for whom there is nothing any more.
        let approve = |who: &Who| {
            let waits = site.get(who, emergency).text().contains("/approve");
            if waits { "yes" } else { said(&approve(site, who, emergency)) }
        };
        let page = site.get(anna, "/me").text();
        let says = match (page.contains("has asked to see"), page.contains("can see the list")) {
            (true, _) => "asked",
            (_, true) => "open",
            _ => "nothing",
        };
        let outcomes = [
            picture(three[0]),
            picture(three[1]),
            picture(three[2]),
            approve(three[0]),
            approve(three[1]),
            says,
        ];
        table.row(state, &outcomes);
    };
    let site = Site::new();
    let anna = site.person(site.world.anna);
    let staff = [Role::Privacy, Role::Owner, Role::Owner].map(|role| site.staff(role));
    let three = [&staff[0], &staff[1], &staff[2]];
    let none = "/desk/emergencies/07070707-0707-0707-0707-070707070707";
    row(&site, "nobody has asked", three, none, &anna);
    let emergency = asked(&site, three[0]);
    row(&site, "the first has asked", three, &emergency, &anna);
    approve(&site, three[1], &emergency).expect(303);
    row(&site, "the second has approved", three, &emergency, &anna);
    site.post(three[2], &format!("{emergency}/end"), &[]).expect(303);
    row(&site, "somebody ended it", three, &emergency, &anna);
    let emergency = opened(&site, three[0], three[1]);
    let site = site.at("2026-10-02T10:00:00Z");
    row(&site, "an hour after it was opened", three, &emergency, &anna);
    let emergency = asked(&site, three[0]);
    let open = opened(&site, three[0], three[1]);
    site.post(&anna, "/me/object", &[("wish", "freeze")]).expect(303);
    site.post(three[0], &format!("{emergency}/end"), &[]).expect(303);
    row(&site, "open, and Anna froze her data", three, &open, &anna);
    let reviewer = site.staff(Role::Reviewer);
    row(&site, "the same, asked by a reviewer", [&reviewer, &reviewer, &Who::Nobody], &open, &anna);
    table.text
}

fn what_is_open_in_which_state() {
    let text = [HEAD.to_string(), accounts(), people(), releases(), emergencies()].concat();
    let text: String = text.lines().map(|line| format!("{}\n", line.trim_end())).collect();
    let place = Path::new(env!("CARGO_MANIFEST_DIR")).join(SNAPSHOT);
    let before = std::fs::read_to_string(&place).unwrap_or_default();
    if before != text {
        std::fs::write(place.with_extension("new.txt"), &text).unwrap();
    }
    assert_eq!(text, before, "look at {SNAPSHOT}; the new one lies beside it");
}
