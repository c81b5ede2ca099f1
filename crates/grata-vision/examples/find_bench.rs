//! What a comparison costs: the search of one face among many members, and the numbers of one face in
//! both runtimes; with a folder of photos, what a whole photo costs. `cargo xtask find` calls it.
//!
//! Members are made numbers: nobody's.

#![allow(clippy::unwrap_used, reason = "a tool for developers")]

use std::hint::black_box;
use std::path::PathBuf;
use std::time::Instant;

use grata_core::digest::Digest;
#[cfg(feature = "onnxruntime")]
use grata_core::face::FaceBox;
use grata_core::geometry::{PixelRect, Size};
use grata_core::scope::Scope;
#[cfg(feature = "onnxruntime")]
use grata_vision::bundle::free_sizes;
#[cfg(feature = "onnxruntime")]
use grata_vision::decode::Limits;
use grata_vision::detect::{DetectOptions, Detector, FivePoints, Picture, Texture};
use grata_vision::frame::Frame;
#[cfg(feature = "onnxruntime")]
use grata_vision::photo::OpenPhoto;
use grata_vision::recognise::{Embedder, Family, Gallery, Right, Sample, Template, Views, align, faces};
use grata_vision::runtime::fake::Fake;
#[cfg(feature = "onnxruntime")]
use grata_vision::runtime::onnx::{Library, Onnx};
use grata_vision::runtime::pure::Pure;
use grata_vision::runtime::{ModelRuntime, Tensor};

/// Members of the largest roster.
const MEMBERS: usize = 50_000;

const RUNS: usize = 21;

/// A striped picture.
struct Stripes;

impl Picture for Stripes {
    fn size(&self) -> Size {
        Size::new(400, 400)
    }

    fn reduced(&self, rect: PixelRect, factor: u32) -> Frame {
        let size = Size::new(rect.width.div_ceil(factor), rect.height.div_ceil(factor));
        let colour = |x: u32, y: u32| [(x * 7) as u8, (y * 5) as u8, (x + y) as u8];
        let rgb = (0..size.height)
            .flat_map(|y| {
                (0..size.width).flat_map(move |x| colour((rect.x + x) % 256, (rect.y + y) % 256 / 5))
            })
            .collect();
        Frame::from_rgb(size, rgb).unwrap()
    }

    fn texture(&self) -> Texture {
        unreachable!("nobody looks for faces here")
    }
}

fn sample(family: Family, views: Views) -> Sample {
    let place = family.points(0.25).map(|(x, y)| (x + 80.0, y + 80.0));
    align(&Stripes, &FivePoints(place), family, views).unwrap()
}

/// An embedder whose numbers are made: each face has others.
fn made(width: usize) -> Embedder {
    let mut state = 1_u32;
    let answer = move |_: &Tensor, _: &[&str]| {
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / (1 << 24) as f32 - 0.5
        };
        vec![Tensor { shape: vec![1, width], data: (0..width).map(|_| next()).collect() }]
    };
    Embedder::new(Box::new(Fake::new(answer)), Family::Residual150, Digest([1; 32]), "numbers")
}

