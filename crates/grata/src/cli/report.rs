//! What a batch prints: JSON lines for machines, a progress bar and a summary for people.

use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::Serialize;

use super::Finish;
use crate::app::batch::{Audience, Outcome, Report, Status};
use crate::app::obscure::NO_FACE;
use crate::stop::Stop;
use crate::words::{count, path_text, shown};
use crate::worker::protocol::Region;

/// What goes to standard output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Nothing.
    Silent,
    /// An object for each file.
    ObscureJson,
    /// An object for each photo that was looked at.
    Detect,
    /// The same, and an object for each file that was not.
    DetectJson,
    /// An object for each file, with the photo's id in its album.
    AddJson,
}

/// Prints how a batch goes.
pub struct Printer {
    form: Form,
    stop: Stop,
    bar: ProgressBar,
    done: usize,
    faces: usize,
    files: usize,
    without_face: Vec<PathBuf>,
    notes: Vec<(PathBuf, String)>,
    left_out: Vec<(PathBuf, String)>,
    failed: Vec<(PathBuf, String)>,
}

#[derive(Serialize)]
struct ObscureLine<'a> {
    photo: &'a str,
    out: Option<&'a str>,
    status: &'static str,
    faces: Vec<FaceLine>,
    reason: Option<&'a str>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    notes: &'a [String],
}

#[derive(Serialize)]
struct AddLine<'a> {
    photo: &'a str,
    id: Option<String>,
    status: &'static str,
    faces: Vec<FaceLine>,
    reason: Option<&'a str>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    notes: &'a [String],
}

#[derive(Serialize)]
struct DetectLine<'a> {
    photo: &'a str,
    width: u32,
    height: u32,
    faces: Vec<FaceLine>,
}

#[derive(Serialize)]
struct NotDetectedLine<'a> {
    photo: &'a str,
    status: &'static str,
    reason: &'a str,
}

#[derive(Serialize)]
struct FaceLine {
    x: u32,
    y: u32,
    w: u32,
    h: u32,
    score: Option<f32>,
}

impl From<&Region> for FaceLine {
    fn from(Region { rect, score }: &Region) -> Self {
        Self { x: rect.x, y: rect.y, w: rect.width, h: rect.height, score: *score }
    }
}

impl Audience for Printer {
    fn begins(&mut self, files: usize) {
        self.files = files;
        if io::stderr().is_terminal() {
            self.bar.set_length(files as u64);
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
            self.bar.tick();
        }
    }

    fn settled(&mut self, outcome: Outcome) {
        if let Some(line) = self.line(&outcome) {
            self.print(&line);
        }
        self.remember(outcome);
        self.bar.inc(1);
    }
}

impl Printer {
    /// A printer; `stop` is raised when nobody reads standard output any more.
    pub fn new(form: Form, stop: &Stop) -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        // The template is a constant that indicatif accepts; if it did not, the bar looks plainer.
        if let Ok(style) = ProgressStyle::with_template("{wide_bar} {pos}/{len} photos, {eta} left") {
            bar.set_style(style);
        }
        Self {
            form,
            stop: stop.clone(),
            bar,
            done: 0,
            faces: 0,
            files: 0,
            without_face: Vec::new(),
            notes: Vec::new(),
            left_out: Vec::new(),
            failed: Vec::new(),
        }
    }

    fn line(&self, outcome: &Outcome) -> Option<serde_json::Result<String>> {
        match self.form {
            Form::Silent => None,
            Form::ObscureJson => Some(obscure_line(outcome)),
            Form::AddJson => Some(add_line(outcome)),
            Form::Detect | Form::DetectJson => match &outcome.status {
                Status::Done(report) => Some(detect_line(outcome, report)),
                _ if self.form == Form::Detect => None,
                Status::LeftOut(reason) => Some(not_detected_line(outcome, "skipped", reason)),
                Status::Failed(reason) => Some(not_detected_line(outcome, "failed", reason)),
            },
        }
    }

    fn print(&mut self, line: &serde_json::Result<String>) {
        let printed = match line {
            Ok(line) => self.bar.suspend(|| {
                let mut output = io::stdout().lock();
                writeln!(output, "{line}").and_then(|()| output.flush())
            }),
            Err(error) => Err(io::Error::other(error.to_string())),
        };
        // Whoever reads the lines has left: there is no use in going on.
        if printed.is_err() {
            self.stop.raise();
        }
    }

    fn remember(&mut self, Outcome { path, status }: Outcome) {
        match status {
            Status::LeftOut(reason) => self.left_out.push((path, reason)),
            Status::Failed(reason) => self.failed.push((path, reason)),
            Status::Done(Report { regions, notes, .. }) => {
                self.done += 1;
                self.faces += regions.len();
                for note in notes {
                    if note == NO_FACE {
                        self.without_face.push(path.clone());
                    } else {
                        self.notes.push((path.clone(), note));
                    }
                }
            }
        }
    }

    /// Prints the summary, and says how it went.
    pub fn finish(self) -> Finish {
        self.bar.finish_and_clear();
        // A closed standard error leaves nobody to tell.
        let _ = self.summary(&mut io::stderr().lock());
        if self.failed.is_empty() { Finish::AllDone } else { Finish::SomeFailed }
    }

    fn summary(&self, output: &mut dyn Write) -> io::Result<()> {
        list(output, "Notes", &self.notes)?;
        if !self.without_face.is_empty() {
            writeln!(output, "No face found, and so none hidden; have a look at them:")?;
            for path in &self.without_face {
                writeln!(output, "  {}", shown(path))?;
            }
        }
        list(output, "Skipped", &self.left_out)?;
        list(output, "Failed", &self.failed)?;
        let (done, regions) = (count(self.done, "photo"), count(self.faces, "region"));
        write!(output, "{done} done ({regions}), ")?;
        writeln!(output, "{} skipped, {} failed.", self.left_out.len(), self.failed.len())?;
        if self.stop.is_raised() {
            let settled = self.done + self.left_out.len() + self.failed.len();
            writeln!(output, "Stopped: {} not begun or not finished.", count(self.files - settled, "file"))?;
        }
        Ok(())
    }
}

