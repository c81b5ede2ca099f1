//! What the access package says in words of its own, in every language there is a file for.
//!
//! Adding a language is adding a file to `templates/access/` and a line here (TRA-5).

use std::collections::BTreeMap;

use grata_core::notice::Language;
use serde::Deserialize;

use crate::error::{AppError, ErrorKind};

/// Languages with their texts.
const TEXTS: [(&str, &str); 2] = [
    ("en", include_str!("../../../templates/access/en.toml")),
    ("fr", include_str!("../../../templates/access/fr.toml")),
];

/// The texts of one language.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "each text says what it is")]
pub struct Messages {
    #[serde(skip)]
    pub language: String,
    pub title: String,
    pub made_on: String,
    pub as_data: String,
    pub reasons: String,
    pub photos: String,
    pub photos_note: String,
    pub photo_alt: String,
    pub photo_failed: String,
    pub recipients: String,
    pub views: String,
    pub evidence: String,
    pub receipts: String,
    pub held: String,
    pub log: String,
    pub nothing: String,
    pub categories: Vec<String>,
    pub rights: Vec<String>,
    pub automated: String,
    pub templates: String,
    pub templates_kept: String,
    pub templates_none: String,
    pub transfers: String,
    pub backups: String,
    words: BTreeMap<String, String>,
    said: BTreeMap<String, String>,
}

impl Messages {
    /// The texts in a language. None stands in for another.
    ///
    /// # Errors
    /// `NotFound` if there are none in this one.
    pub fn of(language: &Language) -> Result<Self, AppError> {
        let known = TEXTS.iter().find(|(code, _)| *code == language.as_str());
        let Some((code, text)) = known else {
            let codes = TEXTS.map(|(code, _)| code).join(", ");
            let message = format!("there is no access package in the language `{language}`");
            return Err(AppError::new(ErrorKind::NotFound, message).hint(format!(
                "Give one that the person reads with --language: {codes}. Nothing was done."
            )));
        };
        let texts: Self = toml::from_str(text).map_err(|error| {
            AppError::new(ErrorKind::Internal, format!("the texts in `{code}` cannot be read")).because(error)
        })?;
        Ok(Self { language: (*code).to_string(), ..texts })
    }

    /// What a table, a column or another member of the data is called.
    pub fn word<'a>(&'a self, name: &'a str) -> &'a str {
        self.words.get(name).map_or(name, String::as_str)
    }

    /// A sentence that stands in the data in English.
    pub fn said<'a>(&'a self, text: &'a str) -> &'a str {
        self.said.get(text).map_or(text, String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use grata_store::inventory::Inventory;

    use super::*;

    /// TRA-5: the same texts in every language, and one for everything that the inventory gives.
    #[test]
    fn tra_5_every_language_says_everything() {
        let all = TEXTS.map(|(code, _)| Messages::of(&code.parse().unwrap()).unwrap());
        let inventory = Inventory::load().unwrap();
        for texts in &all {
            let words = |texts: &Messages| texts.words.keys().cloned().collect::<BTreeSet<_>>();
            assert_eq!(words(texts), words(&all[0]), "{}", texts.language);
            assert_eq!(texts.categories.len(), all[0].categories.len());
            assert_eq!(texts.rights.len(), all[0].rights.len());
            let naming: BTreeSet<String> = grata_store::Reader::tables_naming_people().unwrap();
            for (table, column, label) in inventory.columns() {
                if !label.in_package() || !naming.contains(table) {
                    continue;
                }
                let column = column.strip_prefix("sealed_").unwrap_or(column);
                for word in [table, column] {
                    assert!(texts.words.contains_key(word), "{}: {word}", texts.language);
                }
                let said = texts.language == "en" || texts.said.contains_key(&label.why);
                assert!(said, "{}: {}", texts.language, label.why);
            }
        }
        assert!(Messages::of(&"de".parse().unwrap()).is_err());
    }
}
