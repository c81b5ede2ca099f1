//! A person of a closed group lets themselves be found: their own camera, here and now, and nothing is kept of it
//! but the numbers (CON-2, RTS-9). The one page on which a browser may open a camera.

use askama::Template;
use axum::Json;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::{IntoResponse, Response};
use grata_core::id::SubjectId;
use grata_vision::recognise::Reason;
use serde::Serialize;
use zeroize::Zeroizing;

use super::me::invitation;
use super::{Shell, shown};
use crate::app::enrol::{self, Enrolled, MOST_STILL_BYTES, poses};
use crate::error::{AppError, ErrorKind};
use crate::web::error::Trouble;
use crate::web::guard::Visit;
use crate::web::limits::received;
use crate::web::site::Site;
use crate::web::words::Words;
use crate::worker::group::{DISAGREE, NOT_MOVED, Pose};

/// By which a page may open a camera; every other page may not.
const PERMISSIONS: HeaderName = HeaderName::from_static("permissions-policy");
const CAMERA: HeaderValue =
    HeaderValue::from_static("camera=(self), microphone=(), geolocation=(), browsing-topics=()");

/// What somebody was asked to do, until they come back with it.
#[derive(Debug, Clone, Copy)]
pub struct Challenge {
    subject: SubjectId,
    poses: [Pose; 3],
}

struct Asked {
    challenge: String,
    poses: String,
}

#[derive(Template)]
#[template(path = "pages/me-enrol.html")]
struct Page {
    shell: Shell,
    asked: Option<Asked>,
    /// Whom to ask for a code, if there is none to enrol with.
    codeless: Option<String>,
}

/// `GET /me/enrol`
///
/// # Errors
/// The store cannot be used.
pub async fn page(site: Site, visit: Visit) -> Result<Response, Trouble> {
    let invitation = invitation(&visit)?;
    let shell = Shell::of(&visit);
    let asked = site.run(move |site| {
        match enrol::may_enrol(site.store(), site.cx(), &invitation) {
            Ok(_) => {}
            Err(error) if [ErrorKind::Denied, ErrorKind::Conflict].contains(&error.kind()) => {
                return Ok((None, None));
            }
            Err(error) => return Err(error),
        }
        let reader = site.store().read()?;
        if reader.enrolment_code_tries(invitation.album, invitation.subject)?.is_none() {
            return Ok((None, reader.album(invitation.album)?.map(|album| album.contact)));
        }
        drop(reader);
        let mut rng = site.store().rng();
        let poses = poses(&mut rng);
        let challenge = Challenge { subject: invitation.subject, poses };
        let asked = Asked {
            challenge: site.enrolling().put(challenge, site.now(), &mut rng),
            poses: poses.map(Pose::as_str).join(" "),
        };
        Ok((Some(asked), None))
    });
    let (asked, codeless) = asked.await?;
    let page = Page { asked, codeless, shell };
    let mut response = shown(&page);
    response.headers_mut().insert(PERMISSIONS, CAMERA);
    Ok(response)
}

/// What became of it, for the script of the page.
#[derive(Serialize)]
struct Said {
    /// Where to go now.
    go: Option<&'static str>,
    /// What to do otherwise.
    words: Vec<String>,
}

/// `POST /me/enrol`: stills, each after its length; by which challenge, and with which code, stand in headers.
///
/// # Errors
/// The group is closed, or this is no answer to a challenge of this person.
pub async fn enrol(site: Site, visit: Visit, headers: HeaderMap, body: Body) -> Result<Response, Trouble> {
    let invitation = invitation(&visit)?;
    let _turn = site.limits().enrolments.acquire().await;
    let most = (MOST_STILL_BYTES + 4) * 3;
    // The pieces as they came are given back to the system as they are; what we hold of them is wiped.
    let body = Zeroizing::new(received(body, most).await?);
    let header = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let (handle, code) = (header("x-challenge").to_string(), header("x-code").parse().ok());
    let words = visit.words;
    let said = site.change(move |site| {
        let invalid =
            || AppError::new(ErrorKind::Invalid, "this is no answer to what this page has asked for");
        let challenge = site.enrolling().take(&handle, site.now()).ok_or_else(invalid)?;
        if challenge.subject != invitation.subject {
            return Err(invalid());
        }
        let stills =
            stills(&body).filter(|stills| stills.len() == challenge.poses.len()).ok_or_else(invalid)?;
        let stills: Vec<(&[u8], Pose)> = stills.into_iter().zip(challenge.poses).collect();
        Ok(match enrol::enrol(site.store(), site.cx(), &invitation, code.as_ref(), &stills, site.by())? {
            Enrolled::Yes => Said { go: Some("/me#group"), words: Vec::new() },
            Enrolled::TryAgain(reasons) => Said { go: None, words: sentences(words, &reasons) },
            Enrolled::WrongCode { left } => {
                Said { go: None, words: vec![words.n("enrol-code-wrong", left).into_owned()] }
            }
            Enrolled::NoCode => Said { go: None, words: vec![words.t("enrol-code-gone").into_owned()] },
        })
    });
    Ok(Json(said.await?).into_response())
}

/// Each after its length.
fn stills(mut body: &[u8]) -> Option<Vec<&[u8]>> {
    let mut stills = Vec::new();
    while !body.is_empty() {
        let (length, rest) = body.split_first_chunk::<4>()?;
        let (still, rest) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
        stills.push(still);
        body = rest;
    }
    Some(stills)
}

/// Why it did not do, each reason once, in the order of the stills.
fn sentences(words: Words, reasons: &[(u32, String)]) -> Vec<String> {
    let mut said: Vec<String> = Vec::new();
    for (_, reason) in reasons {
        let sentence = match reason.as_str() {
            DISAGREE => words.t("enrol-disagree").into_owned(),
            NOT_MOVED => words.t("enrol-not-moved").into_owned(),
            other => {
                let known = Reason::named(other).and_then(|reason| reason.words(words.code()));
                known.map_or_else(|| words.t("enrol-sorry").into_owned(), str::to_string)
            }
        };
        if !said.contains(&sentence) {
            said.push(sentence);
        }
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stills_come_each_after_its_length_and_nothing_else_does() {
        let body = [&[2, 0, 0, 0, 7, 8][..], &[1, 0, 0, 0, 9]].concat();
        assert_eq!(stills(&body), Some(vec![&[7, 8][..], &[9]]));
        for broken in [&body[..3], &body[..5], &[255, 255, 255, 255, 1]] {
            assert_eq!(stills(broken), None);
        }
    }
}
