//! What finished photos are called: like their sources, unless the format changed.
//!
//! Names depend on the set of photos alone, never on the order of work:
//!
//! 1. A photo that keeps its extension keeps its name.
//! 2. A photo that comes out in another format changes its extension: `a.heic` to `a.jpg`.
//! 3. Where that name is taken, the old extension says which is which: `a (heic).jpg`. Where even
//!    that is taken, or two given folders hold the same name, a number does: `a (2).jpg`. The photo
//!    whose path comes first in the order of bytes keeps the better name.

use std::collections::HashSet;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use grata_vision::decode::Format;

/// Usual extensions of a format, in lower case, the one for new files first.
fn extensions(format: Format) -> &'static [&'static str] {
    match format {
        Format::Jpeg => &["jpg", "jpeg", "jpe", "jfif"],
        Format::Png => &["png"],
        Format::WebP => &["webp"],
        Format::Tiff => &["tif", "tiff"],
        Format::Bmp => &["bmp", "dib"],
        Format::Gif => &["gif"],
        Format::Heic => &["heic", "heif", "hif"],
        Format::Avif => &["avif"],
    }
}

/// The usual extension for a new file of a format.
pub fn extension(format: Format) -> &'static str {
    extensions(format)[0]
}

/// Whether a name ends like that of a picture, whatever is inside.
pub fn is_called_like_a_photo(path: &Path) -> bool {
    use Format::{Avif, Bmp, Gif, Heic, Jpeg, Png, Tiff, WebP};
    [Jpeg, Png, WebP, Tiff, Bmp, Gif, Heic, Avif].into_iter().any(|format| fits(path, format))
}

fn fits(path: &Path, format: Format) -> bool {
    let extension = path.extension().and_then(OsStr::to_str).map(str::to_lowercase);
    extension.is_some_and(|extension| extensions(format).contains(&extension.as_str()))
}

/// A photo that wants a name.
#[derive(Debug, Clone, Copy)]
pub struct Wish<'a> {
    /// The path that tells this photo from all others.
    pub source: &'a Path,
    /// Its place below the given folder.
    pub relative: &'a Path,
    /// The format in which it will come out.
    pub written: Format,
}

/// Names for all photos of a batch.
#[derive(Debug, Clone)]
pub struct Names {
    /// A path below the output folder for each wish, in the order of the wishes; no two are equal.
    pub places: Vec<PathBuf>,
    taken: HashSet<PathBuf>,
}

