//! Regions that are hidden by hand: JSON lines as `grata detect` prints them.
//!
//! Each line names a photo (`photo`) and its regions (`faces`: x, y, w, h in whole pixels of the
//! upright picture). `width` and `height`, where given, must be those of the picture, or else the
//! line was made for another one and the photo fails. Several lines for a photo add up. Lines with a
//! `status` other than `ok` say nothing. Other keys are ignored.
//!
//! A line belongs to the photo whose path was printed the same, or else to the photo that its path
//! leads to from the current folder.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use grata_core::geometry::{PixelRect, Size};
use serde::Deserialize;

use crate::error::{AppError, ErrorKind};
use crate::words::{path_text, shown};
use crate::worker::protocol::MAX_REGIONS;

/// What is given for one photo.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Given {
    /// Hidden exactly as they are.
    pub rects: Vec<PixelRect>,
    /// Size of the picture that they were made for, if known.
    pub size: Option<Size>,
}

/// What is given for the photos of a batch.
#[derive(Debug, Clone, Default)]
pub struct Regions {
    lines: HashMap<String, Given>,
}

#[derive(Deserialize)]
struct Line {
    photo: String,
    #[serde(default)]
    status: Option<String>,
    #[serde(default)]
    width: Option<u32>,
    #[serde(default)]
    height: Option<u32>,
    #[serde(default)]
    faces: Option<Vec<Face>>,
}

#[derive(Deserialize)]
struct Face {
    x: u32,
    y: u32,
    w: u32,
    h: u32,
}

impl Regions {
    /// Reads a file of regions.
    ///
    /// # Errors
    /// `NotFound` if it cannot be read; `Invalid` with the number of the first line that makes no
    /// sense.
    pub fn read(path: &Path) -> Result<Self, AppError> {
        let unreadable = |error: std::io::Error| {
            let message = format!("the regions in {} cannot be read", shown(path));
            AppError::new(ErrorKind::NotFound, message).because(error).hint("Nothing was done.")
        };
        let mut regions = Self::default();
        let file = BufReader::new(File::open(path).map_err(unreadable)?);
        for (index, line) in file.split(b'\n').enumerate() {
            let line = line.map_err(unreadable)?;
            regions.add_line(&line).map_err(|why| {
                let message = format!("line {} of {} makes no sense: {why}", index + 1, shown(path));
                AppError::new(ErrorKind::Invalid, message).hint(
                    "A line is what `grata detect` prints: \
                     {\"photo\": \"a.jpg\", \"faces\": [{\"x\": 1, \"y\": 2, \"w\": 3, \"h\": 4}]}, \
                     in whole pixels. Nothing was done.",
                )
            })?;
        }
        Ok(regions)
    }

    fn add_line(&mut self, line: &[u8]) -> Result<(), String> {
        if line.trim_ascii().is_empty() {
            return Ok(());
        }
        let line: Line = serde_json::from_slice(line).map_err(|error| error.to_string())?;
        if line.status.is_some_and(|status| status != "ok") {
            return Ok(());
        }
        let faces = line.faces.ok_or("there is no \"faces\"")?;
        let size = match (line.width, line.height) {
            (Some(width), Some(height)) => Some(Size::new(width, height)),
            (None, None) => None,
            _ => return Err("of \"width\" and \"height\", one is missing".into()),
        };
        let given = self.lines.entry(line.photo).or_default();
        if given.size.is_some() && size.is_some() && given.size != size {
            return Err("an earlier line gives the photo another size".into());
        }
        given.size = given.size.or(size);
        for face in faces {
            given.rects.push(rect(&face)?);
        }
        if given.rects.len() > MAX_REGIONS {
            return Err(format!("more than {MAX_REGIONS} regions in one photo"));
        }
        Ok(())
    }

