//! What two people open together for an hour: the photos of one named person (SEC-6). One asks with a reason,
//! another approves, and the person reads it on their page in the same moment.

use std::sync::Arc;

use askama::Template;
use axum::Form;
use axum::extract::Path;
use axum::response::Response;
use grata_core::emergency::{State as Standing, Why};
use grata_core::id::{AccountId, EmergencyId, SubjectId};
use grata_core::time::Timestamp;
use grata_store::Reader;
use grata_store::queries::accounts::Account;
use serde::Deserialize;

use super::{Shell, album, go_to, shown, staff};
use crate::app::emergency::{self, Shown};
use crate::error::{AppError, ErrorKind};
use crate::web::error::Trouble;
use crate::web::guard::Visit;
use crate::web::headers::picture as as_picture;
use crate::web::looks::Of;
use crate::web::site::Site;
use crate::web::words::Words;
use crate::work::pictures;

/// Longer side of a picture in the list, in pixels.
const SIDE: u32 = 900;

struct Line {
    id: String,
    why: String,
    who: String,
    when: String,
    standing: String,
    state: &'static str,
}

#[derive(Template)]
#[template(path = "pages/emergencies.html")]
struct ListPage {
    shell: Shell,
    lines: Vec<Line>,
}

/// How it stands: a word for machines, and a sentence.
fn standing(words: Words, state: Standing) -> (&'static str, String) {
    match state {
        Standing::Asked(until) => {
            ("asked", words.a("emergency-asked", "time", words.clock(until)).into_owned())
        }
        Standing::Open(until) => ("open", words.a("emergency-open", "time", words.clock(until)).into_owned()),
        Standing::Over => ("over", words.t("emergency-over").into_owned()),
    }
}

/// Who, for colleagues: what they are called, and their role.
fn who(reader: &Reader, words: Words, account: AccountId) -> Result<String, AppError> {
    let found = reader.accounts()?.into_iter().find(|one| one.id == account);
    Ok(found.map_or_else(String::new, |account| {
        format!("{} · {}", account.label, words.t(&format!("role-{}", account.role.as_str())))
    }))
}

fn when(words: Words, at: Timestamp) -> String {
    format!("{}, {}", words.moment(at), words.clock(at))
}

/// `GET /desk/emergencies`: what was asked for, without names.
///
/// # Errors
/// The store cannot be used.
pub async fn list(site: Site, visit: Visit) -> Result<Response, Trouble> {
    let shell = Shell::of(&visit);
    let page = site.run(move |site| {
        let (reader, words) = (site.store().read()?, shell.words);
        let mut lines = Vec::new();
        for one in reader.emergencies()? {
            let (state, standing) = standing(words, one.state(site.now()));
            lines.push(Line {
                id: one.id.to_string(),
                why: words.t(&format!("why-{}", one.why.as_str())).into_owned(),
                who: who(&reader, words, one.asked_by)?,
                when: when(words, one.asked_at),
                standing,
                state,
            });
        }
        Ok(ListPage { lines, shell })
    });
    Ok(shown(&page.await?))
}

#[derive(Template)]
#[template(path = "pages/emergency.html")]
struct Page {
    shell: Shell,
    id: String,
    name: Option<String>,
    why: String,
    reason: String,
    asked: String,
    approved: Option<String>,
    standing: String,
    state: &'static str,
    /// Whether whoever looks has asked for it.
    is_own: bool,
    photos: Option<Vec<String>>,
}

fn id(text: &str) -> Result<EmergencyId, AppError> {
    text.parse().map_err(|_| AppError::new(ErrorKind::NotFound, "there is no such emergency"))
}