/// The middle of several runs, and the fastest, in milliseconds.
fn timed(mut run: impl FnMut()) -> (f64, f64) {
    run();
    let mut times: Vec<f64> = (0..RUNS)
        .map(|_| {
            let start = Instant::now();
            run();
            start.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    times.sort_by(f64::total_cmp);
    (times[RUNS / 2], times[0])
}

fn main() {
    let scope = Scope::measurement();
    let sample_one = sample(Family::Residual150, Views::One);
    for width in [128, 512] {
        let mut embedder = made(width);
        let template = |embedder: &mut Embedder| {
            let probe = embedder.embed_face(&sample_one, &scope).unwrap();
            Template::enrol(vec![probe.for_measurement(&scope).unwrap()], &Right::Scope(&scope), None)
                .unwrap()
        };
        let members: Vec<Template> = (0..MEMBERS).map(|_| template(&mut embedder)).collect();
        let gallery = Gallery::of(members).unwrap();
        let probe = embedder.embed_face(&sample_one, &scope).unwrap();
        let (middle, fastest) = timed(|| {
            black_box(gallery.nearest(black_box(&probe)));
        });
        println!(
            "| one face among {MEMBERS} members of {width} numbers, exact, one core | {middle:.2} ms ({fastest:.2}) |"
        );
    }
    let models = std::env::var_os("GRATA_MODELS").map(PathBuf::from).unwrap_or_else(|| {
        PathBuf::from(std::env::var_os("HOME").unwrap()).join(".local/share/grata/models")
    });
    let model = std::fs::read(models.join("find/find.onnx")).expect("grata models install find");
    let mut runtimes: Vec<Box<dyn ModelRuntime>> = vec![Box::new(Pure::load(model.clone()).unwrap())];
    #[cfg(feature = "onnxruntime")]
    if let Some(library) = library(&models) {
        let library = Library::load(&library).unwrap();
        runtimes.push(Box::new(Onnx::load(&library, &model).unwrap()));
    }
    for runtime in runtimes {
        let name = runtime.name();
        let mut embedder = Embedder::new(runtime, Family::Residual150, Digest::of(&model), "numbers");
        for (views, words) in [(Views::One, "one view and its mirror image"), (Views::Two, "two views")] {
            let sample = sample(Family::Residual150, views);
            let (middle, fastest) = timed(|| {
                black_box(embedder.embed_face(&sample, &scope).unwrap());
            });
            println!("| numbers of one face, {words}, {name} | {middle:.1} ms ({fastest:.1}) |");
        }
    }
    let (middle, fastest) = timed(|| {
        black_box(sample(Family::Residual150, Views::Two));
    });
    println!("| cutting a face out, two views | {middle:.2} ms ({fastest:.2}) |");
    #[cfg(feature = "onnxruntime")]
    if let Some((folder, library)) = std::env::args().nth(1).zip(library(&models)) {
        let library = Library::load(&library).unwrap();
        let load = |model: &[u8]| Box::new(Onnx::load(&library, model).unwrap());
        let detect = std::fs::read(models.join("detect/centerface.onnx")).unwrap();
        let mut detector = Detector::new(load(&free_sizes(&detect).unwrap()));
        let mut embedder = Embedder::new(load(&model), Family::Residual150, Digest::of(&model), "numbers");
        photos(std::path::Path::new(&folder), &mut detector, &mut embedder, &scope);
    }
}

/// What a photo costs from its bytes to the comparison with a class, as in a closed group: some with few faces,
/// some with many.
#[cfg(feature = "onnxruntime")]
fn photos(folder: &std::path::Path, detector: &mut Detector, embedder: &mut Embedder, scope: &Scope) {
    for name in ["004_A.jpg", "001_A.jpg", "013_4.jpg", "016_8.jpg"] {
        let Ok(bytes) = std::fs::read(folder.join(name)) else { continue };
        let mut told = (Size::new(0, 0), 0);
        let (middle, fastest) = timed(|| {
            let open = OpenPhoto::open(&bytes, &Limits::default()).unwrap();
            let found = detector.faces(open.picture(), &DetectOptions::default()).unwrap();
            let sure: Vec<FaceBox> =
                found.iter().filter(|one| one.score >= 0.5).map(|one| one.face).collect();
            let seen = faces(open.picture(), &sure, Views::Two, (detector, embedder), scope).unwrap();
            told = (open.picture().size(), seen.iter().filter(|one| one.probe.is_some()).count());
            black_box(seen);
        });
        let (size, faces) = told;
        println!(
            "| a photo of {:.1} MP with {faces} face(s) to compare, all of it | {middle:.0} ms ({fastest:.0}) |",
            size.pixels() as f64 / 1e6
        );
    }
}

#[cfg(feature = "onnxruntime")]
fn library(models: &std::path::Path) -> Option<PathBuf> {
    let mut files = std::fs::read_dir(models.join("detect")).ok()?.filter_map(|file| Some(file.ok()?.path()));
    files.find(|path| {
        path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("libonnxruntime"))
    })
}
