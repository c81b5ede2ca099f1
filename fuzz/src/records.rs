//! What grata-core must hold to when it reads what somebody hands over: heads of a log, receipts and
//! certificates. An answer, no panic, and nothing counts as genuine that the key did not sign.

use ed25519_dalek::{SigningKey, VerifyingKey};
use grata_core::audit::checkpoint::{Checkpoint, Origin, parse_verifier_key, verifier_key};
use grata_core::signed::{Document, DocumentFault};

/// The key that signed the genuine seeds.
fn key() -> VerifyingKey {
    SigningKey::from_bytes(&[7; 32]).verifying_key()
}

/// Reads a head of a log, and a key. Returns whether it is genuine.
pub fn checkpoint(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else { return false };
    if let Some((origin, key)) = parse_verifier_key(text) {
        assert_eq!(parse_verifier_key(&verifier_key(&origin, &key)), Some((origin, key)));
    }
    let Ok(read) = Checkpoint::parse(text) else { return false };
    assert_eq!(Checkpoint::parse(&read.to_string()).as_ref(), Ok(&read), "what we write, we read");
    let verified = Checkpoint::verify(text, &read.origin, &key());
    if let Ok(verified) = &verified {
        assert_eq!(verified, &read);
        assert!(text.starts_with(&read.to_string()), "what is signed is what stands there");
    }
    // Nobody else's log, and nobody else's key.
    let elsewhere = Origin::new("another.example.org").expect("a name");
    assert!(Checkpoint::verify(text, &elsewhere, &key()).is_err() || read.origin == elsewhere);
    assert!(
        Checkpoint::verify(text, &read.origin, &SigningKey::from_bytes(&[8; 32]).verifying_key()).is_err()
    );
    verified.is_ok()
}

/// Reads a signed document. Returns whether it is genuine.
pub fn document(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else { return false };
    let other = SigningKey::from_bytes(&[8; 32]).verifying_key();
    let answer = Document::verify(text, Some(&key()));
    match &answer {
        Ok(verified) => {
            assert_eq!(Document::verify(text, Some(&other)), Err(DocumentFault::OtherKey));
            // Written again, it says the same and is still genuine.
            let document: Document = serde_json::from_str(text).expect("it has just been read");
            let again = Document::verify(&document.to_json(), Some(&key())).expect("what we write, we read");
            assert_eq!((&again.kind, &again.log), (&verified.kind, &verified.log));
        }
        Err(fault) => assert!(!fault.to_string().is_empty()),
    }
    // With a key that the document itself names, only the signature counts.
    let _ = Document::verify(text, None);
    answer.is_ok()
}
