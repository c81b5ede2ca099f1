//! The page of a person, by their link or their guardian's: what they are asked, and their photos.
//! Giving a yes and taking it back are one tap each (CON-5), and nothing is ticked before (CON-3).

mod photos;

use askama::Template;
use axum::Form;
use axum::http::header;
use axum::response::Response;
use grata_core::consent::{ActKind, ConsentAct, Decision, Means, Speaker, decide};
use grata_core::emergency::State as Standing;
use grata_core::enrolment::may_acknowledge;
use grata_core::id::AccountId;
use grata_core::purpose::{Audience, Find, Publish, PurposeKind};
use grata_core::subject::{Age, Restriction, Subject};
use grata_core::time::{Date, birthday, day};
use grata_store::Reader;
use grata_store::queries::albums::Album;
use grata_store::queries::channels::Channel;
use grata_store::queries::subjects::Invitation;
use serde::Deserialize;

use photos::{OwnPhoto, own_photos};
pub use photos::{not_me, object, picture};

use super::{Shell, go_to, shown};
use crate::app::channels::Titles;
use crate::app::consents::{self, Answer};
use crate::app::{enrol, found, groups, notice, people};
use crate::error::{AppError, ErrorKind, found as if_found};
use crate::web::error::Trouble;
use crate::web::guard::Visit;
use crate::web::session::{Cookie, Visitor};
use crate::web::site::Site;
use crate::web::words::Words;

/// A question, and what was answered.
struct Asked {
    purpose: String,
    title: String,
    help: String,
    /// `yes`, `no` or nothing yet: what this speaker has said.
    said: Option<&'static str>,
    /// What follows from it, in words.
    words: String,
    /// Whether that is: shown.
    is_shown: bool,
    /// An entry that staff made, which can be contested (CON-12).
    is_from_form: bool,
    /// The channel takes no new answers: a yes can be taken back, and no other given.
    is_retired: bool,
}

#[derive(Template)]
#[template(path = "pages/me.html")]
struct Page {
    shell: Shell,
    name: String,
    speaks_for: bool,
    album: Album,
    kept_until: String,
    questions: Vec<Asked>,
    is_answered: bool,
    notice: Option<String>,
    child_notice: Option<String>,
    is_child: bool,
    is_restricted: bool,
    /// They have objected to every picture.
    objects: bool,
    /// And can take that back here.
    may_take_back: bool,
    emergencies: Vec<String>,
    enrolments: Vec<ToldEnrolment>,
    photos: Vec<OwnPhoto>,
    group: Option<Group>,
}

/// That somebody enrolled by this person's link (ABU-2).
struct ToldEnrolment {
    words: String,
    /// Whether there are numbers that can be ended.
    is_there: bool,
    /// Whether it can be put away by now, by this link.
    may_put_away: bool,
    /// The link is a guardian's, who reads it and leaves it to the person.
    is_own: bool,
}

/// The closed group of the album, for somebody who is in it.
struct Group {
    said: Option<&'static str>,
    words: String,
    is_on: bool,
    /// Since when there is a template; none if there is none.
    enrolled: Option<String>,
    /// From when on something is shown, if it is not yet.
    from: Option<String>,
    /// Whether they can enrol now, by this link.
    may_enrol: bool,
    questions: usize,
    is_unequal: bool,
}

/// Whose page this is; the guard has let nobody else in.
///
/// # Errors
/// Somebody else.
pub fn invitation(visit: &Visit) -> Result<Invitation, Trouble> {
    match &visit.visitor {
        Visitor::Person(invitation) => Ok(*invitation),
        _ => Err(Trouble::not_found()),
    }
}

/// Who speaks by a link.
pub fn speaker(invitation: &Invitation) -> Speaker {
    invitation.guardian.map_or(Speaker::Subject, Speaker::Guardian)
}

