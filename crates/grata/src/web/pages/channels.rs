//! The ways out of the house: adding one, saying what people call it, retiring it.

use std::collections::BTreeMap;

use askama::Template;
use axum::Form;
use axum::http::StatusCode;
use axum::response::Response;
use grata_core::notice::Language;
use grata_core::purpose::{Audience, ChannelKey};
use serde::Deserialize;

use super::{Shell, go_to, shown_as};
use crate::app::channels::{self, Changed, Titles};
use crate::app::notice;
use crate::error::{AppError, ErrorKind};
use crate::web::error::Trouble;
use crate::web::guard::Visit;
use crate::web::site::Site;
use crate::web::words::Words;

/// A title in one language, with what to call the language.
struct Named {
    code: String,
    language: &'static str,
    title: String,
}

struct Line {
    key: String,
    title: String,
    audience: Audience,
    /// In every language.
    titles: Vec<Named>,
    retired: Option<String>,
}

/// What is filled in. Titles stand in fields of their own, `title-` and the language's code.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct ChannelForm {
    #[serde(default)]
    key: String,
    #[serde(default)]
    audience: String,
    #[serde(flatten)]
    more: BTreeMap<String, String>,
}

impl ChannelForm {
    fn title(&self, language: &Language) -> &str {
        self.more.get(&format!("title-{language}")).map_or("", String::as_str)
    }

    fn titles(&self) -> BTreeMap<Language, String> {
        let languages = notice::languages().into_iter();
        languages.map(|language| (language.clone(), self.title(&language).to_string())).collect()
    }

    fn named(&self) -> Vec<Named> {
        notice::languages().iter().map(|language| named(language, self.title(language).to_string())).collect()
    }
}

#[derive(Template)]
#[template(path = "pages/channels.html")]
struct Page {
    shell: Shell,
    lines: Vec<Line>,
    new: ChannelForm,
    new_titles: Vec<Named>,
    problem: Option<&'static str>,
    /// Albums whose notice somebody has to change.
    own_words: Vec<String>,
}

fn named(language: &Language, title: String) -> Named {
    let words = Words::of(language.as_str());
    Named { code: language.to_string(), language: words.map_or("", Words::name), title }
}

/// `GET /desk/channels`
///
/// # Errors
/// The store cannot be used.
pub async fn page(site: Site, visit: Visit) -> Result<Response, Trouble> {
    page_with(&site, &visit, StatusCode::OK, ChannelForm::default(), None, Vec::new()).await
}

async fn page_with(
    site: &Site,
    visit: &Visit,
    status: StatusCode,
    new: ChannelForm,
    problem: Option<&'static str>,
    own_words: Vec<String>,
) -> Result<Response, Trouble> {
    let all = site.run(|site| Ok(site.store().read()?.all_channels()?)).await?;
    let titles = Titles::of_channels(&all);
    let words = visit.words;
    let lines = all.into_iter().map(|channel| {
        let key = channel.key.to_string();
        let name = |language: &Language| named(language, titles.of(language.as_str(), &key));
        Line {
            title: words.channel(&titles, &key),
            titles: notice::languages().iter().map(name).collect(),
            audience: channel.audience,
            retired: channel.retired_at.map(|at| words.moment(at).into_owned()),
            key,
        }
    });
    let page = Page {
        shell: Shell::of(visit),
        lines: lines.collect(),
        new_titles: new.named(),
        new,
        problem,
        own_words,
    };
    Ok(shown_as(status, &page))
}

/// `POST /desk/channels`
///
/// # Errors
/// The store cannot be used.
pub async fn add(site: Site, visit: Visit, Form(form): Form<ChannelForm>) -> Result<Response, Trouble> {
    let refused = |problem| {
        page_with(&site, &visit, StatusCode::UNPROCESSABLE_ENTITY, form.clone(), Some(problem), Vec::new())
    };
    let (Ok(key), Ok(audience)) = (form.key.trim().parse::<ChannelKey>(), form.audience.parse::<Audience>())
    else {
        return refused("channel-no-key").await;
    };
    let titles = form.titles();
    let added =
        site.change(move |site| match channels::add(site.store(), &key, audience, &titles, site.by()) {
            Ok(changed) => Ok(Ok(changed)),
            Err(error) => match error.kind() {
                ErrorKind::Invalid => Ok(Err("channel-no-title")),
                ErrorKind::Conflict => Ok(Err("channel-taken")),
                _ => Err(error),
            },
        });
    match added.await? {
        Ok(changed) => done(&site, &visit, changed).await,
        Err(problem) => refused(problem).await,
    }
}

/// `POST /desk/channels/rename`
///
/// # Errors
/// There is no such channel, or a title is missing.
pub async fn rename(site: Site, visit: Visit, Form(form): Form<ChannelForm>) -> Result<Response, Trouble> {
    let (key, titles) = (key_of(&form)?, form.titles());
    let changed = site.change(move |site| channels::rename(site.store(), &key, &titles, site.by()));
    done(&site, &visit, changed.await?).await
}

/// Which, and whether it goes or comes back.
#[derive(Deserialize)]
pub struct Retire {
    key: String,
    action: String,
}

/// `POST /desk/channels/retire`
///
/// # Errors
/// There is no such channel.
pub async fn retire(site: Site, visit: Visit, Form(form): Form<Retire>) -> Result<Response, Trouble> {
    let retired = match form.action.as_str() {
        "retire" => true,
        "take-back" => false,
        _ => return Err(Trouble::invalid("trouble-invalid")),
    };
    let key = key_of(&ChannelForm { key: form.key, ..ChannelForm::default() })?;
    let changed = site.change(move |site| match channels::retire(site.store(), &key, retired, site.by()) {
        // It is so already: pressed twice.
        Err(error) if error.kind() == ErrorKind::Conflict => Ok(None),
        other => other.map(Some),
    });
    match changed.await? {
        Some(changed) => done(&site, &visit, changed).await,
        None => Ok(go_to("/desk/channels")),
    }
}

fn key_of(form: &ChannelForm) -> Result<ChannelKey, AppError> {
    form.key.parse().map_err(|_| AppError::new(ErrorKind::NotFound, "there is no such channel"))
}

/// After a change: the page, and on it the albums whose notice is left to do.
async fn done(site: &Site, visit: &Visit, changed: Changed) -> Result<Response, Trouble> {
    if changed.own_words.is_empty() {
        return Ok(go_to("/desk/channels"));
    }
    page_with(site, visit, StatusCode::OK, ChannelForm::default(), None, changed.own_words).await
}
