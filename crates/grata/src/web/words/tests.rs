//! Every message in every language, and every message that something says.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use grata_core::audit::entry::EventKind;
use grata_core::consent::Reason;

use super::*;

/// Messages with the values that stand in them.
fn messages(text: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut key = String::new();
    for line in text.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
        if !line.starts_with(' ') && !line.starts_with('}') {
            key = line.split(" =").next().unwrap().to_string();
            assert!(found.insert(key.clone(), BTreeSet::new()).is_none(), "{key} stands there twice");
        }
        for part in line.split('$').skip(1) {
            let name: String = part.chars().take_while(|letter| letter.is_ascii_lowercase()).collect();
            found.get_mut(&key).unwrap().insert(name);
        }
    }
    found
}

fn all() -> Vec<(&'static str, BTreeMap<String, BTreeSet<String>>)> {
    FILES.iter().map(|(code, _, text)| (*code, messages(text))).collect()
}

#[test]
fn tra_5_every_language_has_the_same_messages_with_the_same_values() {
    let all = all();
    let (_, first) = &all[0];
    for (code, messages) in &all[1..] {
        // Which values a message uses may differ by its number alone.
        let plain = |of: &BTreeMap<String, BTreeSet<String>>| -> BTreeMap<String, BTreeSet<String>> {
            of.iter().map(|(key, names)| (key.clone(), names.clone())).collect()
        };
        assert_eq!(plain(messages), plain(first), "{code}");
    }
    for (code, _, text) in FILES {
        if let Err((_, faults)) = FluentResource::try_new(text.to_string()) {
            panic!("{code}: {faults:?}");
        }
    }
}

/// Keys that are said with a value in their name, by what comes before it.
fn spelled_out() -> BTreeSet<String> {
    let mut keys = BTreeSet::new();
    let mut add = |start: &str, ends: &[&str]| keys.extend(ends.iter().map(|end| format!("{start}{end}")));
    let months: Vec<String> = (1..=12).map(|month| month.to_string()).collect();
    add("month-", &months.iter().map(String::as_str).collect::<Vec<_>>());
    let reasons: Vec<&str> = Reason::ALL.iter().map(|reason| reason.as_str()).collect();
    add("reason-", &reasons);
    add("me-", &reasons.iter().copied().filter(|reason| *reason != "never-asked").collect::<Vec<_>>());
    add(
        "reason-",
        &["unknown", "objection", "hidden-before", "uncovered", "waits-for-review", "other-album"],
    );
    add("withheld-", &["objection", "waits-for-review", "other-album"]);
    add("channel-", &["find", "notify"]);
    add("state-", &["doubtful", "open", "ready", "released", "recalled"]);
    add("audience-", &["everyone", "members"]);
    add("me-audience-", &["everyone", "members"]);
    add("request-", &["access", "erase", "restrict", "object", "export", "rectify"]);
    add(
        "receipt-",
        &["consentgiven", "consentrefused", "consentwithdrawn", "consentcontested", "consentexpired"],
    );
    for role in grata_store::queries::accounts::Role::ALL {
        add("role-", &[role.as_str(), &format!("{}-help", role.as_str())]);
    }
    add("why-", &grata_core::emergency::Why::ALL.map(|why| why.as_str()));
    add("missing-", &grata_core::basis::Missing::ALL.map(|one| one.as_str()));
    add("group-profile-", &grata_core::basis::Profile::ALL.map(|one| one.as_str()));
    for trouble in [
        "not-found",
        "forbidden",
        "foreign",
        "too-often",
        "too-large",
        "broken-off",
        "invalid",
        "denied",
        "conflict",
        "unavailable",
        "internal",
        "passkey",
    ] {
        add("trouble-", &[trouble, &format!("{trouble}-advice")]);
    }
    for table in grata_store::Reader::tables_naming_people().unwrap() {
        let table = table.replace('_', "-");
        add("held-", &[&table, &format!("{table}-why")]);
    }
    keys
}

