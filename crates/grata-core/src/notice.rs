//! The exact text a person was shown when they were asked. One changed character is a new version
//! (CON-6), and no language stands in for another (TRA-5).

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use crate::digest::Digest;

/// A language by its two or three letters, such as `fr`. Languages are data.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Language(String);

/// A text that names no language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a language is two or three small letters, such as `fr`")]
pub struct NotALanguage;

impl FromStr for Language {
    type Err = NotALanguage;

    fn from_str(text: &str) -> Result<Self, NotALanguage> {
        let fits = (2..=3).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_lowercase());
        if fits { Ok(Self(text.to_string())) } else { Err(NotALanguage) }
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Language {
    /// The letters.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Counts the wordings of a notice, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NoticeVersion(pub u32);

/// Why a text is not a notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoticeFault {
    /// No language at all.
    #[error("a notice needs a text in at least one language")]
    NoText,
    /// A text of spaces.
    #[error("the text of a notice is empty in one language")]
    EmptyText,
    /// A version that has gone by.
    #[error("the versions of this notice have run out")]
    TooMany,
}

/// A notice in one version: the same content in each of its languages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    version: NoticeVersion,
    texts: BTreeMap<Language, String>,
}

impl Notice {
    /// The first version.
    ///
    /// # Errors
    /// A notice has at least one text, and none of them is empty.
    pub fn first(texts: BTreeMap<Language, String>) -> Result<Self, NoticeFault> {
        Self::of_version(NoticeVersion(1), texts)
    }

    /// The version that was stored under this number.
    ///
    /// # Errors
    /// As for [`Notice::first`].
    pub fn of_version(
        version: NoticeVersion,
        texts: BTreeMap<Language, String>,
    ) -> Result<Self, NoticeFault> {
        if texts.is_empty() {
            return Err(NoticeFault::NoText);
        }
        if texts.values().any(|text| text.trim().is_empty()) {
            return Err(NoticeFault::EmptyText);
        }
        Ok(Self { version, texts })
    }

    /// The next version, or this one if not a single character has changed.
    ///
    /// # Errors
    /// As for [`Notice::first`].
    pub fn revised(&self, texts: BTreeMap<Language, String>) -> Result<Self, NoticeFault> {
        if texts == self.texts {
            return Ok(self.clone());
        }
        let next = self.version.0.checked_add(1).ok_or(NoticeFault::TooMany)?;
        Self::of_version(NoticeVersion(next), texts)
    }

    /// Which version this is.
    pub fn version(&self) -> NoticeVersion {
        self.version
    }

    /// The texts by language.
    pub fn texts(&self) -> &BTreeMap<Language, String> {
        &self.texts
    }

    /// What a person who reads `language` is shown; `None` where the notice is missing in it, and
    /// then nobody can be asked in it (TRA-5).
    pub fn shown_in(&self, language: &Language) -> Option<NoticeShown> {
        let text = self.texts.get(language)?;
        Some(NoticeShown {
            version: self.version,
            language: language.clone(),
            hash: Digest::of(text.as_bytes()),
        })
    }
}

/// Which text somebody had before their eyes. Every act carries one (7(1): the controller shows it).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeShown {
    /// The version.
    pub version: NoticeVersion,
    /// The language it was read in.
    pub language: Language,
    /// SHA-256 of the exact text.
    pub hash: Digest,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(of: &[(&str, &str)]) -> BTreeMap<Language, String> {
        of.iter().map(|(language, text)| (language.parse().unwrap(), (*text).to_string())).collect()
    }

    #[test]
    fn con_6_one_changed_character_is_a_new_version() {
        let first = Notice::first(texts(&[("fr", "Oui ?"), ("en", "Yes?")])).unwrap();
        assert_eq!(first.revised(first.texts().clone()).unwrap().version(), NoticeVersion(1));
        let next = first.revised(texts(&[("fr", "Oui ?"), ("en", "Yes.")])).unwrap();
        assert_eq!(next.version(), NoticeVersion(2));
        let english = "en".parse().unwrap();
        assert_ne!(first.shown_in(&english).unwrap().hash, next.shown_in(&english).unwrap().hash);
    }

    #[test]
    fn tra_5_nobody_is_asked_in_a_language_without_notice() {
        let notice = Notice::first(texts(&[("fr", "Oui ?")])).unwrap();
        assert_eq!(notice.shown_in(&"en".parse().unwrap()), None);
        assert_eq!(Notice::first(texts(&[("fr", " \n")])), Err(NoticeFault::EmptyText));
        assert_eq!(Notice::first(texts(&[])), Err(NoticeFault::NoText));
        assert_eq!("en-GB".parse::<Language>(), Err(NotALanguage));
    }
}
