//! Recording what people said. Yes, no and no longer are acts; none is ever changed.
//!
//! An answer comes by the person's own link, or on a signed form for publication (CON-12). There is
//! no third way: nobody says yes for somebody else.

use grata_core::audit::entry::{Actor, ActorClass, Event, EventKind};
use grata_core::consent::{ActKind, ConsentAct, MAX_VALIDITY_MONTHS, Means, PaperForm, Speaker};
use grata_core::id::{ActId, SubjectId};
use grata_core::notice::{Language, NoticeShown};
use grata_core::purpose::{Publish, PurposeKind, Question};
use grata_core::signed::{Document, DocumentKind, ReceiptParties, receipt_body};
use grata_core::time::{Date, day, months_after};
use grata_store::queries::albums::Album;
use grata_store::{Reader, Store, Tx};

use super::evidence::Kept;
use super::{channels, people, views};
use crate::cx::By;
use crate::error::{AppError, ErrorKind};

/// What somebody says to one question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// Yes, until the end of this day; `None`: as long as may be.
    Yes(Option<Date>),
    /// No.
    No,
    /// No longer.
    NoLonger,
    /// "That was not me": about an entry that staff made (CON-12).
    NotMine,
}

/// What somebody says, and how it reached grata.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// About whose pictures.
    pub subject: SubjectId,
    /// Who says it.
    pub speaker: Speaker,
    /// In which album.
    pub album: grata_core::id::AlbumId,
    /// To what end.
    pub purpose: PurposeKind,
    /// What is said.
    pub answer: Answer,
    /// The language of the notice that was read; `None`: the person's.
    pub language: Option<Language>,
    /// How it reached grata.
    pub means: Means,
}

/// What became of a statement.
#[derive(Debug, Clone)]
pub struct Recorded {
    /// Whose.
    pub subject: SubjectId,
    /// The act.
    pub act: ConsentAct,
    /// The signed receipt; it verifies without grata.
    pub receipt: Document,
    /// For a channel: shown to the end of this day from now on, or hidden and why.
    pub shown: Option<Result<Date, &'static str>>,
}

/// What the person said through their own link, or their guardian through theirs.
///
/// # Errors
/// The link leads nowhere, or a rule forbids it.
pub fn say_by_link(
    store: &Store,
    link: &str,
    purpose: PurposeKind,
    answer: Answer,
    language: Option<Language>,
    by: By,
) -> Result<Recorded, AppError> {
    let invitation = people::open_link(&store.read()?, link, by.at)?;
    let statement = Statement {
        subject: invitation.subject,
        speaker: invitation.guardian.map_or(Speaker::Subject, Speaker::Guardian),
        album: invitation.album,
        purpose,
        answer,
        language,
        means: Means::OwnSession,
    };
    record(store, &statement, by)
}

/// The evidence behind an entry that staff makes.
pub fn on_paper(signed_on: Date, reference: &str, by: By) -> Means {
    Means::Paper(PaperForm { signed_on, reference: reference.trim().to_string(), recorded_by: by.account() })
}

/// Puts a statement on record and makes its receipt.
///
/// # Errors
/// A rule forbids it: it says which. Nothing was recorded then.
pub fn record(store: &Store, statement: &Statement, by: By) -> Result<Recorded, AppError> {
    record_with(store, statement, None, by)
}

/// The same with the scan of the form that the statement stands on (CON-12).
///
/// # Errors
/// As for [`record`].
pub fn record_with(
    store: &Store,
    statement: &Statement,
    mut scan: Option<&mut Kept<'_>>,
    by: By,
) -> Result<Recorded, AppError> {
    let mut tx = store.begin(by.at)?;
    let no_album = || AppError::new(ErrorKind::NotFound, "there is no such album");
    let album = tx.album(statement.album)?.ok_or_else(no_album)?;
    if let (PurposeKind::Publish(channel), Answer::Yes(_) | Answer::No) =
        (&statement.purpose, statement.answer)
    {
        // Taking something back is open for ever.
        channels::check_open(&tx, channel)?;
    }
    let act = act(&tx, store, statement, &album)?;
    let evidence = scan.as_deref().map(|scan| scan.write(&mut tx, statement.subject)).transpose()?;
    tx.insert_act_with(statement.subject, &act, evidence)?;
    let receipt = receipt(&tx, &act, &album)?;
    let event = Event::new(event_kind(&act), actor(&act, by)).in_album(album.id);
    let committed = tx.commit(event.about(statement.subject, receipt.clone()))?;
    if let Some(scan) = &mut scan {
        scan.recorded();
    }
    if statement.purpose == PurposeKind::Find && !matches!(act.kind, ActKind::Give { .. }) {
        // The row went with the act; its key goes now (CON-5, KEY-4).
        store.shred_loose_templates()?;
    }
    let receipt = store.document(DocumentKind::ConsentReceipt, receipt, &committed, 0)?;
    let shown = match &statement.purpose {
        PurposeKind::Publish(channel) => {
            let reader = store.read()?;
            let subject = people::known(&reader, statement.subject)?;
            let publish = Publish { album: album.id, channel: channel.clone() };
            let objects = people::objects(&reader, subject.id)?;
            Some(people::standing(&reader, &subject, objects, &publish, by.at))
        }
        PurposeKind::Find | PurposeKind::Notify => None,
    };
    Ok(Recorded { subject: statement.subject, act, receipt, shown })
}

