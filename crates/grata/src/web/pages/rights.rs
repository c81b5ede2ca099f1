//! What is held about a person, who looked, and their rights: the same page that asked them, without
//! anybody of the organisation in between (RTS-4: the link is proof enough).

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read as _, Write as _};

use askama::Template;
use axum::Form;
use axum::body::Body;
use axum::extract::Path;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use grata_core::audit::entry::{Count, Entry};
use grata_core::obscure::ObscureStyle;
use grata_store::Reader;
use serde::Deserialize;
use serde_json::Value;

use super::me::invitation;
use super::{Shell, go_to, shown};
use crate::app::channels::Titles;
use crate::app::releases::Watcher;
use crate::app::rights::access::{AccessOrder, OwnPhoto, make_there, receipts, waiting_place};
use crate::app::rights::{self, ObjectedTo, Received};
use crate::app::views;
use crate::app::{emergency, people};
use crate::error::{AppError, ErrorKind};
use crate::web::error::Trouble;
use crate::web::guard::Visit;
use crate::web::session::Cookie;
use crate::web::site::Site;
use crate::web::words::Words;

/// Somebody looked, or something was done.
struct Happened {
    day: String,
    who: String,
    what: String,
}

/// What is held, by kind.
struct Held {
    what: String,
    why: String,
    count: usize,
}

struct Receipt {
    number: usize,
    day: String,
    what: String,
}

#[derive(Template)]
#[template(path = "pages/me-data.html")]
struct DataPage {
    shell: Shell,
    name: String,
    contact: Option<String>,
    has_template: bool,
    held: Vec<Held>,
    happened: Vec<Happened>,
    receipts: Vec<Receipt>,
    recipients: usize,
}

/// `GET /me/data`
///
/// # Errors
/// The store cannot be used.
pub async fn data(site: Site, visit: Visit) -> Result<Response, Trouble> {
    let subject = invitation(&visit)?.subject;
    let shell = Shell::of(&visit);
    let page = site.run(move |site| {
        let words = shell.words;
        let reader = site.store().read()?;
        let profile = reader.profile(subject)?;
        let mut by_table: BTreeMap<String, usize> = BTreeMap::new();
        for row in reader.held_about(subject)? {
            *by_table.entry(row.table).or_default() += 1;
        }
        let has_template = by_table.contains_key("templates");
        let held = by_table.into_iter().map(|(table, count)| Held {
            what: words.t(&format!("held-{}", table.replace('_', "-"))).into_owned(),
            why: words.t(&format!("held-{}-why", table.replace('_', "-"))).into_owned(),
            count,
        });
        let titles = Titles::read(&reader)?;
        let mut happened = Vec::new();
        for (place, entry, opening) in reader.log_about(subject)? {
            let said = views::said(&opening)?;
            let who = actor(&reader, words, place, &entry)?;
            happened.push((place, happened_in(words, &titles, &entry, &said, who)));
        }
        for (place, entry) in reader.list_views_of(subject)? {
            let who = actor(&reader, words, place, &entry)?;
            let mut line = happened_in(words, &titles, &entry, &Value::Null, who);
            let named = entry.counts.contains_key(&Count::Named);
            line.what = words.t(if named { "event-named" } else { "event-listed" }).into_owned();
            happened.push((place, line));
        }
        happened.sort_by_key(|(place, _)| std::cmp::Reverse(*place));
        let happened = happened.into_iter().map(|(_, line)| line).collect();
        let receipts = receipts(site.store(), subject)?;
        let receipts = receipts.iter().zip(1..).map(|(receipt, number)| {
            let json: Value = serde_json::from_str(&receipt.to_json()).unwrap_or_default();
            receipt_line(words, &titles, number, &json["body"])
        });
        Ok(DataPage {
            name: profile.name,
            contact: profile.contact,
            has_template,
            held: held.collect(),
            happened,
            receipts: receipts.collect(),
            recipients: reader.live_renditions_showing(subject)?.len(),
            shell,
        })
    });
    Ok(shown(&page.await?))
}

/// Who acted, for the person: a colleague by the random id of their account, never by name.
fn actor(reader: &Reader, words: Words, place: u64, entry: &Entry) -> Result<String, AppError> {
    let account = reader.log_actor(place)?.map(|account| account.short());
    Ok(words.actor(entry.actor, account).into_owned())
}

