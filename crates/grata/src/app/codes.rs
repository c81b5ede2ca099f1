//! Numbers and codes on photos: what is printed on bibs, jerseys and cards that were handed out. With
//! them photos are found without a face and without anybody's name (M1).

use std::collections::{BTreeMap, BTreeSet};

use grata_core::audit::entry::{Count, EventKind};
use grata_core::code::{NotACode, PhotoCode};
use grata_core::id::{AlbumId, PhotoId};
use grata_core::photo::Photo;
use grata_store::Store;
use grata_store::queries::albums::Album;

use super::forms::records;
use crate::cx::By;
use crate::error::{AppError, ErrorKind};

/// Most numbers and codes on one photo: the start of a race has some hundred bibs.
pub const MAX_CODES_ON_PHOTO: usize = 500;

/// What to say about a text that is no number or code.
impl From<NotACode> for AppError {
    fn from(error: NotACode) -> Self {
        Self::new(ErrorKind::Invalid, error.to_string())
            .hint("Give what is printed on the bib, the jersey or the card, such as 123 or K7F-3Q.")
    }
}

/// Puts numbers and codes on a photo. Returns how many are new.
///
/// # Errors
/// `Invalid` if there would be too many; then none is put on.
pub fn add(store: &Store, photo: &Photo, codes: &[PhotoCode], by: By) -> Result<usize, AppError> {
    let mut tx = store.begin(by.at)?;
    let mut new = 0;
    for code in codes {
        new += usize::from(tx.insert_code(photo.album, photo.id, code)?);
    }
    if tx.codes_on(photo.id)?.len() > MAX_CODES_ON_PHOTO {
        let message = format!("a photo has {MAX_CODES_ON_PHOTO} numbers and codes at most");
        return Err(AppError::new(ErrorKind::Invalid, message).hint("None of these was put on it."));
    }
    if new > 0 {
        tx.commit(event(by, photo.album, 1, new))?;
    }
    Ok(new)
}

/// Takes a number or code off a photo.
///
/// # Errors
/// `NotFound` if it is not there.
pub fn remove(store: &Store, photo: &Photo, code: &PhotoCode, by: By) -> Result<(), AppError> {
    let mut tx = store.begin(by.at)?;
    if !tx.delete_code(photo.album, photo.id, code)? {
        return Err(AppError::new(ErrorKind::NotFound, "this number or code is not on the photo"));
    }
    tx.commit(event(by, photo.album, 1, 1))?;
    Ok(())
}

fn event(by: By, album: AlbumId, photos: u64, codes: usize) -> grata_core::audit::entry::Event {
    let event = by.event(EventKind::CodesChanged).in_album(album);
    event.counting(Count::Photos, photos).counting(Count::Codes, codes as u64)
}

/// A line of a table: its number in the file, the photo's file name, and its numbers and codes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeLine {
    /// Where it stands in the file; the first is 1.
    pub number: usize,
    /// What the photo's file was called when it was added.
    pub photo: String,
    /// What is in the second column.
    pub codes: Result<Vec<PhotoCode>, NotACode>,
}

/// Reads a table with the columns `photo` and `code`, parted by commas, semicolons or tabs: what a
/// timing firm gives. A photo may stand in several lines; a cell may hold several codes with spaces
/// between them.
///
/// # Errors
/// `Invalid` if it is no such table: then nothing of it is done.
pub fn read_table(text: &str) -> Result<Vec<CodeLine>, AppError> {
    let text = text.trim_start_matches('\u{feff}');
    let header = text.lines().next().unwrap_or_default();
    let separator = [';', '\t'].into_iter().find(|letter| header.contains(*letter)).unwrap_or(',');
    let mut rows = records(text, separator).into_iter();
    let (_, names) = rows.next().unwrap_or_default();
    let place = |wanted: &str| names.iter().position(|name| name.trim().eq_ignore_ascii_case(wanted));
    let (Some(photo), Some(code)) = (place("photo"), place("code")) else {
        return Err(AppError::new(ErrorKind::Invalid, "the table has no columns called photo and code")
            .hint("The first line names the columns: photo,code. Nothing of the table was done."));
    };
    let cell =
        |row: &[String], at: usize| row.get(at).map(|text| text.trim().to_string()).unwrap_or_default();
    let lines = rows.filter(|(_, row)| row.iter().any(|cell| !cell.trim().is_empty()));
    Ok(lines
        .map(|(number, row)| CodeLine {
            number,
            photo: cell(&row, photo),
            codes: PhotoCode::all_in(&cell(&row, code)),
        })
        .collect())
}

