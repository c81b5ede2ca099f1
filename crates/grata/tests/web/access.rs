//! Who may reach what: every row of the table, asked by everybody, as a text that anybody can read.

use std::fmt::Write as _;
use std::path::Path;

use axum::http::Method;
use grata::web::access::{Asked, Door, TABLE};
use grata_store::queries::accounts::Role;

use crate::site::{Answer, Site, Who};

pub const TESTS: &[(&str, fn())] = &[
    ("sec_5_the_whole_table_is_what_it_was", sec_5_the_whole_table_is_what_it_was),
    ("sec_5_what_has_no_row_is_not_there", sec_5_what_has_no_row_is_not_there),
    ("sec_5_a_closed_account_and_an_old_session_open_nothing", sec_5_closed_and_old_open_nothing),
    ("con_2_abu_6_no_row_takes_a_picture_of_somebody", con_2_abu_6_no_row_takes_a_picture_of_somebody),
];

const SNAPSHOT: &str = "tests/web/access.txt";

/// What came of asking: `yes`, `no` (signed in, and not theirs), `sign in`, or `-` (looks as if it were
/// not there).
pub fn outcome(answer: &Answer) -> &'static str {
    match answer.status.as_u16() {
        303 if answer.location() == "/sign-in" => "sign in",
        // The guard lets them in, and asks for the token that this test does not send.
        403 if answer.text().contains("did not come from a page of ours") => "yes",
        403 => "no",
        404 => "-",
        200..400 | 422 => "yes",
        other => panic!("{other}: {}", answer.text()),
    }
}

fn sec_5_the_whole_table_is_what_it_was() {
    let (_school, site) = crate::providers::School::install(Site::new());
    let file = site.release().remove(0);
    let anna = site.person(site.world.anna);
    // So that there is a receipt.
    site.post(&anna, "/me/answer", &[("purpose", "publish:website"), ("answer", "yes")]).expect(303);
    let mut visitors = vec![("nobody", Who::Nobody)];
    visitors.extend(Role::ALL.map(|role| (role.as_str(), site.staff(role))));
    // Asked for by the privacy officer, approved by the owner.
    let emergency = crate::emergencies::opened(&site, &visitors[4].1, &visitors[5].1);
    let emergency = emergency.trim_start_matches("/desk/emergencies/").to_string();
    let question = crate::groups::asked(&site, site.world.anna);
    visitors.extend([("person", anna), ("guest", site.guest())]);
    let mut text = String::from("# Made by the test; read it when it changes.\n");
    let names: Vec<&str> = visitors.iter().map(|(name, _)| *name).collect();
    writeln!(text, "{:50} {}", "", names.map_columns()).unwrap();
    for row in TABLE {
        let path = row
            .path
            .replace(
                "{digest}/{name}",
                grata::web::assets::address("grata.css").trim_start_matches("/static/"),
            )
            .replace("{album}", &site.world.album.to_string())
            .replace("{photo}", &site.photo.to_string())
            .replace("{person}", &site.world.ben.to_string())
            .replace("{file}", &file)
            .replace("{number}", "1")
            .replace("{language}", "fr")
            .replace("{channel}", "website")
            .replace("{emergency}", &emergency)
            .replace("{suggestion}", &question)
            .replace("{size}", "grid");
        let path = match row.path {
            "/language" => "/language?to=fr&back=/".to_string(),
            "/desk/albums/{album}/people" => format!("{path}?q=an"),
            // Something has to be on the way for it to be there.
            "/desk/work" => format!("/desk/work?album={}&channel=website", site.world.album),
            _ => path,
        };
        let ask = |who: &Who| match row.asked {
            Asked::Get => site.get(who, &path),
            Asked::Post => site.post_without_token(who, &path, &[], "cross-site"),
        };
        let outcomes: Vec<&str> = visitors.iter().map(|(_, who)| outcome(&ask(who))).collect();
        let asked = if row.asked == Asked::Get { "GET " } else { "POST" };
        writeln!(text, "{:50} {}", format!("{asked} {}", row.path), outcomes.map_columns()).unwrap();
    }
    let text: String = text.lines().map(|line| format!("{}\n", line.trim_end())).collect();
    let place = Path::new(env!("CARGO_MANIFEST_DIR")).join(SNAPSHOT);
    let before = std::fs::read_to_string(&place).unwrap_or_default();
    if before != text {
        std::fs::write(place.with_extension("new.txt"), &text).unwrap();
    }
    assert_eq!(text, before, "look at {SNAPSHOT}; the new one lies beside it");
}

trait Columns {
    fn map_columns(&self) -> String;
}

impl Columns for Vec<&str> {
    fn map_columns(&self) -> String {
        self.iter().map(|word| format!("{word:13}")).collect()
    }
}

fn sec_5_what_has_no_row_is_not_there() {
    let site = Site::new();
    let owner = site.staff(Role::Owner);
    let photo = site.photo;
    for path in [
        format!("/desk/photos/{photo}/original"),
        format!("/originals/{photo}"),
        format!("/desk/photos/{photo}/preview/full"),
        format!("/desk/people/{}/photos", site.world.anna),
        "/desk/search".to_string(),
        "/v1/photos".to_string(),
        "/static/0000000000000000/..%2f..%2fCargo.toml".to_string(),
        "/desk/albums/../../etc/passwd".to_string(),
    ] {
        site.get(&owner, &path).expect(404);
    }
    // Another way of asking is none.
    let answer = site.ask(&owner, Method::DELETE, "/desk", &[], Vec::new());
    assert_eq!(answer.status.as_u16(), 404);
}

fn sec_5_closed_and_old_open_nothing() {
    let site = Site::new();
    let reviewer = site.staff(Role::Reviewer);
    site.get(&reviewer, "/desk").expect(200);
    let store = &site.store;
    let id = store.read().unwrap().accounts().unwrap()[0].id;
    let mut tx = store.begin(site.now()).unwrap();
    tx.close_account(id).unwrap();
    tx.commit(crate::support::event(grata_core::audit::entry::EventKind::AccountChanged)).unwrap();
    assert_eq!(site.get(&reviewer, "/desk").expect(303).location(), "/sign-in");
    let owner = site.staff(Role::Owner);
    site.get(&owner, "/desk").expect(200);
    // A night later.
    let site = site.at("2026-10-02T22:00:00Z");
    assert_eq!(site.get(&owner, "/desk").expect(303).location(), "/sign-in");
}

/// CON-2, ABU-6, AIA-2: one row takes a picture and adds it to an album, and says nothing about who. One takes stills
/// of a person, by that person's own link. None takes a picture and gives people.
fn con_2_abu_6_no_row_takes_a_picture_of_somebody() {
    for row in TABLE {
        for word in ["find", "search", "match", "identify", "selfie", "face-search"] {
            assert!(!row.path.contains(word), "{}", row.path);
        }
        for word in ["enrol", "found"] {
            assert!(!row.path.contains(word) || row.door == Door::Person, "{}", row.path);
        }
        let takes_bytes = row.path.ends_with("/photos") && row.asked == Asked::Post;
        assert!(!takes_bytes || matches!(row.door, Door::Staff(_)), "{}", row.path);
    }
}
