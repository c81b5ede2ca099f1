//! Is this you? Asked of members of closed groups who enrolled, and answered by them alone. A yes is an ordinary
//! tag, made by the person; until then nothing follows from it (RTS-13, QUA-6). A no holds for good (RTS-7).

use grata_core::audit::entry::EventKind;
use grata_core::consent::{Decision, decide};
use grata_core::enrolment::{first_results, shows_results};
use grata_core::id::{AlbumId, NotMeId, SubjectId, SuggestionId, TagId};
use grata_core::photo::Face;
use grata_core::purpose::Find;
use grata_core::tag::{NotMe, TagAct, TagKind, Tagger, is_open};
use grata_core::time::Timestamp;
use grata_store::queries::photos::PhotoCase;
use grata_store::queries::suggestions::StoredSuggestion;
use grata_store::{Reader, Store};
use serde_json::json;

use super::people;
use crate::cx::By;
use crate::error::{AppError, ErrorKind};

/// A question that may still be asked.
#[derive(Debug, Clone)]
pub struct Question {
    /// What is kept of it.
    pub suggestion: StoredSuggestion,
    /// The photo with all that was said about it.
    pub case: PhotoCase,
    /// The face.
    pub face: Face,
}

/// The questions to a person. None is asked in the first 24 hours after they enrolled (ABU-2), of somebody whose data
/// is frozen or whose consent is not in force, about a face that somebody was found to be meanwhile, that somebody
/// objects to, or that they have said is not them.
///
/// # Errors
/// The store cannot be used.
pub fn questions(reader: &Reader, subject: SubjectId, now: Timestamp) -> Result<Vec<Question>, AppError> {
    let known = people::known(reader, subject)?;
    let mut questions = Vec::new();
    for suggestion in reader.suggestions_to(subject)? {
        let find = Find { album: suggestion.album };
        if let Decision::No(_) = decide(&known, &find, reader.age_rules(), now) {
            continue;
        }
        let enrolled = reader.template_of(subject, suggestion.album)?.map(|template| template.enrolled_at);
        if !enrolled.is_some_and(|enrolled| shows_results(enrolled, now)) {
            continue;
        }
        let case = reader.photo_case(suggestion.photo)?;
        let Some(face) = case.photo.faces.iter().find(|face| face.id == suggestion.face).copied() else {
            continue;
        };
        let said_no = case.not_me.iter().any(|mark| mark.excludes(subject, &case.photo, &face));
        if !said_no && is_open(&case.photo, &face, &case.tags, &case.not_me, &case.objections) {
            questions.push(Question { suggestion, case, face });
        }
    }
    Ok(questions)
}

/// From when on somebody who enrolled in an album is asked anything; none if nobody enrolled, or they are by now.
///
/// # Errors
/// The store cannot be used.
pub fn asked_from(
    reader: &Reader,
    album: AlbumId,
    subject: SubjectId,
    now: Timestamp,
) -> Result<Option<Timestamp>, AppError> {
    let template = reader.template_of(subject, album)?;
    let from = template.map(|template| first_results(template.enrolled_at));
    Ok(from.filter(|from| now < *from))
}

/// One of the questions to a person.
///
/// # Errors
/// There is none such, or it is not asked any more.
pub fn question(
    reader: &Reader,
    subject: SubjectId,
    id: SuggestionId,
    now: Timestamp,
) -> Result<Question, AppError> {
    let found = questions(reader, subject, now)?.into_iter().find(|one| one.suggestion.id == id);
    found.ok_or_else(|| AppError::new(ErrorKind::NotFound, "there is no such question"))
}

/// What the person says: that it is them, which is a tag of their own, or that it is not.
///
/// # Errors
/// The question is not asked any more.
pub fn answer(
    store: &Store,
    subject: SubjectId,
    id: SuggestionId,
    is_me: bool,
    by: By,
) -> Result<(), AppError> {
    let mut tx = store.begin(by.at)?;
    let Question { case, face, .. } = question(&tx, subject, id, by.at)?;
    let photo = &case.photo;
    let what = if is_me {
        let act = TagAct {
            id: TagId::random(&mut store.rng()),
            face: face.id,
            kind: TagKind::Is(subject),
            by: Tagger::Subject(subject),
            at: tx.now(),
        };
        tx.insert_tag(photo.id, &act)?;
        "that's me"
    } else {
        tx.insert_not_me(&NotMe {
            id: NotMeId::random(&mut store.rng()),
            subject,
            photo: photo.pixels.unwrap_or(photo.file),
            region: face.region.rect,
            at: tx.now(),
            taken_back: None,
        })?;
        "not me"
    };
    tx.delete_suggestion(subject, id)?;
    let event = by.event(EventKind::SuggestionAnswered).in_album(photo.album);
    tx.commit(event.about(subject, json!({"what": what, "photo": photo.id.to_string()})))?;
    Ok(())
}
