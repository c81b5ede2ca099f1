//! Numbers that are known, and every form in which they might have been written down (REQUIREMENTS §9.1): for
//! `cargo xtask sweep`, and for the tests of closed groups, which share this file.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::{fs, io};

use base64::Engine as _;

/// Bytes of a piece that is looked for. What holds all of the numbers holds each of their pieces.
const PIECE: usize = 32;

/// Letters of a decimal that no other number is taken for.
const DECIMAL: usize = 9;

/// Bytes of a file that are read at once.
const AT_ONCE: usize = 16 << 20;

/// What is looked for.
#[derive(Default)]
pub struct Canary {
    needles: Vec<Vec<u8>>,
    starts: HashSet<[u8; 8]>,
    longest: usize,
}

impl Canary {
    /// Adds numbers, in all forms: 32, 16 and 64 bits either way round, 8 bits, hexadecimal, base64 at each offset,
    /// decimals.
    pub fn add(&mut self, numbers: &[f32]) {
        let bytes =
            |of: &dyn Fn(f32) -> Vec<u8>| -> Vec<u8> { numbers.iter().flat_map(|one| of(*one)).collect() };
        let little = bytes(&|one| one.to_le_bytes().into());
        let forms = [
            bytes(&|one| one.to_be_bytes().into()),
            bytes(&|one| f64::from(one).to_le_bytes().into()),
            bytes(&|one| f64::from(one).to_be_bytes().into()),
            bytes(&|one| half(one).to_le_bytes().into()),
            bytes(&|one| half(one).to_be_bytes().into()),
            bytes(&|one| vec![(one * 127.0).round() as i8 as u8]),
            bytes(&|one| vec![(one * 128.0).round() as i8 as u8]),
        ];
        for form in forms.iter().chain([&little]) {
            self.pieces(form, PIECE);
        }
        let hex: String = little.iter().map(|byte| format!("{byte:02x}")).collect();
        self.pieces(hex.as_bytes(), 2 * PIECE);
        self.pieces(hex.to_uppercase().as_bytes(), 2 * PIECE);
        for offset in 0..3.min(little.len()) {
            let text = base64::engine::general_purpose::STANDARD_NO_PAD.encode(&little[offset..]);
            self.pieces(text.as_bytes(), 2 * PIECE);
            self.pieces(text.replace('+', "-").replace('/', "_").as_bytes(), 2 * PIECE);
        }
        for text in numbers.iter().map(f32::to_string).filter(|text| text.len() > DECIMAL) {
            self.needle(text.as_bytes());
        }
    }

    fn pieces(&mut self, form: &[u8], length: usize) {
        for piece in form.chunks_exact(length) {
            // What is nearly of one kind, such as zeros, stands in any file.
            if piece.iter().collect::<HashSet<_>>().len() >= 8 {
                self.needle(piece);
            }
        }
    }

    /// Adds a piece as it is, of at least eight bytes.
    pub fn needle(&mut self, needle: &[u8]) {
        if let Some(start) = needle.first_chunk::<8>() {
            self.starts.insert(*start);
            self.longest = self.longest.max(needle.len());
            self.needles.push(needle.to_vec());
        }
    }

    /// How many pieces there are.
    pub fn len(&self) -> usize {
        self.needles.len()
    }

    /// One of them, for a test that has to see that it would be found.
    #[allow(dead_code, reason = "shared with a test")]
    pub fn first(&self) -> &[u8] {
        self.needles.first().map_or(&[], Vec::as_slice)
    }

    /// Whether one of them is in there.
    pub fn is_in(&self, bytes: &[u8]) -> bool {
        bytes.windows(8).enumerate().any(|(at, window)| {
            window.first_chunk().is_some_and(|start| self.starts.contains(start))
                && self.needles.iter().any(|needle| bytes[at..].starts_with(needle))
        })
    }

