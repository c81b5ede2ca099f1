//! HEIC and AVIF through the converter of this machine, with files that its own encoder makes.
//! Skipped, and said so, where the machine has none.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should fail there and then")]

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use grata::config::Limits;
use grata::stop::Stop;
use grata::worker::converter::{ConvertError, Converters, HOW_TO_GET_IT};
use grata::worker::process::WorkerCommand;
use grata_core::geometry::Size;
use grata_core::orientation::Orientation;
use grata_vision::colour::ColourProfile;
use grata_vision::decode::{self, Decoded, Format, Quality};
use grata_vision::encode::encode;
use grata_vision::frame::Frame;
use grata_vision::metadata::minimal_exif;
use serde_json::{Value, json};
use tempfile::TempDir;

const SIZE: Size = Size::new(160, 96);

/// Colours of the corners, row by row.
const CORNERS: [[u8; 3]; 4] = [[200, 60, 50], [60, 180, 70], [50, 80, 190], [210, 200, 60]];

/// Text of a photographer, in each place of a source that takes text.
const CANARY: &str = "canary-of-a-name";

fn converters() -> Converters {
    let program = env!("CARGO_BIN_EXE_grata").into();
    let launcher = WorkerCommand { program, arguments: vec!["photo-converter".into()] };
    Converters { launcher, ..Converters::of_the_system() }
}

/// Four corners of different colours, so that a turn shows.
fn corners() -> Frame {
    let mut frame = Frame::filled(SIZE, [128; 3]);
    for y in 0..SIZE.height {
        for x in 0..SIZE.width {
            let corner = usize::from(y >= SIZE.height / 2) * 2 + usize::from(x >= SIZE.width / 2);
            frame.set_pixel(x, y, CORNERS[corner]);
        }
    }
    frame
}

/// The corners as this machine's encoder of HEIF writes them. `None` if something is missing here,
/// which is said.
fn made(folder: &Path, name: &str, profile: ColourProfile, arguments: &[&str]) -> Option<Vec<u8>> {
    match converters().introduction(&Stop::default()) {
        Ok(converter) if converter.heic && converter.avif => {}
        other => {
            eprintln!("SKIPPED: no converter for HEIC and AVIF here ({other:?}). {HOW_TO_GET_IT}");
            return None;
        }
    }
    let picture = Decoded {
        frame: corners(),
        format: Format::Jpeg,
        profile,
        quality: Quality::Lossy,
        notes: Vec::new(),
        bleed: 0,
    };
    // A JPEG, since the encoder passes its metadata on.
    let (jpeg, _) = encode(&picture).unwrap();
    let mut exif = minimal_exif(Orientation::Turned90).to_vec();
    exif.extend_from_slice(CANARY.as_bytes());
    let length = (exif.len() as u16 - 2).to_be_bytes();
    exif[2..4].copy_from_slice(&length);
    let xmp =
        format!("http://ns.adobe.com/xap/1.0/\0<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">{CANARY}</x:xmpmeta>");
    let xmp = [&[0xFF, 0xE1], &(xmp.len() as u16 + 2).to_be_bytes()[..], xmp.as_bytes()].concat();
    let source = folder.join("source.jpg");
    fs::write(&source, [&jpeg[..2], &exif, &xmp, &jpeg[2..]].concat()).unwrap();
    let mut encoder = Command::new("heif-enc");
    let run =
        encoder.args(["-q", "95"]).args(arguments).arg("-o").arg(folder.join(name)).arg(&source).output();
    match run {
        Ok(output) if output.status.success() => Some(fs::read(folder.join(name)).unwrap()),
        other => {
            eprintln!("SKIPPED: no encoder for {name} here: {other:?}");
            None
        }
    }
}

fn convert(file: &[u8]) -> Result<Vec<u8>, ConvertError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("photo");
    fs::write(&path, file).unwrap();
    converters().convert(&File::open(path).unwrap(), &Limits::default(), &Stop::default())
}

fn read(file: &[u8]) -> Decoded {
    let end = decode::converted_end(file.len() as u64);
    let converted = [file, &convert(file).unwrap(), &end].concat();
    decode::decode(&converted, &decode::Limits::default()).unwrap()
}

/// The colours at the middle of each corner, within a few levels.
fn assert_corners(picture: &Frame, expected: [usize; 4]) {
    let size = picture.size();
    for (at, corner) in expected.into_iter().enumerate() {
        let (x, y) = (size.width * (at as u32 % 2 * 2 + 1) / 4, size.height * (at as u32 / 2 * 2 + 1) / 4);
        let (is, wanted) = (picture.pixel(x, y), CORNERS[corner]);
        assert!(is.iter().zip(wanted).all(|(is, wanted)| is.abs_diff(wanted) <= 8), "{is:?} for {wanted:?}");
    }
}