/// What became of a line of a table.
pub type LineDone = (usize, Result<(PhotoId, usize), AppError>);

/// Puts the numbers and codes of a table on the photos of an album. A line that cannot be done does not
/// keep the others from being done.
///
/// # Errors
/// The store cannot be used.
pub fn add_table(
    store: &Store,
    album: &Album,
    lines: &[CodeLine],
    by: By,
) -> Result<Vec<LineDone>, AppError> {
    let names = names_in(store, album)?;
    Ok(lines.iter().map(|line| (line.number, add_line(store, &names, line, by))).collect())
}

/// The photos of an album by the names that their files had; several may share one.
fn names_in(store: &Store, album: &Album) -> Result<BTreeMap<String, BTreeSet<PhotoId>>, AppError> {
    let reader = store.read()?;
    let mut names: BTreeMap<String, BTreeSet<PhotoId>> = BTreeMap::new();
    for id in reader.photos_in(album.id)? {
        let name = reader.photo_name(id)?;
        // With its folder and without: a firm knows the file.
        if let Some((_, file)) = name.rsplit_once('/') {
            names.entry(file.to_string()).or_default().insert(id);
        }
        names.entry(name).or_default().insert(id);
    }
    Ok(names)
}

fn add_line(
    store: &Store,
    names: &BTreeMap<String, BTreeSet<PhotoId>>,
    line: &CodeLine,
    by: By,
) -> Result<(PhotoId, usize), AppError> {
    let codes = line.codes.clone()?;
    let found: Vec<PhotoId> = names.get(&line.photo).into_iter().flatten().copied().collect();
    let [id] = found[..] else {
        let (kind, message) = match found.len() {
            0 => (ErrorKind::NotFound, "no photo of the album has this file name"),
            _ => (ErrorKind::Conflict, "several photos of the album have this file name"),
        };
        return Err(AppError::new(kind, message));
    };
    let photo = store.read()?.photo(id)?;
    let photo = photo.ok_or_else(|| AppError::new(ErrorKind::NotFound, "there is no such photo any more"))?;
    Ok((id, add(store, &photo, &codes, by)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_of_a_timing_firm_is_read_and_its_faults_stay_in_their_lines() {
        for (text, separator) in
            [("Photo;Code", ';'), ("\u{feff}code,photo", ','), ("photo\tbib\tcode", '\t')]
        {
            let columns: Vec<&str> = text.trim_start_matches('\u{feff}').split(separator).collect();
            let row = |photo: &str, code: &str| {
                let cell = |name: &&str| match name.to_lowercase().as_str() {
                    "photo" => photo.to_string(),
                    "code" => code.to_string(),
                    _ => "x".into(),
                };
                columns.iter().map(cell).collect::<Vec<_>>().join(&separator.to_string())
            };
            let table = [
                text.into(),
                row("a.jpg", "12 0045"),
                row("b.jpg", "Alice"),
                String::new(),
                row("c.jpg", ""),
            ]
            .join("\n");
            let lines = read_table(&table).unwrap();
            let said = lines.iter().map(|line| (line.number, line.photo.as_str(), line.codes.clone()));
            let codes = ["12", "45"].map(|code| code.parse().unwrap()).to_vec();
            assert_eq!(
                said.collect::<Vec<_>>(),
                [
                    (2, "a.jpg", Ok(codes)),
                    (3, "b.jpg", Err(NotACode::NoDigit)),
                    (5, "c.jpg", Err(NotACode::Empty)),
                ]
            );
        }
        for none in ["", "photo,number\na.jpg,12", "code\n12"] {
            assert_eq!(read_table(none).unwrap_err().kind(), ErrorKind::Invalid);
        }
    }
}
