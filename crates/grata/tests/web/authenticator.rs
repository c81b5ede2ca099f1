//! An authenticator made of a key and a counter, for passkeys without a browser.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{DerSignature, SigningKey};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// Somebody is there, and was verified.
const THERE_AND_VERIFIED: u8 = 0b101;

/// The answer holds a new key.
const WITH_KEY: u8 = 0b100_0000;

pub struct Authenticator {
    key: SigningKey,
    id: [u8; 16],
    whose: Vec<u8>,
    /// From which page it is asked.
    pub origin: String,
    /// How often it has signed.
    pub counter: u32,
    /// Whether it looks who is there.
    pub verifies: bool,
}

fn base64(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

impl Authenticator {
    pub fn new(seed: u8) -> Self {
        Self {
            key: SigningKey::from_slice(&[seed; 32]).unwrap(),
            id: [seed; 16],
            whose: Vec::new(),
            origin: "http://localhost:8080".into(),
            counter: 1,
            verifies: true,
        }
    }

    fn client_data(&self, kind: &str, asked: &Value) -> Vec<u8> {
        json!({"type": kind, "challenge": asked["challenge"], "origin": self.origin, "crossOrigin": false})
            .to_string()
            .into_bytes()
    }

    fn data(&self, party: &str, flags: u8) -> Vec<u8> {
        let flags = if self.verifies { flags } else { flags & !0b100 };
        [&Sha256::digest(party)[..], &[flags], &self.counter.to_be_bytes()].concat()
    }

    /// Makes a passkey.
    pub fn make(&mut self, asked: &Value) -> Value {
        self.whose = URL_SAFE_NO_PAD.decode(asked["user"]["id"].as_str().unwrap()).unwrap();
        let client = self.client_data("webauthn.create", asked);
        let point = self.key.verifying_key().to_sec1_point(false);
        let (x, y) = (point.x().unwrap(), point.y().unwrap());
        // COSE: an elliptic key for ES256 on P-256.
        let cose = [&[0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 32][..], x, &[0x22, 0x58, 32], y].concat();
        let data = self.data(asked["rp"]["id"].as_str().unwrap(), THERE_AND_VERIFIED | WITH_KEY);
        let data = [&data[..], &[0; 16], &[0, 16], &self.id, &cose].concat();
        // CBOR: {"fmt": "none", "attStmt": {}, "authData": data}
        let object = [
            &[0xa3, 0x63][..],
            b"fmt",
            &[0x64],
            b"none",
            &[0x67],
            b"attStmt",
            &[0xa0, 0x68],
            b"authData",
            &[0x58, u8::try_from(data.len()).unwrap()],
            &data,
        ]
        .concat();
        json!({
            "id": base64(&self.id),
            "rawId": base64(&self.id),
            "type": "public-key",
            "response": {"attestationObject": base64(&object), "clientDataJSON": base64(&client)},
        })
    }

    /// Shows it.
    pub fn show(&mut self, asked: &Value) -> Value {
        self.counter += 1;
        let client = self.client_data("webauthn.get", asked);
        let data = self.data(asked["rpId"].as_str().unwrap(), THERE_AND_VERIFIED);
        let signature: DerSignature = self.key.sign(&[&data[..], &Sha256::digest(&client)].concat());
        json!({
            "id": base64(&self.id),
            "rawId": base64(&self.id),
            "type": "public-key",
            "response": {
                "authenticatorData": base64(&data),
                "clientDataJSON": base64(&client),
                "signature": base64(signature.as_bytes()),
                "userHandle": base64(&self.whose),
            },
        })
    }
}
