//! A folder with photos, and grata run on it.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use crate::stand_in::{HEIC, JPEG, PNG};

/// A folder of one test; `photos` and `out` lie in it.
pub struct World {
    root: TempDir,
}

/// How a run ended.
pub struct Ran {
    pub code: Option<i32>,
    pub lines: Vec<Value>,
    pub errors: String,
}

impl World {
    pub fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join("photos")).unwrap();
        Self { root }
    }

    /// A world with photos in `photos`: name and word of command.
    pub fn with(photos: &[(&str, &str)]) -> Self {
        let world = Self::new();
        for (name, command) in photos {
            world.photo(format!("photos/{name}"), command);
        }
        world
    }

    pub fn path(&self, path: impl AsRef<Path>) -> PathBuf {
        self.root.path().join(path)
    }

    /// A photo whose signature follows from its extension: JPEG for `jpg`, HEIC for `heic`, else PNG.
    pub fn photo(&self, path: impl AsRef<Path>, command: &str) {
        let path = self.path(path);
        let signature = match path.extension().map(OsStr::as_bytes) {
            Some(b"jpg") => JPEG,
            Some(b"heic") => HEIC,
            _ => PNG,
        };
        self.file(&path, &[signature, command.as_bytes(), b"\n"].concat());
    }

    pub fn file(&self, path: impl AsRef<Path>, bytes: &[u8]) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    /// A converter for HEIC and AVIF: a script that gets two arguments, the file to read and the PNG
    /// to write.
    pub fn converter(&self, script: &str) {
        self.file("converter", format!("#!/bin/sh\n{script}\n").as_bytes());
        fs::set_permissions(self.path("converter"), fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// `grata obscure photos --out out --json` with more arguments.
    pub fn obscure(&self, more: &[&str]) -> Ran {
        self.run(&[&["obscure", "photos", "--out", "out", "--json"], more].concat())
    }

    /// The same with workers that speak for themselves.
    pub fn obscure_raw(&self, more: &[&str]) -> Ran {
        let arguments = [&["obscure", "photos", "--out", "out", "--json"], more].concat();
        ran(self.command("as-raw-grata", &arguments).output().unwrap())
    }

    pub fn run(&self, arguments: &[&str]) -> Ran {
        ran(self.command("as-grata", arguments).output().unwrap())
    }

    pub fn start(&self, role: &str, arguments: &[&str]) -> Child {
        let mut command = self.command(role, arguments);
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    pub fn command(&self, role: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.arg(role).args(arguments).current_dir(self.root.path()).stdin(Stdio::null());
        command.env("GRATA_LIMIT_PHOTO_SECONDS", "2").env("CANARY", "canary-in-environment");
        command
    }

    /// Paths of all files below a folder, hidden ones too, in order.
    pub fn files(&self, folder: &str) -> Vec<String> {
        let mut files = Vec::new();
        let root = self.path(folder);
        for entry in walkdir::WalkDir::new(&root).sort_by_file_name().into_iter().flatten() {
            if !entry.file_type().is_dir() {
                files.push(entry.path().strip_prefix(&root).unwrap().to_string_lossy().into_owned());
            }
        }
        files
    }
}

pub fn ran(output: Output) -> Ran {
    let text = String::from_utf8(output.stdout).unwrap();
    let lines = text.lines().map(|line| serde_json::from_str(line).expect(line)).collect();
    Ran { code: output.status.code(), lines, errors: String::from_utf8(output.stderr).unwrap() }
}

impl Ran {
    /// The line for a photo.
    pub fn line(&self, photo: &str) -> &Value {
        let line = self.lines.iter().find(|line| line["photo"] == photo);
        line.unwrap_or_else(|| panic!("no line for {photo}: {:?}\n{}", self.lines, self.errors))
    }

    pub fn status(&self, photo: &str) -> &str {
        self.line(photo)["status"].as_str().unwrap()
    }

    pub fn reason(&self, photo: &str) -> &str {
        self.line(photo)["reason"].as_str().unwrap_or_default()
    }

    /// Photo and status of every line, in order.
    pub fn statuses(&self) -> Vec<(&str, &str)> {
        self.lines
            .iter()
            .map(|line| (line["photo"].as_str().unwrap(), line["status"].as_str().unwrap()))
            .collect()
    }

    #[track_caller]
    pub fn expect(&self, code: i32) -> &Self {
        assert_eq!(self.code, Some(code), "{:?}\n{}", self.lines, self.errors);
        self
    }
}
