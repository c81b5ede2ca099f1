//! `grata doctor`

use std::io::{self, Write};

use clap::Args;

use super::Finish;
use crate::app::doctor::{Check, Verdict, examine};
use crate::app::models::client::PackageClient;
use crate::cx::Cx;
use crate::error::{AppError, ErrorKind};

/// Look whether this machine has what grata needs, and say what to do
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  grata doctor
  grata doctor --json

Exit codes: 0 all that is needed is there; 1 something is missing.")]
pub struct Arguments {
    /// Print one JSON object a line
    #[arg(long)]
    json: bool,
}

/// Runs the command.
///
/// # Errors
/// `Unavailable` if something that is needed is missing.
pub fn run(arguments: &Arguments, cx: &Cx) -> Result<Finish, AppError> {
    let checks = examine(cx, &PackageClient::usual());
    let mut out = io::stdout().lock();
    for check in &checks {
        let line = if arguments.json { json(check) } else { in_words(check) };
        // A closed pipe is nobody's mistake.
        let _ = writeln!(out, "{line}");
    }
    match checks.iter().filter(|check| check.verdict == Verdict::Problem).count() {
        0 => Ok(Finish::AllDone),
        1 => Err(AppError::new(ErrorKind::Unavailable, "there is a problem; what to do stands below it")),
        more => Err(AppError::new(
            ErrorKind::Unavailable,
            format!("there are {more} problems; what to do stands below each"),
        )),
    }
}

fn json(check: &Check) -> String {
    // Plain data: it always has a JSON form.
    serde_json::to_string(check).unwrap_or_default()
}

fn in_words(check: &Check) -> String {
    let verdict = match check.verdict {
        Verdict::Ok => "ok      ",
        Verdict::Warning => "warning ",
        Verdict::Problem => "PROBLEM ",
    };
    let to_do = check.to_do.iter().flat_map(|text| text.lines()).map(|line| format!("\n          {line}"));
    format!("{verdict}  {}: {}{}", check.subject, check.found, to_do.collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_says_how_it_is_and_what_to_do() {
        let check = Check::warning("runtime", "slow", "Install it.\nOr not.");
        assert_eq!(in_words(&check), "warning   runtime: slow\n          Install it.\n          Or not.");
        assert_eq!(
            json(&check),
            r#"{"subject":"runtime","verdict":"warning","found":"slow","to_do":"Install it.\nOr not."}"#
        );
        assert_eq!(json(&Check::ok("a", "b")), r#"{"subject":"a","verdict":"ok","found":"b"}"#);
    }
}