fn list(output: &mut dyn Write, title: &str, lines: &[(PathBuf, String)]) -> io::Result<()> {
    if !lines.is_empty() {
        writeln!(output, "{title}:")?;
    }
    for (path, text) in lines {
        writeln!(output, "  {}: {text}", shown(path))?;
    }
    Ok(())
}

fn obscure_line(outcome: &Outcome) -> serde_json::Result<String> {
    let photo = path_text(&outcome.path);
    let mut line =
        ObscureLine { photo: &photo, out: None, status: "", faces: Vec::new(), reason: None, notes: &[] };
    let out;
    match &outcome.status {
        Status::LeftOut(reason) => (line.status, line.reason) = ("skipped", Some(reason.as_str())),
        Status::Failed(reason) => (line.status, line.reason) = ("failed", Some(reason.as_str())),
        Status::Done(report) => {
            line.status = "ok";
            out = report.out.as_deref().map(path_text);
            line.out = out.as_deref();
            line.faces = faces(report);
            line.notes = &report.notes;
        }
    }
    serde_json::to_string(&line)
}

fn add_line(outcome: &Outcome) -> serde_json::Result<String> {
    let photo = path_text(&outcome.path);
    let mut line =
        AddLine { photo: &photo, id: None, status: "", faces: Vec::new(), reason: None, notes: &[] };
    match &outcome.status {
        Status::LeftOut(reason) => (line.status, line.reason) = ("skipped", Some(reason.as_str())),
        Status::Failed(reason) => (line.status, line.reason) = ("failed", Some(reason.as_str())),
        Status::Done(report) => {
            line.status = "ok";
            line.id = report.kept.map(|id| id.to_string());
            line.faces = faces(report);
            line.notes = &report.notes;
        }
    }
    serde_json::to_string(&line)
}

fn detect_line(outcome: &Outcome, report: &Report) -> serde_json::Result<String> {
    let photo = path_text(&outcome.path);
    let (width, height) = (report.size.width, report.size.height);
    serde_json::to_string(&DetectLine { photo: &photo, width, height, faces: faces(report) })
}

fn not_detected_line(outcome: &Outcome, status: &'static str, reason: &str) -> serde_json::Result<String> {
    serde_json::to_string(&NotDetectedLine { photo: &path_text(&outcome.path), status, reason })
}

fn faces(report: &Report) -> Vec<FaceLine> {
    report.regions.iter().map(FaceLine::from).collect()
}

#[cfg(test)]
mod tests {
    use grata_core::geometry::{PixelRect, Size};

    use super::*;

    fn outcome(status: Status) -> Outcome {
        Outcome { path: "p/a.jpg".into(), status }
    }

    fn report(notes: &[&str]) -> Report {
        Report {
            out: Some("o/a.jpg".into()),
            kept: None,
            size: Size::new(30, 20),
            regions: vec![
                Region { rect: PixelRect::new(1, 2, 3, 4), score: Some(0.75) },
                Region { rect: PixelRect::new(5, 6, 7, 8), score: None },
            ],
            notes: notes.iter().map(ToString::to_string).collect(),
        }
    }

    #[test]
    fn the_lines_are_those_of_the_contract() {
        let faces = r#"[{"x":1,"y":2,"w":3,"h":4,"score":0.75},{"x":5,"y":6,"w":7,"h":8,"score":null}]"#;
        let done = outcome(Status::Done(report(&[])));
        assert_eq!(
            obscure_line(&done).unwrap(),
            format!(r#"{{"photo":"p/a.jpg","out":"o/a.jpg","status":"ok","faces":{faces},"reason":null}}"#)
        );
        let Status::Done(report) = &done.status else { unreachable!() };
        assert_eq!(
            detect_line(&done, report).unwrap(),
            format!(r#"{{"photo":"p/a.jpg","width":30,"height":20,"faces":{faces}}}"#)
        );
        assert_eq!(
            obscure_line(&outcome(Status::LeftOut("no".into()))).unwrap(),
            r#"{"photo":"p/a.jpg","out":null,"status":"skipped","faces":[],"reason":"no"}"#
        );
    }

    #[test]
    fn the_summary_names_every_photo_that_needs_a_look() {
        let mut printer = Printer::new(Form::Silent, &Stop::default());
        printer.begins(4);
        printer.settled(outcome(Status::Done(report(&["comes out as JPEG"]))));
        printer.settled(outcome(Status::Done(Report { regions: vec![], ..report(&[NO_FACE]) })));
        printer.settled(outcome(Status::LeftOut("not a picture".into())));
        printer.settled(outcome(Status::Failed("damaged".into())));
        let mut text = Vec::new();
        printer.summary(&mut text).unwrap();
        let expected = "\
Notes:
  p/a.jpg: comes out as JPEG
No face found, and so none hidden; have a look at them:
  p/a.jpg
Skipped:
  p/a.jpg: not a picture
Failed:
  p/a.jpg: damaged
2 photos done (2 regions), 1 skipped, 1 failed.
";
        assert_eq!(String::from_utf8(text).unwrap(), expected);
    }
}
