//! What has left and may no longer be shown, and the list for whoever put the files online.

use askama::Template;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};

use super::{Shell, go_to, shown};
use crate::app::channels::Titles;
use crate::app::recalls::touched;
use crate::web::error::Trouble;
use crate::web::guard::Visit;
use crate::web::site::Site;
use crate::work::Progress;
use crate::work::recalling::{self, GoneLine};

struct Waiting {
    channel: String,
    file: String,
    reasons: String,
}

struct Line {
    gone: GoneLine,
    channel: String,
    day: String,
}

#[derive(Template)]
#[template(path = "pages/recalls.html")]
struct Page {
    shell: Shell,
    waiting: Vec<Waiting>,
    lines: Vec<Line>,
    progress: Option<Progress>,
}

/// `GET /desk/recalls`
///
/// # Errors
/// The store cannot be used.
pub async fn page(site: Site, visit: Visit) -> Result<Response, Trouble> {
    let (waiting, lines, titles) = site
        .run(|site| {
            let waiting = touched(site.store(), None, site.now())?;
            let reader = site.store().read()?;
            Ok((waiting, recalling::gone(&reader)?, Titles::read(&reader)?))
        })
        .await?;
    let words = visit.words;
    let waiting = waiting.iter().map(|one| Waiting {
        channel: words.channel(&titles, one.release.publish.channel.as_str()),
        file: one.rendition.file_name.clone(),
        reasons: one
            .reasons()
            .iter()
            .map(|reason| words.t(&format!("reason-{reason}")).into_owned())
            .collect::<Vec<_>>()
            .join("; "),
    });
    let lines = lines.into_iter().map(|gone| Line {
        channel: words.channel(&titles, &gone.channel),
        day: words.moment(gone.recalled_at).into_owned(),
        gone,
    });
    let progress = site.works().progress(recalling::NAME).filter(|progress| !progress.is_over());
    Ok(shown(&Page {
        shell: Shell::of(&visit),
        waiting: waiting.collect(),
        lines: lines.collect(),
        progress,
    }))
}

/// `POST /desk/recalls`
///
/// # Errors
/// The store cannot be used.
pub async fn recall(site: Site) -> Result<Response, Trouble> {
    site.run(|site| recalling::recall_soon(site.works(), site.store(), site.cx())).await?;
    Ok(go_to("/desk/recalls"))
}

/// `GET /desk/recalls.csv`
///
/// # Errors
/// The store cannot be used.
pub async fn table(site: Site) -> Result<Response, Trouble> {
    let lines = site.run(|site| recalling::gone(&site.store().read()?)).await?;
    let mut text = String::from("channel,recipient,file,sha256,action,new_file,new_sha256\n");
    for line in &lines {
        // Names, digests and words of our own: nothing that a table would have to quote.
        let action = if line.new_file.is_some() { "replace" } else { "remove" };
        let row = [
            line.channel.as_str(),
            &line.recipient,
            &line.file,
            &line.sha256,
            action,
            line.new_file.as_deref().unwrap_or_default(),
            line.new_sha256.as_deref().unwrap_or_default(),
        ];
        text.push_str(&row.join(","));
        text.push('\n');
    }
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8")),
        (header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"recall.csv\"")),
    ];
    Ok((headers, text).into_response())
}
