//! The package client of this machine (pip), which fetches the packages that hold our files.
//!
//! grata itself opens no connection and knows no address (COL-1, SEC-4): the client's own
//! configuration says where packages come from. What it brings is checked against our list.

use std::fs::{self, File};
use std::io::{self, Read};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};

use super::folder;
use super::manifest::Registry;
use crate::stop::Stop;
use crate::words::harmless;

/// Longest time for one package: 25 MB over a slow line.
pub const DOWNLOAD_TIME: Duration = Duration::from_secs(600);

/// Longest time for a client to say its version.
const VERSION_TIME: Duration = Duration::from_secs(30);

/// How often a waiting installation looks whether somebody ended it.
const TICK: Duration = Duration::from_millis(50);

/// How much of what a client prints is looked at, in bytes.
const MAX_OUTPUT_BYTES: u64 = 64 << 10;

/// Ways to call the client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackageClient {
    ways: Vec<Vec<String>>,
    time: Duration,
}

/// A client that answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundClient {
    command: Vec<String>,
    time: Duration,
    /// What it says about itself, such as `pip 24.0`.
    pub version: String,
}

/// One package file to fetch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted<'a> {
    /// Where it is published.
    pub registry: Registry,
    /// Name of the package.
    pub package: &'a str,
    /// Its version.
    pub version: &'a str,
    /// Python version and platform, where the package has files for several.
    pub target: Option<(&'a str, &'a str)>,
}

/// Why a client brought nothing.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// None of the ways led to a client.
    #[error("no package client (pip or npm) is on this machine")]
    Missing,
    /// It ran and failed; its own last words.
    #[error("{0}")]
    Failed(String),
    /// It took too long.
    #[error("the package client took longer than {} minutes and was stopped", .0.as_secs() / 60)]
    Timeout(Duration),
    /// Somebody ended the work.
    #[error("stopped before it was done")]
    Stopped,
    /// The system says so.
    #[error("the package client cannot be run: {0}")]
    Io(#[from] io::Error),
}

impl PackageClient {
    /// pip, however it is called on this machine.
    pub fn usual() -> Self {
        Self::by(&[&["python3", "-m", "pip"], &["pip3"], &["pip"], &["python", "-m", "pip"]], DOWNLOAD_TIME)
    }

    /// The client that brings packages of this registry.
    pub fn of(registry: Registry) -> Self {
        match registry {
            Registry::Python => Self::usual(),
            Registry::Npm => Self::by(&[&["npm"]], DOWNLOAD_TIME),
        }
    }

    /// A client that is called in one of these ways, and may take so long.
    pub fn by(ways: &[&[&str]], time: Duration) -> Self {
        let way = |way: &&[&str]| way.iter().map(ToString::to_string).collect();
        Self { ways: ways.iter().map(way).collect(), time }
    }

    /// The first way that leads to a client.
    ///
    /// # Errors
    /// [`ClientError::Missing`] or [`ClientError::Stopped`].
    pub fn find(&self, stop: &Stop) -> Result<FoundClient, ClientError> {
        for command in &self.ways {
            let folder = tempfile::tempdir()?;
            match run(command, &["--version".into()], folder.path(), VERSION_TIME, stop) {
                Ok((status, output)) if status.success() => {
                    let version = output.split_whitespace().take(2).collect::<Vec<_>>().join(" ");
                    let version = harmless(&version);
                    return Ok(FoundClient { command: command.clone(), time: self.time, version });
                }
                Err(ClientError::Stopped) => return Err(ClientError::Stopped),
                _ => {}
            }
        }
        Err(ClientError::Missing)
    }
}

impl FoundClient {
    /// Fetches the package file and returns its bytes. Everything it writes goes to a folder that
    /// is gone afterwards.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn download(&self, wanted: &Wanted, stop: &Stop) -> Result<Vec<u8>, ClientError> {
        let folder = tempfile::tempdir()?;
        let brought = folder.path().join("brought");
        fs::create_dir(&brought)?;
        let mut arguments = wanted.arguments();
        let (to, quiet): (&str, &[&str]) = match wanted.registry {
            Registry::Python => ("--dest", &QUIET),
            Registry::Npm => ("--pack-destination", &QUIET_NPM),
        };
        arguments.extend([to.into(), brought.to_string_lossy().into_owned()]);
        arguments.extend(quiet.iter().map(ToString::to_string));
        let (status, output) = run(&self.command, &arguments, folder.path(), self.time, stop)?;
        if !status.success() {
            return Err(ClientError::Failed(last_words(&output)));
        }
        only_file(&brought)?.ok_or_else(|| ClientError::Failed("the package client brought nothing".into()))
    }
}