    /// What is given for each of `photos` (path as printed, real path), in their order, and the
    /// names in the file that belong to none of them.
    pub fn for_photos<'a>(
        mut self,
        photos: impl Iterator<Item = (&'a Path, &'a Path)>,
    ) -> (Vec<Option<Given>>, Vec<String>) {
        let photos: Vec<_> = photos.collect();
        let mut given: Vec<Option<Given>> =
            photos.iter().map(|(path, _)| self.lines.remove(path_text(path).as_ref())).collect();
        let places: HashMap<&Path, usize> =
            photos.iter().enumerate().map(|(index, (_, real))| (*real, index)).collect();
        let mut unknown = Vec::new();
        let mut lines: Vec<_> = self.lines.into_iter().collect();
        lines.sort_by(|one, other| one.0.cmp(&other.0));
        for (name, line) in lines {
            match real_path(&name).and_then(|real| places.get(real.as_path())) {
                Some(index) => merge(&mut given[*index], line),
                None => unknown.push(name),
            }
        }
        (given, unknown)
    }
}

fn rect(face: &Face) -> Result<PixelRect, String> {
    let rect = PixelRect::new(face.x, face.y, face.w, face.h);
    let fits = face.x.checked_add(face.w).is_some() && face.y.checked_add(face.h).is_some();
    if rect.is_empty() || !fits {
        return Err("a region that covers nothing, or too much".into());
    }
    Ok(rect)
}

fn real_path(name: &str) -> Option<PathBuf> {
    fs::canonicalize(name).ok()
}

/// Where two names for one photo differ in size, one of them is wrong for sure: an impossible size
/// lets the photo fail.
fn merge(given: &mut Option<Given>, line: Given) {
    let known = given.get_or_insert_default();
    known.rects.extend(line.rects);
    known.size = match (known.size, line.size) {
        (Some(one), Some(other)) if one != other => Some(Size::new(0, 0)),
        (one, other) => one.or(other),
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    fn regions(text: &str) -> Result<Regions, String> {
        let mut regions = Regions::default();
        for line in text.split('\n') {
            regions.add_line(line.as_bytes())?;
        }
        Ok(regions)
    }

    #[test]
    fn lines_for_a_photo_add_up() {
        let read = regions(concat!(
            r#"{"photo":"a.jpg","width":10,"height":9,"faces":[{"x":1,"y":2,"w":3,"h":4,"score":0.5}]}"#,
            "\r\n\n",
            r#"{"photo":"a.jpg","faces":[{"x":5,"y":6,"w":7,"h":8}],"hand":true}"#,
            "\n",
            r#"{"photo":"b.jpg","faces":[]}"#,
            "\n",
            r#"{"photo":"c.jpg","status":"failed","reason":"damaged"}"#,
        ));
        let photos = ["a.jpg", "b.jpg", "c.jpg"].map(|name| (Path::new(name), Path::new(name)));
        let (given, unknown) = read.unwrap().for_photos(photos.into_iter());
        let a = Given {
            rects: vec![PixelRect::new(1, 2, 3, 4), PixelRect::new(5, 6, 7, 8)],
            size: Some(Size::new(10, 9)),
        };
        assert_eq!(given, [Some(a), Some(Given::default()), None]);
        assert!(unknown.is_empty());
    }

    #[test]
    fn a_line_that_makes_no_sense_is_refused() {
        let cases = [
            "nonsense",
            r#"{"faces":[]}"#,
            r#"{"photo":"a.jpg"}"#,
            r#"{"photo":"a.jpg","faces":[{"x":-1,"y":2,"w":3,"h":4}]}"#,
            r#"{"photo":"a.jpg","faces":[{"x":1.5,"y":2,"w":3,"h":4}]}"#,
            r#"{"photo":"a.jpg","faces":[{"x":1,"y":2,"w":0,"h":4}]}"#,
            r#"{"photo":"a.jpg","faces":[{"x":4294967295,"y":2,"w":2,"h":4}]}"#,
            r#"{"photo":"a.jpg","width":3,"faces":[]}"#,
            "{\"photo\":\"a.jpg\",\"width\":3,\"height\":3,\"faces\":[]}\n{\"photo\":\"a.jpg\",\"width\":4,\"height\":3,\"faces\":[]}",
        ];
        for case in cases {
            assert!(regions(case).is_err(), "{case}");
        }
    }
}
