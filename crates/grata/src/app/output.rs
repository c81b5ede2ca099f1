//! Finished photos, written whole or not at all.
//!
//! A photo is written to a hidden file in the folder where it belongs, brought to the disk and only
//! then given its name. Nothing is replaced unless that was asked for, and nothing is ever written
//! outside the output folder, whatever links lie in it. Times and permissions are new ones.
//!
//! A killed grata leaves its hidden files. Whoever writes one holds a lock on it, which the system
//! takes back however its holder ends: so the next grata knows which of them are nobody's, and
//! removes those where it writes.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::fs::{self, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use rustix::io::Errno;
use tempfile::NamedTempFile;

use super::sources;

/// Start of the name of a file that is being written.
pub const UNFINISHED_PREFIX: &str = ".grata-";

/// End of its name.
const UNFINISHED_SUFFIX: &str = ".part";

/// Random letters and digits between the two.
const UNFINISHED_RANDOM: usize = 6;

/// Space that must be left, besides twice the photo, before another one is tried after the disk was
/// full.
const SPARE_BYTES: u64 = 4 << 20;

/// The folder for finished photos.
#[derive(Debug)]
pub struct OutputFolder {
    shown: PathBuf,
    real: PathBuf,
    overwrite: bool,
    was_full: AtomicBool,
    /// Folders from which what a killed grata left was removed.
    tidied: Mutex<HashSet<PathBuf>>,
}

/// A finished photo that has no name yet. Dropping it removes it.
#[derive(Debug)]
pub struct Unfinished {
    file: NamedTempFile,
}

/// Why a finished photo has no place.
#[derive(Debug, thiserror::Error)]
pub enum PlaceError {
    /// Its name is taken.
    #[error("there is a file of that name in the output folder already (--overwrite replaces it)")]
    Taken,
    /// The system says so.
    #[error("{}", io_words(.0))]
    Io(#[from] io::Error),
}

impl OutputFolder {
    /// Makes the folder if it is not there.
    ///
    /// # Errors
    /// What the system says.
    pub fn create(path: &Path, overwrite: bool) -> io::Result<Self> {
        fs::create_dir_all(path)?;
        let real = fs::canonicalize(path)?;
        let folder = Self {
            shown: path.to_path_buf(),
            real: real.clone(),
            overwrite,
            was_full: AtomicBool::new(false),
            tidied: Mutex::default(),
        };
        folder.tidy(&real);
        Ok(folder)
    }

    /// The path of a finished photo as the user knows it.
    pub fn shown(&self, place: &Path) -> PathBuf {
        self.shown.join(place)
    }

    /// Whether a photo at `place` would be in the way of one that is there.
    pub fn is_taken(&self, place: &Path) -> bool {
        !self.overwrite && fs::symlink_metadata(self.real.join(place)).is_ok()
    }

    /// Whether it is worth trying to write a photo of about `bytes`: always, until the disk was full
    /// once; from then on, if there is space again.
    pub fn has_space(&self, bytes: u64) -> bool {
        if !self.was_full.load(Ordering::Relaxed) {
            return true;
        }
        let wanted = bytes.saturating_mul(2).saturating_add(SPARE_BYTES);
        rustix::fs::statvfs(&self.real)
            .is_ok_and(|disk| disk.f_bavail.saturating_mul(disk.f_frsize) >= wanted)
    }

    /// Begins a photo that will be at `place`, or beside it.
    ///
    /// # Errors
    /// What the system says; also if a link leads out of the output folder.
    pub fn begin(&self, place: &Path) -> io::Result<Unfinished> {
        let folder = self.folder_of(place)?;
        self.tidy(&folder);
        loop {
            let file = tempfile::Builder::new()
                .prefix(UNFINISHED_PREFIX)
                .rand_bytes(UNFINISHED_RANDOM)
                .suffix(UNFINISHED_SUFFIX)
                .permissions(Permissions::from_mode(0o666))
                .tempfile_in(&folder)
                .map_err(|error| self.noticed(error))?;
            // A file system without locks has none for whoever tidies up, either.
            let _ = file.as_file().lock();
            // Another grata may have taken it for nobody's before it was locked.
            if file.as_file().metadata()?.nlink() > 0 {
                return Ok(Unfinished { file });
            }
        }
    }

