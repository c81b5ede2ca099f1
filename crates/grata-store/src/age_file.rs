//! Exports and backups as age files: for one recipient, by their public key (KEY-7). Only the identity
//! that belongs to it opens them; grata need not hold it.

use std::io::{Read, Write};
use std::path::Path;
use std::str::FromStr as _;

use age::x25519::Recipient;
use age::{Decryptor, Encryptor};

use crate::error::{Result, StoreError, StoreErrorKind};
use crate::vault::AgeRoot;

/// For whom a file is.
#[derive(Debug, Clone)]
pub struct ForRecipient(Recipient);

impl ForRecipient {
    /// By the text that begins with `age1`.
    ///
    /// # Errors
    /// It is none.
    pub fn parse(text: &str) -> Result<Self> {
        let recipient = Recipient::from_str(text.trim());
        recipient.map(Self).map_err(|_| {
            StoreError::new(StoreErrorKind::Refused, "a recipient is a text that begins with `age1`")
        })
    }

    /// Whatever is written to the result goes into `output`, encrypted. Call `finish` on it at the
    /// end: without, the file does not open.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn encrypt<W: Write>(&self, output: W) -> Result<age::stream::StreamWriter<W>> {
        let recipient: &dyn age::Recipient = &self.0;
        let failed = |error| StoreError::unavailable("the encrypted file", error);
        let encryptor = Encryptor::with_recipients(std::iter::once(recipient))
            .map_err(|error| StoreError::unavailable("the recipient of the file", error))?;
        encryptor.wrap_output(output).map_err(failed)
    }
}

/// What is in an age file, by the identity in a file that only its owner reads.
///
/// # Errors
/// It is for somebody else, or was changed.
pub fn decrypt<R: Read>(input: R, identity: &Path) -> Result<impl Read> {
    let identity = AgeRoot::read(identity)?;
    let wrong = |error| StoreError::unavailable("the encrypted file", error);
    let decryptor = Decryptor::new(input).map_err(wrong)?;
    let identity: &dyn age::Identity = identity.identity();
    decryptor.decrypt(std::iter::once(identity)).map_err(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vault::restrict_to_owner;

    #[test]
    fn key_7_an_age_file_opens_only_for_its_recipient() {
        use age::secrecy::ExposeSecret as _;
        let folder = tempfile::tempdir().unwrap();
        let (mine, other) = (age::x25519::Identity::generate(), age::x25519::Identity::generate());
        let paths = [&mine, &other].map(|identity| {
            let path = folder.path().join(identity.to_public().to_string());
            std::fs::write(&path, identity.to_string().expose_secret()).unwrap();
            restrict_to_owner(&path).unwrap();
            path
        });
        let mut file = Vec::new();
        let recipient = ForRecipient::parse(&mine.to_public().to_string()).unwrap();
        let mut writer = recipient.encrypt(&mut file).unwrap();
        writer.write_all(b"what is to be kept").unwrap();
        writer.finish().unwrap();
        assert!(!file.windows(5).any(|window| window == b"what "));
        let mut plain = Vec::new();
        decrypt(file.as_slice(), &paths[0]).unwrap().read_to_end(&mut plain).unwrap();
        assert_eq!(plain, b"what is to be kept");
        assert!(decrypt(file.as_slice(), &paths[1]).is_err());
        assert!(ForRecipient::parse("somebody").is_err());
    }
}
