//! A table of signed forms (CON-12): one line a person and channel, each with its evidence.
//!
//! Comma, semicolon or tab separated, with a line of column names. A line that cannot be recorded
//! does not keep the others from being recorded; a table that asks about comparison does.

use std::path::PathBuf;

use grata_core::notice::Language;
use grata_core::purpose::{ChannelKey, PurposeKind};
use grata_core::time::Date;

use super::consents::Answer;
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

/// A line with its number in the file, or why it cannot be recorded.
pub type Line = (usize, Result<FormLine, String>);

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

fn line(field: impl Fn(usize) -> Option<String>) -> Result<FormLine, String> {
    let needed = |column: usize| field(column).ok_or_else(|| format!("no {}", COLUMNS[column]));
    let day = |text: String| text.parse::<Date>().map_err(|_| "a day is written like 2026-09-05".to_string());
    let person = needed(0)?;
    let channel: ChannelKey =
        needed(1)?.parse().map_err(|error: grata_core::purpose::NotAChannel| error.to_string())?;
    let until = field(5).map(day).transpose()?;
    let answer = match needed(2)?.to_lowercase().as_str() {
        "yes" | "oui" => Answer::Yes(until),
        "no" | "non" => Answer::No,
        _ => return Err("the answer is neither yes nor no".into()),
    };
    let language = field(6).map(|text| text.parse()).transpose();
    Ok(FormLine {
        person,
        purpose: PurposeKind::Publish(channel),
        answer,
        signed_on: day(needed(3)?)?,
        reference: needed(4)?,
        language: language.map_err(|error: grata_core::notice::NotALanguage| error.to_string())?,
        guardian: field(7),
        scan: field(8).map(PathBuf::from),
    })
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
        let reasons: Vec<&str> =
            lines[1..].iter().map(|(_, line)| line.as_ref().unwrap_err().as_str()).collect();
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
