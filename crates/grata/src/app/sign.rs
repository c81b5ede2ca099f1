//! The sign that tells people before photos are taken (TRA-2): a page A4 in each language, made from what the
//! album records, with the address of its notice and the same as a code.
//!
//! Adding a language is adding a file to `templates/sign/` and a line here (TRA-5).

use grata_core::notice::Language;
use grata_core::time::Date;
use grata_store::Reader;
use grata_store::queries::albums::Album;
use serde::Deserialize;

use super::channels::{Titles, open};
use super::people;
use crate::error::{AppError, ErrorKind};
use crate::qr::Code;
use crate::words::harmless;

mod drawing;

use drawing::{NoSign, Sheet, pdf};

/// Languages with what a sign says.
const TEXTS: [(&str, &str); 2] = [
    ("en", include_str!("../../templates/sign/en.toml")),
    ("fr", include_str!("../../templates/sign/fr.toml")),
];

/// What a sign says in one language.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Texts {
    heading: String,
    by: String,
    promise: String,
    purpose: String,
    channels: String,
    source: String,
    kept: String,
    choose: String,
    write: String,
    object: String,
    rights: String,
    day: String,
    months: Vec<String>,
}

impl Texts {
    fn of(code: &str) -> Result<Self, AppError> {
        let known = TEXTS.iter().find(|(known, _)| *known == code);
        let (_, text) = known.ok_or_else(|| {
            let codes = TEXTS.map(|(code, _)| code).join(", ");
            AppError::new(ErrorKind::NotFound, "there is no sign in this language")
                .hint(format!("There are signs in: {codes}."))
        })?;
        // A test reads all of them.
        toml::from_str(text)
            .map_err(|error| AppError::new(ErrorKind::Internal, "the words of a sign").because(error))
    }

    fn day(&self, date: Date) -> String {
        let month = usize::try_from(date.month() - 1).ok().and_then(|month| self.months.get(month));
        let filled = self.day.replace("{day}", &date.day().to_string());
        filled
            .replace("{month}", month.map_or("", String::as_str))
            .replace("{year}", &date.year().to_string())
    }
}

/// The languages that signs are made in.
pub fn languages() -> Vec<Language> {
    TEXTS.iter().filter_map(|(code, _)| code.parse().ok()).collect()
}

/// Where the notice of an album is to be read, by anybody.
///
/// # Errors
/// The store cannot be used.
pub fn address(reader: &Reader, album: &Album) -> Result<String, AppError> {
    Ok(format!("{}/notice/{}", people::address(reader)?, album.id))
}

/// The sign of an album in one language, as a PDF file.
///
/// # Errors
/// There is none in this language, or something that the album records does not fit on it.
pub fn make(reader: &Reader, album: &Album, language: &Language) -> Result<Vec<u8>, AppError> {
    let texts = Texts::of(language.as_str())?;
    let address = address(reader, album)?;
    let channels = open(reader.all_channels()?);
    let titles = Titles::of_channels(&channels);
    let names: Vec<String> =
        channels.iter().map(|one| titles.of(language.as_str(), one.key.as_str())).collect();
    let sheet = Sheet {
        language: language.to_string(),
        heading: texts.heading.clone(),
        title: album.title.clone(),
        by: texts.by.replace("{controller}", &album.controller),
        promise: texts.promise.clone(),
        facts: vec![
            (texts.purpose.clone(), album.purpose.clone()),
            (texts.channels.clone(), names.join(", ")),
            (texts.source.clone(), album.source.clone()),
            (texts.kept.clone(), texts.day(album.keep_until)),
        ],
        choose: texts.choose.clone(),
        write: texts.write.replace("{contact}", &album.contact),
        object: texts.object.clone(),
        rights: texts.rights.clone(),
        code: Code::of(&address)?.runs(),
        address,
    };
    pdf(&sheet).map_err(|none| match none {
        NoSign::Letter(letter) => {
            let message =
                format!("the album says something with the letter {letter:?}, which the sign cannot show");
            AppError::new(ErrorKind::Invalid, message)
                .hint("Signs are written in Latin letters, with the accents of Western Europe.")
        }
        NoSign::TooLong(text) => {
            let message = format!("this is too long for the sign: {}", harmless(&text));
            AppError::new(ErrorKind::Invalid, message)
                .hint("The notice behind the code has room for all of it.")
        }
        NoSign::Fault => AppError::new(ErrorKind::Internal, "the sign cannot be drawn"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::notice;

    #[test]
    fn tra_5_there_is_a_sign_in_every_language_that_people_are_asked_in() {
        assert_eq!(languages(), notice::languages());
        for language in languages() {
            let texts = Texts::of(language.as_str()).unwrap();
            assert_eq!(texts.months.len(), 12, "{language}");
            assert!(texts.by.contains("{controller}") && texts.write.contains("{contact}"), "{language}");
            assert!(texts.day("2028-02-09".parse().unwrap()).contains("9"), "{language}");
        }
        assert_eq!(Texts::of("fr").unwrap().day("2028-02-09".parse().unwrap()), "9 février 2028");
        assert!(Texts::of("de").is_err());
    }
}