#[test]
fn heic_and_avif_show_what_was_put_in() {
    let folder = tempfile::tempdir().unwrap();
    for (name, format) in [("a.heic", Format::Heic), ("a.avif", Format::Avif)] {
        for profile in [ColourProfile::Unstated, ColourProfile::DisplayP3, ColourProfile::AdobeRgb] {
            let Some(file) = made(folder.path(), name, profile, &[]) else { return };
            assert_eq!(decode::sniff(&file), Some(format));
            let picture = read(&file);
            assert_eq!((picture.format, picture.frame.size()), (format, SIZE), "{name}");
            // Without a profile, the encoder may state sRGB on its own.
            let srgb = [ColourProfile::Unstated, ColourProfile::Srgb];
            let same =
                if profile == srgb[0] { srgb.contains(&picture.profile) } else { picture.profile == profile };
            assert!(same, "{name}: {:?} for {profile:?}", picture.profile);
            assert_eq!(picture.notes, ["comes out as JPEG"]);
            assert_corners(&picture.frame, [0, 1, 2, 3]);
        }
    }
}

/// `irot` turns the picture, whatever Exif says: three quarters counter-clockwise are one clockwise.
#[test]
fn a_heic_is_turned_once_as_its_own_boxes_say() {
    let folder = tempfile::tempdir().unwrap();
    let Some(file) = made(folder.path(), "a.heic", ColourProfile::Unstated, &[]) else { return };
    let picture = read(&with_rotation(&file, 3));
    assert_eq!(picture.frame.size(), SIZE.transposed());
    assert_corners(&picture.frame, [2, 0, 3, 1]);
}

/// Puts an `irot` box at the end of the properties and gives it to the first item, as its last one
/// (ISO/IEC 23008-12, 6.5.10; 14496-12, 8.11.14). Sizes and file offsets grow with it.
fn with_rotation(file: &[u8], quarters: u8) -> Vec<u8> {
    let mut file = file.to_vec();
    let place = |file: &[u8], name: &[u8; 4]| file.windows(4).position(|window| window == name).unwrap() - 4;
    let size = |file: &[u8], at: usize| u32::from_be_bytes(file[at..at + 4].try_into().unwrap());
    let grow = |file: &mut Vec<u8>, at: usize, by: u32| {
        let grown = (size(file, at) + by).to_be_bytes();
        file[at..at + 4].copy_from_slice(&grown);
    };
    let properties = place(&file, b"ipco");
    let end = properties + size(&file, properties) as usize;
    let mut count = 0;
    let mut at = properties + 8;
    while at < end {
        at += size(&file, at) as usize;
        count += 1;
    }
    // Associations first, they stand behind: version and flags, entries, item, number, numbers.
    let associations = place(&file, b"ipma");
    let number = associations + 8 + 4 + 4 + 2;
    let last = number + 1 + usize::from(file[number]);
    file[number] += 1;
    file.insert(last, 0x80 | (count + 1));
    grow(&mut file, associations, 1);
    file.splice(end..end, [&9u32.to_be_bytes()[..], b"irot", &[quarters]].concat());
    grow(&mut file, properties, 9);
    for outer in [b"iprp", b"meta"] {
        let at = place(&file, outer);
        grow(&mut file, at, 10);
    }
    grow_offsets(&mut file, 10);
    file
}

/// Offsets of all extents that lie in `mdat` (14496-12, 8.11.3): of four bytes, without a base.
fn grow_offsets(file: &mut [u8], by: u32) {
    let iloc = file.windows(4).position(|window| window == b"iloc").unwrap() + 4;
    assert_eq!((file[iloc + 4], file[iloc + 5]), (0x44, 0x40), "another kind of iloc");
    let with_method = usize::from(file[iloc] > 0);
    let mut at = iloc + 8;
    for _ in 0..u16::from_be_bytes([file[iloc + 6], file[iloc + 7]]) {
        // Item, construction method, data reference, base, number of extents, then offset and length.
        let method = if with_method > 0 { file[at + 3] & 15 } else { 0 };
        at += 10 + 2 * with_method;
        let extents = u16::from_be_bytes([file[at - 2], file[at - 1]]);
        for _ in 0..extents {
            let offset = u32::from_be_bytes(file[at..at + 4].try_into().unwrap());
            let grown = if method == 0 { offset + by } else { offset };
            file[at..at + 4].copy_from_slice(&grown.to_be_bytes());
            at += 8;
        }
    }
}

