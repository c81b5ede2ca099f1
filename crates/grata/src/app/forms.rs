//! A table of signed forms (CON-12): one line a person and channel, each with its evidence.
//!
//! Comma, semicolon or tab separated, with a line of column names. A line that cannot be recorded
//! does not keep the others from being recorded; a table that asks about comparison does.

use std::path::PathBuf;

use grata_core::consent::Speaker;
use grata_core::id::AlbumId;
use grata_core::notice::Language;
use grata_core::purpose::{ChannelKey, PurposeKind};
use grata_core::time::Date;
use grata_store::{Reader, Store};

use super::consents::{self, Answer, Recorded, Statement};
use super::evidence::{Kept, Scan};
use super::people;
use crate::cx::By;
use crate::error::{AppError, ErrorKind};

/// Columns of a table; those in front are needed.
const COLUMNS: [&str; 9] =
    ["person", "channel", "answer", "signed", "reference", "until", "language", "guardian", "scan"];

/// How many of them are needed.
const NEEDED: usize = 5;

/// What no form can answer (ABU-14).
const NEVER: [&str; 2] = ["find", "notify"];

/// One line of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormLine {
    /// Name or id.
    pub person: String,
    /// What was answered.
    pub purpose: PurposeKind,
    /// What the answer was.
    pub answer: Answer,
    /// When the form was signed.
    pub signed_on: Date,
    /// Where it is to be found.
    pub reference: String,
    /// The language of the notice on it; the person's if it does not say.
    pub language: Option<Language>,
    /// Who signed, if it was a guardian: name or id.
    pub guardian: Option<String>,
    /// The file with its scan, beside the table.
    pub scan: Option<PathBuf>,
}

