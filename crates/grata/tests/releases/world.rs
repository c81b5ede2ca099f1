//! An album with squares for faces: Anna is red, Ben is green, a stranger is blue.

use std::fs;
use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use grata_core::consent::ActKind;
use grata_core::geometry::{PixelRect, Size};
use grata_core::id::{AlbumId, FaceId, PhotoId, SubjectId};
use grata_core::photo::{Face, Found, Photo, Review};
use grata_core::purpose::Publish;
use grata_core::region::{Region, Shape};
use grata_core::subject::Age;
use grata_core::tag::TagKind;
use grata_store::Store;
use grata_store::blobs::BlobKey;
use grata_store::queries::releases::StoredRendition;
use grata_store::vault::KeyName;
use image::{ImageFormat, Rgb, RgbImage};
use serde_json::Value;

use crate::stand_in::NOW;
use crate::support::{House, event, now, until, website};

pub const ANNA: &str = "Anna Kanarienvogel";
pub const BEN: &str = "Ben Example";
pub const ALBUM: &str = "Match of 5 September";

/// A day after everything in `support` has happened.
pub const LATER: &str = "2026-10-02T09:00:00Z";

pub const SIZE: Size = Size::new(480, 320);

pub struct World {
    pub house: House,
    pub album: AlbumId,
    pub anna: SubjectId,
    pub ben: SubjectId,
}

/// How a run ended.
pub struct Ran {
    pub code: Option<i32>,
    pub lines: Vec<Value>,
    pub output: String,
    pub errors: String,
}

impl World {
    /// Anna said yes to the website, Ben said nothing.
    pub fn new() -> Self {
        let house = House::new();
        // As `grata init` leaves it.
        fs::copy(house.root_file(), house.places.keys.join("root.key")).unwrap();
        fs::write(house.places.keys.join("root.toml"), "kind = \"file\"\n").unwrap();
        let album = house.album();
        let anna = house.person(ANNA, Age::Adult);
        let ben = house.person(BEN, Age::Adult);
        house.yes(anna, &website(album));
        Self { house, album, anna, ben }
    }

    pub fn store(&self) -> &Store {
        self.house.store()
    }

    pub fn website(&self) -> Publish {
        website(self.album)
    }

    /// Anna, Ben and a stranger, the first two tagged.
    pub fn group_photo(&self) -> Photo {
        let photo = self.photo(&[0, 1, 2], 3);
        self.house.tag(&photo, 0, TagKind::Is(self.anna)).unwrap();
        self.house.tag(&photo, 1, TagKind::Is(self.ben)).unwrap();
        photo
    }

    /// A photo with squares of these colours, of which the first `known` were found.
    pub fn photo(&self, colours: &[usize], known: usize) -> Photo {
        let bytes = picture(colours);
        self.photo_of(&bytes, SIZE, (0..known).map(|number| region(number as u32)).collect())
    }

    pub fn photo_of(&self, bytes: &[u8], size: Size, regions: Vec<Region>) -> Photo {
        let store = self.store();
        let id = PhotoId::random(&mut store.rng());
        store.vault().create(KeyName::Photo(id)).unwrap();
        store.blobs().put(store.vault(), BlobKey::Original(id), bytes).unwrap();
        let face = |region| Face { id: FaceId::random(&mut store.rng()), region, found: Found::Detector };
        let photo = Photo {
            id,
            album: self.album,
            file: store.file_digest(bytes),
            pixels: None,
            size,
            faces: regions.into_iter().map(face).collect(),
            review: Review::Clear,
        };
        let mut tx = store.begin(now()).unwrap();
        tx.insert_photo(&photo, &format!("{ANNA} at the match.jpg")).unwrap();
        tx.commit(event(grata_core::audit::entry::EventKind::PhotosAdded)).unwrap();
        photo
    }

    pub fn say(&self, who: SubjectId, yes: bool) {
        let kind = if yes { ActKind::Give { until: until() } } else { ActKind::Withdraw };
        self.house.say(who, &self.website(), kind);
    }

