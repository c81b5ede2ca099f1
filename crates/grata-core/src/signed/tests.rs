use jiff::civil::date;
use proptest::prelude::*;

use super::*;
use crate::audit::entry::{ActorClass, Event, EventKind};
use crate::audit::tile::{Edge, TileHashes, tests::MemoryTiles};
use crate::audit::tree::prove_inclusion;
use crate::consent::PaperForm;
use crate::id::counting::CountingRng;
use crate::id::{AccountId, ActId, AlbumId, SubjectId};
use crate::notice::Notice;
use crate::purpose::Question;
use crate::time::start_of;

fn key() -> SigningKey {
    SigningKey::from_bytes(&[5; 32])
}

fn origin() -> Origin {
    Origin::new("photos.example.org/grata").unwrap()
}

fn body() -> Value {
    let notice = Notice::first([("fr".parse().unwrap(), "Oui ?".to_string())].into()).unwrap();
    let act = ConsentAct {
        id: ActId::from_bytes([1; 16]),
        question: Question {
            album: AlbumId::from_bytes([2; 16]),
            purpose: "publish:website".parse().unwrap(),
        },
        kind: ActKind::Give { until: date(2027, 6, 30) },
        speaker: Speaker::Subject,
        means: Means::Paper(PaperForm {
            signed_on: date(2026, 8, 31),
            reference: "sheet 12".to_string(),
            recorded_by: AccountId::from_bytes([3; 16]),
        }),
        notice: notice.shown_in(&"fr".parse().unwrap()).unwrap(),
        at: start_of(date(2026, 9, 1)),
    };
    let parties = ReceiptParties {
        controller: "Sports club Example",
        contact: "privacy@example.org",
        album: "Match of 5 September",
        withdraw_at: "the link of this receipt",
    };
    receipt_body(&act, &parties)
}

/// A receipt with its proof, from a log of several entries.
fn receipt() -> Document {
    let mut rng = CountingRng::default();
    let mut tiles = MemoryTiles::default();
    let mut edge = Edge::default();
    let mut found = None;
    for number in 0..300 {
        let mut event = Event::new(EventKind::ConsentGiven, ActorClass::Subject);
        if number == 77 {
            event = event
                .about(SubjectId::from_bytes([8; 16]), body())
                .about(SubjectId::from_bytes([9; 16]), json!({}));
        }
        let (entry, openings) = event.into_entry(start_of(date(2026, 9, 1)), &mut rng);
        for changed in edge.push(&entry.bytes()) {
            tiles.0.insert(changed.id, changed.hashes);
        }
        if number == 77 {
            found = Some((entry, openings));
        }
    }
    let (entry, openings) = found.unwrap();
    let hashes = TileHashes { tiles: &tiles, size: edge.size() };
    let inclusion = prove_inclusion(&hashes, 77, edge.size()).unwrap();
    let head = Checkpoint { origin: origin(), size: edge.size(), root: edge.root() }.sign(&key());
    Document::sign(DocumentKind::ConsentReceipt, body(), &origin(), &key()).with_log(LogProof::new(
        head,
        77,
        &entry,
        &inclusion,
        &openings[0],
    ))
}

/// TS 27560's mandatory fields, as far as a person can use them.
#[test]
fn con_6_a_receipt_says_who_what_when_until_when_and_on_which_text() {
    let body = body();
    for field in [
        "schema",
        "receipt_id",
        "controller",
        "contact",
        "legal_basis",
        "status",
        "given_by",
        "means",
        "form",
        "album",
        "purpose",
        "recorded_at",
        "valid_until",
        "notice",
        "withdraw_at",
    ] {
        assert!(!body[field].is_null(), "{field}");
    }
    assert_eq!(body["means"], "recorded-by-staff");
    assert_eq!(body["notice"]["language"], "fr");
    assert_eq!(body["notice"]["sha256"], Digest::of("Oui ?".as_bytes()).to_string());
}

#[test]
fn acc_3_acc_4_a_receipt_verifies_offline_and_carries_the_head_of_the_log() {
    let text = receipt().to_json();
    let verified = Document::verify(&text, Some(&key().verifying_key())).unwrap();
    assert_eq!(verified.log.unwrap().size, 300);
    assert_eq!((verified.kind, verified.signer), (DocumentKind::ConsentReceipt, origin()));
    let spaced = serde_json::to_string_pretty(&receipt()).unwrap();
    assert!(Document::verify(&spaced, None).is_ok(), "spaces do not matter");
    let other = SigningKey::from_bytes(&[6; 32]).verifying_key();
    assert_eq!(Document::verify(&text, Some(&other)), Err(DocumentFault::OtherKey));
}

#[test]
fn con_6_a_changed_receipt_is_found_out() {
    let genuine = receipt();
    let fault = |change: fn(&mut Document)| {
        let mut document = genuine.clone();
        change(&mut document);
        Document::verify(&document.to_json(), None).unwrap_err()
    };
    assert_eq!(
        fault(|document| document.body["valid_until"] = json!("2099-01-01")),
        DocumentFault::WrongSignature
    );
    assert_eq!(fault(|document| document.kind = DocumentKind::Evidence), DocumentFault::WrongSignature);
    assert_eq!(fault(|document| document.log.as_mut().unwrap().index = 78), DocumentFault::NotInLog);
    assert_eq!(
        fault(|document| document.log.as_mut().unwrap().nonce = Digest::of(b"").to_string()),
        DocumentFault::OtherEntry
    );
    assert_eq!(Document::verify("{}", None), Err(DocumentFault::Malformed));
}

#[test]
fn canonical_json_is_sorted_and_tight() {
    let value = json!({"b": [1, true, null], "a": {"d": "é\n", "c": -5}});
    assert_eq!(canonical(&value), r#"{"a":{"c":-5,"d":"é\n"},"b":[1,true,null]}"#);
    assert_eq!(canonical(&json!(1.5)), r#""1.5""#);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn acc_3_no_changed_character_of_a_receipt_goes_unnoticed(at in any::<prop::sample::Index>(), to in 32u8..127) {
        let text = receipt().to_json();
        let at = at.index(text.len());
        let mut bytes = text.clone().into_bytes();
        prop_assume!(bytes[at] != to);
        bytes[at] = to;
        let Ok(changed) = String::from_utf8(bytes) else { return Ok(()) };
        if let Ok(verified) = Document::verify(&changed, Some(&key().verifying_key())) {
            // A character may be written otherwise and mean the same; then nothing has changed.
            prop_assert_eq!(verified, Document::verify(&text, None).unwrap());
        }
    }
}
