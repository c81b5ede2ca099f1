//! The head of the log as a signed note, after C2SP signed-note and tlog-checkpoint.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};

use crate::digest::Digest;

/// The name of a log, such as `photos.example.org/grata`: no spaces, no `+`, not empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin(String);

/// A text that cannot name a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a log is named without spaces and without `+`")]
pub struct NotAnOrigin;

impl Origin {
    /// A name.
    ///
    /// # Errors
    /// Signed notes allow neither spaces nor `+` in it.
    pub fn new(name: impl Into<String>) -> Result<Self, NotAnOrigin> {
        let name = name.into();
        let fits = !name.is_empty() && !name.contains(|letter: char| letter.is_whitespace() || letter == '+');
        if fits { Ok(Self(name)) } else { Err(NotAnOrigin) }
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// How many entries a log has, and the root over them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which log.
    pub origin: Origin,
    /// Entries.
    pub size: u64,
    /// The root.
    pub root: Digest,
}

/// Why a note is not a checkpoint of this log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointFault {
    /// Not of the form of a signed note.
    #[error("this is not a checkpoint")]
    Malformed,
    /// Of another log.
    #[error("this checkpoint is of another log")]
    OtherLog,
    /// Signed by nobody, or by another key.
    #[error("this checkpoint is not signed with the key of this log")]
    NotSigned,
    /// Changed since.
    #[error("the signature of this checkpoint is wrong")]
    WrongSignature,
}

impl Checkpoint {
    /// The signed note.
    pub fn sign(&self, key: &SigningKey) -> String {
        let body = self.to_string();
        let signature = key.sign(body.as_bytes());
        let id = key_id(&self.origin, &key.verifying_key());
        let mut bytes = id.to_vec();
        bytes.extend(signature.to_bytes());
        format!("{body}\n\u{2014} {} {}\n", self.origin.0, BASE64.encode(bytes))
    }

    /// The checkpoint in a note, if `key` signed it for `origin`. Signatures of others, such as
    /// witnesses, do no harm.
    ///
    /// # Errors
    /// Says what is wrong with it.
    pub fn verify(note: &str, origin: &Origin, key: &VerifyingKey) -> Result<Self, CheckpointFault> {
        let checkpoint = Self::parse(note)?;
        if checkpoint.origin != *origin {
            return Err(CheckpointFault::OtherLog);
        }
        let body = checkpoint.to_string();
        let signatures = note
            .strip_prefix(&body)
            .and_then(|rest| rest.strip_prefix('\n'))
            // Nothing but signatures may follow: whatever else stands there, nobody has signed.
            .filter(|rest| rest.ends_with('\n') && rest.lines().all(|line| line.starts_with("\u{2014} ")))
            .ok_or(CheckpointFault::Malformed)?;
        let wanted = key_id(origin, key);
        let mine = signatures
            .lines()
            .filter_map(|line| line.strip_prefix("\u{2014} ")?.split_once(' '))
            .filter(|(name, _)| *name == origin.0)
            .filter_map(|(_, text)| BASE64.decode(text).ok())
            .find(|bytes| bytes.starts_with(&wanted))
            .ok_or(CheckpointFault::NotSigned)?;
        let signature = Signature::from_slice(mine.get(4..).unwrap_or_default())
            .map_err(|_| CheckpointFault::WrongSignature)?;
        key.verify_strict(body.as_bytes(), &signature).map_err(|_| CheckpointFault::WrongSignature)?;
        Ok(checkpoint)
    }

    /// What a note says, whoever signed it. For comparing what different people were shown.
    ///
    /// # Errors
    /// It is no checkpoint.
    pub fn parse(note: &str) -> Result<Self, CheckpointFault> {
        let mut lines = note.split('\n');
        let mut line = || lines.next().ok_or(CheckpointFault::Malformed);
        let origin = Origin::new(line()?).map_err(|_| CheckpointFault::Malformed)?;
        let size = line()?;
        let canonical =
            size == "0" || !size.starts_with('0') && size.bytes().all(|byte| byte.is_ascii_digit());
        if !canonical {
            return Err(CheckpointFault::Malformed);
        }
        let size = size.parse().map_err(|_| CheckpointFault::Malformed)?;
        let root = BASE64.decode(line()?).map_err(|_| CheckpointFault::Malformed)?;
        let root = root.try_into().map_err(|_| CheckpointFault::Malformed)?;
        if !line()?.is_empty() {
            return Err(CheckpointFault::Malformed);
        }
        Ok(Self { origin, size, root: Digest(root) })
    }

