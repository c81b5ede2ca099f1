//! Names that say nothing: 128 random bits each, never derived from what they stand for (BYS-2).

use std::fmt;
use std::str::FromStr;

pub use rand_core::CryptoRng;
use uuid::{Builder, Uuid};

/// A text that is no id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not an id")]
pub struct NotAnId;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl $name {
            /// A fresh one. Nothing about it can be guessed from another.
            pub fn random(rng: &mut dyn CryptoRng) -> Self {
                let mut bytes = [0; 16];
                rng.fill_bytes(&mut bytes);
                Self(Builder::from_random_bytes(bytes).into_uuid())
            }

            /// The one that was stored as these bytes.
            pub const fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(Uuid::from_bytes(bytes))
            }

            /// The bytes to store.
            pub const fn as_bytes(&self) -> &[u8; 16] {
                self.0.as_bytes()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.as_hyphenated().fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0.as_hyphenated())
            }
        }

        impl FromStr for $name {
            type Err = NotAnId;

            fn from_str(text: &str) -> Result<Self, NotAnId> {
                Uuid::parse_str(text).map(Self).map_err(|_| NotAnId)
            }
        }
    )+};
}

ids! {
    /// An album: photos of one occasion or season, with the rules they were collected under.
    AlbumId;
    /// A photo: the sealed original.
    PhotoId;
    /// A face: a region of one photo. Random per photo; the same person has another one in the next.
    FaceId;
    /// A person in a picture.
    SubjectId;
    /// A person who answers for a child.
    GuardianId;
    /// Someone who signs in.
    AccountId;
    /// One consent act.
    ActId;
    /// A signed form, as it was scanned.
    EvidenceId;
    /// What two people open for an hour.
    EmergencyId;
    /// One hand tag.
    TagId;
    /// One mark "this is not me".
    NotMeId;
    /// One objection.
    ObjectionId;
    /// A release: the decision to publish an album's photos through one channel.
    ReleaseId;
    /// An image made for one release.
    RenditionId;
    /// A passkey of somebody who signs in.
    PasskeyId;
    /// What somebody who enrolled is found by.
    TemplateId;
    /// A question to somebody who enrolled: is this you?
    SuggestionId;
    /// A request about somebody's rights.
    RequestId;
    /// One erasure; the only name under which an erased person is still known, to nobody.
    TombstoneId;
}

impl AccountId {
    /// Its beginning, for people to read and compare.
    pub fn short(&self) -> String {
        self.to_string().chars().take(8).collect()
    }
}

/// Chance that repeats itself, for the tests of this crate.
#[cfg(test)]
pub(crate) mod counting {
    use std::convert::Infallible;

    use rand_core::{TryCryptoRng, TryRng};

    /// Counts upwards.
    #[derive(Debug, Default)]
    pub struct CountingRng(u64);

    impl TryRng for CountingRng {
        type Error = Infallible;

        fn try_next_u32(&mut self) -> Result<u32, Infallible> {
            self.try_next_u64().map(|number| number as u32)
        }

        fn try_next_u64(&mut self) -> Result<u64, Infallible> {
            self.0 += 1;
            Ok(self.0)
        }

        fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
            for chunk in bytes.chunks_mut(8) {
                let number = self.try_next_u64()?.to_be_bytes();
                chunk.copy_from_slice(&number[..chunk.len()]);
            }
            Ok(())
        }
    }

    impl TryCryptoRng for CountingRng {}
}

#[cfg(test)]
mod tests {
    use super::counting::CountingRng;
    use super::*;

    #[test]
    fn bys_2_two_ids_have_nothing_in_common_and_come_back_from_their_text() {
        let mut rng = CountingRng::default();
        let first = FaceId::random(&mut rng);
        let second = FaceId::random(&mut rng);
        assert_ne!(first, second);
        assert_eq!(first.to_string().parse(), Ok(first));
        assert_eq!(FaceId::from_bytes(*first.as_bytes()), first);
        assert_eq!("alice".parse::<FaceId>(), Err(NotAnId));
    }
}
