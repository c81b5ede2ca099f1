//! Turns the numbers of a template by a secret of their own, so that two installations, or two templates of one
//! person, have nothing in common (KEY-3). It hides nothing from whoever has many pairs of turned and unturned
//! numbers: what keeps a template secret is the cipher around it.
//!
//! The numbers are turned back when they are opened; comparisons see them as the model gave them.

use chacha20poly1305::aead::{Aead, KeyInit};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

use crate::error::{Result, StoreError, StoreErrorKind};
use crate::vault::Secret;

/// A turn drawn evenly from all of them: a product of reflections, each in one dimension less than the one
/// before (G. W. Stewart, SIAM J. Numer. Anal. 17(3), 1980).
pub(crate) struct Turn {
    /// One behind the other: `width` numbers, `width - 1`, and so on to 2.
    mirrors: Zeroizing<Vec<f64>>,
    signs: Vec<bool>,
    width: usize,
}

impl Turn {
    /// The turn of a seed, which is to be used for nothing else.
    pub fn of(seed: &Secret, width: usize) -> Result<Self> {
        let count = width * (width + 1) / 2;
        let mut stream = Stream::of(seed, count * 16 + width)?;
        let mut mirrors = Zeroizing::new(Vec::with_capacity(count));
        for length in (2..=width).rev() {
            let from = mirrors.len();
            mirrors.extend((0..length).map(|_| stream.normal()));
            let own = &mut mirrors[from..];
            // Brings the first axis to a direction drawn evenly; away from it, so that nothing cancels out.
            let norm = own.iter().map(|value| value * value).sum::<f64>().sqrt();
            own[0] += if own[0] < 0.0 { -norm } else { norm };
            let norm = own.iter().map(|value| value * value).sum::<f64>().sqrt().max(f64::MIN_POSITIVE);
            own.iter_mut().for_each(|value| *value /= norm);
        }
        let signs = (0..width).map(|_| stream.byte() & 1 == 1).collect();
        Ok(Self { mirrors, signs, width })
    }

    /// Turns.
    pub fn turn(&self, numbers: &mut [f32]) {
        let mut own = Zeroizing::new(numbers.iter().map(|value| f64::from(*value)).collect::<Vec<_>>());
        for (value, sign) in own.iter_mut().zip(&self.signs) {
            *value = if *sign { -*value } else { *value };
        }
        for mirror in self.each().rev() {
            reflect(&mut own, mirror);
        }
        numbers.iter_mut().zip(own.iter()).for_each(|(to, from)| *to = *from as f32);
    }

    /// Turns back.
    pub fn turn_back(&self, numbers: &mut [f32]) {
        let mut own = Zeroizing::new(numbers.iter().map(|value| f64::from(*value)).collect::<Vec<_>>());
        for mirror in self.each() {
            reflect(&mut own, mirror);
        }
        for (value, sign) in own.iter_mut().zip(&self.signs) {
            *value = if *sign { -*value } else { *value };
        }
        numbers.iter_mut().zip(own.iter()).for_each(|(to, from)| *to = *from as f32);
    }

    fn each(&self) -> impl DoubleEndedIterator<Item = &[f64]> {
        (2..=self.width).rev().map(|length| {
            let before = (length + 1..=self.width).sum::<usize>();
            &self.mirrors[before..before + length]
        })
    }
}

/// At the end of `numbers`, as long as the mirror is.
fn reflect(numbers: &mut [f64], mirror: &[f64]) {
    let from = numbers.len() - mirror.len();
    let own = &mut numbers[from..];
    let along = 2.0 * own.iter().zip(mirror).map(|(a, b)| a * b).sum::<f64>();
    own.iter_mut().zip(mirror).for_each(|(value, normal)| *value -= along * normal);
}

/// Chance that follows from a seed: the key stream of the cipher that everything here is sealed with.
struct Stream {
    bytes: Zeroizing<Vec<u8>>,
    at: usize,
}

impl Stream {
    fn of(seed: &Secret, length: usize) -> Result<Self> {
        let empty = vec![0; length];
        let cipher = XChaCha20Poly1305::new((&**seed).into());
        // One stream a seed, so there is one nonce.
        let bytes = cipher.encrypt(&XNonce::from([0; 24]), empty.as_slice());
        let bytes = bytes.map_err(|_| StoreError::new(StoreErrorKind::Internal, "a template is too long"))?;
        Ok(Self { bytes: Zeroizing::new(bytes), at: 0 })
    }

    fn byte(&mut self) -> u8 {
        let byte = self.bytes.get(self.at).copied().unwrap_or_default();
        self.at += 1;
        byte
    }

    /// Above 0, at most 1.
    fn even(&mut self) -> f64 {
        let bytes: [u8; 8] = std::array::from_fn(|_| self.byte());
        ((u64::from_le_bytes(bytes) >> 11) + 1) as f64 / (1u64 << 53) as f64
    }

    /// Normally distributed (Box and Muller, 1958).
    fn normal(&mut self) -> f64 {
        let (radius, angle) = (self.even(), self.even());
        (-2.0 * radius.ln()).sqrt() * (std::f64::consts::TAU * angle).cos()
    }
}

#[cfg(test)]
mod tests;
