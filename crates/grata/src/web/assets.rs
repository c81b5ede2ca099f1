//! Style sheet, scripts and pictures of the pages. They are part of the program and are served under
//! the digest of their content, so that a browser may keep them for good. Beside them, under digests as
//! well, what [`super::finder`] has read.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use grata_core::digest::Digest;
use rust_embed::RustEmbed;

use super::site::Site;

#[derive(RustEmbed)]
#[folder = "static/"]
struct Files;

/// Addresses by file name.
static ADDRESSES: LazyLock<BTreeMap<String, String>> = LazyLock::new(|| {
    let address = |name: &str| {
        let digest = Digest::of(&Files::get(name)?.data).to_string();
        Some(format!("/static/{}/{name}", digest.get(..16)?))
    };
    Files::iter().filter_map(|name| Some((name.to_string(), address(&name)?))).collect()
});

/// Where a file is served; the empty address if there is none, which a test looks for.
pub fn address(name: &str) -> &'static str {
    ADDRESSES.get(name).map_or("", String::as_str)
}

/// `GET /static/{digest}/{name}`
pub async fn serve(
    State(site): State<Site>,
    headers: HeaderMap,
    Path((digest, name)): Path<(String, String)>,
) -> Response {
    let (Some(file), Some(kind)) = (Files::get(&name), kind(&name)) else {
        let found = site.finder().file(&digest, &name, &headers);
        return found.unwrap_or_else(|| StatusCode::NOT_FOUND.into_response());
    };
    let kept = HeaderValue::from_static("public, max-age=31536000, immutable");
    let headers = [(header::CONTENT_TYPE, HeaderValue::from_static(kind)), (header::CACHE_CONTROL, kept)];
    (headers, file.data.into_owned()).into_response()
}

fn kind(name: &str) -> Option<&'static str> {
    Some(match name.rsplit_once('.')?.1 {
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "svg" => "image/svg+xml",
        _ => return None,
    })
}