impl Names {
    /// Names for all photos of a batch.
    pub fn new(wishes: &[Wish<'_>]) -> Self {
        let mut order: Vec<usize> = (0..wishes.len()).collect();
        order.sort_by_key(|index| (!keeps_name(&wishes[*index]), wishes[*index].source));
        let mut names = Self { places: vec![PathBuf::new(); wishes.len()], taken: HashSet::new() };
        let mut late = Vec::new();
        for index in order {
            let Wish { relative, .. } = wishes[index];
            if keeps_name(&wishes[index]) && names.taken.insert(relative.to_path_buf()) {
                names.places[index] = relative.to_path_buf();
            } else {
                late.push(index);
            }
        }
        for index in late {
            let Wish { relative, written, .. } = wishes[index];
            names.places[index] = names.free_name(relative, written);
        }
        names
    }

    /// A name for a photo that came out in another format than foreseen: `a.png` as `a.png.jpg`. It
    /// follows from the photo's own `place`, so it is nobody else's.
    pub fn unforeseen(&self, place: &Path, written: Format) -> PathBuf {
        let mut name = place.as_os_str().to_os_string();
        loop {
            name.push(".");
            name.push(extensions(written)[0]);
            if !self.taken.contains(Path::new(&name)) {
                return name.into();
            }
        }
    }

    fn free_name(&mut self, relative: &Path, written: Format) -> PathBuf {
        let name = candidates(relative, written).find(|name| !self.taken.contains(name)).unwrap_or_default();
        self.taken.insert(name.clone());
        name
    }
}

fn keeps_name(wish: &Wish<'_>) -> bool {
    fits(wish.relative, wish.written)
}

/// Names in the order of preference; endless.
fn candidates(relative: &Path, written: Format) -> impl Iterator<Item = PathBuf> {
    let old = relative.extension().unwrap_or_default().to_os_string();
    let kept = fits(relative, written);
    let new = if kept { old.clone() } else { extensions(written)[0].into() };
    let plain = (!kept).then(|| relative.with_extension(&new));
    let by_extension = (!kept && !old.is_empty()).then(|| qualified(relative, &old, &new));
    let numbered = (2u64..).map({
        let relative = relative.to_path_buf();
        move |number| qualified(&relative, OsStr::new(&number.to_string()), &new)
    });
    plain.into_iter().chain(by_extension).chain(numbered)
}

/// `stem (qualifier).extension` in the same folder.
fn qualified(relative: &Path, qualifier: &OsStr, extension: &OsStr) -> PathBuf {
    let mut name: OsString = relative.file_stem().unwrap_or_default().to_os_string();
    name.push(" (");
    name.push(qualifier);
    name.push(").");
    name.push(extension);
    relative.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use std::os::unix::ffi::OsStrExt;

    use proptest::prelude::*;

    use super::*;

    fn names(wishes: &[(&str, &str, Format)]) -> Vec<String> {
        let wishes: Vec<Wish> = wishes
            .iter()
            .map(|(source, relative, written)| Wish {
                source: Path::new(source),
                relative: Path::new(relative),
                written: *written,
            })
            .collect();
        Names::new(&wishes).places.iter().map(|place| place.to_str().unwrap().to_string()).collect()
    }

    #[test]
    fn names_that_clash_are_told_apart() {
        use Format::{Jpeg, Png};
        type Case<'a> = (&'a str, &'a [(&'a str, &'a str, Format)], &'a [&'a str]);
        let cases: [Case; 8] = [
            ("kept", &[("/p/a.JPG", "a.JPG", Jpeg)], &["a.JPG"]),
            ("changed", &[("/p/s/a.heic", "s/a.heic", Jpeg)], &["s/a.jpg"]),
            (
                "changed beside kept",
                &[("/p/a.heic", "a.heic", Jpeg), ("/p/a.jpg", "a.jpg", Jpeg)],
                &["a (heic).jpg", "a.jpg"],
            ),
            (
                "two changed",
                &[("/p/a.heif", "a.heif", Jpeg), ("/p/a.avif", "a.avif", Jpeg)],
                &["a (heif).jpg", "a.jpg"],
            ),
            (
                "the way out is taken too",
                &[
                    ("/p/a.heic", "a.heic", Jpeg),
                    ("/p/a (heic).jpg", "a (heic).jpg", Jpeg),
                    ("/p/a.jpg", "a.jpg", Jpeg),
                ],
                &["a (2).jpg", "a (heic).jpg", "a.jpg"],
            ),
            (
                "two folders",
                &[("/q/a.jpg", "a.jpg", Jpeg), ("/p/a.jpg", "a.jpg", Jpeg)],
                &["a (2).jpg", "a.jpg"],
            ),
            ("no extension", &[("/p/a", "a", Png), ("/p/a.png", "a.png", Png)], &["a (2).png", "a.png"]),
            ("wrong extension", &[("/p/a.jpg", "a.jpg", Png)], &["a.png"]),
        ];
        for (name, wishes, expected) in cases {
            assert_eq!(names(wishes), expected, "{name}");
        }
    }

    #[test]
    fn a_name_that_is_not_utf_8_stays_as_it_is() {
        let relative = Path::new(OsStr::from_bytes(b"caf\xE9.heic"));
        let wish = Wish { source: relative, relative, written: Format::Jpeg };
        let names = Names::new(&[wish]);
        assert_eq!(names.places[0].as_os_str().as_bytes(), b"caf\xE9.jpg");
        let second = names.unforeseen(Path::new(OsStr::from_bytes(b"caf\xE9.png")), Format::Jpeg);
        assert_eq!(second.as_os_str().as_bytes(), b"caf\xE9.png.jpg");
    }

    #[test]
    fn pictures_are_known_by_their_names() {
        for (name, is_photo) in [("a.jpg", true), ("A.HEIC", true), ("a.txt", false), ("jpg", false)] {
            assert_eq!(is_called_like_a_photo(Path::new(name)), is_photo, "{name}");
        }
    }

    proptest! {
        /// Names are unique and do not depend on the order.
        #[test]
        fn names_are_unique_and_independent_of_order(
            photos in proptest::collection::btree_map("[pq]/[ab]( \\(2\\))?\\.(jpg|heic|png|avif)", 0u8..2, 0..12),
            turn in 0usize..12,
        ) {
            let wishes: Vec<(String, String, Format)> = photos
                .iter()
                .map(|(path, format)| {
                    let format = if *format == 0 { Format::Jpeg } else { Format::Png };
                    (path.clone(), path[2..].to_string(), format)
                })
                .collect();
            let view: Vec<_> = wishes.iter().map(|(a, b, f)| (a.as_str(), b.as_str(), *f)).collect();
            let straight = names(&view);
            prop_assert_eq!(straight.iter().collect::<HashSet<_>>().len(), straight.len());
            let mut turned = view.clone();
            turned.rotate_left(turn.min(view.len()));
            let mut other = names(&turned);
            other.rotate_right(turn.min(view.len()));
            prop_assert_eq!(straight, other);
        }
    }
}
