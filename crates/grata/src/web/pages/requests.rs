//! What people ask for and what waits for a decision, with its clock (RTS-3, RTS-12).

use askama::Template;
use axum::Form;
use axum::response::Response;
use grata_core::id::ObjectionId;
use grata_core::objection::ObjectionTarget;
use grata_core::rights::Urgency;
use serde::Deserialize;

use super::{Shell, go_to, shown};
use crate::app::rights::{self, Ruling};
use crate::error::{AppError, ErrorKind};
use crate::web::error::Trouble;
use crate::web::guard::Visit;
use crate::web::site::Site;

struct Waiting {
    what: String,
    received: String,
    due: String,
    urgency: &'static str,
}

struct Objected {
    id: String,
    what: String,
    since: String,
    photo: Option<String>,
    place: Option<[u32; 4]>,
    size: [u32; 2],
}

#[derive(Template)]
#[template(path = "pages/requests.html")]
struct Page {
    shell: Shell,
    requests: Vec<Waiting>,
    objections: Vec<Objected>,
}

/// `GET /desk/requests`
///
/// # Errors
/// The store cannot be used.
pub async fn page(site: Site, visit: Visit) -> Result<Response, Trouble> {
    let shell = Shell::of(&visit);
    let page = site.run(move |site| {
        let words = shell.words;
        let requests = rights::open_requests(site.store(), site.cx())?;
        let requests = requests.into_iter().map(|(request, deadline)| Waiting {
            what: words.t(&format!("request-{}", request.kind.as_str())).into_owned(),
            received: words.day(request.received_on).into_owned(),
            due: words.day(deadline.due).into_owned(),
            urgency: match deadline.urgency {
                Urgency::Calm => "calm",
                Urgency::Soon => "soon",
                Urgency::Now => "now",
                Urgency::Overdue => "overdue",
            },
        });
        let reader = site.store().read()?;
        let mut objections = Vec::new();
        for objection in reader.open_objections()? {
            let (key, digest, place) = match objection.target {
                ObjectionTarget::Photo(digest) => ("objection-photo", Some(digest), None),
                ObjectionTarget::Region(digest, rect) => {
                    ("objection-place", Some(digest), Some([rect.x, rect.y, rect.width, rect.height]))
                }
                ObjectionTarget::Subject(_) => ("objection-person", None, None),
            };
            let photo = digest.map(|digest| reader.photo_by_digest(digest)).transpose()?.flatten();
            objections.push(Objected {
                id: objection.id.to_string(),
                what: words.t(key).into_owned(),
                since: words.moment(objection.raised).into_owned(),
                size: photo.as_ref().map(|photo| [photo.size.width, photo.size.height]).unwrap_or([1, 1]),
                photo: photo.map(|photo| photo.id.to_string()),
                place,
            });
        }
        Ok(Page { requests: requests.collect(), objections, shell })
    });
    Ok(shown(&page.await?))
}

/// What is decided.
#[derive(Deserialize)]
pub struct Decided {
    objection: String,
    ruling: String,
}

/// `POST /desk/requests/objection`
///
/// # Errors
/// There is no such open objection.
pub async fn decide(site: Site, Form(decided): Form<Decided>) -> Result<Response, Trouble> {
    site.change(move |site| {
        let nothing = || AppError::new(ErrorKind::NotFound, "there is no such objection");
        let id: ObjectionId = decided.objection.parse().map_err(|_| nothing())?;
        let ruling = match decided.ruling.as_str() {
            "uphold" => Ruling::Uphold,
            "reject" => Ruling::Reject,
            _ => return Err(AppError::new(ErrorKind::Invalid, "uphold or reject")),
        };
        rights::decide_objection(site.store(), site.cx(), id, ruling)
    })
    .await?;
    Ok(go_to("/desk/requests"))
}