/// `GET /me`
///
/// # Errors
/// The store cannot be used.
pub async fn page(site: Site, visit: Visit) -> Result<Response, Trouble> {
    let invitation = invitation(&visit)?;
    let shell = Shell::of(&visit);
    let page = site.run(move |site| read(site, &invitation, shell)).await?;
    Ok(shown(&page))
}

fn read(site: &Site, invitation: &Invitation, shell: Shell) -> Result<Page, AppError> {
    let reader = site.store().read()?;
    let words = shell.words;
    let subject = people::known(&reader, invitation.subject)?;
    let album = reader.album(invitation.album)?;
    let album = album.ok_or_else(|| AppError::new(ErrorKind::NotFound, "there is no such album"))?;
    let language = words.language();
    let notice = match &language {
        Some(language) => if_found(consents::notice_text(&reader, &album, language))?,
        None => None,
    };
    let objects = people::objects(&reader, invitation.subject)?;
    let mut questions = Vec::new();
    let asked_in = notice.is_some();
    if asked_in {
        let mut channels = reader.all_channels()?;
        let titles = Titles::of_channels(&channels);
        // From the few who see it to the many.
        channels.sort_by_key(|channel| channel.audience == Audience::Everyone);
        for Channel { key: channel, audience, retired_at, .. } in channels {
            let publish = Publish { album: album.id, channel };
            let standing = people::standing(&reader, &subject, objects, &publish, site.now());
            let mut asked = question(&subject, invitation, &publish, audience, (words, &titles), standing);
            asked.is_retired = retired_at.is_some();
            // What takes nothing new is there for whoever has said yes to it, to take that back.
            if !asked.is_retired || asked.said == Some("yes") {
                questions.push(asked);
            }
        }
    }
    let is_child = match subject.age {
        Age::Born(born) => day(site.now()) < birthday(born, reader.age_rules().rule(subject.country).age),
        Age::Adult | Age::Unknown => false,
    };
    Ok(Page {
        name: reader.profile(invitation.subject)?.name,
        speaks_for: invitation.guardian.is_some(),
        kept_until: words.day(album.keep_until).into_owned(),
        is_answered: questions.iter().any(|question| question.said.is_some()),
        questions,
        child_notice: notice::for_children(words.code(), &album),
        notice,
        is_child,
        // What is frozen is open to nobody.
        emergencies: match subject.restriction {
            Restriction::None => emergencies(&reader, invitation, words, site)?,
            Restriction::Since(_) => Vec::new(),
        },
        enrolments: enrolments(&reader, invitation, words, site)?,
        is_restricted: subject.restriction != Restriction::None,
        objects,
        may_take_back: subject.guardians.is_empty(),
        photos: own_photos(&reader, invitation)?,
        // Nobody is asked in a language that there is no notice in (TRA-5).
        group: if asked_in { group(&reader, &subject, invitation, words, site)? } else { None },
        album,
        shell,
    })
}

/// What this speaker has said to a question of the album.
fn said(subject: &Subject, invitation: &Invitation, purpose: &PurposeKind) -> Option<&'static str> {
    let last = subject.acts.iter().rev().find(|act| {
        act.question.album == invitation.album
            && act.question.purpose == *purpose
            && act.speaker == speaker(invitation)
    });
    last.and_then(|act| match act.kind {
        ActKind::Give { .. } => Some("yes"),
        ActKind::Refuse | ActKind::Withdraw | ActKind::Contest => Some("no"),
        ActKind::Expire => None,
    })
}

