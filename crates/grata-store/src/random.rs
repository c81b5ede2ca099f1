//! Chance, from the operating system.

use getrandom::SysRng;
use grata_core::id::CryptoRng;
use rand_core::UnwrapErr;
use zeroize::Zeroizing;

use crate::vault::Secret;

/// The system's generator. It cannot fail on a system that can run grata; should it, stopping is
/// better than going on with keys that can be guessed.
pub(crate) fn rng() -> impl CryptoRng {
    UnwrapErr(SysRng)
}

/// A fresh key.
pub(crate) fn secret() -> Secret {
    Zeroizing::new(bytes())
}

/// Fresh bytes.
pub(crate) fn bytes<const N: usize>() -> [u8; N] {
    use rand_core::Rng as _;
    let mut bytes = [0; N];
    UnwrapErr(SysRng).fill_bytes(&mut bytes);
    bytes
}
