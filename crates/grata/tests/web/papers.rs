//! Signed forms on the desk: with their scan, for several channels, and as a table (CON-12).

use axum::http::Method;
use grata::web::csrf;
use grata_core::consent::{ActKind, Means};
use grata_core::id::SubjectId;
use grata_store::queries::accounts::Role;

use crate::site::{Answer, Site, Who};

pub const TESTS: &[(&str, fn())] = &[
    ("con_12_a_form_with_its_scan_answers_for_the_channels_it_names", con_12_a_form_with_its_scan),
    ("con_12_a_form_that_is_not_complete_records_nothing", con_12_not_complete),
    ("con_12_abu_14_a_table_lists_what_it_refuses_and_records_the_rest", con_12_a_table),
];

const PDF: &[u8] = b"%PDF-1.7 the form of Kanarienvogel";

/// A form with files, as a browser sends it.
fn send(
    site: &Site,
    who: &Who,
    path: &str,
    language: &str,
    fields: &[(&str, &str)],
    files: &[(&str, &str, &[u8])],
) -> Answer {
    let mut body = Vec::new();
    for (name, value) in fields {
        let part = format!("--X\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        body.extend(part.into_bytes());
    }
    for (name, file, bytes) in files {
        let head = format!(
            "--X\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"{file}\"\r\n\
             Content-Type: application/octet-stream\r\n\r\n"
        );
        body.extend(head.into_bytes());
        body.extend(*bytes);
        body.extend(b"\r\n");
    }
    body.extend(b"--X--\r\n");
    let headers = [
        ("content-type", "multipart/form-data; boundary=X"),
        ("sec-fetch-site", "same-origin"),
        ("accept-language", language),
    ];
    site.ask(who, Method::POST, path, &headers, body)
}

/// Ben's form.
fn form<'a>(site: &Site, who: &Who, channels: &[&'a str], files: &[(&str, &str, &[u8])]) -> Answer {
    let (token, album) = (csrf::token(who.secret()), site.world.album.to_string());
    let mut fields = vec![
        ("csrf", token.as_str()),
        ("album", album.as_str()),
        ("answer", "yes"),
        ("signed_on", "2026-10-01"),
        ("until", "2027-01-31"),
        ("reference", "folder 3"),
    ];
    fields.extend(channels.iter().map(|channel| ("channel", *channel)));
    send(site, who, &format!("/desk/people/{}/paper", site.world.ben), "en", &fields, files)
}

/// What Ben has said by form: channel and last day.
fn on_paper(site: &Site, subject: SubjectId) -> Vec<(String, String)> {
    let known = site.store.read().unwrap().subject(subject).unwrap().unwrap();
    let papers = known.acts.iter().filter(|act| matches!(act.means, Means::Paper(_)));
    let said = papers.map(|act| match act.kind {
        ActKind::Give { until } => (act.question.purpose.to_string(), until.to_string()),
        other => panic!("{other:?}"),
    });
    said.collect()
}

fn con_12_a_form_with_its_scan() {
    let site = Site::new();
    let (privacy, ben) = (site.staff(Role::Privacy), site.person(site.world.ben));
    let page = site.get(&privacy, &format!("/desk/people/{}", site.world.ben)).expect(200).text();
    assert!(page.contains("type=\"file\"") && page.contains("type=\"checkbox\" name=\"channel\""));
    assert!(!page.contains(" checked"), "CON-3");
    form(&site, &privacy, &["print", "gallery"], &[("scan", "ben.pdf", PDF)]).expect(303);
    let day = "2027-01-31".to_string();
    assert_eq!(
        on_paper(&site, site.world.ben),
        [("publish:print".to_string(), day.clone()), ("publish:gallery".to_string(), day)],
        "what it names, and nothing else"
    );
    // One scan, sealed, and handed to nobody but Ben.
    assert_eq!(site.store.read().unwrap().evidence_of(site.world.ben).unwrap().len(), 1);
    let places = &site.world.house.places;
    for folder in [&places.data, &places.keys] {
        for entry in
            walkdir::WalkDir::new(folder).into_iter().flatten().filter(|one| one.file_type().is_file())
        {
            let bytes = std::fs::read(entry.path()).unwrap();
            assert!(
                !bytes.windows(13).any(|window| window == b"Kanarienvogel"),
                "{}",
                entry.path().display()
            );
        }
    }
    let package = site.post(&ben, "/me/download", &[]).expect(200);
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(package.body)).unwrap();
    let names: Vec<String> = zip.file_names().map(|name| name.unwrap().to_string()).collect();
    let scan = names.iter().find(|name| name.starts_with("evidence/") && name.ends_with(".pdf")).unwrap();
    let mut bytes = Vec::new();
    std::io::Read::read_to_end(&mut zip.by_name(scan).unwrap(), &mut bytes).unwrap();
    assert_eq!(bytes, PDF);
    // One tap says that it was not them.
    let page = site.get(&ben, "/me").expect(200).text();
    assert_eq!(page.matches("value=\"not-mine\"").count(), 2);
}

