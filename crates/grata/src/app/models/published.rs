//! Pack `find` out of its package: two published files become one model, sums checked at both ends.

use std::io::Read;

use flate2::read::GzDecoder;
use grata_vision::bundle::residual::{self, Coding, PublishedTensor};
use serde::Deserialize;

use super::manifest::{Manifest, PublishedFile, Sha256Sum};
use crate::error::{AppError, ErrorKind};

/// Largest package that is unpacked, in bytes.
const MAX_UNPACKED_BYTES: u64 = 256 << 20;

/// First bytes of a compressed archive.
const GZIP_START: &[u8] = &[0x1f, 0x8b];

/// The published files that were found.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Published {
    /// The tensors' bytes.
    pub tensors: Option<Vec<u8>>,
    /// The list of tensors.
    pub list: Option<Vec<u8>>,
}

/// Whether `bytes` begin like an npm package.
pub fn is_package(bytes: &[u8]) -> bool {
    bytes.starts_with(GZIP_START)
}

/// What of the published files `bytes` are, by their sums; or hold, if they are a package.
///
/// Nothing is written anywhere, so no name in an archive can lead astray.
///
/// # Errors
/// What is wrong with the package, or which file in it is not the one on the list.
pub fn found_in(bytes: &[u8], manifest: &Manifest) -> Result<Published, String> {
    let origin = &manifest.model.origin;
    let mut found = Published::default();
    let Some(list) = &origin.list else { return Ok(found) };
    let sum = Sha256Sum::of(bytes);
    if sum == origin.sha256 {
        found.tensors = Some(bytes.to_vec());
    } else if sum == list.sha256 {
        found.list = Some(bytes.to_vec());
    } else if is_package(bytes) {
        let tensors = PublishedFile {
            path: origin.path.clone(),
            sha256: origin.sha256.clone(),
            size_bytes: origin.size_bytes,
        };
        let mut archive = tar::Archive::new(GzDecoder::new(bytes).take(MAX_UNPACKED_BYTES));
        for entry in archive.entries().map_err(|error| damaged(&error))? {
            let entry = entry.map_err(|error| damaged(&error))?;
            let path = entry.path().map_err(|error| damaged(&error))?.to_string_lossy().into_owned();
            for (file, place) in [(&tensors, &mut found.tensors), (list, &mut found.list)] {
                // npm puts everything below a folder of this name.
                if path == format!("package/{}", file.path) {
                    *place = Some(taken(entry, file)?);
                    break;
                }
            }
        }
    }
    Ok(found)
}

fn damaged(error: &dyn std::fmt::Display) -> String {
    format!("the package file is damaged: {error}")
}

fn taken(entry: impl Read, file: &PublishedFile) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    entry.take(file.size_bytes + 1).read_to_end(&mut bytes).map_err(|error| damaged(&error))?;
    if bytes.len() as u64 == file.size_bytes && Sha256Sum::of(&bytes) == file.sha256 {
        return Ok(bytes);
    }
    Err(format!("{} in it is not the file on the list", file.path))
}

/// One group of the published list.
#[derive(Deserialize)]
struct Group {
    weights: Vec<Weight>,
}

#[derive(Deserialize)]
struct Weight {
    name: String,
    shape: Vec<usize>,
    dtype: String,
    quantization: Option<Quantisation>,
}

#[derive(Deserialize)]
struct Quantisation {
    dtype: String,
    scale: Exact,
    min: Exact,
}

/// A number to its last bit. `serde_json` may be off by one there, unless it is built otherwise, and the
/// sum of what is written would be another one.
#[derive(Deserialize)]
#[serde(untagged)]
enum Exact {
    /// As [`with_fractions_as_text`] leaves it.
    Text(String),
    Whole(i32),
}

impl Exact {
    fn value(&self) -> Option<f64> {
        match self {
            Self::Text(text) => text.parse().ok(),
            Self::Whole(number) => Some(f64::from(*number)),
        }
    }
}

/// Puts every number with a fraction or an exponent between quotation marks.
fn with_fractions_as_text(json: &str) -> String {
    let is_number = |letter: char| letter.is_ascii_digit() || "+-.eE".contains(letter);
    let mut out = String::with_capacity(json.len() + 4096);
    let (mut rest, mut inside) = (json, false);
    while let Some(letter) = rest.chars().next() {
        let starts = !inside && (letter.is_ascii_digit() || letter == '-');
        let length =
            if starts { rest.find(|own| !is_number(own)).unwrap_or(rest.len()) } else { letter.len_utf8() };
        let (piece, after) = rest.split_at(length);
        match letter {
            // An escaped mark does not end a text: both letters are passed over.
            '\\' if inside => {
                let escaped = after.chars().next().map_or(0, char::len_utf8);
                out.push_str(&rest[..length + escaped]);
                rest = &after[escaped..];
                continue;
            }
            '"' => inside = !inside,
            _ => {}
        }
        let is_fraction = starts && piece.contains(['.', 'e', 'E']);
        let mark = if is_fraction { "\"" } else { "" };
        out.extend([mark, piece, mark]);
        rest = after;
    }
    out
}

