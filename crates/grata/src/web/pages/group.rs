//! The closed group of an album, for a privacy officer and an owner: what is on record, what is missing in words, who
//! is expected in the photos, what was counted. Nothing here takes a picture, and nothing says who agreed, who
//! enrolled or who was found (CON-2, BYS-7).

use std::sync::Arc;

use askama::Template;
use axum::Form;
use axum::extract::Path;
use axum::response::Response;
use grata_core::basis::{Assessment, Profile, Record, Records, Window};
use grata_core::id::SubjectId;
use grata_core::time::{Date, day};
use grata_store::Reader;
use grata_store::queries::albums::Album;
use serde::Deserialize;

use super::{Shell, album, go_to, shown};
use crate::app::groups::{self, Changes, NewCalibration};
use crate::app::{compare, views};
use crate::error::{AppError, ErrorKind};
use crate::web::error::Trouble;
use crate::web::filled::Filled;
use crate::web::guard::Visit;
use crate::web::site::{Site, tell};
use crate::web::words::Words;

struct Group {
    is_unequal: bool,
    missing: Vec<&'static str>,
    ends: String,
    members: u64,
    enrolled: u64,
    to_compare: u64,
    embedded: u64,
    waiting: u64,
    window: String,
    is_paused: bool,
    is_running: bool,
    roster: Vec<Member>,
    others: Vec<(String, String)>,
    records: Vec<(&'static str, String)>,
}

/// Somebody who is expected, whoever enrolled.
struct Member {
    id: String,
    name: String,
    /// A text to send them by their own channel, in their language: the same for everybody, so that nobody here has
    /// to know who enrolled (ABU-2, BYS-7).
    mail: String,
}

#[derive(Template)]
#[template(path = "pages/group.html")]
struct Page {
    shell: Shell,
    album: Album,
    group: Option<Group>,
    profiles: Vec<(&'static str, String)>,
}

/// Under which name the progress of a run is kept.
fn name(album: &Album) -> String {
    format!("group:{}", album.id)
}

/// `GET /desk/albums/{album}/group`. That somebody looked at the list of people is on record.
///
/// # Errors
/// There is no such album.
pub async fn page(site: Site, visit: Visit, Path(text): Path<String>) -> Result<Response, Trouble> {
    let shell = Shell::of(&visit);
    let page = site.change(move |site| {
        let words = shell.words;
        let found = album::find(&site.store().read()?, &text)?;
        let group = match site.store().read()?.group(found.id)? {
            Some(_) => Some(read(site, &found, words)?),
            None => None,
        };
        let profiles = Profile::ALL
            .map(|one| (one.as_str(), words.t(&format!("group-profile-{}", one.as_str())).into_owned()));
        Ok(Page { album: found, group, profiles: profiles.into(), shell })
    });
    Ok(shown(&page.await?))
}

fn read(site: &Site, album: &Album, words: Words) -> Result<Group, AppError> {
    let tx = site.store().begin(site.now())?;
    let status = groups::status(&tx, &site.cx().config, album.id, site.now())?;
    let roster = tx.roster(album.id)?;
    let others: Vec<SubjectId> =
        tx.people_of(album.id)?.into_iter().filter(|one| !roster.contains(one)).collect();
    let listed = roster.len() + others.len();
    let (roster, others) = (named(&tx, &roster)?, named(&tx, &others)?);
    let mut members = Vec::new();
    for (subject, name) in roster {
        // In their own language, where pages are in it.
        let language = tx.subject_language(subject)?;
        let words = Words::of(language.as_str()).unwrap_or(words);
        let values = [("name", name.clone()), ("album", album.title.clone())];
        let mail = words.with("group-mail", &values).into_owned();
        members.push(Member { id: subject.to_string(), name, mail });
    }
    tx.commit(views::asked(album.id, listed, site.by()))?;
    let records = ["opinion", "consultation", "alternative"];
    Ok(Group {
        is_unequal: status.group.attested.profile.is_unequal(),
        missing: status.missing.iter().map(|one| one.as_str()).collect(),
        ends: status.ends.map(|at| words.day(day(at)).into_owned()).unwrap_or_default(),
        members: status.members,
        enrolled: status.enrolled,
        to_compare: status.to_compare,
        embedded: status.group.embedded,
        waiting: status.waiting,
        window: days(words, status.group.attested.window),
        is_paused: status.group.attested.is_paused,
        is_running: site.works().progress(&name(album)).is_some_and(|one| !one.is_over()),
        records: records.map(|key| (key, words.t(&format!("missing-{key}")).into_owned())).into(),
        roster: members,
        others: others.into_iter().map(|(id, name)| (id.to_string(), name)).collect(),
    })
}

/// Whose photos a group compares, in words.
pub fn days(words: Words, window: Option<Window>) -> String {
    let Some(window) = window else { return words.t("group-all-days").into_owned() };
    let [from, to] = [window.from(), window.to()].map(|day| words.day(day).into_owned());
    words.with("group-days", &[("from", from), ("to", to)]).into_owned()
}

/// By name, so that the order says nothing.
fn named(reader: &Reader, people: &[SubjectId]) -> Result<Vec<(SubjectId, String)>, AppError> {
    let mut all = Vec::new();
    for id in people {
        all.push((*id, reader.profile(*id)?.name));
    }
    all.sort_by(|one, other| one.1.cmp(&other.1).then(one.0.cmp(&other.0)));
    Ok(all)
}

fn back(album: &str) -> Response {
    go_to(&format!("/desk/albums/{album}/group"))
}

/// What kind of group.
#[derive(Deserialize)]
pub struct New {
    profile: String,
}

/// `POST /desk/albums/{album}/group`
///
/// # Errors
/// The album has one already.
pub async fn create(
    site: Site,
    _: Visit,
    Path(text): Path<String>,
    Form(new): Form<New>,
) -> Result<Response, Trouble> {
    let page = back(&text);
    site.change(move |site| {
        let found = album::find(&site.store().read()?, &text)?;
        let profile = Profile::named(&new.profile)
            .ok_or_else(|| AppError::new(ErrorKind::Invalid, "choose what kind of group it is"))?;
        groups::create(site.store(), found.id, profile, site.by())
    })
    .await?;
    Ok(page)
}

/// Who is expected, or not any more.
#[derive(Deserialize)]
pub struct Expected {
    person: String,
    expected: String,
}

/// `POST /desk/albums/{album}/group/roster`
///
/// # Errors
/// There is no such group or person.
pub async fn roster(
    site: Site,
    _: Visit,
    Path(text): Path<String>,
    Form(said): Form<Expected>,
) -> Result<Response, Trouble> {
    let page = back(&text);
    site.change(move |site| {
        let found = album::find(&site.store().read()?, &text)?;
        let nobody = || AppError::new(ErrorKind::NotFound, "there is no such person");
        let subject: SubjectId = said.person.parse().map_err(|_| nobody())?;
        groups::set_roster(site.store(), found.id, subject, said.expected == "yes", site.by())
    })
    .await?;
    Ok(page)
}

/// What is attested. An empty field says nothing.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Attested {
    closed: String,
    all_agreed: String,
    #[serde(flatten)]
    records: RecordFields,
    notice_on: String,
    captured_from: String,
    accountable: String,
    until: String,
    ceiling: String,
    window_from: String,
    window_to: String,
    all_days: String,
}

/// The impact assessment, and the three records besides of a school or an employer. An empty field says nothing.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct RecordFields {
    assessment: String,
    assessment_on: String,
    assessment_sha256: String,
    opinion: String,
    opinion_on: String,
    consultation: String,
    consultation_on: String,
    alternative: String,
    alternative_on: String,
}

