//! The whole story in a real browser. Needs Node.js and what `npm ci` brings into `tests/web/browser`, the
//! browser itself among it; without them it says that it was skipped.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use grata::app::provider::{self, ProviderFiles};
use grata::app::{people, settings};
use grata_core::purpose::Reach;
use grata_store::queries::accounts::Role;
use serde_json::json;

use crate::site::{Site, Who, base_of};
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

/// A provider of OpenID Connect, as a process of its own. It goes on talking, and ends if nobody listens.
struct School {
    process: Child,
    _says: BufReader<ChildStdout>,
}

impl School {
    /// Starts it, for pages at `base`, and installs it from what it publishes.
    fn of_npm(site: Site, base: &str) -> (Self, Site) {
        let published = tempfile::tempdir().unwrap();
        let mut command = Command::new("node");
        command.arg("provider.mjs").arg(format!("{base}/sign-in/back")).arg(published.path());
        command.current_dir(folder()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut process = command.spawn().unwrap();
        let mut says = BufReader::new(process.stdout.take().unwrap());
        let mut said = String::new();
        says.read_line(&mut said).unwrap();
        assert!(said.starts_with("http://localhost:"), "the provider did not start: {said}");
        let [metadata, keys] = ["metadata.json", "keys.json"].map(|name| published.path().join(name));
        let files = ProviderFiles { metadata: &metadata, keys: &keys, client: "grata", name: "School" };
        settings::set(&site.store, people::ADDRESS, base, site.by()).unwrap();
        provider::install(&site.store, &provider::examine(&files).unwrap(), site.by()).unwrap();
        // It tells the time by itself, and so do its tokens; ours stands still, a little ahead.
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
        let now = grata_core::time::Timestamp::from_second(i64::try_from(now + 120).unwrap()).unwrap();
        (Self { process, _says: says }, site.at(&now.to_string()))
    }
}

impl Drop for School {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn a_browser_goes_through_the_whole_story() {
    if !folder().join("node_modules").exists() {
        eprintln!("SKIPPED: no browser; `npm ci` in {} brings one", folder().display());
        return;
    }
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let base = base_of(&listener);
    let (_school, site) = School::of_npm(Site::new(), &base);
    let file = site.release().remove(0);
    let (anna, owner, guest) = (site.person(site.world.anna), site.staff(Role::Owner), site.guest());
    site.person(site.world.ben);
    let emergency = crate::emergencies::opened(&site, &site.staff(Role::Privacy), &owner);
    let (subject, guardian, child, parent) = site.child();
    people::verify_guardian(&site.store, subject, guardian, "by telephone", site.by()).unwrap();
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
    let (scan, table) = (photos.path().join("form.pdf"), photos.path().join("forms.csv"));
    std::fs::write(&scan, "%PDF-1.7 a form").unwrap();
    let lines = "person,channel,answer,signed,reference\nBen Example,gallery,yes,2026-10-01,1\nBen Example,print,yes,2026-10-01,\n";
    std::fs::write(&table, lines).unwrap();
    let (album, photo) = (site.world.album.to_string(), site.photo.to_string());
    let page = |who: &Who, path: String| json!({"path": path, "cookie": cookie(who)});
    let mut pages = Vec::new();
    for path in ["/", "/sign-in", "/sign-in/back", "/start", "/i", "/g", "/object", "/status"] {
        pages.push(page(&Who::Nobody, path.into()));
    }
    pages.push(page(&Who::Nobody, format!("/object/{file}")));
    pages.push(page(&Who::Nobody, format!("/notice/{album}")));
    for path in ["/me", "/me/data", "/me/erase"] {
        pages.push(page(&anna, path.into()));
    }
    for path in ["/gallery".to_string(), format!("/gallery/{file}/view")] {
        pages.push(page(&guest, path));
    }
    pages.push(page(&site.guest_of(Reach::AllAlbums), "/gallery".into()));
    for path in [
        "/desk".to_string(),
        "/desk/own".into(),
        "/desk/new-album".into(),
        format!("/desk/albums/{album}"),
        format!("/desk/photos/{photo}"),
        format!("/desk/albums/{album}/release"),
        "/desk/people".into(),
        "/desk/forms".into(),
        format!("/desk/people/{}", site.world.anna),
        "/desk/recalls".into(),
        "/desk/requests".into(),
        "/desk/emergencies".into(),
        emergency,
        "/desk/log?verify=1".into(),
        "/desk/channels".into(),
        "/desk/accounts".into(),
    ] {
        pages.push(page(&owner, path));
    }
    let address_of_provider = site.pages.provider().unwrap().issuer.clone();
    let story = |base: &str| {
        json!({
            "base": base,
            "pages": pages,
            "desk": cookie(&owner),
            "colleagues": [cookie(&site.staff(Role::Reviewer)), cookie(&site.staff(Role::Privacy)), cookie(&site.staff(Role::Publisher))],
            "album": album,
            "photo": photo,
            "files": files,
            "letters": ["e", "x"],
            "ben": site.world.ben.to_string(),
            "scan": scan,
            "table": table,
            "person": anna.secret(),
            "child": child.secret(),
            "parent": parent.secret(),
            "provider": address_of_provider,
        })
    };
    let output = site.served(listener, |base| {
        let mut command = Command::new("node");
        command.arg("story.mjs").current_dir(folder()).env("STORY", story(base).to_string());
        command.output().unwrap()
    });
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
    print!("{said}");
}
