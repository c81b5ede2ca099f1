//! Real faces, found by the real model. The reference photos lie beside the project and never in
//! it; without them, or without the pack, these tests say that they were skipped.

#![cfg(feature = "onnxruntime")]
#![allow(clippy::unwrap_used, reason = "a test says what it expects")]

#[path = "support/pack.rs"]
mod pack;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use grata_core::geometry::{PixelRect, Size};
use grata_core::obscure::ObscureStyle;
use grata_core::orientation::Orientation;
use grata_core::region::Margin;
use grata_vision::decode::{Limits, decode};
use grata_vision::detect::{DetectOptions, Detector};
use grata_vision::frame::Frame;
use grata_vision::photo::{Found, PhotoJob, find, obscure};
use grata_vision::runtime::onnx::Onnx;
use libjpeg_turbo_rs::{Encoder, PixelFormat, Subsampling};

/// Pixels of the long side of the copies that are turned: the faces stay above 30 pixels.
const COPY: u32 = 1000;

/// The same of the copies of which a crowd is made.
const CROWD_COPY: u32 = 280;

fn detector(test: &str) -> Option<Detector> {
    let (model, library) = (pack::model(test)?, pack::library(test)?);
    Some(Detector::new(Box::new(Onnx::load(&library, &model).unwrap())))
}

/// Photos with the nose points of their faces, in pixels of the stored picture.
fn photos(test: &str) -> Option<BTreeMap<PathBuf, Vec<(f32, f32)>>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/testphotos");
    let Ok(table) = std::fs::read_to_string(folder.join("faces.csv")) else {
        eprintln!("SKIPPED {test}: the reference photos are not beside the project");
        return None;
    };
    let mut photos: BTreeMap<PathBuf, Vec<(f32, f32)>> = BTreeMap::new();
    for line in table.lines().skip(1) {
        let fields: Vec<&str> = line.split(',').collect();
        let noses = photos.entry(folder.join(fields[0])).or_default();
        if let (Ok(x), Ok(y)) = (fields[1].parse(), fields[2].parse()) {
            noses.push((x, y));
        }
    }
    Some(photos)
}

fn job(bytes: &[u8]) -> PhotoJob<'_> {
    PhotoJob {
        bytes,
        limits: Limits::default(),
        detect: Some(DetectOptions::default()),
        given: Vec::new(),
        margin: Margin::default(),
        style: ObscureStyle::Veil,
    }
}

/// Noses that lie in no region.
fn missed(found: &Found, noses: &[(f32, f32)]) -> usize {
    let hides = |&(x, y): &&(f32, f32)| {
        found.regions.iter().any(|hidden| hidden.region.touches(PixelRect::new(*x as u32, *y as u32, 1, 1)))
    };
    noses.len() - noses.iter().filter(hides).count()
}

/// All marked faces of the photos as they are, and how many boxes are no marked face.
#[test]
fn every_marked_face_is_found() {
    let test = "every_marked_face_is_found";
    let (Some(photos), Some(mut detector)) = (photos(test), detector(test)) else { return };
    let (mut faces, mut regions) = (0, 0);
    for (path, noses) in &photos {
        let bytes = std::fs::read(path).unwrap();
        let found = find(&job(&bytes), &mut detector).unwrap();
        assert_eq!(missed(&found, noses), 0, "{}", path.display());
        faces += noses.len();
        regions += found.regions.len();
    }
    eprintln!("{faces} faces, {} other regions on {} photos", regions - faces, photos.len());
    assert_eq!(faces, 46);
    assert!(regions - faces < 4 * photos.len(), "{} boxes without a marked face", regions - faces);
}

/// The same photos stored in all eight orientations with their tag.
#[test]
fn every_marked_face_is_found_in_all_orientations() {
    let test = "every_marked_face_is_found_in_all_orientations";
    let (Some(photos), Some(mut detector)) = (photos(test), detector(test)) else { return };
    for (path, noses) in &photos {
        let (copy, noses) = small_copy(path, noses);
        for orientation in Orientation::ALL {
            let bytes = jpeg(&stored_as(&copy, orientation), Some(orientation));
            let found = find(&job(&bytes), &mut detector).unwrap();
            assert_eq!(found.size, copy.size());
            assert_eq!(missed(&found, &noses), 0, "{} stored as {orientation:?}", path.display());
        }
    }
}

/// The same photos with the pixels turned and nothing said.
#[test]
fn every_marked_face_is_found_with_the_pixels_turned() {
    let test = "every_marked_face_is_found_with_the_pixels_turned";
    let (Some(photos), Some(mut detector)) = (photos(test), detector(test)) else { return };
    for (path, noses) in &photos {
        let (copy, noses) = small_copy(path, noses);
        assert_turned_faces_are_found(path, &copy, &noses, &mut detector);
    }
}