/// No questions, no bar, no look whether there is a newer client (SEC-4), and no patience with a
/// network that is not there.
const QUIET: [&str; 7] =
    ["--no-input", "--disable-pip-version-check", "--progress-bar", "off", "--quiet", "--retries", "2"];

/// The same for npm.
const QUIET_NPM: [&str; 5] =
    ["--silent", "--no-update-notifier", "--no-audit", "--no-fund", "--fetch-retries=2"];

impl Wanted<'_> {
    /// What to ask the client for. Only finished package files: building one would run its code.
    fn arguments(&self) -> Vec<String> {
        if self.registry == Registry::Npm {
            return vec![
                "pack".into(),
                "--ignore-scripts".into(),
                format!("{}@{}", self.package, self.version),
            ];
        }
        let mut arguments: Vec<String> =
            vec!["download".into(), "--no-deps".into(), "--only-binary=:all:".into()];
        if let Some((python, platform)) = self.target {
            arguments.extend(["--python-version".into(), python.into()]);
            arguments.extend(["--platform".into(), platform.into()]);
        }
        arguments.push(format!("{}=={}", self.package, self.version));
        arguments
    }

    /// The command for another machine, for a person to type.
    pub fn command(&self) -> String {
        format!("{} {}", self.registry.client(), self.arguments().join(" "))
    }
}

/// Runs a client with `folder` as its place for everything, and returns what it printed.
///
/// It starts in that folder: Python would run a `pip.py` that lies where it was called, among the
/// photos. It is a process group of its own, so that Ctrl-C reaches grata alone, which then ends all
/// of it.
pub(in crate::app) fn run(
    command: &[String],
    arguments: &[String],
    folder: &Path,
    time: Duration,
    stop: &Stop,
) -> Result<(ExitStatus, String), ClientError> {
    let Some((program, first)) = command.split_first() else { return Err(ClientError::Missing) };
    let printed = folder.join("printed");
    let output = File::create(&printed)?;
    let mut child = Command::new(program)
        .args(first)
        .args(arguments)
        .current_dir(folder)
        .env("TMPDIR", folder)
        .stdin(Stdio::null())
        .stdout(output.try_clone()?)
        .stderr(output)
        .process_group(0)
        .spawn()?;
    let waited = wait(&mut child, time, stop);
    if waited.is_err() {
        end(&mut child);
    }
    let mut text = Vec::new();
    File::open(&printed)?.take(MAX_OUTPUT_BYTES).read_to_end(&mut text)?;
    Ok((waited?, String::from_utf8_lossy(&text).into_owned()))
}

fn wait(child: &mut Child, time: Duration, stop: &Stop) -> Result<ExitStatus, ClientError> {
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        if stop.is_raised() {
            return Err(ClientError::Stopped);
        }
        if start.elapsed() > time {
            return Err(ClientError::Timeout(time));
        }
        std::thread::sleep(TICK);
    }
}

/// Ends the client and what it started.
fn end(child: &mut Child) {
    let group = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    // Gone already is as good.
    let _ = group.map(|group| kill_process_group(group, Signal::KILL));
    let _ = child.wait();
}

/// The line in which the client says what went wrong.
pub(in crate::app) fn last_words(output: &str) -> String {
    let lines = || output.lines().map(str::trim).filter(|line| !line.is_empty());
    let error = lines().rfind(|line| line.starts_with("ERROR:")).or_else(|| lines().next_back());
    match error {
        Some(line) => format!("the package client says: {}", harmless(line.trim_start_matches("ERROR:"))),
        None => "the package client failed and does not say why".into(),
    }
}