impl RecordFields {
    /// What was filled in.
    ///
    /// # Errors
    /// A field makes no sense, or one of them is given without the other.
    pub fn records(&self) -> Result<Records, AppError> {
        let wrong =
            |_| AppError::new(ErrorKind::Invalid, "give 64 digits from 0 to f, as `sha256sum` prints them");
        let sum = filled(&self.assessment_sha256).map(|sum| sum.parse().map_err(wrong)).transpose()?;
        let assessment = match (record(&self.assessment, &self.assessment_on)?, sum) {
            (Some(record), Some(sha256)) => Some(Assessment { record, sha256 }),
            (None, None) => None,
            _ => {
                let message = "an impact assessment is given with its place, its day and its SHA-256";
                return Err(AppError::new(ErrorKind::Invalid, message));
            }
        };
        Ok(Records {
            assessment,
            opinion: record(&self.opinion, &self.opinion_on)?,
            consultation: record(&self.consultation, &self.consultation_on)?,
            alternative: record(&self.alternative, &self.alternative_on)?,
        })
    }
}

fn filled(text: &str) -> Option<&str> {
    Some(text.trim()).filter(|text| !text.is_empty())
}

fn date(text: &str) -> Result<Option<Date>, AppError> {
    let wrong = |_| AppError::new(ErrorKind::Invalid, "give a day like 2026-09-05");
    filled(text).map(|text| text.parse().map_err(wrong)).transpose()
}

fn record(reference: &str, on: &str) -> Result<Option<Record>, AppError> {
    match (filled(reference), date(on)?) {
        (Some(reference), Some(on)) => Ok(Some(Record { reference: reference.into(), on })),
        (None, None) => Ok(None),
        _ => Err(AppError::new(ErrorKind::Invalid, "a record is given with its place and its day")),
    }
}