/// `GET /desk/emergencies/{emergency}`
///
/// # Errors
/// There is none such.
pub async fn page(site: Site, visit: Visit, Path(text): Path<String>) -> Result<Response, Trouble> {
    let account = staff(&visit).cloned().ok_or_else(Trouble::forbidden)?;
    let shell = Shell::of(&visit);
    let page = site.change(move |site| {
        let Shown { emergency, state, reason, profile, photos } = seen(site, &account, id(&text)?)?;
        let (reader, words) = (site.store().read()?, shell.words);
        let line = |account, at| {
            Ok::<_, AppError>(format!("{} · {}", who(&reader, words, account)?, when(words, at)))
        };
        let (state, standing) = standing(words, state);
        Ok(Page {
            id: emergency.id.to_string(),
            name: profile.map(|profile| profile.name),
            why: words.t(&format!("why-{}", emergency.why.as_str())).into_owned(),
            reason,
            asked: line(emergency.asked_by, emergency.asked_at)?,
            approved: emergency.approved.map(|(by, at)| line(by, at)).transpose()?,
            standing,
            state,
            is_own: emergency.asked_by == account.id,
            photos: photos.map(|photos| photos.iter().map(ToString::to_string).collect()),
            shell,
        })
    });
    Ok(shown(&page.await?))
}

/// Shows one, and puts the look on record.
fn seen(site: &Site, account: &Account, id: EmergencyId) -> Result<Shown, AppError> {
    let by = site.by();
    let shown = emergency::show(site.store(), account, id, by)?;
    if shown.photos.is_some() {
        site.looks().note(by, Of::Emergency(id));
    }
    Ok(shown)
}

/// Why.
#[derive(Deserialize)]
pub struct Ask {
    why: String,
    reason: String,
}

/// `POST /desk/people/{person}/emergency`
///
/// # Errors
/// There is no such person, or no reason.
pub async fn ask(
    site: Site,
    visit: Visit,
    Path(person): Path<String>,
    Form(form): Form<Ask>,
) -> Result<Response, Trouble> {
    let account = staff(&visit).cloned().ok_or_else(Trouble::forbidden)?;
    let asked = site.change(move |site| {
        let nobody = |_| AppError::new(ErrorKind::NotFound, "there is no such person");
        let subject = person.parse::<SubjectId>().map_err(nobody)?;
        let why = Why::of(&form.why)
            .ok_or_else(|| AppError::new(ErrorKind::Invalid, "choose one of the reasons"))?;
        emergency::ask(site.store(), &account, subject, why, &form.reason, site.by())
    });
    Ok(go_to(&format!("/desk/emergencies/{}", asked.await?)))
}

/// `POST /desk/emergencies/{emergency}/approve`
///
/// # Errors
/// It is the same person, or waits for nobody any more.
pub async fn approve(site: Site, visit: Visit, Path(text): Path<String>) -> Result<Response, Trouble> {
    let account = staff(&visit).cloned().ok_or_else(Trouble::forbidden)?;
    let page = format!("/desk/emergencies/{text}");
    site.change(move |site| emergency::approve(site.store(), &account, id(&text)?, site.by())).await?;
    Ok(go_to(&page))
}

/// `POST /desk/emergencies/{emergency}/end`
///
/// # Errors
/// It is over already.
pub async fn end(site: Site, visit: Visit, Path(text): Path<String>) -> Result<Response, Trouble> {
    let account = staff(&visit).cloned().ok_or_else(Trouble::forbidden)?;
    site.change(move |site| emergency::end(site.store(), &account, id(&text)?, site.by())).await?;
    Ok(go_to("/desk/emergencies"))
}

/// `GET /desk/emergencies/{emergency}/photos/{photo}`: the person is seen, everybody else is hidden.
///
/// # Errors
/// It is not open to whoever asks, or the person is not in the photo.
pub async fn picture(
    site: Site,
    visit: Visit,
    Path((text, photo)): Path<(String, String)>,
) -> Result<Response, Trouble> {
    let account = staff(&visit).cloned().ok_or_else(Trouble::forbidden)?;
    let bytes = site.change(move |site| {
        let id = id(&text)?;
        let subject = emergency::subject_of(site.store(), &account, id, site.now())?;
        if !site.looks().is_on_record(site.by(), Of::Emergency(id)) {
            seen(site, &account, id)?;
        }
        let (photo, store) = (album::photo_id(&photo)?, Arc::clone(site.store()));
        site.works().now(move |slot| pictures::for_person(&store, slot, photo, subject, SIDE))?
    });
    Ok(as_picture(bytes.await?, "image/jpeg"))
}