fn group(
    reader: &Reader,
    subject: &Subject,
    invitation: &Invitation,
    words: Words,
    site: &Site,
) -> Result<Option<Group>, AppError> {
    let Some(group) = reader.group(invitation.album)? else { return Ok(None) };
    if !reader.is_on_roster(invitation.album, subject.id)? {
        return Ok(None);
    }
    let said = said(subject, invitation, &PurposeKind::Find);
    let find = Find { album: invitation.album };
    let (is_on, follows) = match (decide(subject, &find, reader.age_rules(), site.now()), said) {
        (Decision::Yes(permit), _) => (true, words.a("me-find-on", "day", words.day(day(permit.ends())))),
        (Decision::No(_), Some("no")) => (false, words.t("me-find-off")),
        (Decision::No(_), Some(_)) => (false, words.t("me-find-waits")),
        (Decision::No(_), None) => (false, words.t("me-not-answered")),
    };
    let follows = follows.into_owned();
    let is_own = invitation.guardian.is_none();
    let template = reader.template_of(subject.id, invitation.album)?;
    let gate = groups::gate(reader, &site.cx().config, invitation.album, site.now())?.1;
    Ok(Some(Group {
        said,
        words: follows,
        is_on,
        enrolled: template.map(|template| words.day(day(template.enrolled_at)).into_owned()),
        from: found::asked_from(reader, invitation.album, subject.id, site.now())?
            .map(|from| words.at("found-from", from).into_owned()),
        may_enrol: is_own && gate.is_ok(),
        questions: if is_own { found::questions(reader, subject.id, site.now())?.len() } else { 0 },
        is_unequal: group.attested.profile.is_unequal(),
    }))
}

/// Enrolments by this person's link: told at once and on every visit, until the person says that they know.
fn enrolments(
    reader: &Reader,
    invitation: &Invitation,
    words: Words,
    site: &Site,
) -> Result<Vec<ToldEnrolment>, AppError> {
    let (album, subject) = (invitation.album, invitation.subject);
    let now = site.now();
    let template = reader.template_of(subject, album)?.map(|template| template.enrolled_at);
    let is_own = invitation.guardian.is_none();
    let told = enrol::told(reader, album, subject, now)?.into_iter().map(|one| {
        let is_there = template == Some(one.enrolled_at);
        let key = if is_there { "me-enrolment" } else { "me-enrolment-gone" };
        let words = words.at(key, one.enrolled_at).into_owned();
        ToldEnrolment {
            words,
            is_there,
            may_put_away: is_own && may_acknowledge(one.enrolled_at, now),
            is_own,
        }
    });
    Ok(told.collect())
}

/// What two of the organisation have asked for or opened, as the person reads it in the same moment (SEC-6).
fn emergencies(
    reader: &Reader,
    invitation: &Invitation,
    words: Words,
    site: &Site,
) -> Result<Vec<String>, AppError> {
    let accounts = reader.accounts()?;
    let role = |id: AccountId| {
        let account = accounts.iter().find(|account| account.id == id);
        account.map_or_else(String::new, |one| words.t(&format!("role-{}", one.role.as_str())).into_owned())
    };
    let mut lines = Vec::new();
    for one in reader.emergencies_about(invitation.subject)? {
        let why = words.t(&format!("why-{}", one.why.as_str())).into_owned();
        let first = role(one.asked_by);
        let said = match (one.state(site.now()), one.approved) {
            (Standing::Open(until), Some((second, _))) => words.with(
                "me-emergency-open",
                &[("first", first), ("second", role(second)), ("time", words.clock(until)), ("why", why)],
            ),
            (Standing::Asked(_), _) => words.with("me-emergency-asked", &[("first", first), ("why", why)]),
            _ => continue,
        };
        lines.push(said.into_owned());
    }
    Ok(lines)
}