    /// Removes what a killed grata left in `folder`, once. What cannot be removed stays.
    fn tidy(&self, folder: &Path) {
        let is_new = self.tidied.lock().is_ok_and(|mut tidied| tidied.insert(folder.to_path_buf()));
        let entries = is_new.then(|| fs::read_dir(folder).ok()).flatten();
        for entry in entries.into_iter().flatten().flatten() {
            if is_unfinished(&entry.file_name()) {
                let _ = remove_if_nobodys(&entry.path());
            }
        }
    }

    /// Adds bytes to a photo.
    ///
    /// # Errors
    /// What the system says.
    pub fn write(&self, unfinished: &mut Unfinished, bytes: &[u8]) -> io::Result<()> {
        unfinished.file.as_file_mut().write_all(bytes).map_err(|error| self.noticed(error))
    }

    /// Brings a photo to the disk and gives it its name. It must be beside the place it was begun
    /// for.
    ///
    /// # Errors
    /// [`PlaceError`]; then nothing is left of it.
    pub fn finish(&self, unfinished: Unfinished, place: &Path) -> Result<(), PlaceError> {
        let folder = self.folder_of(place)?;
        let target = folder.join(place.file_name().unwrap_or_default());
        unfinished.file.as_file().sync_all().map_err(|error| self.noticed(error))?;
        let placed = match self.overwrite {
            true => unfinished.file.persist(&target),
            false => unfinished.file.persist_noclobber(&target),
        };
        placed.map_err(|error| match error.error.kind() {
            io::ErrorKind::AlreadyExists => PlaceError::Taken,
            _ => PlaceError::Io(self.noticed(error.error)),
        })?;
        // The name itself; some file systems cannot, and the photo is there all the same.
        let _ = fs::File::open(&folder).and_then(|folder| folder.sync_all());
        Ok(())
    }

    fn folder_of(&self, place: &Path) -> io::Result<PathBuf> {
        let folder = future_path(&self.real.join(place.parent().unwrap_or(Path::new(""))))?;
        if !folder.starts_with(&self.real) {
            return Err(io::Error::other("a symbolic link in the output folder leads out of it"));
        }
        fs::create_dir_all(&folder).map_err(|error| self.noticed(error))?;
        Ok(folder)
    }

