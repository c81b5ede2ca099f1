//! People and answers: who is asked about which album, what they said, and inviting more.

use askama::Template;
use axum::Form;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::Response;
use grata_core::purpose::Publish;
use grata_core::subject::Age;
use grata_core::time::{Timestamp, day, months_after};
use grata_store::Reader;
use grata_store::queries::albums::Album;
use grata_store::queries::subjects::Profile;
use serde::Deserialize;

use super::pick::plain;
use super::{Shell, album, shown, shown_as};
use crate::app::channels::Titles;
use crate::app::people::{
    self, INVITATION_DAYS, InviteOrder, Invited, NewGuardian, NewPerson, invite as send, objects, standing,
};
use crate::app::views;
use crate::error::{AppError, ErrorKind};
use crate::qr::Code;
use crate::web::access::Route;
use crate::web::error::Trouble;
use crate::web::guard::Visit;
use crate::web::site::Site;
use crate::web::words::Words;

/// What somebody said about a channel.
struct Cell {
    channel: String,
    kind: &'static str,
    words: String,
}

struct Line {
    id: String,
    name: String,
    cells: Vec<Cell>,
    ends_soon: Option<String>,
}

/// A link that was made, shown this once.
struct Fresh {
    name: String,
    link: String,
    qr: String,
    mail: String,
}

#[derive(Template)]
#[template(path = "pages/people.html")]
struct Page {
    shell: Shell,
    albums: Vec<(String, String, bool)>,
    album: Option<String>,
    channels: Vec<String>,
    people: Vec<Line>,
    letters: String,
    page: usize,
    pages: usize,
    fresh: Vec<Fresh>,
    form: Invite,
    problem: Option<&'static str>,
}

/// Of which album, whose name has this in it, and which part of them.
#[derive(Default, Deserialize)]
pub struct Wanted {
    album: Option<String>,
    q: Option<String>,
    page: Option<usize>,
}

/// People on one page.
const ON_A_PAGE: usize = 100;

/// Months before its end in which a yes is said to end soon.
const SOON_MONTHS: u16 = 1;

/// `GET /desk/people`
///
/// # Errors
/// The store cannot be used.
pub async fn page(site: Site, visit: Visit, Query(wanted): Query<Wanted>) -> Result<Response, Trouble> {
    Ok(shown(&page_with(&site, &visit, wanted, Vec::new(), None).await?))
}

