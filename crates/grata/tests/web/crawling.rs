//! Follows every link and picture that can be reached from each door, and looks at what comes (PUB-6).

use std::collections::{BTreeSet, VecDeque};

use grata_store::blobs::BlobKey;
use grata_store::queries::accounts::Role;

use crate::photos::colours;
use crate::site::{Site, Who};

pub const TESTS: &[(&str, fn())] =
    &[("pub_6_nobody_reaches_an_original_or_a_face_without_a_yes", pub_6_nobody_reaches_an_original)];

/// Everything that can be reached from these pages: path, kind, body.
fn crawl(site: &Site, who: &Who, from: &[&str]) -> Vec<(String, String, Vec<u8>)> {
    let mut waiting: VecDeque<String> = from.iter().map(ToString::to_string).collect();
    let mut known: BTreeSet<String> = waiting.iter().cloned().collect();
    let mut found = Vec::new();
    while let Some(path) = waiting.pop_front() {
        let answer = site.get(who, &path);
        let text = answer.text();
        let links = ["href=\"", "src=\""].into_iter().flat_map(|start| {
            text.split(start).skip(1).filter_map(|rest| rest.split('"').next()).collect::<Vec<_>>()
        });
        let after = [answer.location().to_string()];
        let next = links.map(|link| link.replace("&#38;", "&").replace("&amp;", "&")).chain(after);
        for link in next.filter(|link| link.starts_with('/') && !link.starts_with("/language")) {
            let link = link.split('#').next().unwrap().to_string();
            if known.insert(link.clone()) {
                waiting.push_back(link);
            }
        }
        found.push((path, answer.kind().to_string(), answer.body));
        assert!(found.len() < 500, "a site without end");
    }
    found
}

fn pub_6_nobody_reaches_an_original() {
    let site = Site::new();
    let file = site.release().remove(0);
    let original = site.store.blobs().get(site.store.vault(), BlobKey::Original(site.photo)).unwrap();
    let (anna, guest) = (site.person(site.world.anna), site.guest());
    let object = format!("/object/{file}");
    let zip = format!("/desk/albums/{}/zip/website", site.world.album);
    // Who may see which squares: Anna (0) has said yes to the website; a reviewer sees whom they name.
    let cases: [(Who, Vec<&str>, &[usize]); 8] = [
        (Who::Nobody, vec!["/", &object], &[0]),
        (guest, vec!["/gallery"], &[0]),
        (anna, vec!["/me"], &[0]),
        (site.staff(Role::Photographer), vec!["/desk"], &[]),
        (site.staff(Role::Publisher), vec!["/desk", &zip], &[]),
        (site.staff(Role::Privacy), vec!["/desk"], &[]),
        (site.staff(Role::Reviewer), vec!["/desk"], &[0, 1, 2]),
        (site.staff(Role::Owner), vec!["/desk"], &[0, 1, 2]),
    ];
    for (who, from, may_see) in cases {
        let found = crawl(&site, &who, &from);
        let mut pictures = 0;
        for (path, kind, body) in &found {
            assert!(!contains(body, &original), "{path} is the original");
            if kind == "image/jpeg" {
                pictures += 1;
                let seen = colours(body);
                assert!(seen.iter().all(|one| may_see.contains(one)), "{path} shows {seen:?} to {who:?}");
            }
        }
        let privacy_only = found.len();
        assert!(pictures > 0 || from == ["/desk"], "{privacy_only} pages without a picture for {who:?}");
    }
}

fn contains(body: &[u8], original: &[u8]) -> bool {
    // Any longer piece of the file counts, not only all of it.
    let piece = &original[original.len() / 2..original.len() / 2 + 200];
    body.windows(piece.len()).any(|window| window == piece)
}
