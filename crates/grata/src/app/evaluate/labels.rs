//! Who is in which photo, as the operator's labels say: a table, or a folder a person.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::app::forms::records;
use crate::app::sources::{self, Photo, SourceKind};
use crate::error::{AppError, ErrorKind};
use crate::words::shown;
use crate::worker::measure::{LabelledFace, Place};

/// Columns of a table. The first is needed.
const COLUMNS: [&str; 9] = ["photo", "person", "group", "x", "y", "w", "h", "nose_x", "nose_y"];

/// Labelled photos, with people and groups as numbers: names go no further than here.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Labelled {
    /// Photos with the faces that are labelled in them.
    pub photos: Vec<(Photo, Vec<LabelledFace>)>,
    /// The group of each person.
    pub groups: Vec<Option<u32>>,
    /// Names of the groups.
    pub group_names: Vec<String>,
    /// Lines and files that could not be used, each with its reason.
    pub failed: Vec<(String, String)>,
}

/// Numbers for names.
#[derive(Default)]
struct Numbers(BTreeMap<String, u32>);

impl Numbers {
    fn of(&mut self, name: &str) -> u32 {
        let next = u32::try_from(self.0.len()).unwrap_or(u32::MAX);
        *self.0.entry(name.to_string()).or_insert(next)
    }

    fn names(self) -> Vec<String> {
        let mut names: Vec<(String, u32)> = self.0.into_iter().collect();
        names.sort_by_key(|(_, number)| *number);
        names.into_iter().map(|(name, _)| name).collect()
    }
}

/// Photos below `photos`, each labelled with the folder that it lies in.
///
/// # Errors
/// If the folder cannot be looked at.
pub fn by_folder(photos: &Path) -> Result<Labelled, AppError> {
    let (mut labelled, mut people) = (Labelled::default(), Numbers::default());
    for source in sources::find(&[photos.to_path_buf()], None)? {
        let name = shown(&source.path).to_string();
        match source.kind {
            SourceKind::Photo(photo) => {
                let folder = photo.relative.components().next().map(|part| part.as_os_str().to_os_string());
                let inside = photo.relative.components().count() > 1;
                match folder.filter(|_| inside) {
                    Some(folder) => {
                        let person = Some(people.of(&folder.to_string_lossy()));
                        labelled.photos.push((photo, vec![LabelledFace { person, place: None }]));
                    }
                    None => labelled.failed.push((name, "it lies in no person's folder".into())),
                }
            }
            SourceKind::Unusable(reason) => labelled.failed.push((name, reason)),
            SourceKind::LeftOut(_) => {}
        }
    }
    labelled.groups = vec![None; people.names().len()];
    Ok(labelled)
}

/// Photos below `photos` that the table `text` names, with the faces that it labels.
///
/// # Errors
/// `Invalid` if it is no such table.
pub fn by_table(photos: &Path, text: &str) -> Result<Labelled, AppError> {
    let text = text.trim_start_matches('\u{feff}');
    let header = text.lines().next().unwrap_or_default();
    let separator = [';', '\t'].into_iter().find(|letter| header.contains(*letter)).unwrap_or(',');
    let mut rows = records(text, separator).into_iter();
    let (_, names) = rows.next().unwrap_or_default();
    let names: Vec<String> = names.iter().map(|name| name.trim().to_lowercase()).collect();
    let columns = COLUMNS.map(|column| names.iter().position(|name| name == column));
    if columns[0].is_none() {
        return Err(AppError::new(ErrorKind::Invalid, "the table of labels has no column called: photo")
            .hint(format!(
                "The first line names the columns: {}. Only the first is needed.",
                COLUMNS.join(",")
            )));
    }
    let mut found: BTreeMap<PathBuf, Photo> = BTreeMap::new();
    for source in sources::find(&[photos.to_path_buf()], None)? {
        if let SourceKind::Photo(photo) = source.kind {
            found.insert(photo.relative.clone(), photo);
        }
    }
    let mut table = Table::default();
    for (line, row) in rows.filter(|(_, row)| row.iter().any(|cell| !cell.trim().is_empty())) {
        let field = |column: usize| {
            let cell = columns[column].and_then(|place| row.get(place));
            cell.map(|text| text.trim()).filter(|text| !text.is_empty())
        };
        if let Err(reason) = table.take(&found, field) {
            table.labelled.failed.push((format!("line {line}"), reason));
        }
    }
    Ok(table.finish())
}

/// A table that is being read.
#[derive(Default)]
struct Table {
    labelled: Labelled,
    at: BTreeMap<PathBuf, usize>,
    people: Numbers,
    groups: Numbers,
    group_of: BTreeMap<u32, Option<u32>>,
}

