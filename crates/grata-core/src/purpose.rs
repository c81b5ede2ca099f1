//! What consent is asked for. One question, one answer: nothing here has an "all of it" (CON-3).

use std::fmt;
use std::str::FromStr;

use crate::id::AlbumId;

/// A way out of the house, such as `website` or `print`. Channels are data: an organisation names
/// its own. Each is a purpose of its own, with a question and an answer of its own (CON-11).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChannelKey(String);

/// A text that cannot name a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a channel is named with 1 to 32 small letters, digits and hyphens, and not `find` or `notify`")]
pub struct NotAChannel;

impl ChannelKey {
    /// Where anybody can see it, on the organisation's own site.
    pub const WEBSITE: &str = "website";
    /// Channels of a fresh installation.
    pub const DEFAULTS: [(&str, Audience); 4] = [
        (Self::WEBSITE, Audience::Everyone),
        ("print", Audience::Everyone),
        ("social-media", Audience::Everyone),
        ("gallery", Audience::Members),
    ];

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ChannelKey {
    type Err = NotAChannel;

    fn from_str(text: &str) -> Result<Self, NotAChannel> {
        let fits = (1..=32).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        let taken = [FIND, NOTIFY].contains(&text);
        if fits && !taken { Ok(Self(text.to_string())) } else { Err(NotAChannel) }
    }
}

impl fmt::Display for ChannelKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Who can see what leaves through a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// Anybody, and what runs on their machines: CON-3 (c).
    Everyone,
    /// Those who are let in: CON-3 (b).
    Members,
}

impl Audience {
    /// The word to store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Everyone => "everyone",
            Self::Members => "members",
        }
    }
}

impl FromStr for Audience {
    type Err = NotAChannel;

    fn from_str(text: &str) -> Result<Self, NotAChannel> {
        [Self::Everyone, Self::Members].into_iter().find(|one| one.as_str() == text).ok_or(NotAChannel)
    }
}

const FIND: &str = "find";
const NOTIFY: &str = "notify";

/// A purpose as it is stored; the types below are what permits are made of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PurposeKind {
    /// Show me in what leaves through this channel.
    Publish(ChannelKey),
    /// Compare faces to find me: CON-3 (a). No code here compares; the answer can be no.
    Find,
    /// Send me news about my photos: CON-3 (d).
    Notify,
}

impl PurposeKind {
    /// Whether a staff member may record a signed form for it (CON-12, ABU-14).
    pub const fn allows_paper(&self) -> bool {
        matches!(self, Self::Publish(_))
    }
}

impl fmt::Display for PurposeKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Publish(channel) => write!(f, "publish:{channel}"),
            Self::Find => f.write_str(FIND),
            Self::Notify => f.write_str(NOTIFY),
        }
    }
}

/// A text that names no purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a purpose is `find`, `notify` or `publish:` with a channel")]
pub struct NotAPurpose;

impl FromStr for PurposeKind {
    type Err = NotAPurpose;

    fn from_str(text: &str) -> Result<Self, NotAPurpose> {
        match text {
            FIND => Ok(Self::Find),
            NOTIFY => Ok(Self::Notify),
            _ => {
                let channel = text.strip_prefix("publish:").ok_or(NotAPurpose)?;
                channel.parse().map(Self::Publish).map_err(|_| NotAPurpose)
            }
        }
    }
}

/// What one consent act answers: this purpose, for the photos of this album. Naming both is what
/// makes a consent specific (CON-11).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Question {
    /// Whose photos.
    pub album: AlbumId,
    /// To what end.
    pub purpose: PurposeKind,
}

mod sealed {
    pub trait Sealed {}
}

/// A purpose as a type, so that a permit for one cannot be used for another (COL-3). The list is
/// closed:
///
/// ```compile_fail,E0277
/// # use grata_core::purpose::{Purpose, Question};
/// #[derive(Debug, Clone)]
/// struct Attendance(Question);
///
/// impl Purpose for Attendance {
///     fn question(&self) -> Question {
///         self.0.clone()
///     }
/// }
/// ```
pub trait Purpose: sealed::Sealed + Clone + fmt::Debug {
    /// The question whose answer decides.
    fn question(&self) -> Question;
}

/// Showing a person in what leaves an album through a channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Publish {
    /// Whose photos.
    pub album: AlbumId,
    /// Which way out.
    pub channel: ChannelKey,
}

/// How far a link to finished photos leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// To one album.
    Album,
    /// To every album that was released through the same channel.
    AllAlbums,
}

/// What whoever has a link to finished photos may see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shared {
    /// The album and channel that it was made for.
    pub publish: Publish,
    /// How far it leads.
    pub reach: Reach,
}

impl Shared {
    /// Whether it opens what was released of an album through a channel. Never through another channel:
    /// people said yes to one at a time (CON-11).
    pub fn opens(&self, publish: &Publish) -> bool {
        self.publish.channel == publish.channel
            && (self.reach == Reach::AllAlbums || self.publish.album == publish.album)
    }
}

impl sealed::Sealed for Publish {}
impl Purpose for Publish {
    fn question(&self) -> Question {
        Question { album: self.album, purpose: PurposeKind::Publish(self.channel.clone()) }
    }
}

/// Comparing faces in an album to find a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Find {
    /// Whose photos.
    pub album: AlbumId,
}

impl sealed::Sealed for Find {}
impl Purpose for Find {
    fn question(&self) -> Question {
        Question { album: self.album, purpose: PurposeKind::Find }
    }
}

/// Sending a person news about an album.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notify {
    /// Which album.
    pub album: AlbumId,
}

impl sealed::Sealed for Notify {}
impl Purpose for Notify {
    fn question(&self) -> Question {
        Question { album: self.album, purpose: PurposeKind::Notify }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn con_3_every_purpose_is_stored_under_a_word_of_its_own() {
        for word in ["find", "notify", "publish:website", "publish:print", "publish:gallery"] {
            assert_eq!(word.parse::<PurposeKind>().unwrap().to_string(), word);
        }
        for word in ["", "publish", "publish:", "publish:find", "publish:Web", "all", "publish:a b"] {
            assert_eq!(word.parse::<PurposeKind>(), Err(NotAPurpose), "{word}");
        }
    }

    #[test]
    fn con_12_only_publication_may_come_on_paper() {
        assert!("publish:print".parse::<PurposeKind>().unwrap().allows_paper());
        assert!(!PurposeKind::Find.allows_paper());
        assert!(!PurposeKind::Notify.allows_paper());
    }
}
