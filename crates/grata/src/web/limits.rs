//! How often something may be tried: passwords by account, links by all who try wrong ones.

use std::future::poll_fn;
use std::num::NonZeroU32;
use std::pin::Pin;
use std::time::Duration;

use axum::body::Body;
use governor::{DefaultDirectRateLimiter, DefaultKeyedRateLimiter, Quota, RateLimiter};
use grata_core::digest::Digest;
use http_body::Body as _;
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::error::Trouble;

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

/// Access packages that are made at once: each has a worker of its own.
const PACKAGES_AT_ONCE: usize = 1;

/// Uploads whose bytes are in memory at once; others wait with theirs in the browser.
const UPLOADS_AT_ONCE: usize = 4;

/// Enrolments whose stills are in memory at once. Apart from uploads: who has a link does not keep the desk waiting.
const ENROLMENTS_AT_ONCE: usize = 4;

/// How long nothing may come of what somebody sends, and how long all of it may take. Whoever has walked away from
/// the network holds a place until then.
const SILENCE: Duration = Duration::from_secs(30);
const ALL_OF_IT: Duration = Duration::from_secs(15 * 60);

/// What somebody sends, as long as it keeps coming.
///
/// # Errors
/// It has more than `most` bytes, or stops coming.
pub async fn received(body: Body, most: usize) -> Result<Vec<u8>, Trouble> {
    let gone = |_| Trouble::invalid("trouble-broken-off");
    timeout(ALL_OF_IT, receive(body, most)).await.map_err(gone)?
}

async fn receive(mut body: Body, most: usize) -> Result<Vec<u8>, Trouble> {
    let gone = || Trouble::invalid("trouble-broken-off");
    let (mut pieces, mut length) = (Vec::new(), 0usize);
    loop {
        let next = timeout(SILENCE, poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)));
        // Put together once: a vector that grows would leave copies behind that nobody can wipe.
        let Some(frame) = next.await.map_err(|_| gone())? else { return Ok(pieces.concat()) };
        let Ok(piece) = frame.map_err(|_| gone())?.into_data() else { continue };
        length = length.saturating_add(piece.len());
        if length > most {
            return Err(Trouble::too_large());
        }
        pieces.push(piece);
    }
}

/// How often something may be tried.
pub struct Limits {
    passwords: DefaultKeyedRateLimiter<Digest>,
    wrong_links: DefaultDirectRateLimiter,
    wrong_passkeys: DefaultDirectRateLimiter,
    objections: DefaultDirectRateLimiter,
    /// Who may look at a password now.
    pub hashing: Semaphore,
    /// Whose access package is made now.
    pub packages: Semaphore,
    /// Who may send stills now.
    pub enrolments: Semaphore,
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
            enrolments: Semaphore::new(ENROLMENTS_AT_ONCE),
            packages: Semaphore::new(PACKAGES_AT_ONCE),
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
