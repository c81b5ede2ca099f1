//! Makes a folder of labelled photos for `grata evaluate` out of photos that lie beside the project:
//! the photos themselves and, of each face in them, copies as another camera would have taken them.
//! `cargo xtask find` calls it; the folder is gone afterwards.
//!
//! Arguments: folder of the marked photos, folder of the sample photos, folder to write, copies of each
//! face, and how bad they are (`mild` or `harsh`).
//!
//! A re-photographed copy is the same picture of the same moment: it says what size, light, noise and
//! the place of five points do to a comparison, and nothing about pose, expression, age or glasses.

#![allow(clippy::unwrap_used, reason = "a tool for developers")]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use grata_core::face::FaceBox;
use grata_vision::decode::{Limits, decode};
use grata_vision::detect::{DetectOptions, Detector};
use grata_vision::frame::Frame;
use grata_vision::photo::OpenPhoto;
use grata_vision::runtime::pure::Pure;

/// A face, where it is, and who it is as far as is known.
struct Face {
    photo: PathBuf,
    place: FaceBox,
    person: String,
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [marked, samples, out, copies, how] = &arguments[..] else {
        panic!("marked photos, samples, folder to write, copies, mild or harsh");
    };
    let out = Path::new(out);
    std::fs::create_dir_all(out).unwrap();
    let faces = faces(Path::new(marked), Path::new(samples));
    let mut table = String::from("photo,person,x,y,w,h\n");
    for face in &faces {
        let name = face.photo.file_name().unwrap().to_string_lossy().into_owned();
        let to = out.join(&name);
        if !to.exists() {
            std::fs::copy(&face.photo, to).unwrap();
        }
        let FaceBox { x, y, width, height } = face.place;
        writeln!(table, "{name},{},{x},{y},{width},{height}", face.person).unwrap();
    }
    let mut chance = Chance(7);
    let mut open: Option<(PathBuf, Frame)> = None;
    for (number, face) in faces.iter().enumerate() {
        if open.as_ref().is_none_or(|(path, _)| *path != face.photo) {
            let bytes = std::fs::read(&face.photo).unwrap();
            open = Some((face.photo.clone(), decode(&bytes, &Limits::default()).unwrap().frame));
        }
        for copy in 0..copies.parse::<u32>().unwrap() {
            let taken = retake(&open.as_ref().unwrap().1, &face.place, how == "harsh", &mut chance);
            let name = format!("copy-{number}-{copy}.jpg");
            std::fs::write(out.join(&name), taken.0).unwrap();
            let middle = taken.1 as f32 / 2.0;
            let (side, start) = (taken.1 as f32 / 3.0, middle - taken.1 as f32 / 6.0);
            writeln!(table, "{name},{},{start},{start},{side},{side}", face.person).unwrap();
        }
    }
    std::fs::write(out.join("labels.csv"), table).unwrap();
    eprintln!("{} faces, {} labelled photos", faces.len(), std::fs::read_dir(out).unwrap().count() - 1);
}

/// All faces of both folders. Who has no label is held to be somebody who is in no other photo: where
/// that is wrong, errors are counted that are none.
fn faces(marked: &Path, samples: &Path) -> Vec<Face> {
    let models = std::env::var_os("GRATA_MODELS").map(PathBuf::from).unwrap_or_else(|| {
        PathBuf::from(std::env::var_os("HOME").unwrap()).join(".local/share/grata/models")
    });
    let model = std::fs::read(models.join("detect/centerface.onnx")).unwrap();
    let mut detector = Detector::new(Box::new(Pure::load(model).unwrap()));
    let mut all = Vec::new();
    let table = std::fs::read_to_string(marked.join("faces.csv")).unwrap();
    let mut found: Option<(PathBuf, Vec<FaceBox>)> = None;
    for (line, row) in table.lines().skip(1).enumerate() {
        let fields: Vec<&str> = row.split(',').collect();
        let (Ok(x), Ok(y)) = (fields[1].parse::<f32>(), fields[2].parse::<f32>()) else { continue };
        let photo = marked.join(fields[0]);
        if found.as_ref().is_none_or(|(path, _)| *path != photo) {
            found = Some((photo.clone(), detected(&mut detector, &photo, 0.0)));
        }
        let inside = |face: &&FaceBox| {
            x >= face.x && y >= face.y && x <= face.x + face.width && y <= face.y + face.height
        };
        let away = |face: &FaceBox| (face.centre().0 - x).hypot(face.centre().1 - y);
        let own = found.as_ref().unwrap().1.iter().filter(inside).min_by(|a, b| away(a).total_cmp(&away(b)));
        let person = if fields[3].is_empty() { format!("one-{line}") } else { fields[3].into() };
        match own {
            Some(place) => all.push(Face { photo, place: *place, person }),
            None => eprintln!("a marked face is not found: line {}", line + 2),
        }
    }
    let mut photos: Vec<PathBuf> =
        std::fs::read_dir(samples).unwrap().map(|entry| entry.unwrap().path()).collect();
    photos.sort();
    for photo in photos.into_iter().filter(|path| path.extension().is_some_and(|end| end == "jpg")) {
        // One false box of all is wider than it is high; the 22 faces are not.
        for place in detected(&mut detector, &photo, 0.6).into_iter().filter(|face| face.height > face.width)
        {
            let person = format!("sample-{}", all.len());
            all.push(Face { photo: photo.clone(), place, person });
        }
    }
    all
}

