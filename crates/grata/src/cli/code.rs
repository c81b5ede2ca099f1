//! `grata code`

use std::fs;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use grata_core::code::PhotoCode;
use serde::Serialize;

use super::Finish;
use super::arguments::DataArguments;
use super::print;
use crate::app::{albums, codes, tags};
use crate::cx::Cx;
use crate::error::{AppError, ErrorKind};
use crate::words::{harmless, shown};

/// Numbers and codes by which photos are found without a face: bibs, jerseys, cards that were handed out
///
/// Whoever looks at a gallery finds by them what they may see anyway, and nothing else. A code has a
/// digit: nobody is found by name.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  grata code add match.jpg 7 11
  grata code table \"City run\" numbers.csv

Exit codes: 0 all done; 1 nothing was done; 2 some lines failed.")]
pub struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    Add(OnePhoto),
    Remove(OnePhoto),
    Table(Table),
    List(List),
}

/// A photo: put numbers and codes on it, or take them off
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  grata code add match.jpg 7 11\n  grata code remove match.jpg 11")]
struct OnePhoto {
    /// The photo: its id, or its file's name
    photo: String,
    /// What is printed on the bib, the jersey or the card
    #[arg(required = true, value_name = "CODE")]
    codes: Vec<PhotoCode>,
    /// Title or id of the album, where the photo's name alone is not enough
    #[arg(long)]
    album: Option<String>,
    #[command(flatten)]
    data: DataArguments,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// Put the numbers of a table on the photos of an album
///
/// The first line names the columns: `photo` (the file's name when it was added) and `code`. A photo may
/// stand in several lines, and a cell may hold several codes with spaces between them.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  grata code table \"City run\" numbers.csv")]
struct Table {
    /// Title or id of the album
    album: String,
    /// The table: commas, semicolons or tabs
    table: PathBuf,
    #[command(flatten)]
    data: DataArguments,
    /// Print one JSON object a line
    #[arg(long)]
    json: bool,
}

/// Print the photos of an album with their numbers and codes
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  grata code list \"City run\"")]
struct List {
    /// Title or id of the album
    album: String,
    #[command(flatten)]
    data: DataArguments,
    /// Print one JSON object a photo
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Line {
    photo: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    codes: Vec<String>,
    status: &'static str,
}

#[derive(Serialize)]
struct TableLine {
    line: usize,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    photo: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    new: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

/// Runs the command.
///
/// # Errors
/// [`AppError`] if nothing was done.
pub fn run(arguments: &Arguments, cx: &Cx) -> Result<Finish, AppError> {
    match &arguments.action {
        Action::Add(order) => change(order, cx, Change::Add)?,
        Action::Remove(order) => change(order, cx, Change::Remove)?,
        Action::Table(order) => return table(order, cx),
        Action::List(order) => list(order)?,
    }
    Ok(Finish::AllDone)
}

#[derive(Clone, Copy, PartialEq)]
enum Change {
    Add,
    Remove,
}

fn change(order: &OnePhoto, cx: &Cx, change: Change) -> Result<(), AppError> {
    let store = order.data.open()?;
    let reader = store.read()?;
    let album = order.album.as_ref().map(|text| albums::find(&reader, text)).transpose()?;
    let photo = tags::find_photo(&reader, album.as_ref(), &order.photo)?;
    let before = reader.codes_on(photo.id)?;
    drop(reader);
    if change == Change::Add {
        codes::add(&store, &photo, &order.codes, cx.by())?;
    } else {
        if let Some(missing) = order.codes.iter().find(|code| !before.contains(code)) {
            let message = format!("{missing} is not on this photo");
            return Err(AppError::new(ErrorKind::NotFound, message)
                .hint("`grata code list ALBUM` prints what is. Nothing was done."));
        }
        for code in &order.codes {
            codes::remove(&store, &photo, code, cx.by())?;
        }
    }
    let codes = store.read()?.codes_on(photo.id)?;
    let codes = codes.iter().map(ToString::to_string).collect();
    let line = Line { photo: photo.id.to_string(), name: None, codes, status: "ok" };
    print::line(order.json, &line, |line| match line.codes.as_slice() {
        [] => "There is no number and no code on it any more.".into(),
        codes => format!("It is found by {}.", codes.join(", ")),
    });
    Ok(())
}

fn table(order: &Table, cx: &Cx) -> Result<Finish, AppError> {
    let lines = codes::read_table(&read(&order.table)?)?;
    let store = order.data.open()?;
    let album = albums::find(&store.read()?, &order.album)?;
    let (mut finish, mut new, mut photos) = (Finish::AllDone, 0, std::collections::BTreeSet::new());
    for (line, done) in codes::add_table(&store, &album, &lines, cx.by())? {
        match done {
            Ok((photo, added)) => {
                new += added;
                photos.insert(photo);
                let said = TableLine {
                    line,
                    status: "ok",
                    photo: Some(photo.to_string()),
                    new: Some(added),
                    reason: None,
                };
                if order.json {
                    print::line(true, &said, |_| String::new());
                }
            }
            Err(error) => {
                finish = Finish::SomeFailed;
                let reason = error.to_string().lines().next().unwrap_or_default().to_string();
                if order.json {
                    let said =
                        TableLine { line, status: "failed", photo: None, new: None, reason: Some(reason) };
                    print::line(true, &said, |_| String::new());
                } else {
                    print::say(&format!("Line {line} failed: {reason}"));
                }
            }
        }
    }
    if !order.json {
        print::say(&format!("{new} new numbers and codes on {} photos.", photos.len()));
    }
    Ok(finish)
}

fn read(table: &Path) -> Result<String, AppError> {
    fs::read_to_string(table).map_err(|error| {
        AppError::new(ErrorKind::NotFound, format!("{} cannot be read as a text", shown(table)))
            .because(error)
            .hint("Give a table in UTF-8. Nothing was done.")
    })
}

fn list(order: &List) -> Result<(), AppError> {
    let store = order.data.open()?;
    let reader = store.read()?;
    let album = albums::find(&reader, &order.album)?;
    for id in reader.photos_in(album.id)? {
        let codes = reader.codes_on(id)?.iter().map(ToString::to_string).collect();
        let line = Line { photo: id.to_string(), name: Some(reader.photo_name(id)?), codes, status: "ok" };
        print::line(order.json, &line, |line| {
            let name = harmless(line.name.as_deref().unwrap_or_default());
            format!(
                "{}  {name}: {}",
                line.photo,
                if line.codes.is_empty() { "none".into() } else { line.codes.join(", ") }
            )
        });
    }
    Ok(())
}
