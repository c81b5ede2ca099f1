//! Portability (RTS-11): what a person gave, and their receipts, in one file. Reading it somewhere else
//! grants nothing: a receipt is proof of what was said, and no consent.

use grata_core::audit::entry::EventKind;
use grata_core::id::SubjectId;
use grata_store::Store;
use grata_store::access::HeldRow;
use grata_store::queries::requests::RequestKind;
use serde_json::{Value, json};

use super::access::receipts;
use super::{Received, open_request};
use crate::cx::Cx;
use crate::error::AppError;

/// Tables whose rows a person gave, or that say what they said.
const GIVEN: &[&str] = &["subjects", "guardians", "consent_acts", "not_me", "objections"];

/// What a person gave. `keep` puts it where it belongs before it goes on record.
///
/// # Errors
/// There is no such person, or `keep` says so.
pub fn make(
    store: &Store,
    cx: &Cx,
    subject: SubjectId,
    received: Received,
    keep: impl FnOnce(&Value) -> Result<(), AppError>,
) -> Result<(), AppError> {
    let request = open_request(store, cx, Some(subject), RequestKind::Export, received)?;
    let given: Vec<Value> = store
        .read()?
        .held_about(subject)?
        .into_iter()
        .filter(|row| GIVEN.contains(&row.table.as_str()))
        .map(|HeldRow { table, values }| json!({ "kind": table, "values": values }))
        .collect();
    let receipts: Vec<Value> = receipts(store, subject)?
        .iter()
        .map(|receipt| serde_json::from_str(&receipt.to_json()).unwrap_or_default())
        .collect();
    keep(&json!({
        "schema": "grata-export-1",
        "made_at": cx.now().to_string(),
        "given": given,
        "receipts": receipts,
        "log_key": store.log_key(),
    }))?;
    let by = cx.by();
    let mut tx = store.begin(by.at)?;
    tx.close_request(request)?;
    let event = by.event(EventKind::Exported);
    tx.commit(event.about(subject, json!({"what": "export of your data"})))?;
    Ok(())
}
