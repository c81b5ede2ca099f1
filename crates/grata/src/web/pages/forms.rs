//! A table of signed forms (CON-12): one line a person and channel, with scans beside it. What cannot be
//! recorded is listed by its line, and does not keep the rest from being recorded.

use askama::Template;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::{Shell, album, shown, shown_as};
use crate::app::evidence;
use crate::app::forms::{self, FormLine, LineFault};
use crate::error::{AppError, ErrorKind};
use crate::web::error::Trouble;
use crate::web::filled::Filled;
use crate::web::guard::Visit;
use crate::web::site::Site;
use crate::web::words::Words;

/// A line that was not recorded. It names no person: the table does.
struct Refused {
    line: usize,
    why: String,
}

/// What became of a table.
struct Done {
    recorded: usize,
    refused: Vec<Refused>,
}

#[derive(Template)]
#[template(path = "pages/forms.html")]
struct Page {
    shell: Shell,
    albums: Vec<(String, String, bool)>,
    done: Option<Done>,
    problem: Option<&'static str>,
}

/// Of which album.
#[derive(Deserialize)]
pub struct Wanted {
    album: Option<String>,
}

/// `GET /desk/forms`
///
/// # Errors
/// The store cannot be used.
pub async fn page(site: Site, visit: Visit, Query(wanted): Query<Wanted>) -> Result<Response, Trouble> {
    Ok(shown(&page_with(&site, &visit, wanted.album, None, None).await?))
}

async fn page_with(
    site: &Site,
    visit: &Visit,
    wanted: Option<String>,
    done: Option<Done>,
    problem: Option<&'static str>,
) -> Result<Page, Trouble> {
    let albums = site.run(|site| Ok(site.store().read()?.albums()?)).await?;
    let albums = albums.into_iter().map(|album| {
        let id = album.id.to_string();
        let is_on = wanted.as_ref() == Some(&id);
        (id, album.title, is_on)
    });
    Ok(Page { shell: Shell::of(visit), albums: albums.collect(), done, problem })
}

/// `POST /desk/forms`
///
/// # Errors
/// There is no such album, or the store cannot be used.
pub async fn record(site: Site, visit: Visit, filled: Filled) -> Result<Response, Trouble> {
    let (words, id) = (visit.words, filled.text("album").to_string());
    let done = site.change(move |site| record_all(site, &filled, words)).await?;
    site.recall_soon();
    let (done, problem) = match done {
        Ok(done) => (Some(done), None),
        Err(problem) => (None, Some(problem)),
    };
    let is_whole = done.as_ref().is_some_and(|done| done.refused.is_empty());
    let page = page_with(&site, &visit, Some(id), done, problem).await?;
    Ok(if is_whole { shown(&page) } else { shown_as(StatusCode::UNPROCESSABLE_ENTITY, &page) })
}

/// The inner error: it is no such table, and nothing of it was recorded.
fn record_all(site: &Site, filled: &Filled, words: Words) -> Result<Result<Done, &'static str>, AppError> {
    let album = album::find(&site.store().read()?, filled.text("album"))?;
    let Some(table) = filled.files("table").next() else { return Ok(Err("forms-no-table")) };
    let Ok(text) = str::from_utf8(&table.bytes) else { return Ok(Err("forms-not-text")) };
    let lines = match forms::read(text) {
        Ok(lines) => lines,
        Err(error) if error.kind() == ErrorKind::Denied => return Ok(Err("forms-asks-more")),
        Err(_) => return Ok(Err("forms-no-columns")),
    };
    let mut done = Done { recorded: 0, refused: Vec::new() };
    for (number, line) in lines {
        let recorded = match line {
            Ok(line) => record_one(site, filled, album.id, &line),
            Err(fault) => Err(faulty(&fault, words)),
        };
        match recorded {
            Ok(()) => done.recorded += 1,
            Err(why) => done.refused.push(Refused { line: number, why: why.said(words) }),
        }
    }
    Ok(Ok(done))
}

/// Why a line was not recorded: a message, or one with its words in it already.
enum Why {
    Key(&'static str),
    Said(String),
}

impl Why {
    fn said(self, words: Words) -> String {
        match self {
            Self::Key(key) => words.t(key).into_owned(),
            Self::Said(text) => text,
        }
    }
}

fn faulty(fault: &LineFault, words: Words) -> Why {
    match fault {
        LineFault::Missing(column) => Why::Said(words.a("forms-why-missing", "column", column).into_owned()),
        LineFault::NotADay => Why::Key("forms-why-day"),
        LineFault::NotAnAnswer => Why::Key("forms-why-answer"),
        LineFault::NotAChannel(_) => Why::Key("forms-why-channel"),
        LineFault::NotALanguage(_) => Why::Key("forms-why-language"),
    }
}

fn record_one(
    site: &Site,
    filled: &Filled,
    album: grata_core::id::AlbumId,
    line: &FormLine,
) -> Result<(), Why> {
    let scan = match &line.scan {
        None => None,
        Some(name) => {
            let wanted = name.to_string_lossy();
            let file = filled.files("scans").find(|file| file.name == wanted);
            let file = file.ok_or(Why::Key("forms-why-no-scan"))?;
            let scan = evidence::taken(file.bytes.clone(), "the scan");
            Some(scan.map_err(|_| Why::Key("paper-no-scan"))?)
        }
    };
    let recorded = forms::record(site.store(), line, album, scan.as_ref(), site.by());
    recorded.map(drop).map_err(|error| {
        Why::Key(match error.kind() {
            ErrorKind::NotFound => "forms-why-unknown",
            ErrorKind::Conflict => "forms-why-several",
            ErrorKind::Denied | ErrorKind::Invalid => "forms-why-rule",
            ErrorKind::Unavailable | ErrorKind::Internal => "forms-why-broken",
        })
    })
}
