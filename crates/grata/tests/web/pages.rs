//! Every page in every language, from one sample of everything.

use grata::web::access::{Asked, Door, TABLE};
use grata::web::words::Words;
use grata_store::queries::accounts::Role;

use crate::site::{Site, Who};

pub const TESTS: &[(&str, fn())] = &[
    ("tra_5_every_page_in_every_language", tra_5_every_page_in_every_language),
    ("tra_5_a_language_is_switched_and_remembered", tra_5_a_language_is_switched_and_remembered),
    ("tra_3_the_status_page_counts_what_there_is", tra_3_the_status_page_counts_what_there_is),
];

fn tra_5_every_page_in_every_language() {
    let (_school, site) = crate::providers::School::install(Site::new());
    let file = site.release().remove(0);
    let (anna, owner, guest) = (site.person(site.world.anna), site.staff(Role::Owner), site.guest());
    site.post(&anna, "/me/answer", &[("purpose", "publish:print"), ("answer", "no")]).expect(303);
    let emergency = crate::emergencies::opened(&site, &site.staff(Role::Privacy), &owner);
    let emergency = emergency.trim_start_matches("/desk/emergencies/").to_string();
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
                .replace("{size}", "grid")
                .replace("{number}", "1");
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
    assert_eq!(looked_at, 2 * 27, "pages, each in two languages");
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
