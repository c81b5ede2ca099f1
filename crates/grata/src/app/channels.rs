//! The ways out of the house. An organisation adds its own, names them for people in every language, and
//! retires them: a retired channel takes no new answers and no new releases, and what has left by it can
//! be recalled as before.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use grata_core::audit::entry::EventKind;
use grata_core::notice::Language;
use grata_core::purpose::{Audience, ChannelKey};
use grata_store::queries::channels::Channel;
use grata_store::{Reader, Store, Tx};

use super::notice;
use crate::cx::By;
use crate::error::{AppError, ErrorKind};

/// What grata calls the channels of a fresh installation.
const DEFAULTS: [(&str, &str); 2] = [
    ("en", include_str!("../../templates/channels/en.toml")),
    ("fr", include_str!("../../templates/channels/fr.toml")),
];

static DEFAULT_TITLES: LazyLock<BTreeMap<&str, BTreeMap<String, String>>> = LazyLock::new(|| {
    // A test sees to it that each can be read.
    DEFAULTS.into_iter().map(|(code, text)| (code, toml::from_str(text).unwrap_or_default())).collect()
});

/// Longest title, in characters: it stands on a button.
const LONGEST_TITLE: usize = 60;

/// What people call the channels, in every language.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Titles(BTreeMap<ChannelKey, BTreeMap<Language, String>>);

impl Titles {
    /// As they are now.
    ///
    /// # Errors
    /// The store cannot be used.
    pub fn read(reader: &Reader) -> Result<Self, AppError> {
        Ok(Self::of_channels(&reader.all_channels()?))
    }

    /// Those of these channels.
    pub fn of_channels(channels: &[Channel]) -> Self {
        Self(channels.iter().map(|channel| (channel.key.clone(), channel.titles.clone())).collect())
    }

    /// What a channel is called in a language: as the organisation says, or as grata does; for one that
    /// nobody has named, its key.
    pub fn of(&self, language: &str, channel: &str) -> String {
        let own = self.0.iter().find(|(key, _)| key.as_str() == channel);
        let own = own.and_then(|(_, titles)| titles.iter().find(|(code, _)| code.as_str() == language));
        let title = own.map(|(_, title)| title);
        let default = || DEFAULT_TITLES.get(language).and_then(|titles| titles.get(channel));
        title.or_else(default).cloned().unwrap_or_else(|| channel.to_string())
    }
}

/// Whether a channel takes something new.
///
/// # Errors
/// `NotFound` with those there are; `Denied` if it is retired.
pub fn check_open(reader: &Reader, channel: &ChannelKey) -> Result<(), AppError> {
    let all = reader.all_channels()?;
    match all.iter().find(|one| one.key == *channel) {
        Some(one) if one.retired_at.is_none() => Ok(()),
        Some(_) => Err(AppError::new(ErrorKind::Denied, format!("the channel {channel} is retired"))
            .hint("It takes no new answers and no new releases. `grata channel list` prints the others.")),
        None => {
            let open = all.iter().filter(|one| one.retired_at.is_none());
            let names: Vec<&str> = open.map(|one| one.key.as_str()).collect();
            Err(AppError::new(ErrorKind::NotFound, format!("there is no channel {channel}"))
                .hint(format!("Channels are {}.", names.join(", "))))
        }
    }
}

/// A channel, whether or not it is retired.
///
/// # Errors
/// `NotFound` with those there are.
pub fn find(reader: &Reader, channel: &ChannelKey) -> Result<Channel, AppError> {
    let all = reader.all_channels()?;
    let names: Vec<&str> = all.iter().map(|one| one.key.as_str()).collect();
    let hint = format!("Channels are {}.", names.join(", "));
    let found = all.iter().find(|one| one.key == *channel).cloned();
    found.ok_or_else(|| {
        AppError::new(ErrorKind::NotFound, format!("there is no channel {channel}")).hint(hint)
    })
}

/// What became of a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    /// The channel as it is now.
    pub channel: Channel,
    /// Albums whose notice grata wrote, and has written anew.
    pub notices: usize,
    /// Titles of albums whose notice has words of its own: somebody has to change them.
    pub own_words: Vec<String>,
}

/// Adds a channel.
///
/// # Errors
/// There is one already, or a title is missing in a language.
pub fn add(
    store: &Store,
    key: &ChannelKey,
    audience: Audience,
    titles: &BTreeMap<Language, String>,
    by: By,
) -> Result<Changed, AppError> {
    let titles = checked(titles)?;
    change(store, key, by, |tx| {
        if tx.all_channels()?.iter().any(|one| one.key == *key) {
            return Err(AppError::new(ErrorKind::Conflict, format!("there is a channel {key} already"))
                .hint("`grata channel rename` changes what people call it. Nothing was done."));
        }
        tx.put_channel(key, audience)?;
        tx.title_channel(key, &titles)?;
        Ok(())
    })
}

