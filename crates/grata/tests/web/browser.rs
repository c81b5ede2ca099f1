//! The whole story in a real browser. Needs Node.js and what `npm ci` brings into `tests/web/browser`, the
//! browser itself among it; without them it says that it was skipped.

use std::path::{Path, PathBuf};
use std::process::Command;

use grata_store::queries::accounts::Role;
use serde_json::json;

use crate::site::{Site, Who};
use crate::world::picture;

pub const TESTS: &[(&str, fn())] =
    &[("a_browser_goes_through_the_whole_story", a_browser_goes_through_the_whole_story)];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/web/browser")
}

fn cookie(who: &Who) -> serde_json::Value {
    let (name, value) = match who {
        Who::Nobody => return serde_json::Value::Null,
        Who::Desk(secret) => ("grata-desk", secret),
        Who::Person(secret) => ("grata-page", secret),
        Who::Guest(secret) => ("grata-gallery", secret),
    };
    json!({"name": name, "value": value})
}

fn a_browser_goes_through_the_whole_story() {
    if !folder().join("node_modules").exists() {
        eprintln!("SKIPPED: no browser; `npm ci` in {} brings one", folder().display());
        return;
    }
    let site = Site::new();
    let file = site.release().remove(0);
    let (anna, owner, guest) = (site.person(site.world.anna), site.staff(Role::Owner), site.guest());
    site.person(site.world.ben);
    let emergency = crate::emergencies::opened(&site, &site.staff(Role::Privacy), &owner);
    let photos = tempfile::tempdir().unwrap();
    let files: Vec<PathBuf> = [vec![1], vec![2, 1]]
        .iter()
        .zip(1..)
        .map(|(colours, number)| {
            let path = photos.path().join(format!("{number}.jpg"));
            std::fs::write(&path, picture(colours)).unwrap();
            path
        })
        .collect();
    let (album, photo) = (site.world.album.to_string(), site.photo.to_string());
    let page = |who: &Who, path: String| json!({"path": path, "cookie": cookie(who)});
    let mut pages = Vec::new();
    for path in ["/", "/sign-in", "/start", "/i", "/g", "/object", "/status"] {
        pages.push(page(&Who::Nobody, path.into()));
    }
    pages.push(page(&Who::Nobody, format!("/object/{file}")));
    for path in ["/me", "/me/data", "/me/erase"] {
        pages.push(page(&anna, path.into()));
    }
    pages.push(page(&guest, "/gallery".into()));
    for path in [
        "/desk".to_string(),
        "/desk/own".into(),
        "/desk/new-album".into(),
        format!("/desk/albums/{album}"),
        format!("/desk/photos/{photo}"),
        format!("/desk/albums/{album}/release"),
        "/desk/people".into(),
        format!("/desk/people/{}", site.world.anna),
        "/desk/recalls".into(),
        "/desk/requests".into(),
        "/desk/emergencies".into(),
        emergency,
        "/desk/log?verify=1".into(),
        "/desk/accounts".into(),
    ] {
        pages.push(page(&owner, path));
    }
    let story = |base: &str| {
        json!({
            "base": base,
            "pages": pages,
            "desk": cookie(&owner),
            "colleagues": [cookie(&site.staff(Role::Reviewer)), cookie(&site.staff(Role::Privacy))],
            "album": album,
            "photo": photo,
            "files": files,
            "letters": ["e", "x"],
            "person": anna.secret(),
        })
    };
    let output = site.served(|base| {
        let mut command = Command::new("node");
        command.arg("story.mjs").current_dir(folder()).env("STORY", story(base).to_string());
        command.output().unwrap()
    });
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
    print!("{said}");
}