    /// Whether two checkpoints cannot be of one log that only grew: same size, other root (ACC-4).
    /// For different sizes a consistency proof tells.
    pub fn contradicts(&self, other: &Self) -> bool {
        self.origin == other.origin && self.size == other.size && self.root != other.root
    }
}

impl fmt::Display for Checkpoint {
    /// The part that is signed.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n{}\n{}\n", self.origin.0, self.size, BASE64.encode(self.root.0))
    }
}

/// The key of a log as text, `name+id+key`, as signed-note has it.
pub fn verifier_key(origin: &Origin, key: &VerifyingKey) -> String {
    let id = key_id(origin, key);
    let mut bytes = vec![ED25519];
    bytes.extend(key.as_bytes());
    let id = id.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    format!("{}+{id}+{}", origin.0, BASE64.encode(bytes))
}

/// Name and key of a log from such a text; `None` if it is none.
pub fn parse_verifier_key(text: &str) -> Option<(Origin, VerifyingKey)> {
    let mut parts = text.trim().splitn(3, '+');
    let origin = Origin::new(parts.next()?).ok()?;
    let id = parts.next()?;
    let bytes = BASE64.decode(parts.next()?).ok()?;
    let (kind, key) = bytes.split_first()?;
    let key = VerifyingKey::from_bytes(key.try_into().ok()?).ok()?;
    let same = verifier_key(&origin, &key).split('+').nth(1) == Some(id);
    (*kind == ED25519 && same).then_some((origin, key))
}

const ED25519: u8 = 1;

fn key_id(origin: &Origin, key: &VerifyingKey) -> [u8; 4] {
    let digest = Digest::of_parts(&[origin.0.as_bytes(), b"\n", &[ED25519], key.as_bytes()]);
    [digest.0[0], digest.0[1], digest.0[2], digest.0[3]]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sample() -> (Checkpoint, SigningKey) {
        let origin = Origin::new("photos.example.org/grata").unwrap();
        (Checkpoint { origin, size: 42, root: Digest::of(b"root") }, SigningKey::from_bytes(&[7; 32]))
    }

    #[test]
    fn acc_1_a_checkpoint_comes_back_from_its_note() {
        let (checkpoint, key) = sample();
        let note = checkpoint.sign(&key);
        let read = Checkpoint::verify(&note, &checkpoint.origin, &key.verifying_key());
        assert_eq!(read, Ok(checkpoint.clone()));
        let cosigned = format!("{note}\u{2014} witness.example AAAAAAAA\n");
        assert!(Checkpoint::verify(&cosigned, &checkpoint.origin, &key.verifying_key()).is_ok());
        let text = verifier_key(&checkpoint.origin, &key.verifying_key());
        assert_eq!(parse_verifier_key(&text), Some((checkpoint.origin, key.verifying_key())));
        assert_eq!(parse_verifier_key("name+00000000+AQ=="), None);
    }

    #[test]
    fn acc_1_another_key_and_another_log_are_told_apart() {
        let (checkpoint, key) = sample();
        let note = checkpoint.sign(&key);
        let other = SigningKey::from_bytes(&[8; 32]).verifying_key();
        let origin = &checkpoint.origin;
        assert_eq!(Checkpoint::verify(&note, origin, &other), Err(CheckpointFault::NotSigned));
        let elsewhere = Origin::new("elsewhere").unwrap();
        let answer = Checkpoint::verify(&note, &elsewhere, &key.verifying_key());
        assert_eq!(answer, Err(CheckpointFault::OtherLog));
        assert_eq!(Origin::new("a b"), Err(NotAnOrigin));
    }

    #[test]
    fn acc_4_two_heads_of_a_forked_log_contradict_each_other() {
        let (checkpoint, _) = sample();
        let forked = Checkpoint { root: Digest::of(b"other"), ..checkpoint.clone() };
        assert!(checkpoint.contradicts(&forked));
        assert!(!checkpoint.contradicts(&checkpoint.clone()));
    }

    proptest! {
        #[test]
        fn acc_1_no_changed_letter_of_a_note_goes_unnoticed(at in any::<prop::sample::Index>(), to in 32u8..127) {
            let (checkpoint, key) = sample();
            let note = checkpoint.sign(&key);
            let at = at.index(note.len());
            let mut bytes = note.clone().into_bytes();
            prop_assume!(bytes[at] != to);
            bytes[at] = to;
            let Ok(changed) = String::from_utf8(bytes) else { return Ok(()) };
            prop_assert!(Checkpoint::verify(&changed, &checkpoint.origin, &key.verifying_key()).is_err());
        }
    }
}
