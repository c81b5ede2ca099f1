//! Twenty real photos with every face marked by its nose, and whether a face can be seen in a finished one.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use grata::config::Config;
use image::codecs::jpeg::JpegEncoder;
use image::imageops::{FilterType, crop_imm, overlay, resize};
use image::{ImageDecoder as _, ImageReader, RgbImage};

/// Where the marked photos lie, which show real people and stay out of the project.
const FOLDER: &str = "../../../shared/testphotos";

/// The longest side of a photo that is made smaller.
const LONGEST: u32 = 1600;

/// A photo of one person that is left in the size in which it was taken.
const LEFT_LARGE: &str = "004_A.jpg";

/// A face by its nose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Nose {
    pub x: u32,
    pub y: u32,
    /// `A`, `B` or `C`; nothing for somebody unknown.
    pub person: String,
}

/// Where the noses are, by the photo's name.
pub type Noses = BTreeMap<String, Vec<Nose>>;

/// Where the marked photos lie, if they and the detector are on this machine.
pub fn folder_and_model(test: &str) -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(FOLDER);
    let pack = Config::from_environment().unwrap().models.map(|models| models.join("detect"));
    if pack.is_some_and(|pack| pack.is_dir()) && folder.join("faces.csv").is_file() {
        return Some(folder);
    }
    eprintln!("SKIPPED {test}: the detect pack or the reference photos are not here");
    None
}

/// Twenty photos in `to`: eighteen of the marked ones, the largest made smaller, a part of one, and two
/// people who never met side by side.
pub fn make(from: &Path, to: &Path) -> Noses {
    let mut noses = read_noses(&from.join("faces.csv"));
    for (name, noses) in &mut noses {
        let picture = open(&from.join(name));
        let longest = picture.width().max(picture.height());
        if longest > LONGEST && name != LEFT_LARGE {
            let (picture, share) = smaller(&picture, LONGEST);
            noses.iter_mut().for_each(|nose| *nose = scaled(nose, share));
            save(&picture, &to.join(name));
        } else {
            fs::copy(from.join(name), to.join(name)).unwrap();
        }
    }
    let (picture, marked) = side_by_side(from, "006_A.jpg", "008_B.jpg");
    save(&picture, &to.join("a_and_b.jpg"));
    noses.insert("a_and_b.jpg".into(), marked);
    let whole = open(&from.join("000_5.jpg"));
    save(&crop_imm(&whole, 0, 0, 350, whole.height()).to_image(), &to.join("part.jpg"));
    let part = noses["000_5.jpg"].iter().filter(|nose| nose.x < 350).cloned().collect();
    noses.insert("part.jpg".into(), part);
    noses
}

fn read_noses(table: &Path) -> Noses {
    let mut noses = Noses::new();
    for line in fs::read_to_string(table).unwrap().lines().skip(1) {
        let [photo, x, y, person] = line.split(',').collect::<Vec<_>>()[..] else { panic!("{line}") };
        let of_photo = noses.entry(photo.to_string()).or_default();
        if let (Ok(x), Ok(y)) = (x.parse(), y.parse()) {
            of_photo.push(Nose { x, y, person: person.to_string() });
        }
    }
    noses
}

/// Upper halves, each 600 pixels high, B right of A.
fn side_by_side(from: &Path, a: &str, b: &str) -> (RgbImage, Vec<Nose>) {
    let all = read_noses(&from.join("faces.csv"));
    let mut both = RgbImage::from_pixel(1000, 600, image::Rgb([120, 125, 130]));
    let mut marked = Vec::new();
    for (name, left) in [(a, 0), (b, 500)] {
        let picture = open(&from.join(name));
        let share = 500.0 / f64::from(picture.width());
        let height = (f64::from(picture.height()) * share) as u32;
        let picture = resize(&picture, 500, height, FilterType::Triangle);
        overlay(&mut both, &picture, i64::from(left), 0);
        marked.extend(all[name].iter().map(|nose| {
            let nose = scaled(nose, share);
            Nose { x: nose.x + left, ..nose }
        }));
    }
    (both, marked)
}

fn smaller(picture: &RgbImage, longest: u32) -> (RgbImage, f64) {
    let share = f64::from(longest) / f64::from(picture.width().max(picture.height()));
    let size = |pixels: u32| (f64::from(pixels) * share) as u32;
    (resize(picture, size(picture.width()), size(picture.height()), FilterType::Triangle), share)
}

fn scaled(nose: &Nose, share: f64) -> Nose {
    let at = |place: u32| (f64::from(place) * share) as u32;
    Nose { x: at(nose.x), y: at(nose.y), person: nose.person.clone() }
}

/// The upright picture of a file.
pub fn open(path: &Path) -> RgbImage {
    let mut decoder = ImageReader::open(path).unwrap().into_decoder().unwrap();
    let orientation = decoder.orientation().unwrap();
    let mut picture = image::DynamicImage::from_decoder(decoder).unwrap();
    picture.apply_orientation(orientation);
    picture.into_rgb8()
}

fn save(picture: &RgbImage, path: &Path) {
    let mut file = fs::File::create(path).unwrap();
    JpegEncoder::new_with_quality(&mut file, 92).encode_image(picture).unwrap();
}

/// Whether the face around a nose is in the finished picture as it is in the original. Somewhere between
/// seen and hidden there is nothing: outside what is hidden not a pixel differs.
pub fn is_seen(nose: &Nose, original: &RgbImage, finished: &RgbImage) -> bool {
    assert_eq!(original.dimensions(), finished.dimensions());
    let places = (nose.y.saturating_sub(4)..nose.y + 5)
        .flat_map(|y| (nose.x.saturating_sub(4)..nose.x + 5).map(move |x| (x, y)))
        .filter(|(x, y)| *x < original.width() && *y < original.height());
    let (mut same, mut all) = (0, 0);
    for (x, y) in places {
        all += 1;
        same += usize::from(original.get_pixel(x, y) == finished.get_pixel(x, y));
    }
    if same == all {
        return true;
    }
    assert!(same * 2 < all, "half of the nose at {},{} can be seen: {same} of {all}", nose.x, nose.y);
    false
}
