//! What the sign of an event leads to: the notice of its album, for anybody, and the sign itself for
//! whoever puts it up (TRA-2).

use askama::Template;
use axum::body::Body;
use axum::extract::Path;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use grata_store::queries::albums::Album;

use super::{Shell, album, shown};
use crate::app::{notice, sign};
use crate::error::{AppError, ErrorKind};
use crate::web::error::Trouble;
use crate::web::guard::Visit;
use crate::web::site::Site;

#[derive(Template)]
#[template(path = "pages/notice.html")]
struct Page {
    shell: Shell,
    album: Album,
    /// Language and text: the visitor's, or all there are if there is none in theirs.
    texts: Vec<(String, String)>,
    child_notice: Option<String>,
}

/// `GET /notice/{album}`
///
/// # Errors
/// There is no such album.
pub async fn page(site: Site, visit: Visit, Path(id): Path<String>) -> Result<Response, Trouble> {
    let shell = Shell::of(&visit);
    let page = site.run(move |site| {
        let reader = site.store().read()?;
        let album = album::find(&reader, &id)?;
        let texts = reader.notice(album.id)?.map(|notice| notice.texts().clone()).unwrap_or_default();
        let own = |language: &str| language == shell.words.code();
        let has_own = texts.keys().any(|language| own(language.as_str()));
        let texts = texts.into_iter().filter(|(language, _)| !has_own || own(language.as_str()));
        Ok(Page {
            texts: texts.map(|(language, text)| (language.to_string(), text)).collect(),
            child_notice: notice::for_children(shell.words.code(), &album),
            album,
            shell,
        })
    });
    Ok(shown(&page.await?))
}

/// `GET /desk/albums/{album}/sign/{language}`
///
/// # Errors
/// There is no such album, no sign in this language, or something does not fit on it.
pub async fn sign(site: Site, Path((id, language)): Path<(String, String)>) -> Result<Response, Trouble> {
    let name = format!("attachment; filename=\"sign-{language}.pdf\"");
    let bytes = site.run(move |site| {
        let reader = site.store().read()?;
        let album = album::find(&reader, &id)?;
        let nothing = || AppError::new(ErrorKind::NotFound, "there is no sign in this language");
        let language = language.parse().map_err(|_| nothing())?;
        sign::make(&reader, &album, &language)
    });
    let bytes = bytes.await?;
    // The language is one that there is a sign in.
    let name = HeaderValue::try_from(name).unwrap_or(HeaderValue::from_static("attachment"));
    let kind = HeaderValue::from_static("application/pdf");
    let headers = [(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, name)];
    Ok((headers, Body::from(bytes)).into_response())
}