fn con_12_not_complete() {
    let site = Site::new();
    let privacy = site.staff(Role::Privacy);
    let says = |answer: Answer, words: &str| {
        let page = answer.expect(422).text();
        assert!(page.contains("role=\"alert\"") && page.contains(words), "{page}");
    };
    says(form(&site, &privacy, &[], &[]), "Tick at least one channel");
    let long = vec![b'x'; (20 << 20) + 1];
    let long = [b"%PDF-", &long[..]].concat();
    for scan in [&b"GIF89a"[..], b"", &long] {
        let answer = form(&site, &privacy, &["print"], &[("scan", "ben.pdf", scan)]);
        says(answer, "The scan has to be a PDF, JPEG or PNG");
    }
    says(form(&site, &privacy, &["nowhere"], &[]), "The form needs a day");
    let much = vec![0; 62 << 20];
    form(&site, &privacy, &["print"], &[("scan", "ben.pdf", &much)]).expect(413);
    // From somewhere else, or without the token of whoever is signed in.
    let path = format!("/desk/people/{}/paper", site.world.ben);
    send(&site, &privacy, &path, "en", &[("csrf", "0"), ("channel", "print")], &[]).expect(403);
    assert!(on_paper(&site, site.world.ben).is_empty());
    assert!(site.store.read().unwrap().evidence_of(site.world.ben).unwrap().is_empty());
}

fn con_12_a_table() {
    let site = Site::new();
    let privacy = site.staff(Role::Privacy);
    let (token, album) = (csrf::token(privacy.secret()), site.world.album.to_string());
    let fields = [("csrf", token.as_str()), ("album", album.as_str())];
    let post = |language: &str, table: &str, scans: &[(&str, &[u8])]| {
        let mut files = vec![("table", "forms.csv", table.as_bytes())];
        files.extend(scans.iter().map(|(name, bytes)| ("scans", *name, *bytes)));
        send(&site, &privacy, "/desk/forms", language, &fields, &files)
    };
    site.get(&privacy, &format!("/desk/forms?album={album}")).expect(200);
    let head = "person;channel;answer;signed;reference;scan\n";
    // Comparison is nothing that a form can answer: the whole table is refused.
    let asks_more = post("en", &format!("{head}Ben Example;find;yes;2026-10-01;1;\n"), &[]);
    assert!(asks_more.expect(422).text().contains("only the person can answer"));
    let no_columns = post("fr", "nom;canal\n", &[]).expect(422).text();
    assert!(no_columns.contains("ne nomme pas les colonnes"), "{no_columns}");

    let table = format!(
        "{head}\
         Ben Example;print;yes;2026-10-01;form 1;ben.pdf\n\
         Ben Example;gallery;yes;2026-10-01;;\n\
         Ben Example;gallery;perhaps;2026-10-01;form 2;\n\
         Ben Example;gallery;yes;yesterday;form 2;\n\
         Ben Example;gallery;yes;2099-10-01;form 2;\n\
         Nobody Known;print;yes;2026-10-01;form 3;\n\
         Ben Example;website;yes;2026-10-01;form 4;other.pdf\n"
    );
    let page = post("en", &table, &[("ben.pdf", PDF)]).expect(422).text();
    assert!(page.contains("1 answer is on record.") && page.contains("6 lines were not recorded"), "{page}");
    for (line, why) in [
        (3, "the column reference is empty."),
        (4, "the answer is neither yes nor no."),
        (5, "a day is written like 2026-09-05."),
        (6, "a rule does not allow it"),
        (7, "nobody is known by that name"),
        (8, "its scan was not among the files."),
    ] {
        assert!(page.contains(&format!("<strong>Line {line}:</strong> {why}")), "{line}: {page}");
    }
    assert!(!page.contains("Nobody Known"), "the table names people, the page does not");
    assert_eq!(on_paper(&site, site.world.ben).len(), 1);
    assert_eq!(site.store.read().unwrap().evidence_of(site.world.ben).unwrap().len(), 1);
    let page =
        post("fr", &format!("{head}Ben Example;gallery;oui;2026-10-01;form 5;\n"), &[]).expect(200).text();
    assert!(page.contains("1 réponse est notée."), "{page}");
}
