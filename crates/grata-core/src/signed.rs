//! Documents that verify without grata: receipts and certificates (CON-6, ACC-3, ACC-9).
//!
//! A document is JSON: a kind, a body, the signer's key and an Ed25519 signature over the canonical
//! bytes of kind and body. It may carry the proof that the log speaks of that very body; then its
//! holder is a witness of the log (ACC-4).

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::audit::checkpoint::{Checkpoint, CheckpointFault, Origin, parse_verifier_key, verifier_key};
use crate::audit::entry::{Entry, Opening};
use crate::audit::tree::{leaf_hash, verify_inclusion};
use crate::consent::{ActKind, ConsentAct, Means, Speaker};
use crate::digest::Digest;

/// JSON in one way only: members sorted by name, no spaces, no fractions.
///
/// RFC 8785 without its rules for fractions: a body has none, and one that slips in is written as
/// a string, so that no two readers round it differently.
pub fn canonical(value: &Value) -> String {
    match value {
        Value::Object(members) => {
            let sorted: BTreeMap<&String, &Value> = members.iter().collect();
            let members: Vec<String> =
                sorted.iter().map(|(name, value)| format!("{}:{}", quoted(name), canonical(value))).collect();
            format!("{{{}}}", members.join(","))
        }
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(canonical).collect();
            format!("[{}]", items.join(","))
        }
        Value::String(text) => quoted(text),
        Value::Number(number) if number.is_f64() => quoted(&number.to_string()),
        Value::Number(number) => number.to_string(),
        Value::Bool(flag) => flag.to_string(),
        Value::Null => "null".to_string(),
    }
}

fn quoted(text: &str) -> String {
    Value::String(text.to_string()).to_string()
}

/// What a document is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DocumentKind {
    /// Of one consent act.
    ConsentReceipt,
    /// Of an erasure.
    ErasureCertificate,
    /// Of an archive for an authority.
    Evidence,
}

/// A signed document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Document {
    /// What it is.
    pub kind: DocumentKind,
    /// What it says.
    pub body: Value,
    /// Who signed: name, id and key of the log, as signed notes have it.
    pub key: String,
    /// Ed25519 over the canonical bytes, in base64.
    pub signature: String,
    /// The proof that the log speaks of it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub log: Option<LogProof>,
}

/// From a body to the signed head of the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogProof {
    /// The signed head.
    pub checkpoint: String,
    /// The entry's place.
    pub index: u64,
    /// The entry, exactly.
    pub entry: String,
    /// From the entry to the head.
    pub inclusion: Vec<String>,
    /// Opens the entry's commitment.
    pub nonce: String,
    /// The commitment's place among those of the entry.
    pub commit_index: u64,
    /// How many there are.
    pub commits: u64,
    /// From this commitment to the entry's.
    pub commit_proof: Vec<String>,
}

impl LogProof {
    /// A proof from its parts.
    pub fn new(
        checkpoint: String,
        index: u64,
        entry: &Entry,
        inclusion: &[Digest],
        opening: &Opening,
    ) -> Self {
        Self {
            checkpoint,
            index,
            entry: String::from_utf8_lossy(&entry.bytes()).into_owned(),
            inclusion: inclusion.iter().map(Digest::to_string).collect(),
            nonce: opening.nonce.to_string(),
            commit_index: opening.index,
            commits: opening.of,
            commit_proof: opening.proof.iter().map(Digest::to_string).collect(),
        }
    }
}

/// What a document says, once it has been found genuine.
#[derive(Debug, Clone, PartialEq)]
pub struct Verified {
    /// What it is.
    pub kind: DocumentKind,
    /// What it says.
    pub body: Value,
    /// Whose key signed it. Whether that is who one thinks is for the reader to compare.
    pub signer: Origin,
    /// The key as text.
    pub key: String,
    /// The head of the log that it proves; none if it carries no proof.
    pub log: Option<Checkpoint>,
}

/// Why a document is not genuine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DocumentFault {
    /// Not a document at all.
    #[error("this is not a document that grata signed")]
    Malformed,
    /// Signed by somebody else than the reader expects.
    #[error("this document is signed with another key than the one given")]
    OtherKey,
    /// Changed since.
    #[error("the signature is wrong: the document was changed, or never signed")]
    WrongSignature,
    /// The head is not the log's.
    #[error("the head of the log in this document cannot be trusted: {0}")]
    Head(#[from] CheckpointFault),
    /// The entry is not in the log.
    #[error("the log that this document names does not hold its entry")]
    NotInLog,
    /// The entry is about something else.
    #[error("the log's entry is not about this document")]
    OtherEntry,
}

impl Document {
    /// Signs a body.
    pub fn sign(kind: DocumentKind, body: Value, origin: &Origin, key: &SigningKey) -> Self {
        let signature = key.sign(&signed_bytes(kind, &body));
        let signature = BASE64.encode(signature.to_bytes());
        Self { kind, body, key: verifier_key(origin, &key.verifying_key()), signature, log: None }
    }

    /// The same with the proof that the log speaks of it.
    #[must_use]
    pub fn with_log(mut self, proof: LogProof) -> Self {
        self.log = Some(proof);
        self
    }

