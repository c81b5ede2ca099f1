//! What somebody of the organisation does at the desk, and what people can see of it: by commands alone,
//! no model needed.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should fail there and then")]

#[path = "support/house.rs"]
mod house;

use std::fs;

use house::{ALBUM, House};
use serde_json::Value;

impl House {
    /// The access package of somebody, as data and as a page.
    fn package(&self, person: &str, out: &str, more: &[&str]) -> (Value, String) {
        self.run(&[&["rights", "access", person, "--out", out], more].concat()).expect(0);
        let data = fs::read(self.path(out).join("data.json")).unwrap();
        let page = fs::read_to_string(self.path(out).join("index.html")).unwrap();
        (serde_json::from_slice(&data).unwrap(), page)
    }

    /// Entries in the log.
    fn entries(&self) -> u64 {
        self.json(&["log", "verify"]).expect(0).line()["entries"].as_u64().unwrap()
    }

    /// Who looked at somebody's data: at what, and why.
    fn views(&self, person: &str, out: &str) -> Vec<(String, String)> {
        let (data, _) = self.package(person, out, &["--language", "en"]);
        let views = data["views"].as_array().unwrap().iter().map(|view| {
            assert_eq!(view["who"], "command-line");
            assert!(view["at"].as_str().unwrap().ends_with(":00Z"), "{view}");
            (view["of"].as_str().unwrap().to_string(), view["why"].as_str().unwrap().to_string())
        });
        views.collect()
    }
}

#[test]
fn tra_4_who_looked_is_on_record_once_a_command_and_in_each_persons_package() {
    let house = House::new();
    house.photo("match.png", 1);
    house.add(&[]).expect(0);
    house.run(&["tag", "add-face", "match.png", "16,16,32,40"]).expect(0);
    assert_eq!(house.json(&["person", "list"]).expect(0).lines().len(), 0);
    let nobody = house.entries();
    house.json(&["tag", "list", ALBUM]).expect(0);
    assert_eq!(house.entries(), nobody, "nobody was to be seen");
    let people = ["Alice Martin", "Bob Durand", "Carla Petit"];
    for person in people {
        house.invite(person);
    }
    house.run(&["tag", "set", "match.png#1", "Alice Martin"]).expect(0);
    house.run(&["tag", "reviewed", "match.png"]).expect(0);

    let before = house.entries();
    assert_eq!(house.json(&["person", "list"]).expect(0).lines().len(), 3);
    assert_eq!(house.entries(), before + 1, "one entry, however many people");
    assert_eq!(house.tags()[0]["faces"][0]["name"], "Alice Martin");
    house.run(&["release", "plan", ALBUM, "--channel", "print"]).expect(0);
    assert_eq!(house.entries(), before + 2, "a plan without names shows none");
    house.run(&["release", "plan", ALBUM, "--channel", "print", "--names"]).expect(0);
    house.run(&["person", "show", "Alice Martin", "--why", "she called"]).expect(0);
    house.run(&["consent", "list", "Bob Durand"]).expect(0);
    assert_eq!(house.entries(), before + 5);
    // Nobody stands in the log by name, and the reason is sealed.
    for needle in ["Alice Martin", "she called"] {
        assert_eq!(house.files_with(needle.as_bytes()), Vec::<std::path::PathBuf>::new());
    }

    house.invite("Dora Blanc");
    let everybody = ("your name, in the list of everybody", "to find somebody in the list");
    let album = ("your name, in the list of who is in the photos of an album", "to see who is in the photos");
    let single = ("name, contact, guardians, answers", "she called");
    let answers = ("answers", "to work on their answers");
    let expected: [(&str, &[(&str, &str)]); 3] = [
        ("Alice Martin", &[everybody, album, album, single]),
        ("Bob Durand", &[everybody, answers]),
        ("Carla Petit", &[everybody]),
    ];
    for (person, expected) in expected {
        let views = house.views(person, &format!("for {person}"));
        let views: Vec<(&str, &str)> = views.iter().map(|(of, why)| (of.as_str(), why.as_str())).collect();
        assert_eq!(views, expected, "{person}");
    }
}

#[test]
fn tra_5_the_package_speaks_the_language_of_the_person_or_the_one_asked_for() {
    let house = House::new();
    let link = house.invite("Alice Martin")["link"].clone();
    house.say(&link, "website", "--yes");
    house.run(&["person", "show", "Alice Martin"]).expect(0);
    let form = ["consent", "form", "Alice Martin", "--album", ALBUM, "--purpose", "print", "--yes"];
    house.run(&[&form[..], &["--signed", &today(), "--reference", "1"]].concat()).expect(0);
    // People are spoken to in French unless somebody says otherwise.
    let (data, page) = house.package("Alice Martin", "fr", &[]);
    assert!(page.contains("<html lang=\"fr\">") && page.contains("Ce qui est gardé sur vous"));
    assert!(
        page.contains("vos réponses") && page.contains("une personne de l&#39;organisation, sur la machine"),
        "{page}"
    );
    assert_eq!(data["information"]["automated_decisions"], "aucune");
    for english in ["What is held", "Your photos", "nothing", "your answers", "provable"] {
        assert!(!page.contains(english), "{english}");
    }
    // Whatever the data calls something, the page has a word for it.
    let texts: toml::Table = include_str!("../templates/access/fr.toml").parse().unwrap();
    let shown = [&data["information"], &data["views"], &data["recipients"]];
    let says = data["log"].as_array().unwrap().iter().map(|entry| &entry["says"]);
    for name in shown.into_iter().chain(says).flat_map(names) {
        assert!(texts["words"].get(name).is_some(), "{name}");
    }
    let (data, page) = house.package("Alice Martin", "en", &["--language", "en"]);
    assert!(page.contains("<html lang=\"en\">") && page.contains("What is held about you"));
    assert_eq!(data["information"]["automated_decisions"], "none");
    let other = ["rights", "access", "Alice Martin", "--out", "de", "--language", "de"];
    let refused = house.run(&other).expect(1);
    assert!(refused.errors.contains("--language: en, fr"), "{}", refused.errors);
    assert!(!house.path("de").exists());
}

