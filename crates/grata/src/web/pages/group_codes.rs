//! Codes to enrol with, for everybody on the roster of a closed group: shown this once, to be handed over in person
//! (ABU-2). For all of them, so that the list says nothing about who enrolled (BYS-7).

use askama::Template;
use axum::extract::Path;
use axum::response::Response;

use super::{Shell, album, shown};
use crate::app::enrol;
use crate::web::error::Trouble;
use crate::web::guard::Visit;
use crate::web::site::Site;

#[derive(Template)]
#[template(path = "pages/group-codes.html")]
struct Page {
    shell: Shell,
    album: String,
    title: String,
    /// Name and code.
    codes: Vec<(String, String)>,
}

/// `POST /desk/albums/{album}/group/codes`. What was handed out before is worth nothing any more.
///
/// # Errors
/// There is no such group, or nobody is on its roster.
pub async fn make(site: Site, visit: Visit, Path(text): Path<String>) -> Result<Response, Trouble> {
    let shell = Shell::of(&visit);
    let page = site.change(move |site| {
        let found = album::find(&site.store().read()?, &text)?;
        let made = enrol::make_codes(site.store(), found.id, None, site.by())?;
        let codes = made.into_iter().map(|one| (one.name, one.code.to_string())).collect();
        Ok(Page { album: found.id.to_string(), title: found.title, codes, shell })
    });
    Ok(shown(&page.await?))
}