/// Changes what people call a channel. Its key, which consents and receipts name, stays.
///
/// # Errors
/// There is no such channel, or a title is missing in a language.
pub fn rename(
    store: &Store,
    key: &ChannelKey,
    titles: &BTreeMap<Language, String>,
    by: By,
) -> Result<Changed, AppError> {
    let titles = checked(titles)?;
    change(store, key, by, |tx| {
        find(tx, key)?;
        Ok(tx.title_channel(key, &titles)?)
    })
}

/// Retires a channel, or takes that back.
///
/// # Errors
/// There is no such channel, or it is so already.
pub fn retire(store: &Store, key: &ChannelKey, retired: bool, by: By) -> Result<Changed, AppError> {
    change(store, key, by, |tx| {
        if find(tx, key)?.retired_at.is_some() == retired {
            let is = if retired { "retired already" } else { "not retired" };
            return Err(AppError::new(ErrorKind::Conflict, format!("the channel {key} is {is}"))
                .hint("Nothing was done."));
        }
        Ok(tx.retire_channel(key, retired)?)
    })
}

/// A title in every language that people are asked in, and in no other (TRA-5).
fn checked(titles: &BTreeMap<Language, String>) -> Result<BTreeMap<Language, String>, AppError> {
    let refused = |message: String| Err(AppError::new(ErrorKind::Invalid, message).hint("Nothing was done."));
    let wanted = notice::languages();
    for language in &wanted {
        if !titles.contains_key(language) {
            return refused(format!(
                "there is no title in the language `{language}`: give --title {language}=..."
            ));
        }
    }
    let mut checked = BTreeMap::new();
    for (language, title) in titles {
        let title = title.trim();
        if !wanted.contains(language) {
            return refused(format!("nobody is asked in the language `{language}`"));
        }
        if title.is_empty() || title.chars().count() > LONGEST_TITLE || title.chars().any(char::is_control) {
            return refused(format!(
                "the title in `{language}` has to be one line of 1 to {LONGEST_TITLE} letters"
            ));
        }
        checked.insert(language.clone(), title.to_string());
    }
    Ok(checked)
}

/// Changes a channel, and with it the notices that grata wrote: each lists the channels that there are.
/// Consents keep the words that they were given on.
fn change(
    store: &Store,
    key: &ChannelKey,
    by: By,
    work: impl FnOnce(&mut Tx) -> Result<(), AppError>,
) -> Result<Changed, AppError> {
    let mut tx = store.begin(by.at)?;
    let before = open(tx.all_channels()?);
    work(&mut tx)?;
    let after = open(tx.all_channels()?);
    let (mut notices, mut own_words) = (0, Vec::new());
    for album in tx.albums()? {
        let Some(now) = tx.notice(album.id)? else { continue };
        let (ours, wanted) = (notice::texts(&album, &before), notice::texts(&album, &after));
        if ours == wanted {
            continue;
        }
        let mut texts = now.texts().clone();
        let mut is_own = false;
        for (language, text) in &mut texts {
            match (ours.get(language), wanted.get(language)) {
                (Some(was), Some(is)) if was == text => text.clone_from(is),
                _ => is_own = true,
            }
        }
        let invalid =
            |error: grata_core::notice::NoticeFault| AppError::new(ErrorKind::Invalid, error.to_string());
        let next = now.revised(texts).map_err(invalid)?;
        if next.version() != now.version() {
            tx.insert_notice(album.id, &next)?;
            notices += 1;
        }
        if is_own {
            own_words.push(album.title);
        }
    }
    tx.commit(by.event(EventKind::ChannelChanged))?;
    Ok(Changed { channel: find(&store.read()?, key)?, notices, own_words })
}

/// Those that take something new: what a notice lists.
pub fn open(channels: Vec<Channel>) -> Vec<Channel> {
    channels.into_iter().filter(|channel| channel.retired_at.is_none()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tra_5_every_channel_of_a_fresh_installation_has_a_title_in_every_language() {
        let titles = Titles::default();
        for language in notice::languages() {
            for (key, _) in ChannelKey::DEFAULTS {
                assert_ne!(titles.of(language.as_str(), key), key, "{language}: {key}");
            }
        }
        assert_eq!(titles.of("en", "club-board"), "club-board");
    }
}
