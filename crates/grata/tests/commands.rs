//! The real `grata` on real pictures, as a user runs it; no model needed.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should fail there and then")]

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use assert_cmd::Command;
use image::{ImageFormat, Rgb, RgbImage};
use serde_json::{Value, json};
use tempfile::TempDir;

fn grata() -> Command {
    Command::new(env!("CARGO_BIN_EXE_grata"))
}

#[test]
fn wrong_usage_does_nothing_and_exits_with_1() {
    let folder = tempfile::tempdir().unwrap();
    let cases: [(&[&str], &str); 12] = [
        (&["hide"], "unrecognized subcommand"),
        (&["obscure"], "required arguments"),
        (&["obscure", "."], "--out"),
        (&["obscure", ".", "--out", "o", "--style", "blur"], "possible values: fill, veil"),
        (&["obscure", ".", "--out", "o", "--jobs", "0"], "from 1 to 256"),
        (&["obscure", ".", "--out", "o", "--min-face", "1"], "from 8 to 10000"),
        (&["obscure", ".", "--out", "o", "--margin", "3"], "from 0 to 2"),
        (&["obscure", ".", "--out", "o", "--no-detect"], "--regions"),
        (&["obscure", "nowhere", "--out", "o"], "nowhere cannot be looked at"),
        (&["obscure", ".", "--out", "o", "--regions", "nowhere"], "regions in nowhere"),
        (&["detect", "nowhere"], "nowhere cannot be looked at"),
        (&["detect", ".", "--regions", "r"], "unexpected argument"),
    ];
    for (arguments, words) in cases {
        let output = grata().args(arguments).current_dir(&folder).output().unwrap();
        let errors = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {errors}");
        assert!(errors.contains(words), "{arguments:?}: {errors}");
        assert!(output.stdout.is_empty(), "{arguments:?}");
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 0, "{arguments:?}");
    }
    let mut misled = grata();
    misled.args(["obscure", ".", "--out", "o"]).env("GRATA_LIMIT_WORKER_MIB", "lots").current_dir(&folder);
    let output = misled.output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8(output.stderr).unwrap().contains("GRATA_LIMIT_WORKER_MIB"));
}

#[test]
fn a_closed_standard_error_ends_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut grata = std::process::Command::new(env!("CARGO_BIN_EXE_grata"));
    grata.args(["person", "list"]).current_dir(&folder).stderr(writer);
    assert_eq!(grata.status().unwrap().code(), Some(1), "as if somebody had read why");
}

#[test]
fn help_goes_to_standard_output() {
    for arguments in [&["--help"][..], &["obscure", "--help"], &["detect", "--help"], &["--version"]] {
        let output = grata().args(arguments).output().unwrap();
        assert!(output.status.success() && output.stderr.is_empty(), "{arguments:?}");
        let help = String::from_utf8(output.stdout).unwrap();
        assert!(help.contains("grata") && !help.contains("photo-worker"), "{help}");
    }
}

/// A worker that nobody talks to leaves in peace.
#[test]
fn a_worker_without_a_parent_ends() {
    grata().arg("photo-worker").write_stdin("").timeout(Duration::from_secs(20)).assert().success();
    let nonsense = grata().arg("photo-worker").write_stdin("nonsense and more nonsense").output().unwrap();
    assert_eq!((nonsense.status.code(), nonsense.stdout.len()), (Some(3), 0));
}

/// A folder with pictures and, in the file `regions`, a region for each.
struct Pictures {
    folder: TempDir,
    lines: String,
}

impl Pictures {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("photos")).unwrap();
        Self { folder, lines: String::new() }
    }

    fn add(&mut self, name: &str, format: ImageFormat, regions: &[[u32; 4]]) {
        let path = self.folder.path().join("photos").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        picture().save_with_format(path, format).unwrap();
        self.give(name, regions);
    }

    fn add_bytes(&mut self, name: &str, bytes: &[u8]) {
        fs::write(self.folder.path().join("photos").join(name), bytes).unwrap();
        self.give(name, &[[0, 0, 8, 8]]);
    }

    fn give(&mut self, name: &str, regions: &[[u32; 4]]) {
        let faces: Vec<Value> =
            regions.iter().map(|[x, y, w, h]| json!({"x": x, "y": y, "w": w, "h": h})).collect();
        self.lines += &format!("{}\n", json!({"photo": format!("photos/{name}"), "faces": faces}));
    }

    /// Exit code, a JSON object a photo, and standard error.
    fn obscure(&self, command: Command, more: &[&str]) -> (Option<i32>, Vec<Value>, String) {
        fs::write(self.folder.path().join("regions"), &self.lines).unwrap();
        let mut command = command;
        command.args(["obscure", "photos", "--out", "out", "--json", "--no-detect", "--regions", "regions"]);
        let output = command.args(more).current_dir(&self.folder).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let lines = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        (output.status.code(), lines, String::from_utf8(output.stderr).unwrap())
    }

    fn out(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join("out").join(name)
    }
}

/// 96 x 64 pixels; a red square of 16 pixels at (32, 16) on a soft ground.
fn picture() -> RgbImage {
    RgbImage::from_fn(96, 64, |x, y| {
        if (32..48).contains(&x) && (16..32).contains(&y) {
            Rgb([255, 0, 0])
        } else {
            Rgb([90 + x as u8, 120, 90 + y as u8])
        }
    })
}

