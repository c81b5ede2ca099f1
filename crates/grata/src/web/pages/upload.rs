//! Photos come in, one a request: a browser sends as many as somebody dropped, and shows how far each is.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::Path;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use grata_core::region::Margin;
use grata_vision::detect::DetectOptions;
use serde::Serialize;

use super::album;
use crate::app::batch::Look;
use crate::app::ingest::{Intake, LeftOut, NotTaken};
use crate::error::{AppError, ErrorKind};
use crate::web::error::Trouble;
use crate::web::guard::Visit;
use crate::web::limits::received;
use crate::web::site::Site;
use crate::words::harmless;
use crate::work::pictures::{self, GRID_SIDE};

/// What became of a photo, for the script of the page.
#[derive(Serialize)]
struct Taken {
    photo: Option<String>,
    faces: usize,
    words: String,
    is_failure: bool,
}

/// What a worker made of it.
enum Came {
    In(String, usize),
    LeftOut(LeftOut),
    Failed(String),
}

/// `POST /desk/albums/{album}/photos`: the body is the file, its name stands in a header.
///
/// # Errors
/// There is no such album, or the file is too large.
pub async fn upload(
    site: Site,
    visit: Visit,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Trouble> {
    let _turn = site.limits().uploads.acquire().await;
    let most = usize::try_from(site.cx().config.limits.photo.file_bytes).unwrap_or(usize::MAX);
    let bytes = received(body, most).await?;
    let name = headers.get("x-file-name").and_then(|value| value.to_str().ok()).map(decoded);
    let name = harmless(&name.unwrap_or_default());
    let came = site.change(move |site| take(site, &id, bytes, name)).await?;
    let words = visit.words;
    let taken = match came {
        Came::In(photo, faces) => Taken {
            photo: Some(photo),
            faces,
            words: words.n("upload-in", faces).into_owned(),
            is_failure: false,
        },
        Came::LeftOut(why) => {
            // One that may not come back is not in the album: whoever sent it has to learn that.
            let (message, is_failure) = match why {
                LeftOut::There => ("upload-left-out", false),
                LeftOut::Removed => ("upload-removed", true),
            };
            Taken { photo: None, faces: 0, words: words.t(message).into_owned(), is_failure }
        }
        Came::Failed(reason) => Taken {
            photo: None,
            faces: 0,
            words: words.a("upload-failed", "reason", reason).into_owned(),
            is_failure: true,
        },
    };
    Ok(Json(taken).into_response())
}

fn take(site: &Site, album: &str, bytes: Vec<u8>, name: String) -> Result<Came, AppError> {
    let album = album::find(&site.store().read()?, album)?;
    let look = Look { min_face: Some(DetectOptions::default().min_face), margin: Margin::DEFAULT };
    // Whether it may take photos at all is said before a worker is kept busy.
    Intake::new(site.store(), &album, look, site.cx())?;
    let (store, cx) = (Arc::clone(site.store()), site.cx().clone());
    let taken = site.works().now(move |slot| {
        let taken = Intake::new(&store, &album, look, &cx)?.take_bytes(slot, &bytes, &name);
        if let Ok(report) = &taken
            && let Some(photo) = report.kept
        {
            // Somebody is about to look at it. If it fails here, it is made when it is asked for.
            let _ = pictures::all_hidden(&store, slot, photo, GRID_SIDE);
        }
        Ok::<_, AppError>(taken)
    })??;
    match taken {
        Ok(report) => {
            let photo = report.kept.map(|id| id.to_string()).unwrap_or_default();
            Ok(Came::In(photo, report.regions.len()))
        }
        Err(NotTaken::LeftOut(why)) => Ok(Came::LeftOut(why)),
        Err(NotTaken::Failed(reason)) => Ok(Came::Failed(reason)),
        Err(NotTaken::Stopped) => Err(AppError::new(ErrorKind::Unavailable, "grata is being stopped")),
    }
}

/// A file name as scripts send it: `encodeURIComponent`.
fn decoded(text: &str) -> String {
    let pair: Vec<(String, String)> =
        serde_urlencoded::from_str(&format!("n={}", text.replace('+', "%2B"))).unwrap_or_default();
    pair.into_iter().next().map(|(_, name)| name).unwrap_or_default()
}