    /// The document as text.
    pub fn to_json(&self) -> String {
        serde_json::to_value(self).map(|value| canonical(&value)).unwrap_or_default()
    }

    /// Whether the text is a genuine document, signed with `expected` if that is given.
    ///
    /// # Errors
    /// Says what is wrong.
    pub fn verify(text: &str, expected: Option<&VerifyingKey>) -> Result<Verified, DocumentFault> {
        let document: Self = serde_json::from_str(text).map_err(|_| DocumentFault::Malformed)?;
        let (signer, key) = parse_verifier_key(&document.key).ok_or(DocumentFault::Malformed)?;
        if expected.is_some_and(|expected| *expected != key) {
            return Err(DocumentFault::OtherKey);
        }
        let signature = BASE64.decode(&document.signature).map_err(|_| DocumentFault::WrongSignature)?;
        let signature = Signature::from_slice(&signature).map_err(|_| DocumentFault::WrongSignature)?;
        key.verify_strict(&signed_bytes(document.kind, &document.body), &signature)
            .map_err(|_| DocumentFault::WrongSignature)?;
        let log = match &document.log {
            Some(proof) => Some(document.verify_log(proof, &signer, &key)?),
            None => None,
        };
        Ok(Verified { kind: document.kind, body: document.body, signer, key: document.key, log })
    }

    fn verify_log(
        &self,
        proof: &LogProof,
        origin: &Origin,
        key: &VerifyingKey,
    ) -> Result<Checkpoint, DocumentFault> {
        let head = Checkpoint::verify(&proof.checkpoint, origin, key)?;
        let inclusion = digests(&proof.inclusion)?;
        let leaf = leaf_hash(proof.entry.as_bytes());
        if !verify_inclusion(&leaf, proof.index, head.size, &head.root, &inclusion) {
            return Err(DocumentFault::NotInLog);
        }
        let entry = Entry::parse(proof.entry.as_bytes()).ok_or(DocumentFault::Malformed)?;
        let opening = Opening {
            nonce: proof.nonce.parse().map_err(|_| DocumentFault::Malformed)?,
            payload: canonical(&self.body),
            index: proof.commit_index,
            of: proof.commits,
            proof: digests(&proof.commit_proof)?,
        };
        if opening.opens(&entry) { Ok(head) } else { Err(DocumentFault::OtherEntry) }
    }
}

fn digests(texts: &[String]) -> Result<Vec<Digest>, DocumentFault> {
    texts.iter().map(|text| text.parse().map_err(|_| DocumentFault::Malformed)).collect()
}

/// The first line keeps a document from being taken for a signed note, and the other way round.
fn signed_bytes(kind: DocumentKind, body: &Value) -> Vec<u8> {
    let kind = serde_json::to_value(kind).unwrap_or_default();
    format!("grata document v1\n{}\n{}", canonical(&kind), canonical(body)).into_bytes()
}

/// What a receipt says besides the act itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceiptParties<'a> {
    /// Who answers for the processing.
    pub controller: &'a str,
    /// Where to write to them.
    pub contact: &'a str,
    /// The album in words.
    pub album: &'a str,
    /// Where and how to withdraw.
    pub withdraw_at: &'a str,
}

/// The body of the receipt for an act: the fields that ISO/IEC TS 27560 asks of a receipt, in the
/// words of DPV where it has them. A refusal, which TS 27560 does not know, is a status of its own.
pub fn receipt_body(act: &ConsentAct, parties: &ReceiptParties<'_>) -> Value {
    let until = match act.kind {
        ActKind::Give { until } => Some(until.to_string()),
        _ => None,
    };
    let (means, form) = match &act.means {
        Means::OwnSession => ("own-session", None),
        Means::Paper(form) => (
            "recorded-by-staff",
            Some(json!({"signed_on": form.signed_on.to_string(), "reference": form.reference})),
        ),
        Means::Clock => ("clock", None),
    };
    json!({
        "schema": "grata-receipt-1",
        "receipt_id": act.id.to_string(),
        "controller": parties.controller,
        "contact": parties.contact,
        "legal_basis": "eu-gdpr:A6-1-a",
        "status": status(act.kind),
        "given_by": if act.speaker == Speaker::Subject { "person" } else { "guardian" },
        "means": means,
        "form": form,
        "album": parties.album,
        "album_id": act.question.album.to_string(),
        "purpose": act.question.purpose.to_string(),
        "recorded_at": act.at.to_string(),
        "valid_until": until,
        "notice": {
            "version": act.notice.version.0,
            "language": act.notice.language.as_str(),
            "sha256": act.notice.hash.to_string(),
        },
        "withdraw_at": parties.withdraw_at,
    })
}

/// DPV's status words, and two of our own.
const fn status(kind: ActKind) -> &'static str {
    match kind {
        ActKind::Give { .. } => "dpv:ConsentGiven",
        ActKind::Refuse => "dpv:ConsentRefused",
        ActKind::Withdraw => "dpv:ConsentWithdrawn",
        ActKind::Contest => "grata:ConsentContested",
        ActKind::Expire => "dpv:ConsentExpired",
    }
}

#[cfg(test)]
mod tests;
