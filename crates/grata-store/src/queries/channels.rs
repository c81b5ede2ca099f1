//! Channels: the ways out of the house, as the organisation names them.

use std::collections::BTreeMap;

use grata_core::digest::Digest;
use grata_core::notice::Language;
use grata_core::purpose::{Audience, ChannelKey};
use grata_core::time::Timestamp;

use crate::error::{Result, StoreError};
use crate::queries::parsed;
use crate::tx::{Reader, Tx};
use crate::values;

/// A way out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Channel {
    /// Its key, which consents and receipts name; it never changes.
    pub key: ChannelKey,
    /// Who sees what leaves through it.
    pub audience: Audience,
    /// Since when it takes nothing new.
    pub retired_at: Option<Timestamp>,
    /// What people call it, by language. Empty: as grata calls it.
    pub titles: BTreeMap<Language, String>,
}

impl Reader {
    /// The channels that take something new.
    ///
    /// # Errors
    /// The database cannot be used.
    pub fn channels(&self) -> Result<Vec<(ChannelKey, Audience)>> {
        let sql = "SELECT name, audience FROM channels WHERE retired_at IS NULL ORDER BY name";
        self.tx.query(sql, &[])?.iter().map(|row| Ok((parsed(row, 0)?, parsed(row, 1)?))).collect()
    }

    /// All channels, those that are retired among them.
    ///
    /// # Errors
    /// The database cannot be used.
    pub fn all_channels(&self) -> Result<Vec<Channel>> {
        let mut titles: BTreeMap<String, BTreeMap<Language, String>> = BTreeMap::new();
        for row in self.tx.query("SELECT channel, language, title FROM channel_titles", &[])? {
            titles.entry(row.get(0)?).or_default().insert(parsed(&row, 1)?, row.get(2)?);
        }
        let rows = self.tx.query("SELECT name, audience, retired_at FROM channels ORDER BY name", &[])?;
        rows.iter()
            .map(|row| {
                let key: ChannelKey = parsed(row, 0)?;
                let titles = titles.remove(key.as_str()).unwrap_or_default();
                Ok(Channel { audience: parsed(row, 1)?, retired_at: row.get(2)?, titles, key })
            })
            .collect()
    }
}

impl Tx {
    /// Adds a channel, or changes who sees what leaves through it.
    ///
    /// # Errors
    /// The database cannot be used.
    pub fn put_channel(&mut self, name: &ChannelKey, audience: Audience) -> Result<()> {
        self.tx.execute(
            "INSERT INTO channels (name, audience) VALUES ($1, $2) \
             ON CONFLICT (name) DO UPDATE SET audience = excluded.audience",
            values![name.as_str(), audience.as_str()],
        )?;
        Ok(())
    }

    /// Sets what people call a channel.
    ///
    /// # Errors
    /// There is no such channel.
    pub fn title_channel(&mut self, name: &ChannelKey, titles: &BTreeMap<Language, String>) -> Result<()> {
        for (language, title) in titles {
            self.tx.execute(
                "INSERT INTO channel_titles (channel, language, title) VALUES ($1, $2, $3) \
                 ON CONFLICT (channel, language) DO UPDATE SET title = excluded.title",
                values![name.as_str(), language.as_str(), title.as_str()],
            )?;
        }
        Ok(())
    }

    /// Lets a channel take nothing new, or take it again. An older state must not forget the first (§8).
    ///
    /// # Errors
    /// There is no such channel, or it is so already.
    pub fn retire_channel(&mut self, name: &ChannelKey, retired: bool) -> Result<()> {
        let (at, was) = match retired {
            true => (Some(self.now()), "IS NULL"),
            false => (None, "IS NOT NULL"),
        };
        let sql = format!("UPDATE channels SET retired_at = $1 WHERE name = $2 AND retired_at {was}");
        if self.tx.execute(&sql, values![at, name.as_str()])? == 0 {
            return Err(StoreError::not_found("channel, or it is so already"));
        }
        if retired {
            self.touches_link(handle_of(name));
        }
        Ok(())
    }
}

/// By which a restored backup finds a channel.
pub(crate) fn handle_of(name: &ChannelKey) -> Digest {
    Digest::of_parts(&[b"channel", name.as_str().as_bytes()])
}
