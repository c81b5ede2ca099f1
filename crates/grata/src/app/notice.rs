//! The notice that grata writes for an album whose organisation has no words of its own.
//!
//! Adding a language is adding a file to `templates/notice/` and a line here (TRA-5).

use std::collections::BTreeMap;

use grata_core::notice::Language;
use grata_store::queries::albums::Album;
use grata_store::queries::channels::Channel;

use super::channels::Titles;

/// Languages with their texts.
const TEMPLATES: [(&str, &str); 2] = [
    ("en", include_str!("../../templates/notice/en.txt")),
    ("fr", include_str!("../../templates/notice/fr.txt")),
];

/// The same in words for children (TRA-1).
const FOR_CHILDREN: [(&str, &str); 2] = [
    ("en", include_str!("../../templates/notice/child/en.txt")),
    ("fr", include_str!("../../templates/notice/child/fr.txt")),
];

/// What a notice says, in words for children; it stands beside the notice, never in its place.
pub fn for_children(language: &str, album: &Album) -> Option<String> {
    let template = FOR_CHILDREN.iter().find(|(code, _)| *code == language)?;
    Some(filled_in(template.1, album, ""))
}

/// The languages that people are asked in.
pub fn languages() -> Vec<Language> {
    TEMPLATES.iter().filter_map(|(code, _)| code.parse().ok()).collect()
}

/// The notice of an album in every language there is a template for.
pub fn texts(album: &Album, channels: &[Channel]) -> BTreeMap<Language, String> {
    let titles = Titles::of_channels(channels);
    let languages = TEMPLATES.iter().filter_map(|(code, text)| Some((code.parse().ok()?, text)));
    let text_in = |(language, text): (Language, &&str)| {
        let title = |channel: &Channel| format!("- {}\n", titles.of(language.as_str(), channel.key.as_str()));
        let list: String = channels.iter().map(title).collect();
        let text = filled_in(text, album, &list);
        (language, text)
    };
    languages.map(text_in).collect()
}

/// Goes through the template once: what is filled in is not looked at again.
fn filled_in(template: &str, album: &Album, channels: &str) -> String {
    let keep_until = album.keep_until.to_string();
    let values = [
        ("{title}", album.title.as_str()),
        ("{controller}", &album.controller),
        ("{source}", &album.source),
        ("{purpose}", &album.purpose),
        ("{contact}", &album.contact),
        ("{keep_until}", &keep_until),
        ("{channels}", channels),
    ];
    let mut text = String::with_capacity(template.len() + 200);
    let mut rest = template;
    while let Some(start) = rest.find('{') {
        let (before, from) = rest.split_at(start);
        text.push_str(before);
        match values.iter().find(|(name, _)| from.starts_with(name)) {
            Some((name, value)) => {
                text.push_str(value);
                rest = &from[name.len()..];
            }
            None => {
                text.push('{');
                rest = &from[1..];
            }
        }
    }
    text + rest
}

#[cfg(test)]
mod tests {
    use grata_core::id::AlbumId;
    use grata_core::purpose::Audience;

    use super::*;

    /// TRA-5, TRA-1: the same items in every language, and none of them empty.
    #[test]
    fn tra_5_every_language_says_everything() {
        let album = Album {
            id: AlbumId::from_bytes([1; 16]),
            title: "T{contact}T".into(),
            controller: "CONTROLLER".into(),
            source: "SOURCE".into(),
            purpose: "PURPOSE".into(),
            contact: "CONTACT".into(),
            audience: Audience::Everyone,
            keep_until: "2028-12-31".parse().unwrap(),
        };
        let channels = ["website", "board"].map(|key| Channel {
            key: key.parse().unwrap(),
            audience: Audience::Everyone,
            retired_at: None,
            titles: ["en", "fr"].map(|code| (code.parse().unwrap(), format!("{key} in {code}"))).into(),
        });
        let texts = texts(&album, &channels);
        assert_eq!(texts.keys().map(Language::as_str).collect::<Vec<_>>(), ["en", "fr"]);
        for (language, text) in &texts {
            for item in ["T{contact}T", "CONTROLLER", "SOURCE", "PURPOSE", "CONTACT", "2028-12-31"] {
                assert!(text.contains(item), "{language}: {item}");
            }
            assert!(text.contains(&format!("- board in {language}\n")), "{text}");
            assert!(!text.replace("T{contact}T", "").contains('{'), "{language}");
        }
        let items = |text: &str| text.split("\n\n").count();
        assert_eq!(texts.values().map(|text| items(text)).collect::<Vec<_>>(), [10, 10]);
    }
}
