//! An installation in a temporary folder, worked on by the real `grata`.
#![allow(dead_code, clippy::unwrap_used, reason = "shared by several test programs")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use image::{Rgb, RgbImage};
use serde_json::Value;
use tempfile::TempDir;

pub const ALBUM: &str = "Match of 5 September";

/// A folder of one test; `grata-data`, its keys and `photos` lie in it.
pub struct House {
    root: TempDir,
}

/// How a run ended.
pub struct Ran {
    pub code: Option<i32>,
    pub text: String,
    pub errors: String,
}

impl Ran {
    #[track_caller]
    pub fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{}\n{}", self.text, self.errors);
        self
    }

    /// The JSON objects that were printed.
    pub fn lines(&self) -> Vec<Value> {
        self.text.lines().map(|line| serde_json::from_str(line).expect(line)).collect()
    }

    /// The only one.
    #[track_caller]
    pub fn line(&self) -> Value {
        let mut lines = self.lines();
        assert_eq!(lines.len(), 1, "{}\n{}", self.text, self.errors);
        lines.remove(0)
    }
}

impl House {
    /// With an album.
    pub fn new() -> Self {
        let house = Self::empty();
        house.run(&["init", "--name", "photos.example.org"]).expect(0);
        house.album(ALBUM);
        house
    }

    /// Before `grata init`.
    pub fn empty() -> Self {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join("photos")).unwrap();
        Self { root }
    }

    pub fn path(&self, path: impl AsRef<Path>) -> PathBuf {
        self.root.path().join(path)
    }

    pub fn album(&self, title: &str) {
        let arguments = ["--controller", "Sports club, Mill Lane 1", "--source", "club photographer"];
        let more =
            ["--purpose", "club news", "--contact", "privacy@example.org", "--keep-until", "2099-12-31"];
        self.run(&[&["album", "create", title], &arguments[..], &more].concat()).expect(0);
    }

    /// A picture of its own for each number.
    pub fn photo(&self, name: &str, number: u8) {
        let path = self.path("photos").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let picture = RgbImage::from_fn(160, 120, |x, y| Rgb([x as u8, y as u8, number]));
        picture.save(path).unwrap();
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_grata"));
        command.args(arguments).current_dir(self.root.path()).stdin(Stdio::null());
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Ran {
        ran(self.command(arguments).output().unwrap())
    }

    /// The same with `--json`.
    pub fn json(&self, arguments: &[&str]) -> Ran {
        self.run(&[arguments, &["--json"]].concat())
    }

    /// `grata add` without a look at faces: no model is needed.
    pub fn add(&self, more: &[&str]) -> Ran {
        self.json(&[&["add", ALBUM, "photos", "--no-detect"], more].concat())
    }

    /// Invites an adult; the line that was printed.
    pub fn invite(&self, name: &str) -> Value {
        self.json(&["person", "invite", ALBUM, "--name", name, "--adult"]).expect(0).line()
    }

    /// What a person says by their link; the line that was printed.
    pub fn say(&self, link: &Value, purpose: &str, answer: &str) -> Value {
        let link = link.as_str().unwrap();
        self.json(&["consent", "record", "--link", link, "--purpose", purpose, answer]).expect(0).line()
    }

    /// The photos of the album with their faces.
    pub fn tags(&self) -> Vec<Value> {
        self.json(&["tag", "list", ALBUM]).expect(0).lines()
    }

    /// Files below data and keys, with their bytes.
    pub fn stored(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let below = |folder: &str| walkdir::WalkDir::new(self.path(folder)).into_iter().flatten();
        let files = below("grata-data").chain(below("grata-data-keys"));
        files
            .filter(|entry| entry.file_type().is_file())
            .map(|entry| (entry.path().to_path_buf(), fs::read(entry.path()).unwrap()))
            .collect()
    }

    /// Files in which a text stands in the clear.
    pub fn files_with(&self, needle: &[u8]) -> Vec<PathBuf> {
        let holds = |bytes: &[u8]| bytes.windows(needle.len()).any(|window| window == needle);
        self.stored().into_iter().filter(|(_, bytes)| holds(bytes)).map(|(path, _)| path).collect()
    }

    pub fn blobs(&self) -> usize {
        let blobs = walkdir::WalkDir::new(self.path("grata-data/blobs")).into_iter().flatten();
        blobs.filter(|entry| entry.file_type().is_file()).count()
    }
}

pub fn ran(output: Output) -> Ran {
    Ran {
        code: output.status.code(),
        text: String::from_utf8(output.stdout).unwrap(),
        errors: String::from_utf8(output.stderr).unwrap(),
    }
}