fn happened_in(words: Words, titles: &Titles, entry: &Entry, said: &Value, who: String) -> Happened {
    let json = serde_json::to_value(entry).unwrap_or_default();
    let kind = json["kind"].as_str().or_else(|| json["type"].as_str()).unwrap_or_default().to_string();
    let at = json["time"].as_str().and_then(|time| time.parse::<grata_core::time::Timestamp>().ok());
    let word = |start: &str, of: &Value| words.t(&format!("{start}-{}", of.as_str().unwrap_or_default()));
    if let Some(roles) = said["roles"].as_array() {
        let roles: Vec<_> = roles.iter().map(|role| word("role", role).into_owned()).collect();
        return Happened {
            day: at.map(|at| format!("{}, {}", words.moment(at), words.clock(at))).unwrap_or_default(),
            who: roles.join(", "),
            what: format!("{}: {}", words.t(&format!("event-{kind}")), word("why", &said["why"])),
        };
    }
    if said["of"].as_str() == Some(emergency::OF) {
        return Happened {
            day: at.map(|at| format!("{}, {}", words.moment(at), words.clock(at))).unwrap_or_default(),
            who,
            what: format!("{}: {}", words.t("event-viewed"), words.t("viewed-emergency")),
        };
    }
    let detail = match (said["of"].as_str(), said["channel"].as_str(), said["purpose"].as_str()) {
        (_, Some(channel), _) => format!(": {}", words.channel(titles, channel)),
        (_, _, Some(purpose)) => {
            format!(": {}", words.channel(titles, purpose.strip_prefix("publish:").unwrap_or(purpose)))
        }
        _ => String::new(),
    };
    Happened {
        day: at.map(|at| words.moment(at).into_owned()).unwrap_or_default(),
        who,
        what: format!("{}{detail}", words.t(&format!("event-{kind}"))),
    }
}

fn receipt_line(words: Words, titles: &Titles, number: usize, body: &Value) -> Receipt {
    let at = body["recorded_at"].as_str().and_then(|time| time.parse::<grata_core::time::Timestamp>().ok());
    let status = body["status"].as_str().and_then(|text| text.split(':').next_back()).unwrap_or_default();
    let purpose = body["purpose"].as_str().unwrap_or_default();
    let channel = words.channel(titles, purpose.strip_prefix("publish:").unwrap_or(purpose));
    Receipt {
        number,
        day: at.map(|at| words.moment(at).into_owned()).unwrap_or_default(),
        what: format!("{}: {channel}", words.t(&format!("receipt-{}", status.to_lowercase()))),
    }
}

/// `GET /me/receipts/{number}`
///
/// # Errors
/// There is no such receipt.
pub async fn receipt(site: Site, visit: Visit, Path(number): Path<usize>) -> Result<Response, Trouble> {
    let subject = invitation(&visit)?.subject;
    let found = site.run(move |site| {
        let found = receipts(site.store(), subject)?;
        let receipt = number.checked_sub(1).and_then(|at| found.into_iter().nth(at));
        receipt.ok_or_else(|| AppError::new(ErrorKind::NotFound, "there is no such receipt"))
    });
    Ok(as_file(found.await?.to_json().into_bytes(), "application/json", &format!("receipt-{number}.json")))
}

fn as_file(bytes: Vec<u8>, kind: &'static str, name: &str) -> Response {
    let name = HeaderValue::try_from(format!("attachment; filename=\"{name}\""));
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::CONTENT_DISPOSITION, name.unwrap_or(HeaderValue::from_static("attachment"))),
    ];
    (headers, Body::from(bytes)).into_response()
}

/// Whoever watches nothing.
struct Nobody;

impl Watcher<OwnPhoto> for Nobody {
    fn begins(&mut self, _: usize) {}
    fn settled(&mut self, _: OwnPhoto) {}
}

/// `POST /me/download`: everything that is held, with their photos, in one ZIP file (RTS-2).
///
/// # Errors
/// It cannot be made.
pub async fn download(site: Site, visit: Visit) -> Result<Response, Trouble> {
    let subject = invitation(&visit)?.subject;
    let language = visit.words.language();
    let _turn = site.limits().packages.acquire().await;
    let package = site.change(move |site| {
        let place = waiting_place(site.store())?;
        let order = AccessOrder {
            subject,
            out: place.path().join("package"),
            received: Received(None),
            language,
            style: ObscureStyle::default(),
            jobs: std::num::NonZeroUsize::new(1),
        };
        make_there(&order, site.store(), site.cx(), &mut std::io::sink(), &mut Nobody)?;
        zipped(&order.out)
    });
    Ok(as_file(package.await?, "application/zip", "my-data.zip"))
}