fn act(tx: &Tx, store: &Store, statement: &Statement, album: &Album) -> Result<ConsentAct, AppError> {
    let kind = match statement.answer {
        Answer::Yes(until) => {
            let said_on = match &statement.means {
                Means::Paper(form) => form.signed_on,
                Means::OwnSession | Means::Clock => day(tx.now()),
            };
            // Twelve months or the end of the album, whichever comes first (CON-7).
            let longest = months_after(said_on, MAX_VALIDITY_MONTHS).min(album.keep_until);
            ActKind::Give { until: until.unwrap_or(longest) }
        }
        Answer::No => ActKind::Refuse,
        Answer::NoLonger => ActKind::Withdraw,
        Answer::NotMine => ActKind::Contest,
    };
    Ok(ConsentAct {
        id: ActId::random(&mut store.rng()),
        question: Question { album: album.id, purpose: statement.purpose.clone() },
        kind,
        speaker: statement.speaker,
        means: statement.means.clone(),
        notice: notice_read(tx, statement)?,
        at: tx.now(),
    })
}

/// The newest notice in the language it was read in. No language stands in for another (TRA-5).
fn notice_read(tx: &Tx, statement: &Statement) -> Result<NoticeShown, AppError> {
    let language = match &statement.language {
        Some(language) => language.clone(),
        None => tx.subject_language(statement.subject)?,
    };
    let notice = tx.notice(statement.album)?;
    notice.and_then(|notice| notice.shown_in(&language)).ok_or_else(|| {
        let message =
            format!("the album has no notice in the language `{language}`, so nobody can be asked in it");
        AppError::new(ErrorKind::Denied, message)
            .hint("Add one with `grata album notice`, or give the language that was read with --language.")
    })
}

/// What the receipt of an act says.
pub(super) fn receipt(
    reader: &Reader,
    act: &ConsentAct,
    album: &Album,
) -> Result<serde_json::Value, AppError> {
    let withdraw_at = format!("{}/i", people::address(reader)?);
    Ok(receipt_body(
        act,
        &ReceiptParties {
            controller: &album.controller,
            contact: &album.contact,
            album: &album.title,
            withdraw_at: &withdraw_at,
        },
    ))
}

fn event_kind(act: &ConsentAct) -> EventKind {
    match (act.kind, &act.means) {
        (ActKind::Withdraw, _) => EventKind::ConsentWithdrawn,
        (ActKind::Contest, _) => EventKind::ConsentContested,
        (ActKind::Expire, _) => EventKind::ConsentExpired,
        (_, Means::Paper(_)) => EventKind::PaperRecorded,
        (ActKind::Give { .. }, _) => EventKind::ConsentGiven,
        (ActKind::Refuse, _) => EventKind::ConsentRefused,
    }
}

/// By a link it is the person who speaks, whoever the machine belongs to.
fn actor(act: &ConsentAct, by: By) -> Actor {
    match act.means {
        Means::OwnSession => ActorClass::Subject.into(),
        Means::Paper(_) => by.who,
        Means::Clock => ActorClass::Clock.into(),
    }
}

/// Everything a person said, in order, each with the title of its album. That somebody looked, and why, is
/// on record (TRA-4).
///
/// # Errors
/// There is no such person.
pub fn shown(
    store: &Store,
    subject: SubjectId,
    why: &str,
    by: By,
) -> Result<Vec<(ConsentAct, String)>, AppError> {
    let tx = store.begin(by.at)?;
    let mut acts = Vec::new();
    for act in people::known(&tx, subject)?.acts {
        let title = tx.album(act.question.album)?.map(|album| album.title).unwrap_or_default();
        acts.push((act, title));
    }
    views::person(tx, subject, "answers", why, by)?;
    Ok(acts)
}

/// The notice of an album as a person reads it, in one language.
///
/// # Errors
/// There is none in this language.
pub fn notice_text(reader: &Reader, album: &Album, language: &Language) -> Result<String, AppError> {
    let notice = reader.notice(album.id)?;
    let text = notice.and_then(|notice| notice.texts().get(language).cloned());
    text.ok_or_else(|| {
        let message = format!("the album has no notice in the language `{language}`");
        AppError::new(ErrorKind::NotFound, message).hint("Add one with `grata album notice`.")
    })
}
