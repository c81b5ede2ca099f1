//! Every page in every language, from one sample of everything.

use grata::web::access::{Asked, Door, TABLE};
use grata::web::words::Words;
use grata_store::queries::accounts::Role;

use crate::site::{Site, Who};

pub const TESTS: &[(&str, fn())] = &[
    ("tra_5_every_page_in_every_language", tra_5_every_page_in_every_language),
    ("tra_2_the_sign_and_the_notice_that_it_leads_to", tra_2_the_sign_and_its_notice),
    ("tra_5_a_language_is_switched_and_remembered", tra_5_a_language_is_switched_and_remembered),
    ("acc_1_tra_3_a_log_that_cannot_be_handed_out_is_told", acc_1_a_log_that_is_not_handed_out),
    ("bys_8_what_cannot_be_read_is_not_missing", bys_8_what_cannot_be_read_is_not_missing),
    ("tra_3_the_status_page_counts_what_there_is", tra_3_the_status_page_counts_what_there_is),
];

fn tra_5_every_page_in_every_language() {
    let (_school, site) = crate::providers::School::install(Site::new());
    let file = site.release().remove(0);
    let (anna, owner, guest) = (site.person(site.world.anna), site.staff(Role::Owner), site.guest());
    site.post(&anna, "/me/answer", &[("purpose", "publish:print"), ("answer", "no")]).expect(303);
    let emergency = crate::emergencies::opened(&site, &site.staff(Role::Privacy), &owner);
    let emergency = emergency.trim_start_matches("/desk/emergencies/").to_string();
    let question = crate::groups::asked(&site, site.world.anna);
    let mut looked_at = 0;
    for words in Words::all() {
        let mut texts = Vec::new();
        for row in TABLE.iter().filter(|row| row.asked == Asked::Get) {
            let path = row
                .path
                .replace("{album}", &site.world.album.to_string())
                .replace("{photo}", &site.photo.to_string())
                .replace("{person}", &site.world.ben.to_string())
                .replace("{file}", &file)
                .replace("{channel}", "website")
                .replace("{emergency}", &emergency)
                .replace("{suggestion}", &question)
                .replace("{size}", "grid")
                .replace("{number}", "1")
                .replace("{language}", "fr");
            // Answers to scripts, and files.
            if ["/static/{digest}/{name}", "/desk/work", "/language"].contains(&row.path) {
                continue;
            }
            let who = match row.door {
                Door::Anybody => &Who::Nobody,
                Door::Staff(_) | Door::Own => &owner,
                Door::Person => &anna,
                Door::Gallery => &guest,
            };
            let answer = site.get_in(who, &path, words.code());
            if !answer.kind().starts_with("text/html") {
                continue;
            }
            let text = answer.expect(200).text();
            assert!(text.contains(&format!("<html lang=\"{}\">", words.code())), "{path}");
            assert!(!text.contains('⟦'), "{path}: {}", text.split('⟦').nth(1).unwrap());
            // The policy would stop them, and nobody would notice but who needs them.
            for inline in [" style=", "<style", " onclick=", "javascript:", "<script>", "http-equiv"] {
                assert!(!text.contains(inline), "{path}: {inline}");
            }
            for outside in ["src=\"http", "href=\"http", "action=\"http", "//cdn", "@import"] {
                assert!(!text.contains(outside), "{path}: {outside}");
            }
            assert_eq!(text.matches("<h1").count(), 1, "{path}");
            texts.push((path, text));
            looked_at += 1;
        }
        // What one language says is not what the other says.
        for (path, text) in &texts {
            let other = if words.code() == "fr" { "Skip to the content" } else { "Aller au contenu" };
            assert!(!text.contains(other), "{path}");
        }
    }
    assert_eq!(looked_at, 2 * 34, "pages, each in two languages");
}

fn tra_5_a_language_is_switched_and_remembered() {
    let site = Site::new();
    let answer = site.get(&Who::Nobody, "/language?to=fr&back=/status").expect(303);
    assert_eq!(answer.location(), "/status");
    let cookie =
        answer.headers.get("set-cookie").unwrap().to_str().unwrap().split(';').next().unwrap().to_string();
    let headers = [("accept-language", "en"), ("cookie", cookie.as_str())];
    let page = site.ask(&Who::Nobody, axum::http::Method::GET, "/", &headers, Vec::new()).text();
    assert!(page.contains("<html lang=\"fr\">"));
    for elsewhere in ["//evil.example", "https://evil.example", "/\\evil.example"] {
        let path = format!(
            "/language?{}",
            serde_urlencoded::to_string([("to", "fr"), ("back", elsewhere)]).unwrap()
        );
        assert_eq!(site.get(&Who::Nobody, &path).location(), "/");
    }
}

