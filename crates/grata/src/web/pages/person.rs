//! One person: their answers, and a signed form that somebody of the organisation records for them
//! (CON-12). That somebody looked is told to the person (TRA-4). It never says in which photos they
//! are (SEC-5).

use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use grata_core::consent::Speaker;
use grata_core::emergency::Why;
use grata_core::id::{AlbumId, SubjectId};
use grata_core::purpose::PurposeKind;
use grata_core::subject::{Age, Restriction};
use grata_core::time::Date;
use serde::Deserialize;

use super::{Shell, go_to, shown, shown_as};
use crate::app::consents::{self, Answer, Statement};
use crate::app::people::{self, PersonShown};
use crate::error::{AppError, ErrorKind};
use crate::web::error::Trouble;
use crate::web::guard::Visit;
use crate::web::site::Site;

struct Standing {
    album: String,
    channel: String,
    kind: &'static str,
    words: String,
}

#[derive(Template)]
#[template(path = "pages/person.html")]
struct Page {
    shell: Shell,
    id: String,
    name: String,
    contact: Option<String>,
    age: String,
    is_frozen: bool,
    guardians: Vec<(String, bool)>,
    standings: Vec<Standing>,
    albums: Vec<(String, String)>,
    channels: Vec<(String, String)>,
    whys: Vec<(&'static str, String)>,
    problem: Option<&'static str>,
}

/// `GET /desk/people/{person}`
///
/// # Errors
/// There is no such person.
pub async fn page(
    State(site): State<Site>,
    visit: Visit,
    Path(id): Path<String>,
) -> Result<Response, Trouble> {
    Ok(shown(&page_with(&site, &visit, id, None).await?))
}

async fn page_with(
    site: &Site,
    visit: &Visit,
    id: String,
    problem: Option<&'static str>,
) -> Result<Page, Trouble> {
    let shell = Shell::of(visit);
    site.change(move |site| {
        let words = shell.words;
        let subject = person(&id)?;
        let PersonShown { subject, profile, guardians, answers, .. } =
            people::show(site.store(), subject, &words.t("person-why"), site.now())?;
        let reader = site.store().read()?;
        let mut albums = Vec::new();
        for album in reader.albums_of(subject.id)? {
            albums.extend(reader.album(album)?.map(|album| (album.id.to_string(), album.title)));
        }
        let channels = reader.channels()?.into_iter();
        let channels =
            channels.map(|(key, _)| (key.to_string(), words.channel(key.as_str()).into_owned())).collect();
        let standings = answers.into_iter().map(|answer| {
            let (kind, said) = match answer.shown {
                Ok(until) => ("yes", words.a("answer-until", "day", words.day(until))),
                Err(reason) => ("no", words.hidden(reason)),
            };
            Standing {
                album: answer.album.title,
                channel: words.channel(answer.channel.as_str()).into_owned(),
                kind,
                words: said.into_owned(),
            }
        });
        Ok(Page {
            name: profile.name,
            contact: profile.contact,
            age: match subject.age {
                Age::Unknown => words.t("age-unknown").into_owned(),
                Age::Adult => words.t("age-adult").into_owned(),
                Age::Born(born) => words.a("age-born", "day", words.day(born)).into_owned(),
            },
            is_frozen: subject.restriction != Restriction::None,
            guardians: guardians
                .into_iter()
                .zip(&subject.guardians)
                .map(|((_, profile), guardian)| (profile.name, guardian.verified_at.is_some()))
                .collect(),
            standings: standings.collect(),
            albums,
            channels,
            whys: Why::ALL
                .map(|why| (why.as_str(), words.t(&format!("why-{}", why.as_str())).into_owned()))
                .into(),
            problem,
            id,
            shell,
        })
    })
    .await
}

fn person(id: &str) -> Result<SubjectId, AppError> {
    id.parse().map_err(|_| AppError::new(ErrorKind::NotFound, "there is no such person"))
}

/// A signed form.
#[derive(Deserialize)]
pub struct Paper {
    album: String,
    channel: String,
    answer: String,
    signed_on: String,
    reference: String,
}

/// `POST /desk/people/{person}/paper`
///
/// # Errors
/// There is no such person.
pub async fn paper(
    State(site): State<Site>,
    visit: Visit,
    Path(id): Path<String>,
    Form(form): Form<Paper>,
) -> Result<Response, Trouble> {
    let subject = id.clone();
    let recorded = site.change(move |site| record(site, &subject, &form)).await?;
    if recorded {
        site.recall_soon();
        return Ok(go_to(&format!("/desk/people/{id}")));
    }
    let page = page_with(&site, &visit, id, Some("paper-refused")).await?;
    Ok(shown_as(StatusCode::UNPROCESSABLE_ENTITY, &page))
}

/// `false`: a rule forbids it, or something is missing.
fn record(site: &Site, id: &str, form: &Paper) -> Result<bool, AppError> {
    let (Ok(album), Ok(channel), Ok(signed_on)) =
        (form.album.parse::<AlbumId>(), form.channel.parse(), form.signed_on.parse::<Date>())
    else {
        return Ok(false);
    };
    let answer = match form.answer.as_str() {
        "yes" => Answer::Yes(None),
        "no" => Answer::No,
        _ => return Ok(false),
    };
    let statement = Statement {
        subject: person(id)?,
        speaker: Speaker::Subject,
        album,
        purpose: PurposeKind::Publish(channel),
        answer,
        language: None,
        means: consents::on_paper(signed_on, &form.reference),
    };
    match consents::record(site.store(), &statement, site.now()) {
        Ok(_) => Ok(true),
        Err(error) if matches!(error.kind(), ErrorKind::Denied | ErrorKind::Invalid) => Ok(false),
        Err(error) => Err(error),
    }
}
