//! `grata verify`

use std::path::{Path, PathBuf};

use clap::Args;
use grata_core::signed::{DocumentKind, Verified};
use serde::Serialize;
use serde_json::Value;

use super::Finish;
use super::print;
use crate::app::verify;
use crate::error::AppError;
use crate::words::{path_text, shown};

/// Verify receipts and certificates, with nothing but the files
///
/// Needs no installation and no network. Says whether a document is genuine, who signed it, and whether the
/// log speaks of it. Several documents of one log are compared: two that cannot come from the same log
/// mean that somebody was shown another one.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  grata verify receipt.json
  grata verify receipt.json certificate.json --key photos.example.org+1a2b3c4d+AbC...

Without --key compare the key that is printed with the one that the organisation publishes.

Exit codes: 0 all are genuine; 1 wrong usage; 2 some are not.")]
pub struct Arguments {
    /// Documents
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,

    /// The key that they are to be signed with
    #[arg(long, value_name = "KEY")]
    key: Option<String>,

    /// Print one JSON object a file
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Line {
    file: String,
    status: &'static str,
    kind: Option<&'static str>,
    signer: Option<String>,
    key: Option<String>,
    log_entries: Option<u64>,
    body: Option<Value>,
    reason: Option<String>,
}

/// Runs the command.
///
/// # Errors
/// [`AppError`] if the key is none.
pub fn run(arguments: &Arguments) -> Result<Finish, AppError> {
    if let Some(key) = &arguments.key {
        verify::check_key(key)?;
    }
    let mut genuine: Vec<(&Path, Verified)> = Vec::new();
    let mut failed = 0;
    for path in &arguments.files {
        match verify::file(path, arguments.key.as_deref()) {
            Ok(verified) => {
                print::line(arguments.json, &line(path, &verified), words);
                genuine.push((path, verified));
            }
            Err(reason) => {
                failed += 1;
                let line = Line { reason: Some(reason), ..not_genuine(path) };
                print::line(arguments.json, &line, words);
            }
        }
    }
    let pairs: Vec<(&Path, &Verified)> = genuine.iter().map(|(path, verified)| (*path, verified)).collect();
    let contradictions = verify::contradictions(&pairs);
    contradictions.iter().for_each(|one| print::say(&format!("CONTRADICTION: {one}.")));
    Ok(if failed == 0 && contradictions.is_empty() { Finish::AllDone } else { Finish::SomeFailed })
}

fn not_genuine(path: &Path) -> Line {
    Line {
        file: path_text(path).into_owned(),
        status: "not-genuine",
        kind: None,
        signer: None,
        key: None,
        log_entries: None,
        body: None,
        reason: None,
    }
}

fn line(path: &Path, verified: &Verified) -> Line {
    Line {
        status: "genuine",
        kind: Some(match verified.kind {
            DocumentKind::ConsentReceipt => "consent-receipt",
            DocumentKind::ErasureCertificate => "erasure-certificate",
            DocumentKind::Evidence => "evidence",
        }),
        signer: Some(verified.signer.as_str().to_string()),
        key: Some(verified.key.clone()),
        log_entries: verified.log.as_ref().map(|head| head.size),
        body: Some(verified.body.clone()),
        ..not_genuine(path)
    }
}

fn words(line: &Line) -> String {
    let file = shown(Path::new(&line.file));
    if let Some(reason) = &line.reason {
        return format!("{file}: NOT GENUINE: {reason}");
    }
    let log = match line.log_entries {
        Some(entries) => format!("in its log, at a head with {entries} entries"),
        None => "without a proof from the log".to_string(),
    };
    format!(
        "{file}: genuine {}, signed by {}, {log}\n  key {}",
        line.kind.unwrap_or_default().replace('-', " "),
        line.signer.as_deref().unwrap_or_default(),
        line.key.as_deref().unwrap_or_default()
    )
}
