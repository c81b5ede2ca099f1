//! Real photos through the real model, where both are; a line says so where they are not.

use std::ffi::OsString;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use grata::app::models;
use grata::config::Config;
use grata::error::AppError;
use grata::stop::Stop;
use grata::worker::pool::Crew;
use grata::worker::process::WorkerCommand;
use grata::worker::protocol::{Checked, ModelFiles, Task};
use grata::worker::{engine, serve};
use grata_core::geometry::{PixelRect, Size};
use grata_core::region::{Region, Shape};
use grata_core::tag::TagKind;

use crate::world::{ALBUM, LATER, World};

pub const TESTS: &[(&str, fn())] = &[("pub_1_real_photos_show_who_said_yes_and_nobody_else", real_photos)];

pub fn grata(arguments: impl Iterator<Item = OsString>) -> ExitCode {
    crate::stand_in::run("as-real-worker", installed, arguments)
}

pub fn worker() -> ExitCode {
    serve::serve(engine::prepare)
}

fn installed(config: &Config, stop: &Stop, say: &mut dyn Write) -> Result<ModelFiles, AppError> {
    models::ensure_detect(config, stop, say).map(|pack| pack.files())
}

/// The model, if it is installed: no test opens a connection.
fn model(config: &Config) -> Option<ModelFiles> {
    let folder = config.models.as_ref()?.join("detect");
    let mut files = fs::read_dir(folder).ok()?.filter_map(|entry| Some(entry.ok()?.file_name()));
    if !files.any(|name| name.to_string_lossy().starts_with("centerface")) {
        return None;
    }
    installed(config, &Stop::default(), &mut std::io::sink()).ok()
}

fn photos() -> Option<Vec<PathBuf>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/testphotos");
    let mut photos: Vec<PathBuf> =
        fs::read_dir(folder).ok()?.filter_map(|entry| Some(entry.ok()?.path())).collect();
    photos.retain(|path| path.extension().is_some_and(|extension| extension == "jpg"));
    photos.sort();
    (!photos.is_empty()).then_some(photos)
}

/// The nose points of a photo's faces, marked by hand.
fn noses(photo: &Path) -> Vec<(u32, u32)> {
    let table = fs::read_to_string(photo.with_file_name("faces.csv")).unwrap();
    let name = photo.file_name().unwrap().to_str().unwrap();
    let lines = table.lines().filter_map(|line| line.strip_prefix(name)?.strip_prefix(','));
    lines
        .filter_map(|line| {
            let mut numbers = line.split(',');
            Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
        })
        .collect()
}

fn real_photos() {
    let config = Config::from_environment().unwrap();
    let (Some(model), Some(photos)) = (model(&config), photos()) else {
        eprintln!("SKIPPED real_photos: the detect pack or the reference photos are not here");
        return;
    };
    let mut world = World::new();
    let command =
        WorkerCommand { program: std::env::current_exe().unwrap(), arguments: vec!["as-real-worker".into()] };
    let crew = Crew::new(&command, Some(model), config.limits, &Stop::default());
    let mut slot = crew.first_slot().unwrap();
    let mut faces = |bytes: &[u8]| {
        let task = Task { min_face: Some(20), margin: 0.25, ..Task::default() };
        match slot.process(&task, &mut &bytes[..], bytes.len() as u64, |_| Ok(())).unwrap() {
            Checked::Done(done) => (done.size, done.regions),
            Checked::Measured(_) | Checked::Group(..) => unreachable!("nothing is measured here"),
            Checked::Refused(reason) => panic!("{reason}"),
        }
    };
    let mut expected = Vec::new();
    for path in photos.iter().take(6) {
        let bytes = fs::read(path).unwrap();
        let (size, regions): (Size, Vec<_>) = faces(&bytes);
        let region = |rect| Region { rect, shape: Shape::Rectangle };
        let photo = world.photo_of(&bytes, size, regions.iter().map(|one| region(one.rect)).collect());
        // The strongest face is Anna, who said yes.
        let shown = regions.first().map(|one| one.rect);
        if shown.is_some() {
            world.house.tag(&photo, 0, TagKind::Is(world.anna)).unwrap();
        }
        expected.push((photo.id, size, shown, noses(path)));
    }
    let make = ["release", "make", ALBUM, "--channel", "website", "--out", "website", "--json"];
    let made = world.run_as("as-real-grata", LATER, &make).expect(0);
    assert_eq!(made.lines.len(), expected.len());
    for (photo, size, shown, noses) in expected {
        let live = world.live(photo).remove(0);
        let bytes = fs::read(world.path("website").join(&live.file_name)).unwrap();
        let (_, seen) = faces(&bytes);
        // Another look at the finished file: whatever it sees of a face, or close to one, is hers, or a veil. Every
        // face of these photos is marked; boxes elsewhere are texture, which comes and goes with each look.
        let stands_on_veil = |rect: PixelRect| {
            let middle = PixelRect::new(rect.x + rect.width / 2, rect.y + rect.height / 2, 1, 1);
            live.rendition.hidden.iter().any(|hidden| hidden.region.touches(middle))
        };
        let hers = |rect: PixelRect| shown.is_some_and(|shown| shown.intersection(rect).is_some());
        let is_at_a_face = |rect: PixelRect| {
            let around = rect.grown(rect.width.max(rect.height), size);
            noses.iter().any(|(x, y)| around.intersection(PixelRect::new(*x, *y, 1, 1)).is_some())
        };
        let stray: Vec<_> = seen
            .iter()
            .filter(|one| is_at_a_face(one.rect) && !hers(one.rect) && !stands_on_veil(one.rect))
            .collect();
        assert!(stray.is_empty(), "{photo}: {stray:?}, shown {shown:?}");
        assert_eq!(seen.iter().any(|one| hers(one.rect)), shown.is_some(), "{photo}");
        for (x, y) in noses {
            let nose = PixelRect::new(x, y, 1, 1);
            assert!(hers(nose) || stands_on_veil(nose), "{photo}: the nose at {x},{y} can be seen");
        }
    }
}