impl Attested {
    fn changes(&self) -> Result<Changes, AppError> {
        let number = |_| AppError::new(ErrorKind::Invalid, "give a whole number");
        Ok(Changes {
            closed: self.closed == "yes",
            all_agreed: self.all_agreed == "yes",
            records: self.records.records()?,
            window: match (date(&self.window_from)?, date(&self.window_to)?) {
                (Some(from), Some(to)) => Some(Some(groups::window(from, to)?)),
                (None, None) => (self.all_days == "yes").then_some(None),
                _ => return Err(AppError::new(ErrorKind::Invalid, "give the first day and the last one")),
            },
            notice_on: date(&self.notice_on)?,
            captured_from: date(&self.captured_from)?,
            accountable: filled(&self.accountable).map(Into::into),
            until: date(&self.until)?,
            ceiling: filled(&self.ceiling).map(|text| text.parse().map_err(number)).transpose()?,
            // A file, in a form of its own.
            calibration: None,
            on_children: false,
        })
    }
}

/// `POST /desk/albums/{album}/group/attest`
///
/// # Errors
/// There is no such group, or a field makes no sense.
pub async fn attest(
    site: Site,
    _: Visit,
    Path(text): Path<String>,
    Form(said): Form<Attested>,
) -> Result<Response, Trouble> {
    let page = back(&text);
    site.change(move |site| {
        let found = album::find(&site.store().read()?, &text)?;
        groups::attest(site.store(), found.id, &said.changes()?, site.by())
    })
    .await?;
    Ok(page)
}

/// `POST /desk/albums/{album}/group/calibration`: a file of `grata calibrate`, for the model that the group uses. The
/// impact assessment is stale with it (ACC-7).
///
/// # Errors
/// There is no such group, or the file is no calibration for its model.
pub async fn calibrate(
    site: Site,
    _: Visit,
    Path(text): Path<String>,
    filled: Filled,
) -> Result<Response, Trouble> {
    let page = back(&text);
    site.change(move |site| {
        let found = album::find(&site.store().read()?, &text)?;
        let file = filled.files("calibration").next();
        let file =
            file.ok_or_else(|| AppError::new(ErrorKind::Invalid, "choose a file of `grata calibrate`"))?;
        let written = String::from_utf8(file.bytes.clone())
            .map_err(|_| AppError::new(ErrorKind::Invalid, "this file is no text"))?;
        let changes = Changes {
            calibration: Some(NewCalibration::Sent(file.name.clone(), written)),
            on_children: filled.text("on_children") == "yes",
            ..Changes::default()
        };
        groups::attest(site.store(), found.id, &changes, site.by())
    })
    .await?;
    Ok(page)
}

/// That somebody means it.
#[derive(Deserialize)]
pub struct Sure {
    #[serde(default)]
    sure: String,
}

/// `POST /desk/albums/{album}/group/delete`: with its roster and all templates.
///
/// # Errors
/// There is no such group, or nobody said that they mean it.
pub async fn delete(
    site: Site,
    _: Visit,
    Path(text): Path<String>,
    Form(said): Form<Sure>,
) -> Result<Response, Trouble> {
    let page = back(&text);
    site.change(move |site| {
        let found = album::find(&site.store().read()?, &text)?;
        if said.sure != "yes" {
            return Err(AppError::new(ErrorKind::Invalid, "say that the group and all numbers may go"));
        }
        groups::delete(site.store(), found.id, site.by())
    })
    .await?;
    Ok(page)
}

/// Whether it is paused.
#[derive(Deserialize)]
pub struct Paused {
    paused: String,
}

/// `POST /desk/albums/{album}/group/pause`
///
/// # Errors
/// There is no such group.
pub async fn pause(
    site: Site,
    _: Visit,
    Path(text): Path<String>,
    Form(said): Form<Paused>,
) -> Result<Response, Trouble> {
    let page = back(&text);
    site.change(move |site| {
        let found = album::find(&site.store().read()?, &text)?;
        groups::pause(site.store(), found.id, said.paused == "yes", site.by())
    })
    .await?;
    Ok(page)
}

/// `POST /desk/albums/{album}/group/compare`: in the background, one photo after the other. It ends when the group is
/// closed, whoever closes it.
///
/// # Errors
/// The group is closed.
pub async fn compare(site: Site, _: Visit, Path(text): Path<String>) -> Result<Response, Trouble> {
    let page = back(&text);
    site.run(move |site| {
        let found = album::find(&site.store().read()?, &text)?;
        let status = groups::status(&site.store().read()?, &site.cx().config, found.id, site.now())?;
        if !status.missing.is_empty() {
            return Err(groups::closed(&status.missing));
        }
        let name = name(&found);
        if !site.works().begin(&name, 1) {
            return Ok(());
        }
        let (store, cx, works) = (Arc::clone(site.store()), site.cx().clone(), site.works().clone());
        std::thread::spawn(move || {
            let done = compare::run(&store, &cx, found.id, &mut |_, _| {});
            if let Err(error) = &done {
                tell(&format!("The photos of a closed group were not compared ({:?}).", error.kind()));
            }
            works.note(&name, |progress| {
                progress.failed = usize::from(done.is_err());
                progress.done = progress.total;
            });
        });
        Ok(())
    })
    .await?;
    Ok(page)
}