    pub fn path(&self, path: impl AsRef<Path>) -> PathBuf {
        self.house.folder.path().join(path)
    }

    /// `grata`, on this installation, a day later.
    pub fn run(&mut self, arguments: &[&str]) -> Ran {
        self.run_as("as-grata", LATER, arguments)
    }

    pub fn run_as(&mut self, role: &str, at: &str, arguments: &[&str]) -> Ran {
        // One process owns the folder.
        self.house.store = None;
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.arg(role).args(arguments).env(NOW, at).stdin(Stdio::null());
        // `grata verify` and the like know no data folder.
        if !["verify"].contains(&arguments[0]) && !arguments.contains(&"--data") {
            command.args(["--data", "photos"]);
        }
        let output = command.current_dir(self.house.folder.path()).output().unwrap();
        if self.house.places.data.join("grata.db").exists() {
            self.house.reopen();
        }
        let text = String::from_utf8(output.stdout).unwrap();
        Ran {
            code: output.status.code(),
            lines: text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect(),
            output: text,
            errors: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Releases to the website, into `out`.
    pub fn release(&mut self, out: &str) -> Ran {
        self.run(&["release", "make", ALBUM, "--channel", "website", "--out", out, "--json"])
    }

    /// Finished photos in a folder: whatever is no list.
    pub fn finished(&self, folder: &str) -> Vec<PathBuf> {
        let mut files: Vec<PathBuf> =
            fs::read_dir(self.path(folder)).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.retain(|path| path.extension().is_some_and(|extension| extension == "jpg"));
        files.sort();
        files
    }

    pub fn live(&self, photo: PhotoId) -> Vec<StoredRendition> {
        self.store().read().unwrap().live_renditions_of(photo).unwrap()
    }
}

impl Ran {
    #[track_caller]
    pub fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{}\n{}", self.output, self.errors);
        self
    }
}

/// What hides square `number`: the square and its surroundings.
pub fn region(number: u32) -> Region {
    Region { rect: PixelRect::new(24 + 144 * number, 96, 112, 128), shape: Shape::Rounded }
}

/// A soft ground with squares of 64 pixels, numbered from the left: 0 red, 1 green, 2 blue.
pub fn picture(colours: &[usize]) -> Vec<u8> {
    jpeg(&painted(colours))
}

/// The same with a blue patch somewhere.
pub fn picture_with(colours: &[usize], patch: PixelRect) -> Vec<u8> {
    let mut image = painted(colours);
    for (x, y) in (patch.y..patch.bottom()).flat_map(|y| (patch.x..patch.right()).map(move |x| (x, y))) {
        image.put_pixel(x, y, Rgb([30, 30, 240]));
    }
    jpeg(&image)
}

pub fn painted(colours: &[usize]) -> RgbImage {
    let square_at = |x: u32, y: u32| {
        let inside = |number: &usize| {
            let left = 48 + 144 * *number as u32;
            (left..left + 64).contains(&x) && (128..192).contains(&y)
        };
        (0..colours.len()).find(inside).map(|number| colours[number])
    };
    RgbImage::from_fn(SIZE.width, SIZE.height, |x, y| match square_at(x, y) {
        Some(colour) => {
            let mut rgb = [30; 3];
            rgb[colour] = 240;
            Rgb(rgb)
        }
        None => Rgb([150 + (x / 8) as u8, 170, 150 + (y / 8) as u8]),
    })
}

fn jpeg(image: &RgbImage) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image.write_to(&mut bytes, ImageFormat::Jpeg).unwrap();
    bytes.into_inner()
}

/// The colours that can be seen in a finished photo, by their places.
pub fn seen(path: &Path) -> Vec<usize> {
    let image = image::open(path).unwrap().to_rgb8();
    (0..3)
        .filter(|number| {
            let Rgb(pixel) = *image.get_pixel(80 + 144 * *number as u32, 160);
            (0..3).any(|channel| {
                pixel[channel] > 170 && (0..3).all(|other| other == channel || pixel[other] < 100)
            })
        })
        .collect()
}