#[test]
fn sec_8_a_cut_heic_and_rubbish_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let Some(file) = made(folder.path(), "a.heic", ColourProfile::Unstated, &[]) else { return };
    let rubbish = [&24u32.to_be_bytes()[..], b"ftypheic\0\0\0\0mif1heic", &[7; 500]].concat();
    for bad in [&file[..file.len() / 10], &file[..file.len() / 2], &file[..file.len() * 19 / 20], &rubbish] {
        assert!(matches!(convert(bad), Err(ConvertError::Refused(_))), "{} bytes", bad.len());
    }
}

/// A folder with `photos`, and what comes out of them.
struct Batch {
    folder: TempDir,
    lines: Vec<Value>,
}

impl Batch {
    /// One region for each photo, in pixels of the upright picture, whose size is said.
    fn obscured(folder: TempDir, photos: &[(&str, Size, [u32; 4])]) -> Self {
        let region = |(name, size, [x, y, w, h]): &(&str, Size, [u32; 4])| {
            let faces = json!([{"x": x, "y": y, "w": w, "h": h}]);
            let photo = format!("photos/{name}");
            json!({"photo": photo, "width": size.width, "height": size.height, "faces": faces}).to_string()
                + "\n"
        };
        fs::write(folder.path().join("regions"), photos.iter().map(region).collect::<String>()).unwrap();
        let mut grata = Command::new(env!("CARGO_BIN_EXE_grata"));
        grata.args(["obscure", "photos", "--out", "out", "--json", "--no-detect", "--regions", "regions"]);
        let temporary = folder.path().join("tmp");
        fs::create_dir(&temporary).unwrap();
        grata.args(["--style", "fill"]).current_dir(&folder).env("TMPDIR", &temporary);
        let output = grata.output().unwrap();
        assert_eq!(fs::read_dir(&temporary).unwrap().count(), 0, "temporary files are left");
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stdout));
        let text = String::from_utf8(output.stdout).unwrap();
        Self { folder, lines: text.lines().map(|line| serde_json::from_str(line).unwrap()).collect() }
    }

    fn out(&self, name: &str) -> PathBuf {
        self.folder.path().join("out").join(name)
    }
}

#[test]
fn pub_4_nothing_of_a_heic_but_its_pixels_comes_out_and_regions_are_upright() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("photos")).unwrap();
    let sources = [("a.heic", ColourProfile::Unstated), ("b.avif", ColourProfile::DisplayP3)];
    for (name, profile) in sources {
        let Some(file) = made(folder.path(), name, profile, &[]) else { return };
        assert!(
            file.windows(CANARY.len()).any(|window| window == CANARY.as_bytes()),
            "the encoder drops metadata"
        );
        let file = if name == "a.heic" { with_rotation(&file, 3) } else { file };
        fs::write(folder.path().join("photos").join(name), file).unwrap();
    }
    // The left corner at the top, as it is shown.
    let photos = [("a.heic", SIZE.transposed(), [0, 0, 48, 80]), ("b.avif", SIZE, [0, 0, 80, 48])];
    let batch = Batch::obscured(folder, &photos);
    for (line, out, profile, hidden, beside) in [
        (&batch.lines[0], "a.jpg", ColourProfile::Unstated, CORNERS[2], CORNERS[0]),
        (&batch.lines[1], "b.jpg", ColourProfile::DisplayP3, CORNERS[0], CORNERS[1]),
    ] {
        assert_eq!((&line["status"], &line["notes"][0]), (&json!("ok"), &json!("comes out as JPEG")));
        let bytes = fs::read(batch.out(out)).unwrap();
        assert!(!bytes.windows(CANARY.len()).any(|window| window == CANARY.as_bytes()));
        let finished = decode::decode(&bytes, &decode::Limits::default()).unwrap();
        assert_eq!(finished.format, Format::Jpeg);
        assert!(finished.profile == profile || profile == ColourProfile::Unstated, "{:?}", finished.profile);
        let size = finished.frame.size();
        let far = |x: u32, colour: [u8; 3]| {
            let pixel = finished.frame.pixel(size.width * x / 4, size.height / 4);
            (0..3).map(|at| pixel[at].abs_diff(colour[at])).max().unwrap()
        };
        assert!(far(1, hidden) > 30 && far(3, beside) < 10, "{out}: {}, {}", far(1, hidden), far(3, beside));
    }
}
