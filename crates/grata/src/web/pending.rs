//! What somebody has begun and has to come back with: each once, and soon. In memory only, so that neither
//! a cookie nor a backup can bring one back.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use grata_core::digest::Digest;
use grata_core::id::CryptoRng;
use grata_core::time::{Timestamp, minutes_after};

/// Minutes within which somebody comes back.
const MINUTES: u32 = 5;

/// Most that wait at once. The oldest makes room, so that whoever begins a thousand times keeps out
/// nobody who is quick.
const MOST: usize = 4096;

/// Fresh bytes that nobody can guess.
pub fn fresh(rng: &mut dyn CryptoRng) -> [u8; 32] {
    let mut bytes = [0; 32];
    rng.fill_bytes(&mut bytes);
    bytes
}

struct Waiting<T> {
    handle: Digest,
    until: Timestamp,
    what: T,
}

/// What waits, by a handle that was given out.
pub struct Pending<T>(Mutex<VecDeque<Waiting<T>>>);

impl<T> Default for Pending<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T> Pending<T> {
    fn waiting(&self) -> MutexGuard<'_, VecDeque<Waiting<T>>> {
        // What a panic elsewhere has left is whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets something wait. Returns its handle.
    pub fn put(&self, what: T, now: Timestamp, rng: &mut dyn CryptoRng) -> String {
        let secret = Digest(fresh(rng));
        let mut waiting = self.waiting();
        waiting.retain(|one| one.until > now);
        if waiting.len() == MOST {
            waiting.pop_front();
        }
        waiting.push_back(Waiting { handle: of(&secret), until: minutes_after(now, MINUTES), what });
        secret.to_string()
    }

    /// What waits under a handle. It is gone then, whatever becomes of it.
    pub fn take(&self, handle: &str, now: Timestamp) -> Option<T> {
        let handle = of(&handle.parse().ok()?);
        let mut waiting = self.waiting();
        let place = waiting.iter().position(|one| one.handle == handle)?;
        waiting.remove(place).filter(|one| one.until > now).map(|one| one.what)
    }
}

/// Handles are compared by their digests: how long that takes says nothing that helps.
fn of(handle: &Digest) -> Digest {
    Digest::of(&handle.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use getrandom::SysRng;
    use rand_core::UnwrapErr;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn sec_5_what_was_begun_is_taken_up_once_and_soon() {
        let (pending, mut rng) = (Pending::default(), UnwrapErr(SysRng));
        let now = at("2026-10-02T09:00:00Z");
        let (one, two) = (pending.put(1, now, &mut rng), pending.put(2, now, &mut rng));
        assert_eq!(pending.take(&one, now), Some(1));
        assert_eq!(pending.take(&one, now), None, "once");
        assert_eq!(pending.take("nonsense", now), None);
        assert_eq!(pending.take(&two, at("2026-10-02T09:05:00Z")), None, "too late");
        assert_eq!(pending.take(&two, now), None, "and gone");
    }

    #[test]
    fn sec_5_whoever_begins_too_often_pushes_out_the_oldest_only() {
        let (pending, mut rng) = (Pending::default(), UnwrapErr(SysRng));
        let now = at("2026-10-02T09:00:00Z");
        let handles: Vec<String> = (0..=MOST).map(|number| pending.put(number, now, &mut rng)).collect();
        assert_eq!(pending.waiting().len(), MOST);
        assert_eq!(pending.take(&handles[0], now), None);
        assert_eq!(pending.take(&handles[MOST], now), Some(MOST));
    }
}