fn only_file(folder: &Path) -> Result<Option<Vec<u8>>, ClientError> {
    let Some(entry) = fs::read_dir(folder)?.next() else { return Ok(None) };
    folder::read(&entry?.path()).map_err(|error| ClientError::Failed(error.to_string()))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A client that does what this shell script says, with the arguments in `$@`.
    pub fn scripted(script: &str) -> PackageClient {
        PackageClient::by(&[&["sh", "-c", script, "client"]], Duration::from_secs(20))
    }

    const WANTED: Wanted =
        Wanted { registry: Registry::Python, package: "p", version: "1.0", target: Some(("3.11", "here")) };

    fn found(client: &PackageClient) -> FoundClient {
        FoundClient { command: client.ways[0].clone(), time: client.time, version: String::new() }
    }

    #[test]
    fn a_client_that_is_not_there_is_passed_over() {
        let stop = Stop::default();
        let ways: [&[&str]; 3] =
            [&["/nowhere/python3"], &["false"], &["sh", "-c", "echo tool 7.1 from here", "client"]];
        let client = PackageClient::by(&ways, DOWNLOAD_TIME);
        assert_eq!(client.find(&stop).unwrap().version, "tool 7.1");
        let client = PackageClient::by(&ways[..2], DOWNLOAD_TIME);
        assert!(matches!(client.find(&stop), Err(ClientError::Missing)));
    }

    #[test]
    fn sec_4_the_client_is_asked_for_one_finished_file_and_nothing_else() {
        assert_eq!(
            WANTED.command(),
            "pip download --no-deps --only-binary=:all: --python-version 3.11 --platform here p==1.0"
        );
        let client = scripted("for last do prior=$dest; dest=$last; done; echo \"$@\" > brought/file");
        let asked = found(&client).download(&WANTED, &Stop::default()).unwrap();
        let asked = String::from_utf8(asked).unwrap();
        for part in
            ["--no-deps", "--only-binary=:all:", "--no-input", "--disable-pip-version-check", "p==1.0"]
        {
            assert!(asked.contains(part), "{asked}");
        }
    }

    #[test]
    fn sec_4_npm_is_asked_for_one_package_file_and_runs_nothing_of_it() {
        let wanted = Wanted { registry: Registry::Npm, package: "@a/b", version: "1.0", target: None };
        assert_eq!(wanted.command(), "npm pack --ignore-scripts @a/b@1.0");
        let client = scripted("echo \"$@\" > brought/file");
        let asked = String::from_utf8(found(&client).download(&wanted, &Stop::default()).unwrap()).unwrap();
        for part in ["--ignore-scripts", "--no-update-notifier", "--pack-destination"] {
            assert!(asked.contains(part), "{asked}");
        }
    }

    #[test]
    fn a_failing_client_is_quoted_harmlessly() {
        let client = scripted("echo starting; printf 'ERROR: no \\033[2Jmatch\\nbye\\n' >&2; exit 1");
        let error = found(&client).download(&WANTED, &Stop::default()).unwrap_err();
        assert_eq!(error.to_string(), "the package client says: no \u{FFFD}[2Jmatch");
        let error = found(&scripted("exit 1")).download(&WANTED, &Stop::default()).unwrap_err();
        assert!(error.to_string().contains("does not say why"), "{error}");
        let error = found(&scripted("true")).download(&WANTED, &Stop::default()).unwrap_err();
        assert!(error.to_string().contains("brought nothing"), "{error}");
    }

    #[test]
    fn a_client_that_hangs_is_ended_with_all_it_started() {
        let mark = tempfile::NamedTempFile::new().unwrap();
        let script = format!("(sleep 2; echo late > {}) & sleep 60", mark.path().display());
        let mut client = found(&scripted(&script));
        client.time = Duration::from_millis(200);
        let start = Instant::now();
        assert!(matches!(client.download(&WANTED, &Stop::default()), Err(ClientError::Timeout(_))));
        assert!(start.elapsed() < Duration::from_secs(10));
        std::thread::sleep(Duration::from_millis(2500));
        assert_eq!(fs::read(mark.path()).unwrap(), b"");
    }

    #[test]
    fn ctrl_c_ends_the_client() {
        let stop = Stop::default();
        let raised = stop.clone();
        std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(200));
            raised.raise();
        });
        let start = Instant::now();
        let result = found(&scripted("sleep 60")).download(&WANTED, &stop);
        assert!(matches!(result, Err(ClientError::Stopped)));
        assert!(start.elapsed() < Duration::from_secs(10));
    }

    #[test]
    fn sec_8_a_module_beside_the_photos_is_not_run() {
        let client = scripted("pwd > brought/file");
        let folder = found(&client).download(&WANTED, &Stop::default()).unwrap();
        let folder = String::from_utf8(folder).unwrap();
        assert_ne!(Path::new(folder.trim()), std::env::current_dir().unwrap());
    }
}
