//! An installation with an album, and a model to compare with.

use std::fs;
use std::io::Cursor;
use std::path::{Path, PathBuf};

use grata::app::models::manifest::{self, DETECT, FIND, Sha256Sum};
use grata::config::Config;
use grata::cx::Hands;
use grata::stop::Stop;
use grata::worker::group::GroupTask;
use grata::worker::pool::Crew;
use grata::worker::process::WorkerCommand;
use grata::worker::protocol::{FindFiles, Task};
use image::ImageFormat;
use serde_json::Value;

use crate::house::{ALBUM, House};
use crate::made_model;

pub fn sum(bytes: &[u8]) -> String {
    Sha256Sum::of(bytes).text().to_string()
}

/// With which model.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Model {
    PackFind,
    /// Weights that know nothing, as a model of one's own: its numbers are a function of the picture.
    Made,
}

pub struct Place {
    pub house: House,
    pub photos: PathBuf,
    pub model: Model,
    /// Since when: what is older belongs to somebody else.
    pub begun: std::time::SystemTime,
}

/// Stills of somebody who moves as they are asked to.
pub struct Stills {
    pub straight: Vec<u8>,
    pub left: Vec<u8>,
    pub right: Vec<u8>,
}

impl Stills {
    pub fn of(&self, pose: &str) -> &Vec<u8> {
        match pose {
            "straight" => &self.straight,
            "left" => &self.left,
            "right" => &self.right,
            other => panic!("{other}"),
        }
    }
}

pub fn hands() -> Hands {
    let program = env!("CARGO_BIN_EXE_grata").into();
    Hands { workers: WorkerCommand { program, arguments: vec!["photo-worker".into()] }, ..Hands::own() }
}

pub fn task(group: GroupTask) -> Task {
    Task { group: Some(group), ..Task::default() }
}

impl Place {
    /// `None`, said aloud, where photos or packs are missing.
    pub fn new(test: &str, model: Model) -> Option<Self> {
        let photos = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/testphotos");
        if !photos.join("faces.csv").exists() {
            eprintln!("SKIPPED {test}: the reference photos are not beside the project");
            return None;
        }
        let models = Config::from_environment().unwrap().models?;
        let wanted: &[&str] = if model == Model::PackFind { &[DETECT, FIND] } else { &[DETECT] };
        for pack in wanted {
            let manifest = manifest::named(pack).unwrap();
            if !models.join(pack).join(&manifest.model.file).exists() {
                eprintln!("SKIPPED {test}: pack {pack} is not installed; run `grata models install {pack}`");
                return None;
            }
        }
        let begun = std::time::SystemTime::now();
        let place = Self { house: House::new(), photos: fs::canonicalize(photos).unwrap(), model, begun };
        if model == Model::Made {
            let made = made_model::arcface();
            fs::write(place.house.path("model.onnx"), &made).unwrap();
            let text = include_str!("../find/own.toml").replace("SUM", &sum(&made));
            fs::write(place.house.path("own.toml"), text).unwrap();
        }
        place.calibrate(if model == Model::PackFind { 0.48 } else { 0.3 });
        Some(place)
    }

    pub fn model_sum(&self) -> String {
        match self.model {
            Model::PackFind => manifest::named(FIND).unwrap().model.sha256.text().to_string(),
            Model::Made => sum(&made_model::arcface()),
        }
    }

    /// A calibration that was never measured: what it says is for this test.
    pub fn calibrate(&self, threshold: f32) {
        let measure = if self.model == Model::PackFind { "euclidean" } else { "cosine" };
        let text = format!(
            "grata_calibration = 1\npack = \"test\"\nmodel_sha256 = \"{}\"\nmeasure = \"{measure}\"\n\
             threshold = {threshold}\nlead = 0.02\nfalse_disclosures = 0.05\nfaces = 500\nroster = 10\n\
             fmr_upper = 0.00001\npeople = 1000\npairs = 499500\nmade = \"2026-11-22\"\n",
            self.model_sum()
        );
        fs::write(self.house.path("album.toml"), text).unwrap();
    }