/// The model as it is loaded, written from the published files; its sum is checked.
///
/// # Errors
/// `Denied` if the published files are not what the list says, `Internal` if what comes of them is not.
pub fn convert(list: &[u8], tensors: &[u8], manifest: &Manifest) -> Result<Vec<u8>, AppError> {
    let written = written(list, tensors)?;
    if Sha256Sum::of(&written) != manifest.model.sha256 {
        return Err(AppError::new(
            ErrorKind::Internal,
            "the model that was written is not the one on the list",
        ));
    }
    Ok(written)
}

fn written(list: &[u8], tensors: &[u8]) -> Result<Vec<u8>, AppError> {
    let wrong = |what: String| AppError::new(ErrorKind::Denied, format!("the published tensors: {what}"));
    let list = std::str::from_utf8(list).map_err(|error| wrong(error.to_string()))?;
    let groups: Vec<Group> =
        serde_json::from_str(&with_fractions_as_text(list)).map_err(|error| wrong(error.to_string()))?;
    let coding = |weight: &Weight| {
        let bytes = |own: &Quantisation| {
            let (scale, min) = (own.scale.value()?, own.min.value()?);
            (own.dtype == "uint8").then_some(Coding::Bytes { scale, min })
        };
        let coding = match &weight.quantization {
            None => Some(Coding::Float),
            Some(own) => bytes(own),
        };
        let strange = || wrong(format!("{} is stored in a way that grata does not know", weight.name));
        coding.filter(|_| weight.dtype == "float32").ok_or_else(strange)
    };
    let tensor = |weight: Weight| {
        let coding = coding(&weight)?;
        Ok(PublishedTensor { name: weight.name, shape: weight.shape, coding })
    };
    let all: Result<Vec<_>, AppError> =
        groups.into_iter().flat_map(|group| group.weights).map(tensor).collect();
    residual::onnx(&all?, tensors).map_err(|error| wrong(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::super::manifest;
    use super::*;

    fn package(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut archive =
            tar::Builder::new(flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast()));
        for (path, content) in files {
            let mut header = tar::Header::new_gnu();
            header.set_size(content.len() as u64);
            header.set_mode(0o644);
            archive.append_data(&mut header, path, *content).unwrap();
        }
        archive.into_inner().unwrap().finish().unwrap()
    }

    /// The pack's manifest, for other files.
    fn world() -> (Manifest, Vec<u8>, Vec<u8>) {
        let mut manifest = manifest::named(manifest::FIND).unwrap();
        let (list, tensors) = (b"a list".to_vec(), b"tensors".to_vec());
        let origin = &mut manifest.model.origin;
        (origin.sha256, origin.size_bytes) = (Sha256Sum::of(&tensors), tensors.len() as u64);
        let own = origin.list.as_mut().unwrap();
        (own.sha256, own.size_bytes) = (Sha256Sum::of(&list), list.len() as u64);
        (manifest, list, tensors)
    }

    #[test]
    fn both_files_are_found_by_themselves_and_in_their_package() {
        let (manifest, list, tensors) = world();
        let origin = &manifest.model.origin;
        let (first, second) =
            (format!("package/{}", origin.path), format!("package/{}", origin.list.as_ref().unwrap().path));
        let whole =
            package(&[("package/age_gender_model.bin", b"stray"), (&first, &tensors), (&second, &list)]);
        let both = Published { tensors: Some(tensors.clone()), list: Some(list.clone()) };
        assert_eq!(found_in(&whole, &manifest).unwrap(), both);
        assert_eq!(found_in(&tensors, &manifest).unwrap(), Published { list: None, ..both });
        assert_eq!(found_in(&list, &manifest).unwrap(), Published { list: Some(list), tensors: None });
        assert_eq!(found_in(b"another", &manifest).unwrap(), Published::default());
    }

    #[test]
    fn numbers_are_read_to_their_last_bit() {
        let json = r#"{"a \"1.5\\":[0.02149974692101572,-1e-3,7,-2],"b":"é2.5"}"#;
        let text = with_fractions_as_text(json);
        assert_eq!(text, r#"{"a \"1.5\\":["0.02149974692101572","-1e-3",7,-2],"b":"é2.5"}"#);
        let numbers: Vec<Exact> = serde_json::from_str(r#"["0.021499746921015722",-3]"#).unwrap();
        let values: Vec<_> = numbers.iter().map(Exact::value).collect();
        assert_eq!(values, [Some(0.021499746921015722), Some(-3.0)]);
        assert_eq!(Exact::Text("x".into()).value(), None);
    }

    #[test]
    fn col_7_a_file_that_is_not_on_the_list_is_refused_wherever_it_lies() {
        let (manifest, list, tensors) = world();
        let path = format!("package/{}", manifest.model.origin.path);
        for other in [&b"tensorz"[..], b"longer than it should be", b""] {
            let error = found_in(&package(&[(&path, other)]), &manifest).unwrap_err();
            assert!(error.contains("not the file on the list"), "{error}");
        }
        let whole = package(&[(&path, &tensors)]);
        for cut in [3, whole.len() / 2] {
            assert!(found_in(&whole[..cut], &manifest).is_err());
        }
        // What the sums say is right, and is no network all the same.
        assert_eq!(convert(&list, &tensors, &manifest).unwrap_err().kind(), ErrorKind::Denied);
        let strange = br#"[{"weights":[{"name":"a","shape":[1],"dtype":"int32"}]}]"#;
        assert!(convert(strange, &[0], &manifest).unwrap_err().to_string().contains("does not know"));
    }
}