fn tra_3_the_status_page_counts_what_there_is() {
    let site = Site::new();
    site.release();
    let text = site.get(&Who::Nobody, "/status").expect(200).text();
    let says = |what: &str, number: u64| {
        let row = text.split(&format!("<dt>{what}</dt>")).nth(1).unwrap();
        assert!(row.starts_with(&format!("<dd>{number}</dd>")), "{what}: {row:.30}");
    };
    says("Photos", 1);
    says("Places that may be a face", 3);
    says("People who were asked", 2);
    says("Released photos", 1);
    says("Face templates stored", 0);
    for name in ["Anna", "Kanarienvogel", "Example"] {
        assert!(!text.contains(name), "{name}");
    }
}

fn acc_1_a_log_that_is_not_handed_out() {
    let site = Site::new();
    let anna = site.person(site.world.anna);
    let medium = tempfile::tempdir().unwrap();
    let folder = medium.path().join("log");
    let mut tx = site.store.begin(site.now()).unwrap();
    tx.set_setting(grata::app::log::FOLDER, folder.to_str().unwrap()).unwrap();
    tx.commit(crate::support::event(grata_core::audit::entry::EventKind::ConfigChanged)).unwrap();
    let answer = |what| {
        site.post(&anna, "/me/answer", &[("purpose", "publish:print"), ("answer", what)]).expect(303);
        site.get(&Who::Nobody, "/status").expect(200).text()
    };
    let told = "could not be handed out to its second place";
    assert!(!answer("yes").contains(told) && folder.join("checkpoint").exists());
    // The medium is gone: something else is in its place.
    std::fs::remove_dir_all(&folder).unwrap();
    std::fs::write(&folder, "").unwrap();
    assert!(answer("no").contains(told), "what was done is done, and the status page says what was not");
    assert!(site.get_in(&Who::Nobody, "/status", "fr").text().contains("son second emplacement"));
    std::fs::remove_file(&folder).unwrap();
    assert!(!answer("yes").contains(told) && folder.join("checkpoint").exists(), "it is caught up with");
}

fn bys_8_what_cannot_be_read_is_not_missing() {
    let site = Site::new();
    let file = site.release().remove(0);
    let page = site.get(&Who::Nobody, "/object?file=never-released.jpg").expect(200).text();
    assert!(page.contains("role=\"alert\""), "{page}");
    // Somebody has written into the database.
    let raw = rusqlite::Connection::open(site.world.house.places.data.join("grata.db")).unwrap();
    raw.execute_batch("UPDATE renditions SET channel = 'NO CHANNEL'").unwrap();
    drop(raw);
    for path in [format!("/object?file={file}"), format!("/object/{file}")] {
        let page = site.get(&Who::Nobody, &path).expect(500).text();
        assert!(page.contains("<h1") && !page.contains("NO CHANNEL"), "{page}");
    }
}

fn tra_2_the_sign_and_its_notice() {
    let site = Site::new();
    let (album, photographer) = (site.world.album, site.staff(Role::Photographer));
    let page = site.get(&photographer, &format!("/desk/albums/{album}")).expect(200).text();
    for code in ["en", "fr"] {
        let path = format!("/desk/albums/{album}/sign/{code}");
        assert!(page.contains(&path), "{page}");
        let sign = site.get(&photographer, &path).expect(200);
        assert_eq!(sign.kind(), "application/pdf");
        assert!(sign.body.starts_with(b"%PDF-"));
    }
    site.get(&photographer, &format!("/desk/albums/{album}/sign/de")).expect(404);
    // Whoever scans the code reads the notice, without a link of their own, and nobody's name.
    let store = site.store.read().unwrap();
    let (known, notice) = (store.album(album).unwrap().unwrap(), store.notice(album).unwrap().unwrap());
    let read = site.get(&Who::Nobody, &format!("/notice/{album}")).expect(200).text();
    for text in [&known.title, &known.controller, &known.contact] {
        assert!(read.contains(text.as_str()), "{text}: {read}");
    }
    let (text, other) = ("en".parse().unwrap(), "fr".parse().unwrap());
    assert!(read.contains(&notice.texts()[&text]) && !read.contains(&notice.texts()[&other]), "{read}");
    assert!(!read.contains("Kanarienvogel") && !read.contains("Ben Example"));
    site.get(&Who::Nobody, "/notice/nothing").expect(404);
}