fn question(
    subject: &Subject,
    invitation: &Invitation,
    publish: &Publish,
    audience: Audience,
    (words, titles): (Words, &Titles),
    standing: Result<Date, &'static str>,
) -> Asked {
    let purpose = PurposeKind::Publish(publish.channel.clone());
    let answers = |act: &&ConsentAct| {
        act.question.album == publish.album
            && act.question.purpose == purpose
            && act.speaker == speaker(invitation)
    };
    let last = subject.acts.iter().rev().find(answers);
    let said = last.and_then(|act| match act.kind {
        ActKind::Give { .. } => Some("yes"),
        ActKind::Refuse | ActKind::Withdraw | ActKind::Contest => Some("no"),
        ActKind::Expire => None,
    });
    let is_shown = standing.is_ok();
    let follows = match standing {
        Ok(until) => words.a("me-shown-until", "day", words.day(until)),
        Err("never-asked") => words.t("me-not-answered"),
        Err("objection") => words.t("me-objects"),
        Err(reason) => match (invitation.guardian, reason) {
            (Some(_), "refused") => words.t("me-child-refused"),
            (Some(_), "withdrawn") => words.t("me-child-withdrew"),
            (Some(_), "guardian-missing") | (None, "child-missing") => words.t("me-you-missing"),
            _ => words.t(&format!("me-{reason}")),
        },
    };
    Asked {
        title: words.channel(titles, publish.channel.as_str()),
        help: words.t(&format!("me-audience-{}", audience.as_str())).into_owned(),
        purpose: purpose.to_string(),
        said,
        words: follows.into_owned(),
        is_shown,
        is_from_form: last.is_some_and(|act| {
            matches!(act.means, Means::Paper(_)) && matches!(act.kind, ActKind::Give { .. })
        }),
        is_retired: false,
    }
}

/// What is said to a question.
#[derive(Deserialize)]
pub struct Said {
    purpose: String,
    answer: String,
}

/// `POST /me/answer`
///
/// # Errors
/// A rule forbids it.
pub async fn answer(site: Site, visit: Visit, Form(said): Form<Said>) -> Result<Response, Trouble> {
    let language = visit.words.language();
    site.change(move |site| {
        let invalid = || AppError::new(ErrorKind::Invalid, "this is no answer to a question of this page");
        let purpose: PurposeKind = said.purpose.parse().map_err(|_| invalid())?;
        let answer = match said.answer.as_str() {
            "yes" => Answer::Yes(None),
            "no" => no_to(site, &visit, &purpose)?,
            "not-mine" => Answer::NotMine,
            _ => return Err(invalid()),
        };
        consents::say_by_link(site.store(), &visit.secret, purpose, answer, language, site.by())
    })
    .await?;
    // Whatever showed them is recalled now, not when somebody looks.
    site.recall_soon();
    Ok(go_to("/me#questions"))
}

/// `POST /me/enrolled`: the person knows of the enrolments that their page tells of.
///
/// # Errors
/// None of them can be put away by now, or the link is a guardian's.
pub async fn enrolled(site: Site, visit: Visit) -> Result<Response, Trouble> {
    let invitation = invitation(&visit)?;
    if invitation.guardian.is_some() {
        return Err(Trouble::forbidden());
    }
    site.change(move |site| {
        enrol::acknowledge(site.store(), invitation.album, invitation.subject, site.by())
    })
    .await?;
    Ok(go_to("/me"))
}

/// After a yes, a no takes it back; before one it refuses.
fn no_to(site: &Site, visit: &Visit, purpose: &PurposeKind) -> Result<Answer, AppError> {
    let Visitor::Person(invitation) = &visit.visitor else { return Ok(Answer::No) };
    let reader = site.store().read()?;
    let subject = people::known(&reader, invitation.subject)?;
    let last = subject.acts.iter().rev().find(|act| {
        act.question.album == invitation.album
            && act.question.purpose == *purpose
            && act.speaker == speaker(invitation)
    });
    Ok(match last.map(|act| act.kind) {
        Some(ActKind::Give { .. }) => Answer::NoLonger,
        _ => Answer::No,
    })
}

/// `POST /me/leave`: forgets the link in this browser.
pub async fn leave() -> Response {
    let mut response = go_to("/");
    response.headers_mut().extend(Cookie::Page.clear().map(|cookie| (header::SET_COOKIE, cookie)));
    response
}
