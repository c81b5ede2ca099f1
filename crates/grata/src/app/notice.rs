//! The notice that grata writes for an album whose organisation has no words of its own.
//!
//! Adding a language is adding a file to `templates/notice/` and a line here (TRA-5).

use std::collections::BTreeMap;

use grata_core::notice::Language;
use grata_core::purpose::ChannelKey;
use grata_store::queries::albums::Album;

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
    Some(filled_in(template.1, album, &[]))
}

/// The notice of an album in every language there is a template for.
pub fn texts(album: &Album, channels: &[ChannelKey]) -> BTreeMap<Language, String> {
    let languages = TEMPLATES.iter().filter_map(|(code, text)| Some((code.parse().ok()?, text)));
    languages.map(|(language, text)| (language, filled_in(text, album, channels))).collect()
}

/// Goes through the template once: what is filled in is not looked at again.
fn filled_in(template: &str, album: &Album, channels: &[ChannelKey]) -> String {
    let list: String = channels.iter().map(|channel| format!("- {channel}\n")).collect();
    let keep_until = album.keep_until.to_string();
    let values = [
        ("{title}", album.title.as_str()),
        ("{controller}", &album.controller),
        ("{source}", &album.source),
        ("{purpose}", &album.purpose),
        ("{contact}", &album.contact),
        ("{keep_until}", &keep_until),
        ("{channels}", &list),
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
        let channels = ["website".parse().unwrap(), "print".parse().unwrap()];
        let texts = texts(&album, &channels);
        assert_eq!(texts.keys().map(Language::as_str).collect::<Vec<_>>(), ["en", "fr"]);
        for (language, text) in &texts {
            for item in
                ["T{contact}T", "CONTROLLER", "SOURCE", "PURPOSE", "CONTACT", "2028-12-31", "- print\n"]
            {
                assert!(text.contains(item), "{language}: {item}");
            }
            assert!(!text.replace("T{contact}T", "").contains('{'), "{language}");
        }
        let items = |text: &str| text.split("\n\n").count();
        assert_eq!(texts.values().map(|text| items(text)).collect::<Vec<_>>(), [10, 10]);
    }
}