/// The same at full size: what is looked at in a large picture is chosen in another way.
#[test]
fn every_marked_face_of_a_large_photo_is_found_with_the_pixels_turned() {
    let test = "every_marked_face_of_a_large_photo_is_found_with_the_pixels_turned";
    let (Some(photos), Some(mut detector)) = (photos(test), detector(test)) else { return };
    let mut large = 0;
    for (path, noses) in &photos {
        let photo = decode(&std::fs::read(path).unwrap(), &Limits::default()).unwrap().frame;
        if photo.size().pixels() > 2_000_000 {
            assert_turned_faces_are_found(path, &photo, noses, &mut detector);
            large += 1;
        }
    }
    assert_eq!(large, 6, "the portraits");
}

/// A crowd of small faces that is stored lying down or upside down, in which they are too small to be
/// seen in the turned overview: nearly as many are found as where it stands upright.
#[test]
fn a_crowd_is_found_with_the_pixels_turned() {
    let test = "a_crowd_is_found_with_the_pixels_turned";
    let (Some(photos), Some(mut detector)) = (photos(test), detector(test)) else { return };
    let (crowd, noses) = crowd(&photos);
    assert!(noses.len() > 300, "{}", noses.len());
    let mut missed_when = |turn: Orientation| {
        let turned = stored_as(&crowd, turn);
        let found = find(&job(&jpeg(&turned, None)), &mut detector).unwrap();
        let noses: Vec<(f32, f32)> =
            noses.iter().map(|&nose| stored_point(nose, turn, turned.size())).collect();
        missed(&found, &noses)
    };
    let upright = missed_when(Orientation::Upright);
    for turn in [Orientation::Turned90, Orientation::Turned180, Orientation::Turned270] {
        let missed = missed_when(turn);
        eprintln!("of {}, {upright} missed upright, {missed} turned by {turn:?}", noses.len());
        assert!((missed - upright.min(missed)) * 100 <= noses.len() && missed * 20 <= noses.len());
    }
}

/// All photos with several faces, small, over and over on a large canvas; and where the noses are.
fn crowd(photos: &BTreeMap<PathBuf, Vec<(f32, f32)>>) -> (Frame, Vec<(f32, f32)>) {
    let size = Size::new(4000, 3000);
    let (mut canvas, mut all) = (Frame::filled(size, [120, 130, 140]), Vec::new());
    let groups: Vec<(Frame, Vec<(f32, f32)>)> = photos
        .iter()
        .filter(|(_, noses)| noses.len() >= 4)
        .map(|(path, noses)| {
            let frame = decode(&std::fs::read(path).unwrap(), &Limits::default()).unwrap().frame;
            let (copy, scale) = reduced_copy(&frame, CROWD_COPY);
            (copy, noses.iter().map(|&(x, y)| (x * scale, y * scale)).collect())
        })
        .collect();
    let (mut x, mut y) = (40, 40);
    for (copy, noses) in groups.iter().cycle() {
        if x + copy.size().width + 40 > size.width {
            (x, y) = (40, y + CROWD_COPY + 20);
        }
        if y + CROWD_COPY + 40 > size.height {
            break;
        }
        canvas.paste(copy, x, y);
        all.extend(noses.iter().map(|&(nose_x, nose_y)| (nose_x + x as f32, nose_y + y as f32)));
        x += copy.size().width + 20;
    }
    (canvas, all)
}

fn assert_turned_faces_are_found(path: &Path, photo: &Frame, noses: &[(f32, f32)], detector: &mut Detector) {
    for turn in [Orientation::Turned90, Orientation::Turned180, Orientation::Turned270] {
        let turned = stored_as(photo, turn);
        let found = find(&job(&jpeg(&turned, None)), detector).unwrap();
        let noses: Vec<(f32, f32)> =
            noses.iter().map(|&nose| stored_point(nose, turn, turned.size())).collect();
        assert_eq!(missed(&found, &noses), 0, "{} with pixels turned by {turn:?}", path.display());
    }
}

/// A photo of [`COPY`] pixels, and where its noses are.
fn small_copy(path: &Path, noses: &[(f32, f32)]) -> (Frame, Vec<(f32, f32)>) {
    let decoded = decode(&std::fs::read(path).unwrap(), &Limits::default()).unwrap();
    let (copy, scale) = reduced_copy(&decoded.frame, COPY);
    (copy, noses.iter().map(|&(x, y)| (x * scale, y * scale)).collect())
}