    /// Whether one of them is in a file, however large.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn is_in_file(&self, path: &Path) -> io::Result<bool> {
        let mut file = fs::File::open(path)?;
        let mut bytes = Vec::new();
        loop {
            // What lies across the end of a part is found in the next one.
            let kept = bytes.len().min(self.longest);
            bytes.drain(..bytes.len() - kept);
            let read = io::Read::read_to_end(&mut io::Read::take(&mut file, AT_ONCE as u64), &mut bytes)?;
            if self.is_in(&bytes) {
                return Ok(true);
            }
            if read == 0 {
                return Ok(false);
            }
        }
    }
}

/// Every file at or below a place; links are not followed.
///
/// # Errors
/// A folder cannot be read.
pub fn files(place: &Path) -> io::Result<Vec<PathBuf>> {
    let kind = fs::symlink_metadata(place)?;
    if kind.is_file() {
        return Ok(vec![place.to_path_buf()]);
    }
    let mut found = Vec::new();
    if kind.is_dir() {
        for entry in fs::read_dir(place)? {
            found.extend(files(&entry?.path())?);
        }
    }
    found.sort();
    Ok(found)
}

/// The 16 bits of a number, rounded to the nearest as hardware does; what is smaller than a normal one is zero.
fn half(number: f32) -> u16 {
    let bits = number.to_bits();
    let sign = (bits >> 16 & 0x8000) as u16;
    let rounded = (bits & 0x7fff_ffff) + 0x0fff + (bits >> 13 & 1);
    match (rounded >> 13).checked_sub(112 << 10) {
        Some(small) if (1 << 10..31 << 10).contains(&small) => sign | small as u16,
        Some(small) if small >= 31 << 10 => sign | 31 << 10,
        _ => sign,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers() -> Vec<f32> {
        (0..128).map(|at| (at as f32 * 1.7).sin() / 3.0).collect()
    }

    #[test]
    fn bys_1_every_form_is_found_and_other_numbers_are_not() {
        let (numbers, mut canary) = (numbers(), Canary::default());
        canary.add(&numbers);
        let little: Vec<u8> = numbers.iter().flat_map(|one| one.to_le_bytes()).collect();
        let forms: Vec<(&str, Vec<u8>)> = vec![
            ("f32 le", little.clone()),
            ("f32 be", numbers.iter().flat_map(|one| one.to_be_bytes()).collect()),
            ("f64", numbers.iter().flat_map(|one| f64::from(*one).to_le_bytes()).collect()),
            ("f16", numbers.iter().flat_map(|one| half(*one).to_le_bytes()).collect()),
            ("int8", numbers.iter().map(|one| (one * 127.0).round() as i8 as u8).collect()),
            ("hex", little.iter().flat_map(|byte| format!("{byte:02X}").into_bytes()).collect()),
            (
                "base64",
                base64::engine::general_purpose::URL_SAFE
                    .encode([&[1, 2], &little[..]].concat())
                    .into_bytes(),
            ),
            ("decimal", format!("{:?}", numbers).into_bytes()),
        ];
        for (name, form) in forms {
            let within = [&[7; 1001][..], &form, &[7; 99]].concat();
            assert!(canary.is_in(&within), "{name}");
        }
        let others: Vec<u8> =
            (0..4096).flat_map(|at| ((at as f32 * 0.37).cos() / 3.0).to_le_bytes()).collect();
        assert!(!canary.is_in(&others));
        assert!(!canary.is_in(&[0; 4096]));
    }

    #[test]
    fn halves_are_those_of_the_standard() {
        let known = [(1.0, 0x3c00), (-2.0, 0xc000), (0.333_251_95, 0x3555), (65504.0, 0x7bff), (1e9, 0x7c00)];
        for (number, bits) in known {
            assert_eq!(half(number), bits, "{number}");
        }
        assert_eq!((half(0.0), half(1e-9), half(-0.0)), (0, 0, 0x8000));
    }
}