fn detected(detector: &mut Detector, photo: &Path, least: f32) -> Vec<FaceBox> {
    let bytes = std::fs::read(photo).unwrap();
    let open = OpenPhoto::open(&bytes, &Limits::default()).unwrap();
    let found = detector.faces(open.picture(), &DetectOptions::default()).unwrap();
    found.iter().filter(|face| face.score >= least).map(|face| face.face).collect()
}

/// Numbers that look like chance and are the same in every run.
struct Chance(u64);

impl Chance {
    fn between(&mut self, low: f32, high: f32) -> f32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        low + (high - low) * ((self.0 >> 40) as f32 / (1 << 24) as f32)
    }

    /// Of standard deviation 1, about.
    fn normal(&mut self) -> f32 {
        (0..12).map(|_| self.between(0.0, 1.0)).sum::<f32>() - 6.0
    }
}

/// A square of three faces' height around a face, taken again: smaller, leaning, foreshortened, darker or
/// brighter, lit from one side, out of focus, with noise, and saved as a JPEG of poor quality.
fn retake(frame: &Frame, face: &FaceBox, harsh: bool, chance: &mut Chance) -> (Vec<u8>, u32) {
    let pick = |chance: &mut Chance, mild: (f32, f32), bad: (f32, f32)| {
        let (low, high) = if harsh { bad } else { mild };
        chance.between(low, high)
    };
    let height = face.height.max(face.width);
    let size = pick(chance, (60.0, 130.0), (34.0, 70.0));
    let scale = (size / height).min(1.0);
    let side = (3.0 * height * scale) as u32;
    let turn = pick(chance, (-12.0, 12.0), (-15.0, 15.0)).to_radians();
    let narrow = pick(chance, (0.93, 1.05), (0.85, 1.1));
    let shear = pick(chance, (-0.04, 0.04), (-0.08, 0.08));
    let gamma = pick(chance, (0.75, 1.4), (0.6, 1.7));
    let gains: [f32; 3] = std::array::from_fn(|_| pick(chance, (0.93, 1.07), (0.85, 1.15)));
    let shade = pick(chance, (0.75, 1.0), (0.55, 1.0));
    let noise = pick(chance, (1.0, 4.0), (1.0, 7.0));
    let focus = pick(chance, (0.3, 0.8), (0.3, 1.1));
    let quality = pick(chance, (60.0, 85.0), (35.0, 75.0));
    let (middle_x, middle_y) = face.centre();
    let taps = (1.0 / scale).ceil().clamp(1.0, 8.0) as u32;
    let (sin, cos) = turn.sin_cos();
    let mut values = vec![[0f32; 3]; (side * side) as usize];
    for y in 0..side {
        for x in 0..side {
            let mut sum = [0f32; 3];
            for (down, across) in (0..taps).flat_map(|down| (0..taps).map(move |across| (down, across))) {
                let at = |place: u32, tap: u32| {
                    place as f32 + (tap as f32 + 0.5) / taps as f32 - side as f32 / 2.0
                };
                let (u, v) = (at(x, across), at(y, down));
                let (u, v) = ((u + shear * v) / narrow, v);
                let source_x = middle_x + (cos * u - sin * v) / scale;
                let source_y = middle_y + (sin * u + cos * v) / scale;
                let whole = |at: f32, most: u32| (at.max(0.0) as u32).min(most - 1);
                let pixel =
                    frame.pixel(whole(source_x, frame.size().width), whole(source_y, frame.size().height));
                (0..3).for_each(|channel| sum[channel] += f32::from(pixel[channel]));
            }
            let light = 1.0 - (1.0 - shade) * x as f32 / side as f32;
            values[(y * side + x) as usize] = std::array::from_fn(|channel| {
                let mean = sum[channel] / (taps * taps) as f32 / 255.0;
                255.0 * mean.powf(gamma) * gains[channel] * light
            });
        }
    }
    let soft = blurred(&values, side as usize, focus);
    let rgb: Vec<u8> = soft
        .iter()
        .flatten()
        .map(|value| (value + noise * chance.normal()).clamp(0.0, 255.0) as u8)
        .collect();
    let mut bytes = Vec::new();
    jpeg_encoder::Encoder::new(&mut bytes, quality as u8)
        .encode(&rgb, side as u16, side as u16, jpeg_encoder::ColorType::Rgb)
        .unwrap();
    (bytes, side)
}

/// A Gaussian over five pixels, across and down.
fn blurred(values: &[[f32; 3]], side: usize, sigma: f32) -> Vec<[f32; 3]> {
    let weights: Vec<f32> =
        (-2_i32..=2).map(|at| (-(at * at) as f32 / (2.0 * sigma * sigma)).exp()).collect();
    let whole: f32 = weights.iter().sum();
    let pass = |values: &[[f32; 3]], step: usize| -> Vec<[f32; 3]> {
        (0..values.len())
            .map(|at| {
                let place = if step == 1 { at % side } else { at / side };
                std::array::from_fn(|channel| {
                    let near = (0..5).map(|tap| {
                        let to = (place + tap).saturating_sub(2).min(side - 1);
                        weights[tap] * values[at - place * step + to * step][channel]
                    });
                    near.sum::<f32>() / whole
                })
            })
            .collect()
    };
    pass(&pass(values, 1), side)
}