/// Grey and dark copies, a face that fills the frame, and one cut by the border.
#[test]
fn hard_copies_of_a_face_are_found() {
    let test = "hard_copies_of_a_face_are_found";
    let (Some(photos), Some(mut detector)) = (photos(test), detector(test)) else { return };
    let (path, noses) = photos.iter().find(|(_, noses)| noses.len() == 5).unwrap();
    let frame = decode(&std::fs::read(path).unwrap(), &Limits::default()).unwrap().frame;
    for (name, change) in [("grey", grey as fn(&[u8]) -> [u8; 3]), ("dark", dark)] {
        let rgb = frame.rgb().chunks_exact(3).flat_map(change).collect();
        let changed = Frame::from_rgb(frame.size(), rgb).unwrap();
        assert_eq!(missed(&find(&job(&jpeg(&changed, None)), &mut detector).unwrap(), noses), 0, "{name}");
    }
    let found = find(&job(&std::fs::read(path).unwrap()), &mut detector).unwrap();
    let (x, y) = noses[0];
    let face =
        found.regions.iter().find(|hidden| hidden.region.touches(PixelRect::new(x as u32, y as u32, 1, 1)));
    let rect = face.unwrap().region.rect;
    let inner = PixelRect::new(
        rect.x + rect.width / 5,
        rect.y + rect.height / 4,
        rect.width * 3 / 5,
        rect.height * 3 / 5,
    );
    let filling = find(&job(&jpeg(&frame.crop(inner), None)), &mut detector).unwrap();
    assert_eq!(missed(&filling, &[(x - inner.x as f32, y - inner.y as f32)]), 0, "fills the frame");
    let cut = PixelRect::new(x as u32 - 8, rect.y - rect.y.min(40), rect.width * 2, rect.height * 2);
    let cut = cut.intersection(frame.size().rect()).unwrap();
    let found = find(&job(&jpeg(&frame.crop(cut), None)), &mut detector).unwrap();
    assert_eq!(missed(&found, &[(8.0, y - cut.y as f32)]), 0, "cut by the border");
}

/// PUB-1, PUB-2, PUB-4: a finished photo passes its own check, and a second look finds no face
/// whose middle is not hidden.
#[test]
fn pub_1_finished_photos_show_no_face() {
    let test = "pub_1_finished_photos_show_no_face";
    let (Some(photos), Some(mut detector)) = (photos(test), detector(test)) else { return };
    for path in photos.keys() {
        let bytes = std::fs::read(path).unwrap();
        for style in [ObscureStyle::Fill, ObscureStyle::Veil] {
            let done = obscure(&PhotoJob { style, ..job(&bytes) }, &mut detector).unwrap();
            let again = find(&job(&done.bytes), &mut detector).unwrap();
            for hidden in again.regions.iter().filter(|hidden| hidden.score > Some(0.5)) {
                let rect = hidden.region.rect;
                let middle = PixelRect::new(rect.x + rect.width / 2, rect.y + rect.height / 2, 1, 1);
                let is_hidden = done.found.regions.iter().any(|known| known.region.touches(middle));
                assert!(is_hidden, "{} {style:?}: {hidden:?}", path.display());
            }
        }
    }
}

fn grey(pixel: &[u8]) -> [u8; 3] {
    [((u16::from(pixel[0]) + 2 * u16::from(pixel[1]) + u16::from(pixel[2])) / 4) as u8; 3]
}

fn dark(pixel: &[u8]) -> [u8; 3] {
    [pixel[0] / 5, pixel[1] / 5, pixel[2] / 5]
}

/// At most [`COPY`] pixels on the long side, by whole steps; and the scale.
fn reduced_copy(frame: &Frame, long: u32) -> (Frame, f32) {
    let step = frame.size().width.max(frame.size().height).div_ceil(long);
    let size = Size::new(frame.size().width / step, frame.size().height / step);
    let mut copy = Frame::filled(size, [0; 3]);
    for y in 0..size.height {
        for x in 0..size.width {
            let square = frame.crop(PixelRect::new(x * step, y * step, step, step));
            let mean = |channel: usize| {
                let sum: u32 =
                    square.rgb().iter().skip(channel).step_by(3).map(|&value| u32::from(value)).sum();
                (sum / (step * step)) as u8
            };
            copy.set_pixel(x, y, [mean(0), mean(1), mean(2)]);
        }
    }
    (copy, 1.0 / step as f32)
}

/// The pixels as they are stored when `orientation` makes them look like `frame`.
fn stored_as(frame: &Frame, orientation: Orientation) -> Frame {
    let stored = orientation.upright_size(frame.size());
    let mut result = Frame::filled(stored, [0; 3]);
    for y in 0..frame.size().height {
        for x in 0..frame.size().width {
            let (sx, sy) = orientation.stored_pixel(x, y, stored);
            result.set_pixel(sx, sy, frame.pixel(x, y));
        }
    }
    result
}

fn stored_point((x, y): (f32, f32), orientation: Orientation, stored: Size) -> (f32, f32) {
    let (x, y) = orientation.stored_pixel(x as u32, y as u32, stored);
    (x as f32, y as f32)
}

fn jpeg(frame: &Frame, orientation: Option<Orientation>) -> Vec<u8> {
    let size = frame.size();
    let bytes = Encoder::new(frame.rgb(), size.width as usize, size.height as usize, PixelFormat::Rgb)
        .subsampling(Subsampling::S420)
        .quality(92)
        .encode()
        .unwrap();
    let Some(orientation) = orientation else { return bytes };
    let exif = grata_vision::metadata::minimal_exif(orientation);
    [&bytes[..2], &exif[..], &bytes[2..]].concat()
}
