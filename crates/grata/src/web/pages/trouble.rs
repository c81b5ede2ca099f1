//! What went wrong, as a page.

use askama::Template;
use axum::response::{IntoResponse, Response};

use super::{Place, Shell, shown_as};
use crate::web::error::Trouble;
use crate::web::words::Words;

#[derive(Template)]
#[template(path = "pages/trouble.html")]
struct Page {
    shell: Shell,
    title: String,
    advice: String,
    detail: Option<String>,
}

/// The page of something that went wrong; to a script, one line of plain words.
pub fn page(trouble: &Trouble, words: Words, path: &str, is_script: bool) -> Response {
    let title = words.t(trouble.key()).into_owned();
    // What a use case says is in words for the organisation, and only its pages say it.
    let detail = trouble.detail().filter(|_| path.starts_with("/desk")).map(str::to_string);
    if is_script {
        return (trouble.status(), detail.unwrap_or(title)).into_response();
    }
    let advice = words.t(&format!("{}-advice", trouble.key())).into_owned();
    let shell = Shell { words, place: Place::Open, csrf: String::new(), path: "/".into() };
    shown_as(trouble.status(), &Page { shell, title, advice, detail })
}
