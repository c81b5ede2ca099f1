//! Picking a person for a face: from the people of this album and from nobody else, by the beginning of
//! a name (SEC-5).

use axum::Json;
use axum::extract::{Path, Query};
use axum::response::{IntoResponse, Response};
use grata_core::id::{AlbumId, SubjectId};
use grata_core::purpose::Publish;
use grata_store::Reader;
use serde::{Deserialize, Serialize};

use super::album;
use super::photo::channel_of;
use super::tagging::Said;
use crate::app::{people, views};
use crate::error::{AppError, ErrorKind};
use crate::web::error::Trouble;
use crate::web::guard::Visit;
use crate::web::looks::Of;
use crate::web::site::Site;
use crate::web::words::Words;

/// Letters after which people are suggested.
const FEWEST_LETTERS: usize = 2;

/// Most people that are suggested at once.
const MOST_SUGGESTIONS: usize = 8;

/// The beginning of a name, and for which channel.
#[derive(Deserialize)]
pub struct Letters {
    q: String,
    channel: Option<String>,
}

/// Somebody who could be meant.
#[derive(Debug, Serialize)]
struct Suggested {
    id: String,
    name: String,
    is_shown: bool,
    words: String,
}

/// `GET /desk/albums/{album}/people?q=`: people of this album whose name has a part that begins so.
///
/// # Errors
/// There is no such album.
pub async fn pick(
    site: Site,
    visit: Visit,
    Path(id): Path<String>,
    Query(letters): Query<Letters>,
) -> Result<Response, Trouble> {
    let words = visit.words;
    let found = site.change(move |site| {
        let reader = site.store().read()?;
        let album = album::find(&reader, &id)?;
        let publish = Publish { album: album.id, channel: channel_of(&reader, letters.channel.as_deref())? };
        if plain(&letters.q).chars().count() >= FEWEST_LETTERS {
            // Two letters at a time they are the list of people all the same (TRA-4).
            let listed = site.remembered().names(&reader, album.id)?.len();
            let (by, of) = (site.by(), Of::People(album.id));
            let look = views::asked(album.id, listed, by);
            site.looks().record_once(site.store(), by, of, move |_| Ok(look))?;
        }
        suggested(site, &reader, &publish, &letters.q, words)
    });
    Ok(Json(found.await?).into_response())
}

fn suggested(
    site: &Site,
    reader: &Reader,
    publish: &Publish,
    letters: &str,
    words: Words,
) -> Result<Vec<Suggested>, AppError> {
    let wanted = plain(letters);
    if wanted.chars().count() < FEWEST_LETTERS {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    let mut named = named_so(site, reader, publish.album, &wanted)?;
    named.sort_by_cached_key(|(_, name)| (!plain(name).starts_with(&wanted), plain(name)));
    named.truncate(MOST_SUGGESTIONS);
    for (subject, name) in named {
        let Some(known) = reader.subject(subject)? else { continue };
        let objects = people::objects(reader, subject)?;
        let (is_shown, said) = match people::standing(reader, &known, objects, publish, site.now()) {
            Ok(_) => (true, words.t("pick-yes")),
            Err(reason) => (false, words.hidden(reason)),
        };
        found.push(Suggested { id: subject.to_string(), name, is_shown, words: said.into_owned() });
    }
    Ok(found)
}

fn named_so(
    site: &Site,
    reader: &Reader,
    album: AlbumId,
    wanted: &str,
) -> Result<Vec<(SubjectId, String)>, AppError> {
    let mut found = Vec::new();
    for (subject, name) in site.remembered().names(reader, album)?.iter() {
        let text = plain(name);
        let begins = text.starts_with(wanted)
            || text.match_indices(wanted).any(|(at, _)| text[..at].ends_with([' ', '-', '\'']));
        if begins {
            found.push((*subject, name.clone()));
        }
    }
    Ok(found)
}

/// Small letters without the accents of French: `Zoé` is found by `zoe`.
pub fn plain(text: &str) -> String {
    let letter = |letter: char| match letter {
        'à' | 'â' | 'ä' | 'á' | 'ã' => 'a',
        'ç' => 'c',
        'é' | 'è' | 'ê' | 'ë' => 'e',
        'î' | 'ï' | 'í' => 'i',
        'ô' | 'ö' | 'ó' => 'o',
        'ù' | 'û' | 'ü' | 'ú' => 'u',
        'ÿ' => 'y',
        'ñ' => 'n',
        other => other,
    };
    text.trim().to_lowercase().chars().map(letter).collect()
}

/// The person who is meant: one of the album's, by id, or by a name that only one of them has.
///
/// # Errors
/// There is none, or more than one.
pub fn whom(site: &Site, reader: &Reader, album: AlbumId, said: &Said) -> Result<SubjectId, AppError> {
    let nobody = || AppError::new(ErrorKind::NotFound, "there is no such person in this album");
    let people = reader.people_of(album)?;
    if let Some(id) = said.person.as_deref().filter(|id| !id.is_empty()) {
        let id: SubjectId = id.parse().map_err(|_| nobody())?;
        return people.contains(&id).then_some(id).ok_or_else(nobody);
    }
    let wanted = plain(said.name.as_deref().unwrap_or_default());
    if wanted.chars().count() < FEWEST_LETTERS {
        return Err(AppError::new(ErrorKind::Invalid, "a name has at least two letters"));
    }
    match named_so(site, reader, album, &wanted)?[..] {
        [(subject, _)] => Ok(subject),
        [] => Err(nobody()),
        _ => Err(AppError::new(ErrorKind::Conflict, "several people of this album have a name like that")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_found_without_its_accents() {
        assert_eq!(plain(" Zoé-Anaïs LEFÈVRE "), "zoe-anais lefevre");
    }
}