    pub fn add(&self, names: &[&str]) {
        for name in names {
            fs::copy(self.photos.join(name), self.house.path("photos").join(name)).unwrap();
        }
        self.house.json(&["add", ALBUM, "photos"]).expect(0);
    }

    /// A group of one person who agreed; their link.
    pub fn group_of_one(&self, name: &str) -> Value {
        self.group(name, &[])
    }

    pub fn group(&self, name: &str, more: &[&str]) -> Value {
        let link = self.house.invite(name)["link"].clone();
        self.house.json(&[&["group", "create", ALBUM], more].concat()).expect(0);
        self.house.json(&["group", "roster", ALBUM, "--add", name]).expect(0);
        self.house.say(&link, "find", "--yes");
        link
    }

    /// A fresh code to enrol with, as it is handed to somebody.
    pub fn code(&self, name: &str) -> String {
        let made = self.house.json(&["group", "codes", ALBUM, "--person", name]).expect(0).line();
        made["code"].as_str().unwrap().to_string()
    }

    pub fn find_files(&self) -> FindFiles {
        let config = Config::from_environment().unwrap();
        let manifest = (self.model == Model::Made).then(|| self.house.path("own.toml"));
        let which = grata::app::models::find::Which { manifest, research: false };
        grata::app::models::find::open(&config, &which).unwrap().files
    }

    pub fn crew(&self) -> Crew {
        let config = Config::from_environment().unwrap();
        let (hands, stop) = (hands(), Stop::default());
        let detect = (hands.detect_model)(&config, &stop, &mut std::io::sink()).unwrap();
        Crew::new(&hands.workers, Some(detect), config.limits, &stop).comparing(self.find_files())
    }

    /// Stills of person A, of one photo: as it is, and with the tip of the nose moved to either side, as far as it takes
    /// for the worker to see a head that turns.
    pub fn stills(&self) -> Stills {
        self.stills_turned(0.09, -0.12)
    }

    /// The same, turned by shares of the picture.
    pub fn stills_turned(&self, left: f32, right: f32) -> Stills {
        let own = near(&fs::read(self.photos.join("002_A.jpg")).unwrap(), (2146, 2505));
        let moved = |share| jpeg(&with_nose_moved(&own, share));
        Stills { straight: jpeg(&own), left: moved(left), right: moved(right) }
    }
}

/// The surroundings of a face, as a camera of a telephone has them that somebody holds up.
fn near(photo: &[u8], (x, y): (u32, u32)) -> image::RgbImage {
    let picture = upright(photo);
    let side = picture.width().min(picture.height()) / 2;
    let corner = |at: u32, length: u32| at.saturating_sub(side / 2).min(length - side);
    let (left, top) = (corner(x, picture.width()), corner(y, picture.height()));
    picture.crop_imm(left, top, side, side).thumbnail(900, 900).to_rgb8()
}

/// The same face with the tip of its nose moved to one side by a share of the picture, as in somebody who turns a
/// little: what is near the middle moves, and less the further it is away.
fn with_nose_moved(picture: &image::RgbImage, share: f32) -> image::RgbImage {
    let (width, height) = (picture.width() as f32, picture.height() as f32);
    image::RgbImage::from_fn(picture.width(), picture.height(), |x, y| {
        let (across, down) = (x as f32 / width - 0.5, y as f32 / height - 0.5);
        let near = (-(across * across + down * down) / (2.0 * 0.13 * 0.13)).exp();
        let from = (x as f32 - share * width * near).clamp(0.0, width - 1.0);
        *picture.get_pixel(from as u32, y)
    })
}

fn upright(photo: &[u8]) -> image::DynamicImage {
    let mut decoder =
        image::ImageReader::new(Cursor::new(photo)).with_guessed_format().unwrap().into_decoder().unwrap();
    let orientation = image::ImageDecoder::orientation(&mut decoder).unwrap();
    let mut picture = image::DynamicImage::from_decoder(decoder).unwrap();
    picture.apply_orientation(orientation);
    picture
}

fn jpeg(picture: &image::RgbImage) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, ImageFormat::Jpeg).unwrap();
    bytes.into_inner()
}