    fn noticed(&self, error: io::Error) -> io::Error {
        if matches!(Errno::from_io_error(&error), Some(Errno::NOSPC | Errno::DQUOT)) {
            self.was_full.store(true, Ordering::Relaxed);
        }
        error
    }
}

fn is_unfinished(name: &OsStr) -> bool {
    let random =
        name.to_str().and_then(|name| name.strip_prefix(UNFINISHED_PREFIX)?.strip_suffix(UNFINISHED_SUFFIX));
    random.is_some_and(|random| {
        random.len() == UNFINISHED_RANDOM && random.bytes().all(|byte| byte.is_ascii_alphanumeric())
    })
}

/// Only an ordinary file of this user's that nobody holds a lock on.
fn remove_if_nobodys(path: &Path) -> io::Result<()> {
    let (file, _) = sources::open(path)?;
    let is_own = file.metadata()?.uid() == rustix::process::geteuid().as_raw();
    if is_own && file.try_lock().is_ok() { fs::remove_file(path) } else { Ok(()) }
}

/// What a failed write means, in plain words.
pub fn io_words(error: &io::Error) -> String {
    match Errno::from_io_error(error) {
        Some(Errno::NOSPC) => "no space is left on the disk of the output folder".into(),
        Some(Errno::DQUOT) => "the disk quota is used up".into(),
        Some(Errno::FBIG) => "the finished photo is larger than a file may be here".into(),
        Some(Errno::ROFS) => "the output folder is read-only".into(),
        Some(Errno::ACCESS | Errno::PERM) => "writing to the output folder is not allowed".into(),
        _ => format!("the finished photo cannot be written: {error}"),
    }
}

/// Where `path` is or would be, without symbolic links, though it may not exist yet.
///
/// # Errors
/// What the system says about the part that does exist.
pub fn future_path(path: &Path) -> io::Result<PathBuf> {
    let absolute = std::path::absolute(path)?;
    let mut missing = Vec::new();
    let mut there = absolute.as_path();
    loop {
        match fs::canonicalize(there) {
            Ok(mut real) => {
                real.extend(missing.into_iter().rev());
                return Ok(real);
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
        let (Some(parent), Some(name)) = (there.parent(), there.file_name()) else {
            return Err(io::ErrorKind::NotFound.into());
        };
        missing.push(name.to_os_string());
        there = parent;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(folder: &OutputFolder, place: &str, bytes: &[u8]) -> Result<(), PlaceError> {
        let mut unfinished = folder.begin(Path::new(place))?;
        folder.write(&mut unfinished, bytes)?;
        folder.finish(unfinished, Path::new(place))
    }

    #[test]
    fn a_photo_is_replaced_only_if_that_was_asked_for() {
        let root = tempfile::tempdir().unwrap();
        let careful = OutputFolder::create(root.path(), false).unwrap();
        write(&careful, "s/a.jpg", b"one").unwrap();
        assert!(careful.is_taken(Path::new("s/a.jpg")) && !careful.is_taken(Path::new("s/b.jpg")));
        assert!(matches!(write(&careful, "s/a.jpg", b"two"), Err(PlaceError::Taken)));
        assert_eq!(fs::read(root.path().join("s/a.jpg")).unwrap(), b"one");
        let bold = OutputFolder::create(root.path(), true).unwrap();
        write(&bold, "s/a.jpg", b"two").unwrap();
        assert_eq!(fs::read(root.path().join("s/a.jpg")).unwrap(), b"two");
        assert_eq!(fs::read_dir(root.path().join("s")).unwrap().count(), 1);
    }

    #[test]
    fn a_photo_that_is_given_up_leaves_nothing() {
        let root = tempfile::tempdir().unwrap();
        let folder = OutputFolder::create(root.path(), false).unwrap();
        let mut unfinished = folder.begin(Path::new("a.jpg")).unwrap();
        folder.write(&mut unfinished, b"half").unwrap();
        drop(unfinished);
        assert_eq!(fs::read_dir(root.path()).unwrap().count(), 0);
    }

    #[test]
    fn what_a_killed_grata_left_is_removed_and_nothing_else() {
        let root = tempfile::tempdir().unwrap();
        let other = OutputFolder::create(root.path(), false).unwrap();
        let live = other.begin(Path::new("s/a.jpg")).unwrap();
        let live = live.file.path().strip_prefix(fs::canonicalize(root.path()).unwrap()).unwrap();
        let stay = [
            ".grata-x.part",
            ".grata-abcdefg.part",
            ".grata-abc-ef.part",
            "grata-abcdef.part",
            ".grata-abcdef.jpg",
        ];
        for folder in [root.path().to_path_buf(), root.path().join("s")] {
            for name in stay.iter().chain(&[".grata-aB3dEf.part"]) {
                fs::write(folder.join(name), b"half").unwrap();
            }
            std::os::unix::fs::symlink("nowhere", folder.join(".grata-linked.part")).unwrap();
            fs::create_dir(folder.join(".grata-folder.part")).unwrap();
        }
        let folder = OutputFolder::create(root.path(), false).unwrap();
        assert!(!root.path().join(".grata-aB3dEf.part").exists());
        assert!(root.path().join("s/.grata-aB3dEf.part").exists(), "only where it writes");
        write(&folder, "s/b.jpg", b"whole").unwrap();
        assert!(!root.path().join("s/.grata-aB3dEf.part").exists());
        assert!(root.path().join(live).exists());
        for name in stay.iter().chain(&[".grata-linked.part", ".grata-folder.part"]) {
            let there = |folder: &Path| fs::symlink_metadata(folder.join(name)).is_ok();
            assert!(there(root.path()) && there(&root.path().join("s")), "{name}");
        }
    }

    #[test]
    fn a_link_in_the_output_folder_leads_nowhere() {
        let (root, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        std::os::unix::fs::symlink(elsewhere.path(), root.path().join("s")).unwrap();
        let folder = OutputFolder::create(root.path(), true).unwrap();
        assert!(write(&folder, "s/a.jpg", b"x").is_err());
        assert_eq!(fs::read_dir(elsewhere.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_path_that_is_not_there_yet_has_a_place_all_the_same() {
        let root = tempfile::tempdir().unwrap();
        let real = fs::canonicalize(root.path()).unwrap();
        std::os::unix::fs::symlink(&real, real.join("link")).unwrap();
        assert_eq!(future_path(&root.path().join("link/a/b")).unwrap(), real.join("a/b"));
    }
}
