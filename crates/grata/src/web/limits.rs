//! How often something may be tried: passwords by account, links by all who try wrong ones.

use std::num::NonZeroU32;

use governor::{DefaultDirectRateLimiter, DefaultKeyedRateLimiter, Quota, RateLimiter};
use grata_core::digest::Digest;
use tokio::sync::Semaphore;

/// Passwords that may be tried for one account in a minute.
const PASSWORDS_A_MINUTE: NonZeroU32 = NonZeroU32::new(6).unwrap();

/// Links that lead nowhere, in a minute, from all who try.
const WRONG_LINKS_A_MINUTE: NonZeroU32 = NonZeroU32::new(60).unwrap();

/// Passkeys that are not accepted, in a minute, from all who try.
const WRONG_PASSKEYS_A_MINUTE: NonZeroU32 = NonZeroU32::new(60).unwrap();

/// Objections by people whom nobody knows, in a minute.
const OBJECTIONS_A_MINUTE: NonZeroU32 = NonZeroU32::new(30).unwrap();

/// Passwords that are looked at at once: each takes memory and time on purpose.
const PASSWORDS_AT_ONCE: usize = 2;

/// Uploads whose bytes are in memory at once; others wait with theirs in the browser.
const UPLOADS_AT_ONCE: usize = 4;

/// How often something may be tried.
pub struct Limits {
    passwords: DefaultKeyedRateLimiter<Digest>,
    wrong_links: DefaultDirectRateLimiter,
    wrong_passkeys: DefaultDirectRateLimiter,
    objections: DefaultDirectRateLimiter,
    /// Who may look at a password now.
    pub hashing: Semaphore,
    /// Who may send a photo now.
    pub uploads: Semaphore,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            passwords: RateLimiter::keyed(Quota::per_minute(PASSWORDS_A_MINUTE)),
            wrong_links: RateLimiter::direct(Quota::per_minute(WRONG_LINKS_A_MINUTE)),
            wrong_passkeys: RateLimiter::direct(Quota::per_minute(WRONG_PASSKEYS_A_MINUTE)),
            objections: RateLimiter::direct(Quota::per_minute(OBJECTIONS_A_MINUTE)),
            hashing: Semaphore::new(PASSWORDS_AT_ONCE),
            uploads: Semaphore::new(UPLOADS_AT_ONCE),
        }
    }
}

impl Limits {
    /// Whether a password may be tried for this account now.
    pub fn may_try_password(&self, login: &str) -> bool {
        self.passwords.retain_recent();
        self.passwords.check_key(&Digest::of(login.trim().to_lowercase().as_bytes())).is_ok()
    }

    /// Counts a link that led nowhere. `false`: there were too many. A right one is never held up, so
    /// that nobody can lock others out.
    pub fn may_miss_link(&self) -> bool {
        self.wrong_links.check().is_ok()
    }

    /// Counts a passkey that was not accepted. `false`: there were too many. A right one is never held up.
    pub fn may_miss_passkey(&self) -> bool {
        self.wrong_passkeys.check().is_ok()
    }

    /// Whether one more objection by somebody unknown is taken now.
    pub fn may_object(&self) -> bool {
        self.objections.check().is_ok()
    }
}
