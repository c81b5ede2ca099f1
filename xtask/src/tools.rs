//! Other programs: cargo, grata itself, Python.

use std::error::Error;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Fails with a line for the developer.
pub type Outcome<T> = Result<T, Box<dyn Error>>;

/// The top folder of the repository.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_path_buf()
}

/// A call of cargo, in the top folder.
pub fn cargo(arguments: &[&str]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(arguments).current_dir(root());
    command
}

/// Where cargo builds.
pub fn target() -> Outcome<PathBuf> {
    let metadata = output(cargo(&["metadata", "--no-deps", "--format-version", "1"]))?;
    let metadata: serde_json::Value = serde_json::from_str(&metadata)?;
    let folder = metadata["target_directory"].as_str().ok_or("cargo names no target folder")?;
    Ok(folder.into())
}

/// Shows the command and runs it; its output goes where ours goes.
pub fn run(mut command: Command) -> Outcome<()> {
    eprintln!("\n$ {}", line(&command));
    let status = command.status().map_err(|error| format!("{}: {error}", line(&command)))?;
    if status.success() { Ok(()) } else { Err(format!("{}: {status}", line(&command)).into()) }
}

/// Runs the command and returns what it prints.
pub fn output(mut command: Command) -> Outcome<String> {
    let output =
        command.stderr(Stdio::inherit()).output().map_err(|error| format!("{}: {error}", line(&command)))?;
    if !output.status.success() {
        return Err(format!("{}: {}", line(&command), output.status).into());
    }
    Ok(String::from_utf8(output.stdout)?)
}

/// Whether the command can be run and succeeds; what it says is nobody's concern.
pub fn works(mut command: Command) -> bool {
    command.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}

/// The command as one would type it.
fn line(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| shown(word).to_string_lossy()).collect::<Vec<_>>().join(" ")
}

/// A word of a command: paths below the repository without what lies above it.
fn shown(word: &OsStr) -> &OsStr {
    match Path::new(word).strip_prefix(root()) {
        Ok(path) if !path.as_os_str().is_empty() => path.as_os_str(),
        _ => word,
    }
}

/// Installs the pack `detect` through the program `grata` at this path, if it is not there as it
/// should be.
///
/// # Errors
/// What `grata` said, in a line above.
pub fn ensure_pack(grata: &Path) -> Outcome<()> {
    ensure(grata, "detect", None)
}

/// Installs a pack into this folder, for tests: apart from the packs of whoever runs them, who may not want the
/// one that compares faces on their machine (BYS-10).
///
/// # Errors
/// What `grata` said, in a line above.
pub fn ensure_pack_in(grata: &Path, pack: &str, folder: &Path) -> Outcome<()> {
    ensure(grata, pack, Some(folder))
}

fn ensure(grata: &Path, pack: &str, folder: Option<&Path>) -> Outcome<()> {
    let called = |arguments: &[&str]| {
        let mut command = called(grata, arguments);
        command.envs(folder.map(|folder| ("GRATA_MODELS", folder)));
        command
    };
    let list = output(called(&["models", "list", "--json"]))?;
    let packs = list.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
    let installed = packs.into_iter().any(|one| one["pack"] == pack && one["installed"] == true);
    if installed && works(called(&["models", "verify"])) {
        eprintln!("\nThe model pack \"{pack}\" is installed, and its files are the ones on the list.");
        return Ok(());
    }
    eprintln!("\nThe model pack \"{pack}\" is needed: grata installs it now.");
    run(called(&["models", "install", pack]))
}

fn called(program: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(arguments);
    command
}

/// A folder below the target folder for what [`crate::bench`] and [`crate::pictures`] make.
pub fn bench_folder() -> Outcome<PathBuf> {
    let folder = target()?.join("bench");
    std::fs::create_dir_all(&folder)?;
    Ok(folder)
}

/// The version of `deface` that grata is measured against.
pub const DEFACE: &str = "deface==1.5.0";

/// A Python environment with `deface` and what it brings (numpy, OpenCV, scikit-image, Pillow).
pub struct Venv(PathBuf);

impl Venv {
    /// Made on first use, with the machine's own package client.
    pub fn ensure() -> Outcome<Self> {
        let folder = bench_folder()?.join("venv");
        let venv = Self(folder.clone());
        if !venv.program("deface").is_file() {
            let mut make = Command::new("python3");
            make.args(["-m", "venv"]).arg(&folder);
            run(make)?;
            run(called(
                &venv.program("pip"),
                &["install", "--quiet", "--disable-pip-version-check", DEFACE],
            ))?;
        }
        Ok(venv)
    }

    /// A program of the environment.
    pub fn program(&self, name: &str) -> PathBuf {
        self.0.join("bin").join(name)
    }

    /// A call of one of our scripts.
    pub fn script(&self, name: &str) -> Command {
        let mut command = Command::new(self.program("python"));
        command.arg(root().join("xtask/py").join(name));
        command
    }
}
