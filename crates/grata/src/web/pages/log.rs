//! The log: what was done, newest first, and whether all of it verifies (ACC-1).

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::Query;
use axum::response::Response;
use grata_core::audit::entry::Entry;
use grata_core::id::AccountId;
use serde::Deserialize;
use serde_json::Value;

use super::{Shell, shown};
use crate::app::log;
use crate::app::releases::first_line;
use crate::error::{AppError, ErrorKind};
use crate::web::error::Trouble;
use crate::web::guard::Visit;
use crate::web::site::Site;

struct Line {
    place: u64,
    at: String,
    what: String,
    who: String,
    counts: String,
}

#[derive(Template)]
#[template(path = "pages/log.html")]
struct Page {
    shell: Shell,
    size: u64,
    key: String,
    head: String,
    /// Whether it verifies; none before somebody asks.
    verified: Option<Result<(), String>>,
    lines: Vec<Line>,
}

/// Entries on the page.
const NEWEST: u32 = 100;

/// Whether to verify.
#[derive(Deserialize)]
pub struct Wanted {
    verify: Option<String>,
}

/// `GET /desk/log`
///
/// # Errors
/// The log cannot be read.
pub async fn page(site: Site, visit: Visit, Query(wanted): Query<Wanted>) -> Result<Response, Trouble> {
    let shell = Shell::of(&visit);
    let page = site.run(move |site| {
        let words = shell.words;
        let verified = wanted.verify.is_some().then(|| match log::verify(site.store(), &[]) {
            Ok(_) => Ok(()),
            Err(error) => Err(first_line(&error)),
        });
        let reader = site.store().read()?;
        let size = reader.log_size()?;
        let colleagues: BTreeMap<AccountId, String> =
            reader.accounts()?.into_iter().map(|account| (account.id, account.label)).collect();
        let mut lines = Vec::new();
        for (place, bytes) in reader.newest_entries(NEWEST)? {
            let damaged = || AppError::new(ErrorKind::Internal, "an entry of the log makes no sense");
            let parsed = Entry::parse(&bytes).ok_or_else(damaged)?;
            let account = reader.log_actor(place)?;
            let account = account.map(|id| colleagues.get(&id).cloned().unwrap_or_else(|| id.short()));
            let entry: Value = serde_json::from_slice(&bytes).unwrap_or_default();
            let word = |name: &str| entry[name].as_str().unwrap_or_default().to_string();
            let counts = entry["counts"].as_object().map(|counts| {
                let count = |(name, number): (&String, &Value)| {
                    words.n(&format!("count-{name}"), number.as_i64().unwrap_or_default()).into_owned()
                };
                counts.iter().map(count).collect::<Vec<_>>().join(", ")
            });
            lines.push(Line {
                place,
                at: word("time").replace('T', " ").chars().take(16).collect(),
                what: words.t(&format!("event-{}", word("type"))).into_owned(),
                who: words.actor(parsed.actor, account).into_owned(),
                counts: counts.unwrap_or_default(),
            });
        }
        let head = reader.log_head()?.unwrap_or_default();
        Ok(Page { size, key: site.store().log_key(), head, verified, lines, shell })
    });
    Ok(shown(&page.await?))
}
