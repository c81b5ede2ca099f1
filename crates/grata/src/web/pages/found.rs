//! Is this you? The questions to a person, on their own page: each with a picture in which everybody else is hidden
//! (RTS-13, QUA-6).

use std::sync::Arc;

use askama::Template;
use axum::Form;
use axum::extract::Path;
use axum::response::Response;
use grata_core::id::SuggestionId;
use serde::Deserialize;

use super::me::invitation;
use super::{Shell, go_to, shown};
use crate::app::found;
use crate::error::{AppError, ErrorKind};
use crate::web::error::Trouble;
use crate::web::guard::Visit;
use crate::web::headers::picture as as_picture;
use crate::web::site::Site;
use crate::work::pictures;

/// Longer side of a picture, in pixels.
const SIDE: u32 = 900;

#[derive(Template)]
#[template(path = "pages/me-found.html")]
struct Page {
    shell: Shell,
    /// From when on something is shown, if it is not yet (ABU-2).
    from: Option<String>,
    questions: Vec<String>,
}

/// `GET /me/found`
///
/// # Errors
/// The store cannot be used.
pub async fn page(site: Site, visit: Visit) -> Result<Response, Trouble> {
    let (subject, album) = (own(&visit)?, invitation(&visit)?.album);
    let shell = Shell::of(&visit);
    let page = site.run(move |site| {
        let reader = site.store().read()?;
        let from = found::asked_from(&reader, album, subject, site.now())?;
        let from = from.map(|from| shell.words.at("found-from", from).into_owned());
        let questions = found::questions(&reader, subject, site.now())?;
        let questions = questions.iter().map(|one| one.suggestion.id.to_string()).collect();
        Ok(Page { from, questions, shell })
    });
    Ok(shown(&page.await?))
}

/// Whose questions: a guardian's link leads to none. Who is in a picture is for the person alone.
fn own(visit: &Visit) -> Result<grata_core::id::SubjectId, Trouble> {
    let invitation = invitation(visit)?;
    match invitation.guardian {
        Some(_) => Err(Trouble::not_found()),
        None => Ok(invitation.subject),
    }
}

fn id(text: &str) -> Result<SuggestionId, AppError> {
    text.parse().map_err(|_| AppError::new(ErrorKind::NotFound, "there is no such question"))
}

/// `GET /me/found/{suggestion}/picture`
///
/// # Errors
/// It is not asked (any more).
pub async fn picture(site: Site, visit: Visit, Path(text): Path<String>) -> Result<Response, Trouble> {
    let subject = own(&visit)?;
    let bytes = site.run(move |site| {
        let question = found::question(&site.store().read()?, subject, id(&text)?, site.now())?;
        let store = Arc::clone(site.store());
        site.works().now(move |slot| pictures::for_question(&store, slot, &question, SIDE))?
    });
    Ok(as_picture(bytes.await?, "image/jpeg"))
}

/// What is said.
#[derive(Deserialize)]
pub struct Said {
    answer: String,
}

/// `POST /me/found/{suggestion}`
///
/// # Errors
/// It is not asked (any more).
pub async fn answer(
    site: Site,
    visit: Visit,
    Path(text): Path<String>,
    Form(said): Form<Said>,
) -> Result<Response, Trouble> {
    let subject = own(&visit)?;
    site.change(move |site| {
        let is_me = match said.answer.as_str() {
            "yes" => true,
            "no" => false,
            _ => {
                return Err(AppError::new(
                    ErrorKind::Invalid,
                    "this is no answer to a question of this page",
                ));
            }
        };
        found::answer(site.store(), subject, id(&text)?, is_me, site.by())
    })
    .await?;
    Ok(go_to("/me/found"))
}
