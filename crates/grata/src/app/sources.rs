//! Which files below the given paths are photos. Looks, never writes.
//!
//! - A file is a photo if its first bytes say so, whatever it is called. A file that is called like
//!   a photo but does not look like one is a failure, any other file is left out.
//! - Hidden files and folders (`.name`) are left out, unless given by name.
//! - Symbolic links are followed where they are given by name. Inside a folder they are not: what
//!   lies in the folder is found under its own name, what lies outside has no business in it.
//! - A photo that several paths lead to is done once, for the first of them.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use grata_vision::decode::{self, Format};
use walkdir::{DirEntry, WalkDir};

use super::naming;
use crate::error::{AppError, ErrorKind};
use crate::words::shown;

/// Bytes at the start of a file that tell its format.
const SNIFF_BYTES: u64 = 4096;

/// Something found below the given paths.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The path as the user knows it: a given path, or a given folder with what is below it.
    pub path: PathBuf,
    /// What it is.
    pub kind: SourceKind,
}

/// What a file is to a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SourceKind {
    /// A photo.
    Photo(Photo),
    /// Left out, and why.
    LeftOut(String),
    /// It should have been a photo, and why it is none.
    Unusable(String),
}

/// A file that looks like a photo.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Photo {
    /// Where it is, without any symbolic link.
    pub real: PathBuf,
    /// Its place below the given folder; of a file that was given itself, the name.
    pub relative: PathBuf,
    /// What its first bytes say.
    pub format: Format,
}

/// Everything below `given`, in the order of the paths and of the names in each folder.
///
/// `skip`: a folder that is never entered: where the finished photos go. Without symbolic links.
///
/// # Errors
/// `NotFound` or `Denied` if one of the given paths cannot be looked at.
pub fn find(given: &[PathBuf], skip: Option<&Path>) -> Result<Vec<Source>, AppError> {
    let mut search = Search { skip, seen: HashSet::new(), found: Vec::new() };
    for path in given {
        let real = fs::canonicalize(path).map_err(|error| unreachable_path(path, error))?;
        let metadata = fs::metadata(&real).map_err(|error| unreachable_path(path, error))?;
        if metadata.is_dir() {
            search.folder(path, &real);
        } else {
            let relative = path.file_name().map(PathBuf::from).unwrap_or_default();
            search.file(path.clone(), real, relative, &metadata);
        }
    }
    Ok(search.found)
}

fn unreachable_path(path: &Path, error: io::Error) -> AppError {
    let kind = match error.kind() {
        io::ErrorKind::PermissionDenied => ErrorKind::Denied,
        _ => ErrorKind::NotFound,
    };
    AppError::new(kind, format!("{} cannot be looked at", shown(path)))
        .because(error)
        .hint("Check the path. Nothing was done.")
}

struct Search<'a> {
    skip: Option<&'a Path>,
    seen: HashSet<PathBuf>,
    found: Vec<Source>,
}

impl Search<'_> {
    fn folder(&mut self, given: &Path, root: &Path) {
        let skip = self.skip;
        let mut entries = WalkDir::new(root).follow_links(false).sort_by_file_name().into_iter();
        while let Some(entry) = entries.next() {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    let place = error.path().and_then(|path| path.strip_prefix(root).ok());
                    self.unusable(
                        given.join(place.unwrap_or(Path::new(""))),
                        "cannot be looked into",
                        &error,
                    );
                    continue;
                }
            };
            let Ok(relative) = entry.path().strip_prefix(root) else { continue };
            let path = if relative.as_os_str().is_empty() { given.into() } else { given.join(relative) };
            if Some(entry.path()) == skip {
                entries.skip_current_dir();
            } else if entry.depth() > 0 && is_hidden(entry.file_name()) {
                if entry.file_type().is_dir() {
                    entries.skip_current_dir();
                }
                self.left_out(path, "hidden (its name begins with a dot)");
            } else if entry.path_is_symlink() && entry.depth() > 0 {
                self.link(path, root, entry.path());
            } else if !entry.file_type().is_dir() {
                self.entry(path, &entry, relative.to_path_buf());
            }
        }
    }

    fn entry(&mut self, path: PathBuf, entry: &DirEntry, relative: PathBuf) {
        match entry.metadata() {
            Ok(metadata) => self.file(path, entry.path().to_path_buf(), relative, &metadata),
            Err(error) => self.unusable(path, "cannot be looked at", &error),
        }
    }

    fn link(&mut self, path: PathBuf, root: &Path, link: &Path) {
        let reason = match fs::canonicalize(link) {
            Ok(target) if target.starts_with(root) => {
                "a symbolic link: what it leads to is found under its own name"
            }
            Ok(_) => "a symbolic link that leads out of the folder: not followed",
            Err(_) => "a symbolic link that leads nowhere",
        };
        self.left_out(path, reason);
    }

    fn file(&mut self, path: PathBuf, real: PathBuf, relative: PathBuf, metadata: &Metadata) {
        // Opening a named pipe would wait for its writer.
        if !metadata.is_file() {
            return self.left_out(path, "not a file");
        }
        if self.seen.contains(&real) {
            return self.left_out(path, "given twice");
        }
        match sniff(&real) {
            Err(error) => self.unusable(path, "cannot be read", &error),
            Ok(None) if naming::is_called_like_a_photo(&path) => {
                let reason = "called like a photo, but it is damaged or something else".into();
                self.found.push(Source { path, kind: SourceKind::Unusable(reason) });
            }
            Ok(None) => self.left_out(path, "not a picture that grata reads"),
            Ok(Some(format)) => {
                self.seen.insert(real.clone());
                self.found.push(Source { path, kind: SourceKind::Photo(Photo { real, relative, format }) });
            }
        }
    }

    fn left_out(&mut self, path: PathBuf, reason: &str) {
        self.found.push(Source { path, kind: SourceKind::LeftOut(reason.into()) });
    }

    fn unusable(&mut self, path: PathBuf, what: &str, error: &dyn std::fmt::Display) {
        self.found.push(Source { path, kind: SourceKind::Unusable(format!("{what}: {error}")) });
    }
}

fn is_hidden(name: &OsStr) -> bool {
    name.as_encoded_bytes().starts_with(b".")
}

fn sniff(path: &Path) -> io::Result<Option<Format>> {
    let mut start = Vec::new();
    open(path)?.0.take(SNIFF_BYTES).read_to_end(&mut start)?;
    Ok(decode::sniff(&start))
}

/// Opens a photo for reading, and for nothing else; with its length.
///
/// # Errors
/// What the system says; also if it is no longer an ordinary file.
pub fn open(path: &Path) -> io::Result<(File, u64)> {
    use rustix::fs::OFlags;
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
    let flags = i32::try_from(flags.bits()).unwrap_or_default();
    let file = File::options().read(true).custom_flags(flags).open(path)?;
    let metadata = file.metadata()?;
    if metadata.is_file() { Ok((file, metadata.len())) } else { Err(io::Error::other("not a file")) }
}