fn zipped(folder: &std::path::Path) -> Result<Vec<u8>, AppError> {
    let failed = |error: &dyn std::fmt::Display| {
        AppError::new(ErrorKind::Unavailable, format!("the package cannot be made: {error}"))
    };
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    for entry in walkdir::WalkDir::new(folder).sort_by_file_name() {
        let entry = entry.map_err(|error| failed(&error))?;
        if !entry.file_type().is_file() {
            continue;
        }
        // Names in a package are of our own making.
        let name = entry.path().strip_prefix(folder).map_err(|error| failed(&error))?;
        zip.start_file(name.to_string_lossy(), options).map_err(|error| failed(&error))?;
        let mut bytes = Vec::new();
        let mut file = File::open(entry.path()).map_err(|error| failed(&error))?;
        file.read_to_end(&mut bytes).map_err(|error| failed(&error))?;
        zip.write_all(&bytes).map_err(|error| failed(&error))?;
    }
    Ok(zip.finish().map_err(|error| failed(&error))?.into_inner())
}

/// Freeze, unfreeze or object to everything.
#[derive(Deserialize)]
pub struct Wish {
    wish: String,
}

/// `POST /me/object`
///
/// # Errors
/// The store cannot be used.
pub async fn object_all(site: Site, visit: Visit, Form(wish): Form<Wish>) -> Result<Response, Trouble> {
    let subject = invitation(&visit)?.subject;
    site.change(move |site| match wish.wish.as_str() {
        // Pressed again, it is so already.
        "object" if people::objects(&site.store().read()?, subject)? => Ok(()),
        "no-longer-object" => rights::no_longer_object(site.store(), site.cx(), subject),
        "object" => {
            rights::object(site.store(), site.cx(), ObjectedTo::Person(subject), Received(None)).map(drop)
        }
        "freeze" => rights::restrict(site.store(), site.cx(), subject, false, Received(None)).map(drop),
        "unfreeze" => rights::restrict(site.store(), site.cx(), subject, true, Received(None)).map(drop),
        _ => Err(AppError::new(ErrorKind::Invalid, "this page knows no such wish")),
    })
    .await?;
    site.recall_soon();
    Ok(go_to("/me#rights"))
}

#[derive(Template)]
#[template(path = "pages/me-erase.html")]
struct ErasePage {
    shell: Shell,
    renditions: u64,
    rows: u64,
    backup_days: u32,
}

/// `GET /me/erase`: what would go. Changes nothing.
///
/// # Errors
/// The store cannot be used.
pub async fn erase_page(site: Site, visit: Visit) -> Result<Response, Trouble> {
    let subject = invitation(&visit)?.subject;
    let (plan, backup_days) = site
        .run(move |site| {
            Ok((rights::preview_erasure(site.store(), subject)?, rights::backup_days(site.store())?))
        })
        .await?;
    let rows = plan.rows.values().sum();
    let shell = Shell::of(&visit);
    Ok(shown(&ErasePage { shell, renditions: plan.renditions, rows, backup_days }))
}

#[derive(Template)]
#[template(path = "pages/me-erased.html")]
struct ErasedPage {
    shell: Shell,
    certificate: String,
}

/// `POST /me/erase`: done and swept before the answer comes, which holds the certificate.
///
/// # Errors
/// The sweep still finds something: then there is no certificate yet.
pub async fn erase(site: Site, visit: Visit) -> Result<Response, Trouble> {
    let subject = invitation(&visit)?.subject;
    let erased =
        site.change(move |site| rights::erase(site.store(), site.cx(), subject, &[], Received(None))).await?;
    site.recall_soon();
    let mut shell = Shell::of(&visit);
    shell.path = "/".into();
    let mut response = shown(&ErasedPage { shell, certificate: erased.certificate.to_json() });
    response.headers_mut().extend(Cookie::Page.clear().map(|cookie| (header::SET_COOKIE, cookie)));
    Ok(response)
}
