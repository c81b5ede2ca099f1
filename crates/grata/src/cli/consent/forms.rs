//! `grata consent form`: what people have signed, for publication only (CON-12).

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use grata_core::notice::Language;
use grata_core::purpose::PurposeKind;
use grata_core::time::Date;
use serde::Serialize;

use super::super::arguments::{date, language};
use super::super::{Finish, print};
use super::{Common, Line, each, in_words, purpose, recorded, told};
use crate::app::consents::{self, Answer};
use crate::app::evidence::{self, Kept};
use crate::app::forms::{self, FormLine};
use crate::app::{albums, people};
use crate::cx::Cx;
use crate::error::{AppError, ErrorKind};
use crate::words::shown;

/// Record a form that the person has signed, or a table of forms; for publication only
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  grata consent form \"Alice Martin\" --album \"Match of 5 September\" --purpose print --yes \\
      --signed 2026-09-05 --reference \"folder 3, sheet 12\"
  grata consent form --table forms.csv --album \"Match of 5 September\"

A table is separated by commas, semicolons or tabs; its first line names the columns:
person,channel,answer,signed,reference and, where needed, until,language,guardian,scan.
A scan is a file beside the table: PDF, JPEG or PNG. It is kept for the person alone, who gets it with their data.")]
pub(super) struct Arguments {
    /// Name or id
    #[arg(required_unless_present = "table", conflicts_with = "table")]
    person: Option<String>,
    /// Title or id of the album
    #[arg(long)]
    album: String,
    /// A table of forms instead
    #[arg(long, value_name = "FILE")]
    table: Option<PathBuf>,
    /// The channel that the form names; may be repeated
    #[arg(long, value_name = "PURPOSE", value_parser = purpose, requires = "person")]
    purpose: Vec<PurposeKind>,
    /// The form says yes
    #[arg(long, conflicts_with = "no")]
    yes: bool,
    /// The form says no
    #[arg(long)]
    no: bool,
    /// The last day of the yes
    #[arg(long, value_name = "DATE", value_parser = date)]
    until: Option<Date>,
    /// The day on which it was signed
    #[arg(long, value_name = "DATE", value_parser = date, required_unless_present = "table")]
    signed: Option<Date>,
    /// Where the form is to be found
    #[arg(long, value_name = "TEXT", required_unless_present = "table")]
    reference: Option<String>,
    /// A scan of it, PDF, JPEG or PNG: kept sealed, for as long as the person is known
    #[arg(long, value_name = "FILE", requires = "person")]
    scan: Option<PathBuf>,
    /// The language of the notice on it [default: the person's]
    #[arg(long, value_name = "LANGUAGE", value_parser = language)]
    language: Option<Language>,
    /// Name or id of the guardian who signed, if it was one
    #[arg(long, value_name = "NAME")]
    guardian: Option<String>,
    #[command(flatten)]
    common: Common,
}

/// Runs the command.
///
/// # Errors
/// [`AppError`] if nothing was done.
pub(super) fn run(order: &Arguments, cx: &Cx) -> Result<Finish, AppError> {
    match &order.table {
        Some(table) => record_table(table, &order.album, &order.common, cx),
        None => record_form(order, cx),
    }
}

fn record_form(order: &Arguments, cx: &Cx) -> Result<Finish, AppError> {
    let incomplete = |message: &str| AppError::new(ErrorKind::Invalid, message).hint("Nothing was done.");
    let (Some(person), Some(signed_on), Some(reference)) = (&order.person, order.signed, &order.reference)
    else {
        return Err(incomplete("a form needs a person, the day it was signed and a reference"));
    };
    let answer = match (order.yes, order.no) {
        (true, _) => Answer::Yes(order.until),
        (false, true) => Answer::No,
        (false, false) => return Err(incomplete("say what the form says, with --yes or --no")),
    };
    if order.purpose.is_empty() {
        return Err(incomplete("say which channel the form names, with --purpose"));
    }
    let scan = order.scan.as_deref().map(evidence::read).transpose()?;
    let store = order.common.data.open()?;
    let album = albums::find(&store.read()?, &order.album)?;
    let subject = people::find(&store.read()?, person)?;
    // One form, however many answers stand on it.
    let mut kept = scan.as_ref().map(|scan| Kept::seal(&store, subject, scan)).transpose()?;
    each(&order.purpose, |purpose| {
        let line = FormLine {
            person: subject.to_string(),
            purpose: purpose.clone(),
            answer,
            signed_on,
            reference: reference.clone(),
            language: order.language.clone(),
            guardian: order.guardian.clone(),
            scan: None,
        };
        let statement = forms::statement(&store.read()?, &line, album.id, cx.by())?;
        told(&order.common, || consents::record_with(&store, &statement, kept.as_mut(), cx.by()))
    })
}

fn record_table(table: &Path, album: &str, common: &Common, cx: &Cx) -> Result<Finish, AppError> {
    let text = fs::read_to_string(table).map_err(|error| {
        AppError::new(ErrorKind::NotFound, format!("{} cannot be read as a text", shown(table)))
            .because(error)
    })?;
    let lines = forms::read(&text)?;
    let store = common.data.open()?;
    let album = albums::find(&store.read()?, album)?;
    let mut finish = Finish::AllDone;
    for (number, line) in lines {
        let done =
            line.map_err(|fault| AppError::new(ErrorKind::Invalid, fault.to_string())).and_then(|line| {
                let beside = |scan: &PathBuf| evidence::read(&table.with_file_name("").join(scan));
                let scan = line.scan.as_ref().map(beside).transpose()?;
                recorded(common, || forms::record(&store, &line, album.id, scan.as_ref(), cx.by()))
            });
        match done {
            Ok(line) => print::line(common.json, &Line { line: Some(number), ..line }, in_words),
            Err(error) => {
                finish = Finish::SomeFailed;
                let reason = error.to_string().lines().next().unwrap_or_default().to_string();
                failed_line(common.json, number, reason);
            }
        }
    }
    Ok(finish)
}

/// Names the line of the table, not the person on it (SEC-3).
fn failed_line(json: bool, number: usize, reason: String) {
    #[derive(Serialize)]
    struct Failed {
        line: usize,
        status: &'static str,
        reason: String,
    }
    if json {
        print::line(true, &Failed { line: number, status: "failed", reason }, |_| String::new());
    } else {
        print::say(&format!("Line {number} failed: {reason}"));
    }
}