/// Why a line cannot be recorded, before anybody looks whom it is about.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LineFault {
    /// A column that is needed is empty.
    #[error("no {0}")]
    Missing(&'static str),
    /// A day that is none.
    #[error("a day is written like 2026-09-05")]
    NotADay,
    /// An answer that is none.
    #[error("the answer is neither yes nor no")]
    NotAnAnswer,
    /// A channel that cannot be one.
    #[error(transparent)]
    NotAChannel(#[from] grata_core::purpose::NotAChannel),
    /// A language that cannot be one.
    #[error(transparent)]
    NotALanguage(#[from] grata_core::notice::NotALanguage),
}

/// A line with its number in the file, or why it cannot be recorded.
pub type Line = (usize, Result<FormLine, LineFault>);

/// Reads a table.
///
/// # Errors
/// `Invalid` if it is no such table, or asks about more than publication: then nothing of it is done.
pub fn read(text: &str) -> Result<Vec<Line>, AppError> {
    let text = text.trim_start_matches('\u{feff}');
    let header = text.lines().next().unwrap_or_default();
    let separator = [';', '\t'].into_iter().find(|letter| header.contains(*letter)).unwrap_or(',');
    let mut records = records(text, separator).into_iter();
    let (_, names) = records.next().unwrap_or_default();
    let names: Vec<String> = names.iter().map(|name| name.trim().to_lowercase()).collect();
    let places = places(&names)?;
    let rows: Vec<(usize, Vec<String>)> =
        records.filter(|(_, row)| row.iter().any(|cell| !cell.trim().is_empty())).collect();
    let field = |row: &[String], column: usize| {
        let cell = places[column].and_then(|place| row.get(place));
        cell.map(|text| text.trim().to_string()).filter(|text| !text.is_empty())
    };
    let asks_more = rows
        .iter()
        .any(|(_, row)| field(row, 1).is_some_and(|text| NEVER.contains(&text.to_lowercase().as_str())));
    if asks_more || names.iter().any(|name| NEVER.contains(&name.as_str())) {
        let message = "this table asks about comparison or notification, which only the person can answer";
        return Err(AppError::new(ErrorKind::Denied, message)
            .hint("Invite them with `grata person invite`. Nothing of the table was recorded."));
    }
    Ok(rows.iter().map(|(number, row)| (*number, line(|column| field(row, column)))).collect())
}

fn places(names: &[String]) -> Result<[Option<usize>; COLUMNS.len()], AppError> {
    let places = COLUMNS.map(|column| names.iter().position(|name| name == column));
    let missing: Vec<&str> = COLUMNS
        .iter()
        .zip(&places)
        .take(NEEDED)
        .filter(|(_, place)| place.is_none())
        .map(|(name, _)| *name)
        .collect();
    if missing.is_empty() || names.iter().any(|name| NEVER.contains(&name.as_str())) {
        return Ok(places);
    }
    Err(AppError::new(ErrorKind::Invalid, format!("the table has no column called: {}", missing.join(", ")))
        .hint(format!("The first line names the columns: {}.", COLUMNS.join(","))))
}

fn line(field: impl Fn(usize) -> Option<String>) -> Result<FormLine, LineFault> {
    let needed = |column: usize| field(column).ok_or(LineFault::Missing(COLUMNS[column]));
    let day = |text: String| text.parse::<Date>().map_err(|_| LineFault::NotADay);
    let person = needed(0)?;
    let channel: ChannelKey = needed(1)?.parse()?;
    let until = field(5).map(day).transpose()?;
    let answer = match needed(2)?.to_lowercase().as_str() {
        "yes" | "oui" => Answer::Yes(until),
        "no" | "non" => Answer::No,
        _ => return Err(LineFault::NotAnAnswer),
    };
    Ok(FormLine {
        person,
        purpose: PurposeKind::Publish(channel),
        answer,
        signed_on: day(needed(3)?)?,
        reference: needed(4)?,
        language: field(6).map(|text| text.parse()).transpose()?,
        guardian: field(7),
        scan: field(8).map(PathBuf::from),
    })
}

/// What a line says, as a statement of whom it names.
///
/// # Errors
/// `NotFound` or `Conflict` if it names nobody, or several people.
pub fn statement(reader: &Reader, line: &FormLine, album: AlbumId, by: By) -> Result<Statement, AppError> {
    let subject = people::find(reader, &line.person)?;
    let speaker = match &line.guardian {
        None => Speaker::Subject,
        Some(guardian) => {
            let known = people::known(reader, subject)?;
            Speaker::Guardian(people::find_guardian(reader, &known, guardian)?)
        }
    };
    Ok(Statement {
        subject,
        speaker,
        album,
        purpose: line.purpose.clone(),
        answer: line.answer,
        language: line.language.clone(),
        means: consents::on_paper(line.signed_on, &line.reference, by),
    })
}

/// Records a line, with the scan of its form if there is one.
///
/// # Errors
/// It names nobody, or a rule forbids it; nothing of it was recorded then.
pub fn record(
    store: &Store,
    line: &FormLine,
    album: AlbumId,
    scan: Option<&Scan>,
    by: By,
) -> Result<Recorded, AppError> {
    let statement = statement(&store.read()?, line, album, by)?;
    let mut kept = scan.map(|scan| Kept::seal(store, statement.subject, scan)).transpose()?;
    consents::record_with(store, &statement, kept.as_mut(), by)
}

/// Records one form of one person: an answer for each channel that it names, all of which stand on one
/// scan. One that is refused does not undo the one before.
///
/// # Errors
/// There is no such person, or the store cannot be used.
pub fn record_form(
    store: &Store,
    lines: &[FormLine],
    album: AlbumId,
    scan: Option<&Scan>,
    by: By,
) -> Result<Vec<Result<Recorded, AppError>>, AppError> {
    let Some(first) = lines.first() else { return Ok(Vec::new()) };
    let subject = people::find(&store.read()?, &first.person)?;
    let mut kept = scan.map(|scan| Kept::seal(store, subject, scan)).transpose()?;
    let mut record_one = |line: &FormLine| {
        let statement = statement(&store.read()?, line, album, by)?;
        consents::record_with(store, &statement, kept.as_mut(), by)
    };
    Ok(lines.iter().map(|line| record_one(line)).collect())
}

/// Records with the line they begin on. Quotes as in RFC 4180.
fn records(text: &str, separator: char) -> Vec<(usize, Vec<String>)> {
    let mut records = Vec::new();
    let (mut row, mut cell, mut quoted) = (Vec::new(), String::new(), false);
    let (mut line, mut begun) = (1, 1);
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        line += usize::from(letter == '\n');
        match letter {
            '"' if quoted && letters.peek() == Some(&'"') => cell.extend(letters.next()),
            '"' if quoted || cell.trim().is_empty() => quoted = !quoted,
            _ if quoted => cell.push(letter),
            '\n' => {
                row.push(std::mem::take(&mut cell));
                records.push((begun, std::mem::take(&mut row)));
                begun = line;
            }
            '\r' => {}
            _ if letter == separator => row.push(std::mem::take(&mut cell)),
            _ => cell.push(letter),
        }
    }
    if !cell.is_empty() || !row.is_empty() {
        row.push(cell);
        records.push((begun, row));
    }
    records
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn con_12_a_line_without_evidence_or_day_is_refused_and_the_others_are_read() {
        let text = "person;channel;answer;signed;reference;until\r\n\
                    \"Petit; Tom\";website;oui;2026-09-05;form 1;2027-01-31\r\n\
                    Eve;print;yes;2026-09-05;;\r\n\
                    \r\n\
                    Bob;print;no;yesterday;form 3;\r\n\
                    Bob;print;perhaps;2026-09-05;form 3;";
        let lines = read(text).unwrap();
        assert_eq!(lines.iter().map(|(number, _)| *number).collect::<Vec<_>>(), [2, 3, 5, 6]);
        let first = lines[0].1.as_ref().unwrap();
        assert_eq!(
            (first.person.as_str(), first.answer),
            ("Petit; Tom", Answer::Yes("2027-01-31".parse().ok()))
        );
        let reasons: Vec<String> =
            lines[1..].iter().map(|(_, line)| line.as_ref().unwrap_err().to_string()).collect();
        assert_eq!(
            reasons,
            ["no reference", "a day is written like 2026-09-05", "the answer is neither yes nor no"]
        );
    }

    #[test]
    fn con_12_abu_14_a_table_that_asks_about_comparison_is_refused_as_a_whole() {
        let tables = [
            "person,find\nAlice,yes\n",
            "person,channel,answer,signed,reference\nA,website,yes,2026-09-05,1\nA,find,yes,2026-09-05,1\n",
        ];
        for table in tables {
            assert_eq!(read(table).unwrap_err().kind(), ErrorKind::Denied);
        }
        assert_eq!(read("person,channel\nA,website\n").unwrap_err().kind(), ErrorKind::Invalid);
        assert_eq!(read("").unwrap_err().kind(), ErrorKind::Invalid);
    }
}