/// Words that stand for what the log knows, read from its own list.
fn of_the_log(start: &str, source: &str) -> BTreeSet<String> {
    let words = source.split(|letter: char| !letter.is_ascii_alphanumeric());
    let mut keys = BTreeSet::new();
    for word in words.filter(|word| word.starts_with(|letter: char| letter.is_ascii_uppercase())) {
        let mut key = String::from(start);
        for (at, letter) in word.char_indices() {
            if at > 0 && letter.is_ascii_uppercase() {
                key.push('-');
            }
            key.push(letter.to_ascii_lowercase());
        }
        keys.insert(key);
    }
    keys
}

#[test]
fn tra_5_every_message_is_said_and_everything_that_is_said_is_a_message() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut said = spelled_out();
    let entry = std::fs::read_to_string(root.join("../grata-core/src/audit/entry.rs")).unwrap();
    let list = |name: &str| {
        let from = entry.split_once(&format!("pub enum {name} {{")).unwrap().1;
        from.split_once('}').unwrap().0.to_string()
    };
    said.extend(of_the_log("event-", &list("EventKind")));
    said.extend(of_the_log("count-", &list("Count")));
    assert_eq!(serde_json::to_value(EventKind::NotMeTakenBack).unwrap(), "not-me-taken-back");
    let (_, messages) = &all()[0];
    let texts: Vec<String> = texts().into_iter().map(|(_, text)| text).collect();
    let is_quoted = |key: &&String| texts.iter().any(|text| text.contains(&format!("\"{key}\"")));
    said.extend(messages.keys().filter(is_quoted).cloned());
    let silent: Vec<_> = messages.keys().filter(|key| !said.contains(*key)).collect();
    assert!(silent.is_empty(), "nothing says {silent:?}");
    let missing: Vec<_> = spelled_out().into_iter().filter(|key| !messages.contains_key(key)).collect();
    assert!(missing.is_empty(), "no message for {missing:?}");
    let missing: Vec<_> = of_the_log("event-", &list("EventKind"))
        .union(&of_the_log("count-", &list("Count")))
        .filter(|key| !messages.contains_key(*key))
        .cloned()
        .collect();
    assert!(missing.is_empty(), "no message for {missing:?}");
}

/// Templates and the sources of pages.
fn texts() -> Vec<(std::path::PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let below = |folder: &str| walkdir::WalkDir::new(root.join(folder)).into_iter().flatten();
    let files = below("templates").chain(below("src/web")).filter(|file| file.file_type().is_file());
    let read = |file: walkdir::DirEntry| {
        let text = std::fs::read_to_string(file.path()).unwrap();
        (file.into_path(), text)
    };
    files.filter(|file| !file.path().ends_with("words/tests.rs")).map(read).collect()
}

/// What templates say is a message: the argument of each call, where it is a plain text.
#[test]
fn tra_5_no_template_says_what_is_no_message() {
    let (_, messages) = &all()[0];
    for (path, text) in texts() {
        for call in ["words.t(\"", "words.n(\"", "words.a(\"", "words.with(\"", "words.with(\n        \""] {
            for rest in text.split(call).skip(1) {
                let key = rest.split('"').next().unwrap();
                assert!(messages.contains_key(key), "{}: {key}", path.display());
            }
        }
    }
}

#[test]
fn a_browser_gets_the_language_it_asks_for() {
    for (asked, code) in
        [("fr-FR,fr;q=0.9,en;q=0.8", "fr"), ("de,fr;q=0.5", "fr"), ("de", "en"), ("", "en"), ("EN-gb", "en")]
    {
        assert_eq!(Words::wanted(asked).code(), code, "{asked}");
    }
}

#[test]
fn numbers_and_days_read_as_people_write_them() {
    let (english, french) = (Words::of("en").unwrap(), Words::of("fr").unwrap());
    assert_eq!(english.n("photos", 1_usize), "1 photo");
    assert_eq!(french.n("faces", 0_usize), "0 visage");
    let day = "2026-09-05".parse().unwrap();
    assert_eq!(
        (english.day(day).as_ref(), french.day(day).as_ref()),
        ("5 September 2026", "5 septembre 2026")
    );
}