impl Table {
    fn take<'a>(
        &mut self,
        found: &BTreeMap<PathBuf, Photo>,
        field: impl Fn(usize) -> Option<&'a str>,
    ) -> Result<(), String> {
        let name = field(0).ok_or("no photo")?;
        let photo = found.get(Path::new(name)).ok_or("there is no such photo in the folder")?;
        let place = place(&field)?;
        let person = field(1).map(|name| self.people.of(name));
        let group = field(2).map(|name| self.groups.of(name));
        if let Some(person) = person {
            let known = self.group_of.entry(person).or_insert(group);
            if group.is_some() && *known != group {
                return Err("this person is in another group on another line".into());
            }
        }
        let photos = &mut self.labelled.photos;
        let at = *self.at.entry(photo.relative.clone()).or_insert_with(|| {
            photos.push((photo.clone(), Vec::new()));
            photos.len() - 1
        });
        let faces = &mut photos[at].1;
        if person.is_some() && faces.iter().any(|face: &LabelledFace| face.person == person) {
            return Err("this person is in this photo already: nobody is in a photo twice".into());
        }
        // A photo without a face has a line without a place and without a person.
        if person.is_some() || place.is_some() {
            faces.push(LabelledFace { person, place });
        }
        Ok(())
    }

    fn finish(mut self) -> Labelled {
        let people = self.people.names().len() as u32;
        self.labelled.groups =
            (0..people).map(|person| self.group_of.get(&person).copied().flatten()).collect();
        self.labelled.group_names = self.groups.names();
        self.labelled
    }
}

fn place<'a>(field: &impl Fn(usize) -> Option<&'a str>) -> Result<Option<Place>, String> {
    let number = |column: usize| -> Result<Option<f32>, String> {
        let Some(text) = field(column) else { return Ok(None) };
        let number = text.parse::<f32>().ok().filter(|number| number.is_finite() && number.abs() < 1e6);
        number.map(Some).ok_or_else(|| format!("{} is no number", COLUMNS[column]))
    };
    let numbers: Vec<Option<f32>> = (3..9).map(number).collect::<Result<_, _>>()?;
    match numbers[..] {
        [Some(x), Some(y), Some(w), Some(h), _, _] if w > 0.0 && h > 0.0 => Ok(Some(Place::Box(x, y, w, h))),
        [None, None, None, None, Some(x), Some(y)] => Ok(Some(Place::Nose(x, y))),
        [None, None, None, None, None, None] => Ok(None),
        _ => Err("give x, y, w and h of the face, or nose_x and nose_y, or none of them".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(names: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for name in names {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, b"\xff\xd8\xff\xe0 a photo by its first bytes").unwrap();
        }
        folder
    }

    fn reasons(labelled: &Labelled) -> Vec<(&str, &str)> {
        labelled.failed.iter().map(|(what, why)| (what.as_str(), why.as_str())).collect()
    }

    #[test]
    fn a_folder_a_person_labels_the_one_face_in_each_photo() {
        let photos = folder(&["ann/1.jpg", "ann/deep/2.jpg", "bo/1.jpg", "stray.jpg"]);
        let labelled = by_folder(photos.path()).unwrap();
        let people: Vec<_> = labelled.photos.iter().map(|(_, faces)| faces[0].person.unwrap()).collect();
        assert_eq!(people, [0, 0, 1]);
        assert_eq!(labelled.groups, [None, None]);
        assert_eq!(labelled.failed.len(), 1);
        assert_eq!(labelled.failed[0].1, "it lies in no person's folder");
    }

    #[test]
    fn a_table_labels_faces_by_place_and_names_the_lines_that_make_no_sense() {
        let photos = folder(&["1.jpg", "a/2.jpg", "3.jpg"]);
        let text = "photo;person;group;x;y;w;h;nose_x;nose_y\n\
                    1.jpg;Ann;g1;10;20;30;40;;\n\
                    1.jpg;\"Bo; junior\";g2;;;;;50,5;60\n\
                    1.jpg;Bo;g2;;;;;50.5;60\n\
                    a/2.jpg;Ann;g1;;;;;;\n\
                    a/2.jpg;Ann;g1;1;2;3;4;;\n\
                    1.jpg;;;1;2;3;4;;\n\
                    3.jpg;;;;;;;;\n\
                    4.jpg;Ann;;;;;;;\n\
                    3.jpg;Ann;g2;;;;;;\n\
                    3.jpg;Cy;;1;2;;;;\n";
        let labelled = by_table(photos.path(), text).unwrap();
        assert_eq!(
            reasons(&labelled),
            [
                ("line 3", "nose_x is no number"),
                ("line 6", "this person is in this photo already: nobody is in a photo twice"),
                ("line 9", "there is no such photo in the folder"),
                ("line 10", "this person is in another group on another line"),
                ("line 11", "give x, y, w and h of the face, or nose_x and nose_y, or none of them"),
            ]
        );
        assert_eq!(labelled.group_names, ["g1", "g2"]);
        let first = &labelled.photos[0].1;
        assert_eq!(first[0].place, Some(Place::Box(10.0, 20.0, 30.0, 40.0)));
        assert_eq!(first[1].place, Some(Place::Nose(50.5, 60.0)));
        assert_eq!((first[2].person, labelled.photos.len()), (None, 3));
        assert!(labelled.photos[2].1.is_empty(), "a photo without a face is looked at, too");
        assert_eq!(by_table(photos.path(), "person\nAnn\n").unwrap_err().kind(), ErrorKind::Invalid);
    }
}