async fn page_with(
    site: &Site,
    visit: &Visit,
    wanted: Wanted,
    fresh: Vec<Fresh>,
    refused: Option<(Invite, &'static str)>,
) -> Result<Page, Trouble> {
    let shell = Shell::of(visit);
    let (form, problem) = refused.unzip();
    site.change(move |site| {
        let words = shell.words;
        let reader = site.store().read()?;
        let albums = reader.albums()?;
        let album = match &wanted.album {
            Some(id) => Some(album::find(&reader, id)?),
            None => albums.first().cloned(),
        };
        let channels = reader.channels()?;
        let titles = Titles::read(&reader)?;
        let letters = wanted.q.unwrap_or_default();
        let mut named = Vec::new();
        if let Some(album) = &album {
            for (subject, name) in site.remembered().names(&reader, album.id)?.iter() {
                if plain(name).contains(&plain(&letters)) {
                    named.push((name.clone(), *subject));
                }
            }
        }
        named.sort_by_cached_key(|(name, _)| plain(name));
        let pages = named.len().div_ceil(ON_A_PAGE).max(1);
        let page = wanted.page.unwrap_or(1).clamp(1, pages);
        let mut people = Vec::new();
        if let Some(album) = &album {
            for (name, subject) in named.into_iter().skip((page - 1) * ON_A_PAGE).take(ON_A_PAGE) {
                people.push(line(&reader, subject, name, album, (words, &titles), site.now())?);
            }
        }
        if let Some(album) = album.as_ref().filter(|_| !people.is_empty()) {
            // One entry for the page, and everybody in the list finds it (TRA-4).
            let look = views::asked(album.id, people.len(), site.by());
            site.looks().record(site.store(), site.now(), move |_| Ok(look))?;
        }
        let form = match form {
            Some(form) => form,
            None => Invite { country: people::country(&reader)?.to_string(), ..Invite::default() },
        };
        let is_on = |one: &Album| album.as_ref().is_some_and(|album| album.id == one.id);
        Ok(Page {
            albums: albums.iter().map(|one| (one.id.to_string(), one.title.clone(), is_on(one))).collect(),
            channels: channels.iter().map(|(key, _)| words.channel(&titles, key.as_str())).collect(),
            album: album.map(|album| album.id.to_string()),
            people,
            form,
            letters,
            page,
            pages,
            fresh,
            problem,
            shell,
        })
    })
    .await
}

fn line(
    reader: &Reader,
    subject: grata_core::id::SubjectId,
    name: String,
    album: &Album,
    (words, titles): (Words, &Titles),
    now: Timestamp,
) -> Result<Line, AppError> {
    let nobody = || AppError::new(ErrorKind::NotFound, "there is no such person");
    let known = reader.subject(subject)?.ok_or_else(nobody)?;
    let mut cells = Vec::new();
    let mut ends_soon = None;
    let objects = objects(reader, subject)?;
    for (key, _) in reader.channels()? {
        let publish = Publish { album: album.id, channel: key.clone() };
        let channel = words.channel(titles, key.as_str());
        cells.push(match standing(reader, &known, objects, &publish, now) {
            Ok(until) => {
                if until <= months_after(day(now), SOON_MONTHS) {
                    ends_soon = Some(words.day(until).into_owned());
                }
                Cell { channel, kind: "yes", words: words.t("answer-yes").into_owned() }
            }
            Err("never-asked") => Cell { channel, kind: "open", words: words.t("answer-open").into_owned() },
            Err("refused" | "withdrawn") => {
                Cell { channel, kind: "no", words: words.t("answer-no").into_owned() }
            }
            Err(reason) => {
                Cell { channel, kind: "no", words: words.t(&format!("reason-{reason}")).into_owned() }
            }
        });
    }
    Ok(Line { id: subject.to_string(), name, cells, ends_soon })
}

/// Whom to invite.
#[derive(Clone, Default, Deserialize)]
pub struct Invite {
    album: String,
    name: String,
    contact: String,
    age: String,
    born: String,
    country: String,
    guardian: String,
    guardian_contact: String,
}

/// `POST /desk/people`
///
/// # Errors
/// There is no such album.
pub async fn invite(site: Site, visit: Visit, Form(form): Form<Invite>) -> Result<Response, Trouble> {
    let album = form.album.clone();
    let words = visit.words;
    let filled_in = form.clone();
    let made = site.change(move |site| invited(site, &form, words)).await?;
    match made {
        Some(fresh) => Ok(shown(&page_with(&site, &visit, of(album), fresh, None).await?)),
        None => {
            let refused = Some((filled_in, "invite-incomplete"));
            let page = page_with(&site, &visit, of(album), Vec::new(), refused).await?;
            Ok(shown_as(StatusCode::UNPROCESSABLE_ENTITY, &page))
        }
    }
}

/// All people of an album.
fn of(album: String) -> Wanted {
    Wanted { album: Some(album), ..Wanted::default() }
}

/// `None`: something is missing.
fn invited(site: &Site, form: &Invite, words: Words) -> Result<Option<Vec<Fresh>>, AppError> {
    let age = match (form.age.as_str(), form.born.parse()) {
        ("adult", _) => Age::Adult,
        ("born", Ok(born)) => Age::Born(born),
        ("born", Err(_)) => return Ok(None),
        _ => Age::Unknown,
    };
    let filled = |text: &str| Some(text.trim().to_string()).filter(|text| !text.is_empty());
    let country = form.country.trim().to_uppercase().parse();
    let (Some(name), Some(language), Ok(country)) = (filled(&form.name), words.language(), country) else {
        return Ok(None);
    };
    let album = album::find(&site.store().read()?, &form.album)?;
    let guardian = filled(&form.guardian).map(|name| NewGuardian {
        profile: Profile { name, contact: filled(&form.guardian_contact) },
        until: None,
    });
    let guardian_name = guardian.as_ref().map(|guardian| guardian.profile.name.clone());
    let person = NewPerson {
        profile: Profile { name: name.clone(), contact: filled(&form.contact) },
        age,
        country,
        language,
    };
    let order =
        InviteOrder { person: Invited::New(person), guardian, album: album.id, days: INVITATION_DAYS };
    let made = send(site.store(), &order, site.by())?;
    let mut fresh = vec![fresh(words, &album.title, name, made.link)?];
    if let (Some(name), Some((_, link))) = (guardian_name, made.guardian) {
        fresh.push(self::fresh(words, &album.title, name, link)?);
    }
    Ok(Some(fresh))
}

fn fresh(words: Words, album: &str, name: String, link: String) -> Result<Fresh, AppError> {
    let mail = words
        .with("invite-mail", &[("name", name.clone()), ("album", album.to_string()), ("link", link.clone())]);
    Ok(Fresh { qr: Code::of(&link)?.svg(), mail: mail.into_owned(), name, link })
}
