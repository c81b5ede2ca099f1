//! Looks through every file for what should be gone: as it is, in hexadecimal and in base64.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use crate::error::{Result, StoreError};

/// What to look for: names and contacts of somebody who is erased. Held in memory only.
#[derive(Clone, Default)]
pub struct Needles(Vec<Vec<u8>>);

impl std::fmt::Debug for Needles {
    /// Nothing: it could end up in a log (SEC-3).
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Needles")
    }
}

/// Shorter ones are found by chance in any large sealed file.
pub const SHORTEST_NEEDLE: usize = 6;

impl Needles {
    /// Adds something to look for, in all its guises. Returns whether it is long enough to be told
    /// from chance.
    pub fn add(&mut self, secret: &[u8]) -> bool {
        if secret.len() < SHORTEST_NEEDLE {
            return false;
        }
        self.0.push(secret.to_vec());
        self.0.push(secret.iter().flat_map(|byte| format!("{byte:02x}").into_bytes()).collect());
        self.0.push(secret.iter().flat_map(|byte| format!("{byte:02X}").into_bytes()).collect());
        for skipped in 0..3 {
            self.0.extend(base64_core(secret, skipped));
        }
        true
    }

    /// Whether there is nothing to look for.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many guises there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    fn found_in(&self, bytes: &[u8]) -> bool {
        self.0.iter().any(|needle| contains(bytes, needle))
    }

    fn longest(&self) -> usize {
        self.0.iter().map(Vec::len).max().unwrap_or(0)
    }
}

/// The letters that base64 gives for `secret` wherever it stands in a longer text, if its first
/// `skipped` bytes finish a group that began before it.
fn base64_core(secret: &[u8], skipped: usize) -> Option<Vec<u8>> {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let whole = secret.get(skipped..)?;
    let (groups, _) = whole.as_chunks::<3>();
    let letters: Vec<u8> = groups
        .iter()
        .flat_map(|[first, second, third]| {
            let bits = u32::from(*first) << 16 | u32::from(*second) << 8 | u32::from(*third);
            [18, 12, 6, 0].map(|shift| LETTERS[(bits >> shift & 63) as usize])
        })
        .collect();
    (letters.len() >= SHORTEST_NEEDLE).then_some(letters)
}

fn contains(bytes: &[u8], needle: &[u8]) -> bool {
    let Some((first, _)) = needle.split_first() else { return false };
    let mut rest = bytes;
    while let Some(at) = rest.iter().position(|byte| byte == first) {
        rest = &rest[at..];
        if rest.starts_with(needle) {
            return true;
        }
        rest = &rest[1..];
    }
    false
}

/// What a sweep has seen.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SweepReport {
    /// Files read.
    pub files: u64,
    /// Bytes read.
    pub bytes: u64,
    /// Files in which something was left.
    pub hits: Vec<PathBuf>,
}

/// Reads every file below `folders`, names of files included.
///
/// # Errors
/// A file cannot be read: then nothing can be said.
pub fn sweep(folders: &[PathBuf], needles: &Needles) -> Result<SweepReport> {
    let mut report = SweepReport::default();
    for folder in folders {
        sweep_folder(folder, needles, &mut report)?;
    }
    Ok(report)
}

fn sweep_folder(folder: &Path, needles: &Needles, report: &mut SweepReport) -> Result<()> {
    let failed = |error| StoreError::unavailable("a folder that is to be swept", error);
    let mut entries: Vec<PathBuf> = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        entries.push(entry.map_err(failed)?.path());
    }
    entries.sort();
    for path in entries {
        let kind = path.symlink_metadata().map_err(failed)?;
        if path.file_name().is_some_and(|name| needles.found_in(name.as_encoded_bytes())) {
            report.hits.push(path.clone());
        }
        if kind.is_dir() {
            sweep_folder(&path, needles, report)?;
        } else if kind.is_file() {
            sweep_file(&path, needles, report)?;
        }
    }
    Ok(())
}

/// In pieces that overlap by the longest needle, so that memory stays small.
fn sweep_file(path: &Path, needles: &Needles, report: &mut SweepReport) -> Result<()> {
    const PIECE: usize = 1 << 20;
    let failed = |error| StoreError::unavailable("a file that is to be swept", error);
    let mut file = std::fs::File::open(path).map_err(failed)?;
    let overlap = needles.longest();
    let mut window: Vec<u8> = Vec::with_capacity(PIECE + overlap);
    report.files += 1;
    loop {
        let keep = window.len().min(overlap);
        window.drain(..window.len() - keep);
        let read = file.by_ref().take(PIECE as u64).read_to_end(&mut window).map_err(failed)?;
        report.bytes += read as u64;
        if needles.found_in(&window) {
            report.hits.push(path.to_path_buf());
            return Ok(());
        }
        if read == 0 {
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rts_8_a_sweep_finds_a_name_in_every_guise_and_across_pieces() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let mut needles = Needles::default();
        assert!(needles.add(b"Alice Example"));
        assert!(!needles.add(b"Al"));
        let mut across = vec![0; (1 << 20) - 5];
        across.extend(b"Alice Example");
        let guises: [&[u8]; 6] = [
            b"xx Alice Example xx",
            b"416c696365204578616d706c65",
            b"QWxpY2UgRXhhbXBsZQ==",
            b"eEFsaWNlIEV4YW1wbGU=",
            b"eHhBbGljZSBFeGFtcGxl",
            &across,
        ];
        for guise in guises {
            std::fs::write(&path, guise).unwrap();
            let report = sweep(&[folder.path().to_path_buf()], &needles).unwrap();
            assert_eq!(report.hits, std::slice::from_ref(&path), "{:?}", &guise[..10]);
        }
        std::fs::write(&path, b"Bob Example").unwrap();
        assert_eq!(sweep(&[folder.path().to_path_buf()], &needles).unwrap().hits, Vec::<PathBuf>::new());
        std::fs::write(folder.path().join("Alice Example.jpg"), b"").unwrap();
        assert_eq!(sweep(&[folder.path().to_path_buf()], &needles).unwrap().hits.len(), 1);
    }
}