const SQUARE: [u32; 4] = [32, 16, 16, 16];

fn redness(path: &Path) -> i32 {
    let Rgb([red, green, blue]) = *image::open(path).unwrap().to_rgb8().get_pixel(40, 24);
    i32::from(red) - i32::from(green.max(blue))
}

#[test]
fn given_regions_are_gone_from_the_finished_photos() {
    for style in ["fill", "veil"] {
        let mut pictures = Pictures::new();
        pictures.add("a.png", ImageFormat::Png, &[SQUARE]);
        pictures.add("s/b.jpg", ImageFormat::Jpeg, &[SQUARE]);
        pictures.add("c.bmp", ImageFormat::Bmp, &[SQUARE]);
        pictures.add("nothing.png", ImageFormat::Png, &[]);
        let (code, lines, errors) = pictures.obscure(grata(), &["--style", style]);
        assert_eq!((code, lines.len()), (Some(0), 4), "{errors}");
        for line in &lines {
            let out = pictures.folder.path().join(line["out"].as_str().unwrap());
            let hidden = line["faces"].as_array().unwrap().len();
            assert_eq!(redness(&out) > 150, hidden == 0, "{style}: {line}");
        }
    }
}

#[test]
fn sec_8_a_bomb_costs_a_photo_and_next_to_no_time() {
    let mut pictures = Pictures::new();
    pictures.add("a.png", ImageFormat::Png, &[SQUARE]);
    pictures.add_bytes("bomb.png", &bomb(60_000, 60_000));
    pictures.add_bytes("cut.jpg", &half_a_jpeg());
    pictures.add("z.jpg", ImageFormat::Jpeg, &[SQUARE]);
    let start = Instant::now();
    let (code, lines, errors) = pictures.obscure(grata(), &["--jobs", "1"]);
    assert_eq!(code, Some(2), "{errors}");
    let statuses: Vec<_> = lines.iter().map(|line| line["status"].as_str().unwrap()).collect();
    assert_eq!(statuses, ["ok", "failed", "failed", "ok"], "{lines:?}");
    assert!(lines[1]["reason"].as_str().unwrap().contains("too large"), "{}", lines[1]);
    assert!(start.elapsed() < Duration::from_secs(20));
    assert!(!pictures.out("bomb.png").exists() && !pictures.out("cut.jpg").exists());
}

/// A PNG of a few kilobytes that claims to hold so many pixels of one bit.
fn bomb(width: u32, height: u32) -> Vec<u8> {
    let mut header = Vec::new();
    header.extend_from_slice(&width.to_be_bytes());
    header.extend_from_slice(&height.to_be_bytes());
    header.extend_from_slice(&[1, 0, 0, 0, 0]);
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    // zlib: one stored block of zeros, and then the stream breaks off.
    let data = [&[0x78, 0x01, 0x00, 0x00, 0x10, 0xFF, 0xEF][..], &[0; 4096]].concat();
    for (name, body) in [(b"IHDR", header), (b"IDAT", data), (b"IEND", Vec::new())] {
        png.extend_from_slice(&(body.len() as u32).to_be_bytes());
        let start = png.len();
        png.extend_from_slice(name);
        png.extend_from_slice(&body);
        let sum = crc32(&png[start..]);
        png.extend_from_slice(&sum.to_be_bytes());
    }
    png
}

/// CRC of PNG (ISO 3309), bit by bit.
fn crc32(bytes: &[u8]) -> u32 {
    let step = |sum: u32, byte: &u8| {
        (0..8).fold(
            sum ^ u32::from(*byte),
            |sum, _| if sum & 1 == 1 { sum >> 1 ^ 0xEDB8_8320 } else { sum >> 1 },
        )
    };
    !bytes.iter().fold(u32::MAX, step)
}

fn half_a_jpeg() -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture().write_to(&mut bytes, ImageFormat::Jpeg).unwrap();
    let bytes = bytes.into_inner();
    bytes[..bytes.len() * 3 / 4].to_vec()
}

/// COL-1: the same bytes come out where there is no network at all.
#[test]
fn col_1_without_a_network_the_same_comes_out() {
    let mut pictures = Pictures::new();
    pictures.add("a.png", ImageFormat::Png, &[SQUARE]);
    pictures.add("b.jpg", ImageFormat::Jpeg, &[SQUARE]);
    let (code, lines, errors) = pictures.obscure(grata(), &[]);
    assert_eq!(code, Some(0), "{errors}");
    let read = || ["a.png", "b.jpg"].map(|name| fs::read(pictures.out(name)).unwrap());
    let before = read();
    let mut isolated = Command::new("unshare");
    isolated.args(["--user", "--map-root-user", "--net", env!("CARGO_BIN_EXE_grata")]);
    let (code, isolated_lines, errors) = pictures.obscure(isolated, &["--overwrite"]);
    if isolated_lines.is_empty() {
        eprintln!("SKIPPED: this system makes no empty networks for a test ({errors})");
        return;
    }
    assert_eq!((code, isolated_lines), (Some(0), lines), "{errors}");
    assert_eq!(read(), before);
}