fn today() -> String {
    use grata_core::time::{Clock as _, day};
    day(grata::cx::SystemClock.now()).to_string()
}

/// The names of all members, at any depth.
fn names(of: &Value) -> Vec<&str> {
    match of {
        Value::Object(members) => {
            members.iter().flat_map(|(name, value)| [vec![name.as_str()], names(value)].concat()).collect()
        }
        Value::Array(items) => items.iter().flat_map(names).collect(),
        _ => Vec::new(),
    }
}

#[test]
fn acc_1_settings_are_listed_checked_and_on_record() {
    let house = House::new();
    let value = |name: &str| {
        let lines = house.json(&["settings", "list"]).expect(0).lines();
        let line = lines.into_iter().find(|line| line["name"] == name).unwrap();
        (line["value"].clone(), line["is_set"].clone())
    };
    assert_eq!(value("backup_days"), ("35".into(), false.into()));
    assert_eq!(value("log_folder"), (Value::Null, false.into()));
    let before = house.entries();
    house.run(&["settings", "set", "backup_days", "20"]).expect(0);
    house.run(&["settings", "set", "controller", "Sports club, Mill Lane 1"]).expect(0);
    assert_eq!(house.entries(), before + 2);
    house.run(&["settings", "set", "backup_days", "20"]).expect(0);
    assert_eq!(house.entries(), before + 2, "nothing changed");
    assert_eq!(value("backup_days"), ("20".into(), true.into()));
    let wrong: [(&str, &str, &str); 8] = [
        ("address", "http://localhost.example.org", "https://"),
        ("sign_in", "magic", "by `passkey`"),
        ("backup_days", "0", "from 1 to 3650"),
        ("backup_days", "soon", "from 1 to 3650"),
        ("controller", " ", "one line"),
        ("address", "ftp://example.org", "https://"),
        ("log_folder", "/srv/log", "grata log keep"),
        ("colour", "red", "These can be set: address, controller, backup_days, sign_in"),
    ];
    for (name, value, words) in wrong {
        let refused = house.run(&["settings", "set", name, value]).expect(1);
        assert!(refused.errors.contains(words), "{name}: {}", refused.errors);
    }
    assert_eq!(house.entries(), before + 2);
    house.invite("Alice Martin");
    let (data, _) = house.package("Alice Martin", "p", &[]);
    assert_eq!(data["information"]["backups"]["days"], 20);
    assert_eq!(data["information"]["controller"], "Sports club, Mill Lane 1");
}

/// COL-1: what a provider publishes is handed over as files, looked at first, and on record.
#[test]
fn col_1_acc_1_a_provider_is_installed_from_files_or_not_at_all() {
    let house = House::new();
    let before = house.entries();
    // A public key of RFC 7517.
    let key = r#"{"keys": [{"kty": "EC", "crv": "P-256", "kid": "1",
        "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4", "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"}]}"#;
    let metadata = |responses: &str| {
        format!(
            r#"{{"issuer": "https://id.example.org", "authorization_endpoint": "https://id.example.org/auth",
            "response_types_supported": [{responses}], "id_token_signing_alg_values_supported": ["ES256"]}}"#
        )
    };
    std::fs::write(house.path("keys.json"), key).unwrap();
    let install = || {
        let files = ["--metadata", "metadata.json", "--jwks", "keys.json", "--client", "grata"];
        house.json(&[&["provider", "install"][..], &files, &["--name", "School"]].concat())
    };
    let refused = install().expect(1);
    assert!(refused.errors.contains("metadata.json cannot be read"), "{}", refused.errors);
    std::fs::write(house.path("metadata.json"), metadata("\"code\"")).unwrap();
    let refused = install().expect(1);
    assert!(refused.errors.contains("no `id_token`"), "{}", refused.errors);
    assert_eq!(house.entries(), before, "nothing was done");
    house.run(&["provider", "show"]).expect(1);
    std::fs::write(house.path("metadata.json"), metadata("\"code\", \"id_token\"")).unwrap();
    install().expect(0);
    assert_eq!(house.entries(), before + 1);
    let shown = house.json(&["provider", "show"]).expect(0).lines().remove(0);
    assert_eq!((&shown["issuer"], &shown["keys"]), (&"https://id.example.org".into(), &1.into()));
    house.run(&["provider", "remove"]).expect(0);
    house.run(&["provider", "remove"]).expect(1);
    assert_eq!(house.entries(), before + 2);
}
