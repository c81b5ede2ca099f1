//! One person: their answers, and a signed form that somebody of the organisation records for them
//! (CON-12). That somebody looked is told to the person (TRA-4). It never says in which photos they
//! are (SEC-5).

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use grata_core::emergency::Why;
use grata_core::id::{AlbumId, SubjectId};
use grata_core::purpose::PurposeKind;
use grata_core::subject::{Age, Restriction};
use grata_core::time::Date;

use super::{Shell, go_to, shown, shown_as};
use crate::app::channels::Titles;
use crate::app::consents::Answer;
use crate::app::evidence;
use crate::app::forms::{self, FormLine};
use crate::app::people::{self, PersonShown};
use crate::error::{AppError, ErrorKind};
use crate::web::error::Trouble;
use crate::web::filled::Filled;
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
    /// Each with the id, the name and whether their authority was checked.
    guardians: Vec<(String, String, bool)>,
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
pub async fn page(site: Site, visit: Visit, Path(id): Path<String>) -> Result<Response, Trouble> {
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
            people::show(site.store(), subject, &words.t("person-why"), site.by())?;
        let reader = site.store().read()?;
        let mut albums = Vec::new();
        for album in reader.albums_of(subject.id)? {
            albums.extend(reader.album(album)?.map(|album| (album.id.to_string(), album.title)));
        }
        let titles = Titles::read(&reader)?;
        let channels = reader.channels()?.into_iter();
        let channels =
            channels.map(|(key, _)| (key.to_string(), words.channel(&titles, key.as_str()))).collect();
        let standings = answers.into_iter().map(|answer| {
            let (kind, said) = match answer.shown {
                Ok(until) => ("yes", words.a("answer-until", "day", words.day(until))),
                Err(reason) => ("no", words.hidden(reason)),
            };
            Standing {
                album: answer.album.title,
                channel: words.channel(&titles, answer.channel.as_str()),
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
                .map(|((id, profile), guardian)| {
                    (id.to_string(), profile.name, guardian.verified_at.is_some())
                })
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

/// `POST /desk/people/{person}/paper`: a signed form, with an answer for each channel that it names and its
/// scan, if there is one.
///
/// # Errors
/// There is no such person.
pub async fn paper(
    site: Site,
    visit: Visit,
    Path(id): Path<String>,
    filled: Filled,
) -> Result<Response, Trouble> {
    let subject = id.clone();
    let refused = site.change(move |site| record(site, &subject, &filled)).await?;
    // Some of it may be on record.
    site.recall_soon();
    match refused {
        None => Ok(go_to(&format!("/desk/people/{id}"))),
        Some(problem) => {
            let page = page_with(&site, &visit, id, Some(problem)).await?;
            Ok(shown_as(StatusCode::UNPROCESSABLE_ENTITY, &page))
        }
    }
}

/// `None`: all of it is on record. Else what is missing, or what a rule forbids.
fn record(site: &Site, id: &str, filled: &Filled) -> Result<Option<&'static str>, AppError> {
    let subject = person(id)?;
    let day = |name: &str| Some(filled.text(name)).filter(|text| !text.is_empty()).map(str::parse::<Date>);
    let (Ok(album), Some(Ok(signed_on)), until) =
        (filled.text("album").parse::<AlbumId>(), day("signed_on"), day("until").transpose())
    else {
        return Ok(Some("paper-refused"));
    };
    let (Ok(until), reference) = (until, filled.text("reference").to_string()) else {
        return Ok(Some("paper-refused"));
    };
    let answer = match filled.text("answer") {
        "yes" => Answer::Yes(until),
        "no" => Answer::No,
        _ => return Ok(Some("paper-refused")),
    };
    let guardian = Some(filled.text("guardian").to_string()).filter(|id| !id.is_empty());
    let mut lines = Vec::new();
    for channel in filled.all("channel") {
        let Ok(channel) = channel.parse() else { return Ok(Some("paper-refused")) };
        lines.push(FormLine {
            person: subject.to_string(),
            purpose: PurposeKind::Publish(channel),
            answer,
            signed_on,
            reference: reference.clone(),
            language: None,
            guardian: guardian.clone(),
            scan: None,
        });
    }
    if lines.is_empty() {
        return Ok(Some("paper-no-channel"));
    }
    let scan = match filled.files("scan").next() {
        Some(file) => match evidence::taken(file.bytes.clone(), "the scan") {
            Ok(scan) => Some(scan),
            Err(_) => return Ok(Some("paper-no-scan")),
        },
        None => None,
    };
    let mut refused = None;
    for recorded in forms::record_form(site.store(), &lines, album, scan.as_ref(), site.by())? {
        match recorded {
            Ok(_) => {}
            Err(error) => match error.kind() {
                ErrorKind::Denied | ErrorKind::Invalid | ErrorKind::NotFound => {
                    refused = Some("paper-refused")
                }
                _ => return Err(error),
            },
        }
    }
    Ok(refused)
}
