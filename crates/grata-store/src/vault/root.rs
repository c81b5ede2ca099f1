//! The root key: the one thing that is not in any backup of grata.

use std::fmt;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::str::FromStr as _;

use zeroize::Zeroizing;

use crate::error::{Result, StoreError, StoreErrorKind};
use crate::random;
use crate::vault::{Secret, open_with, seal_with};

/// Wraps and opens epoch keys.
pub trait RootKey: Send + Sync {
    /// Wraps a key.
    ///
    /// # Errors
    /// The root key cannot be used.
    fn wrap(&self, key: &Secret) -> Result<Vec<u8>>;

    /// Opens a wrapped key.
    ///
    /// # Errors
    /// The root key cannot be used, or is not the one that wrapped it.
    fn open(&self, wrapped: &[u8]) -> Result<Secret>;
}

fn unavailable(what: &str) -> StoreError {
    StoreError::new(StoreErrorKind::Unavailable, what)
}

fn wrong_key() -> StoreError {
    unavailable("the root key is not the one that these keys were made with")
}

fn secret_from(plain: &[u8]) -> Result<Secret> {
    plain.try_into().map(Zeroizing::new).map_err(|_| wrong_key())
}

/// A root key in a file that only its owner reads: 64 hexadecimal digits.
pub struct FileRoot(Secret);

impl fmt::Debug for FileRoot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FileRoot")
    }
}

impl FileRoot {
    /// Reads the key.
    ///
    /// # Errors
    /// The file is missing, is no key, or others may read it.
    pub fn read(path: &Path) -> Result<Self> {
        check_permissions(path)?;
        let text = std::fs::read_to_string(path).map(Zeroizing::new);
        let text = text.map_err(|error| StoreError::unavailable("the root key file", error))?;
        let digest = grata_core::digest::Digest::from_str(text.trim());
        digest
            .map(|digest| Self(Zeroizing::new(digest.0)))
            .map_err(|_| unavailable("the root key file does not hold 64 hexadecimal digits"))
    }

    /// Makes a new key in a new file.
    ///
    /// # Errors
    /// The file exists already, or cannot be written.
    pub fn create(path: &Path) -> Result<Self> {
        let failed = |error| StoreError::unavailable("the root key file", error);
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt as _;
            options.mode(0o600);
        }
        let mut file = options.open(path).map_err(failed)?;
        let secret = random::secret();
        let text = Zeroizing::new(format!("{}\n", grata_core::digest::Digest(*secret)));
        file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(failed)?;
        Ok(Self(secret))
    }
}

fn check_permissions(path: &Path) -> Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let metadata =
            std::fs::metadata(path).map_err(|error| StoreError::unavailable("the root key file", error))?;
        if metadata.permissions().mode() & 0o077 != 0 {
            let message = "others can read the root key file; take that right away with chmod 600";
            return Err(StoreError::new(StoreErrorKind::Refused, message));
        }
    }
    Ok(())
}

impl RootKey for FileRoot {
    fn wrap(&self, key: &Secret) -> Result<Vec<u8>> {
        seal_with(&self.0, b"grata epoch 1", key.as_slice())
    }

    fn open(&self, wrapped: &[u8]) -> Result<Secret> {
        let plain = open_with(&self.0, b"grata epoch 1", wrapped).map_err(|_| wrong_key())?;
        secret_from(&plain)
    }
}

/// An age identity, in the file that `age-keygen` writes.
pub struct AgeRoot(age::x25519::Identity);

impl fmt::Debug for AgeRoot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AgeRoot")
    }
}

impl AgeRoot {
    /// Reads the identity.
    ///
    /// # Errors
    /// The file is missing, holds no identity, or others may read it.
    pub fn read(path: &Path) -> Result<Self> {
        check_permissions(path)?;
        let text = std::fs::read_to_string(path).map(Zeroizing::new);
        let text = text.map_err(|error| StoreError::unavailable("the age identity file", error))?;
        let identity = text.lines().find_map(|line| age::x25519::Identity::from_str(line.trim()).ok());
        identity.map(Self).ok_or_else(|| unavailable("there is no age identity in the file"))
    }
}

impl AgeRoot {
    pub(crate) fn identity(&self) -> &age::x25519::Identity {
        &self.0
    }
}

impl RootKey for AgeRoot {
    fn wrap(&self, key: &Secret) -> Result<Vec<u8>> {
        age::encrypt(&self.0.to_public(), key.as_slice())
            .map_err(|error| StoreError::unavailable("the age identity", error))
    }

    fn open(&self, wrapped: &[u8]) -> Result<Secret> {
        let plain = age::decrypt(&self.0, wrapped).map(Zeroizing::new).map_err(|_| wrong_key())?;
        secret_from(&plain)
    }
}

/// Another program, which talks to a TPM or an HSM. It is called with `wrap` or `open` as its last
/// argument, reads bytes from standard input and writes bytes to standard output.
#[derive(Debug, Clone)]
pub struct CommandRoot {
    /// The program.
    pub program: PathBuf,
    /// What comes before `wrap` or `open`.
    pub arguments: Vec<String>,
}

impl CommandRoot {
    fn call(&self, what: &str, input: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
        let failed = |error| StoreError::unavailable("the program that holds the root key", error);
        let mut child = Command::new(&self.program)
            .args(&self.arguments)
            .arg(what)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .map_err(failed)?;
        // Far less than a pipe holds, so that neither side waits for the other.
        if let Some(mut stdin) = child.stdin.take() {
            stdin.write_all(input).map_err(failed)?;
        }
        let output = child.wait_with_output().map_err(failed)?;
        let answer = Zeroizing::new(output.stdout);
        if output.status.success() && !answer.is_empty() {
            Ok(answer)
        } else {
            Err(unavailable("the program that holds the root key gave no key"))
        }
    }
}

impl RootKey for CommandRoot {
    fn wrap(&self, key: &Secret) -> Result<Vec<u8>> {
        self.call("wrap", key.as_slice()).map(|answer| answer.to_vec())
    }

    fn open(&self, wrapped: &[u8]) -> Result<Secret> {
        secret_from(&self.call("open", wrapped)?)
    }
}
