//! HEIC and AVIF, by way of the converter that comes with the system's libheif.
//!
//! grata has no decoder for them: a library of C would have to be linked, and those written in Rust
//! are young. `heif-dec` (`heif-convert` before libheif 1.18) turns the file into a PNG, upright and
//! with its colour profile, which a worker then reads like any other.
//!
//! The converter is not ours and cannot lock itself in. So grata starts itself once more, as `grata
//! photo-converter`, gives up what a converter does not need ([`confine`]), and then becomes the
//! converter, see [`become_converter`]: limits and locks outlive that. Neither photo nor picture
//! is copied to the disk: it reads the photo through standard input, the only file besides programs
//! and libraries that it can open, and what it takes for its output file is a pipe to the parent.
//! One photo, one process.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd};
use std::os::unix::fs::symlink;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec};
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions};

use super::confine;
use super::process::WorkerCommand;
use crate::config::Limits;
use crate::stop::Stop;
use crate::words::{count, harmless};

/// Names of the converter, the newest first. All take an input and an output file.
const PROGRAMS: [&str; 2] = ["heif-dec", "heif-convert"];

/// Where it is looked for: the places of packages, not whatever a user's PATH says.
const PROGRAM_FOLDERS: [&str; 3] = ["/usr/local/bin", "/usr/bin", "/bin"];

/// What it takes for its input file.
const PHOTO: &str = "/proc/self/fd/0";

/// What it takes for its output file. Where a file holds several pictures, it puts a number to each;
/// all but the first fail.
const PICTURE: &str = "picture.png";
const FIRST_PICTURE: &str = "picture-1.png";

/// Last chunk of a PNG, empty and with its sum.
const PNG_END: [u8; 12] = *b"\0\0\0\0IEND\xAE\x42\x60\x82";

/// Longest time to say what it can read.
const INTRODUCTION_TIME: Duration = Duration::from_secs(10);

/// How often a waiting parent looks whether somebody ended the work.
const TICK: Duration = Duration::from_millis(50);

/// How much of what it says is kept, in bytes.
const MAX_WORDS: usize = 16 << 10;

/// What to do where it is missing.
pub const HOW_TO_GET_IT: &str = "Install the command line tools of libheif (Debian, Ubuntu: `apt-get install \
     libheif-examples`; Fedora: `dnf install libheif-tools`).";

/// The converters that may be there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Converters {
    /// What becomes the converter, as [`become_converter`] does.
    pub launcher: WorkerCommand,
    /// Program files; the first that is there is taken.
    pub programs: Vec<PathBuf>,
}

/// A converter that answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Introduction {
    /// Its file.
    pub program: PathBuf,
    /// Whether it has a decoder for HEVC.
    pub heic: bool,
    /// Whether it has a decoder for AV1.
    pub avif: bool,
}

/// Why a photo was not converted.
#[derive(Debug, thiserror::Error)]
pub enum ConvertError {
    /// There is no converter.
    #[error(
        "HEIC and AVIF cannot be read on this machine, the converter of libheif is missing. {HOW_TO_GET_IT}"
    )]
    Missing,
    /// It made no picture of the photo; its own words.
    #[error("it cannot be converted: {0}")]
    Refused(String),
    /// It gave more than a file may have.
    #[error("too large: converted, more than {} MiB (GRATA_LIMIT_FILE_MIB allows more)", .0 >> 20)]
    TooLarge(u64),
    /// It took too long and was killed.
    #[error(
        "converting it took longer than {} and was stopped (GRATA_LIMIT_PHOTO_SECONDS allows more)",
        count(.0.as_secs() as usize, "second")
    )]
    Timeout(Duration),
    /// Somebody ended the work.
    #[error("stopped before it was done")]
    Stopped,
    /// The system says so.
    #[error("the converter cannot be run: {0}")]
    Io(#[from] io::Error),
}

impl Converters {
    /// Those of the system's packages, behind this very program.
    pub fn of_the_system() -> Self {
        let launcher =
            WorkerCommand { arguments: vec!["photo-converter".into()], ..WorkerCommand::this_program() };
        let places =
            PROGRAMS.iter().flat_map(|name| PROGRAM_FOLDERS.map(|folder| Path::new(folder).join(name)));
        Self { launcher, programs: places.collect() }
    }

    /// The one that is taken. `None` if there is none, or the system is not Linux: elsewhere a
    /// converter could not be locked in.
    pub fn program(&self) -> Option<&Path> {
        let there = self.programs.iter().find(|program| program.is_file()).map(PathBuf::as_path);
        there.filter(|_| cfg!(target_os = "linux"))
    }

    /// Asks the converter what it can read.
    ///
    /// # Errors
    /// [`ConvertError`]; `Missing` if there is none.
    pub fn introduction(&self, stop: &Stop) -> Result<Introduction, ConvertError> {
        let program = self.program().ok_or(ConvertError::Missing)?;
        let run = Run { most: 0, time: INTRODUCTION_TIME, stop };
        let limits = Limits::default();
        let (_, words) = self.run(program, Stdio::null(), &["--list-decoders"], &limits, &run)?;
        Ok(introduction(program, &words))
    }

    /// The PNG that the converter makes of `photo`, which it opens anew, whole. Nothing remains on
    /// the disk.
    ///
    /// # Errors
    /// See [`ConvertError`].
    pub fn convert(&self, photo: &File, limits: &Limits, stop: &Stop) -> Result<Vec<u8>, ConvertError> {
        let program = self.program().ok_or(ConvertError::Missing)?;
        let run = Run { most: limits.photo.file_bytes, time: limits.time, stop };
        let (png, words) = self.run(program, photo.try_clone()?.into(), &[PHOTO, PICTURE], limits, &run)?;
        if png.ends_with(&PNG_END) { Ok(png) } else { Err(ConvertError::Refused(last_words(&words))) }
    }

    /// The same for a photo that is in memory only: an original lies nowhere in the open.
    ///
    /// # Errors
    /// See [`ConvertError`].
    pub fn convert_bytes(&self, photo: &[u8], limits: &Limits, stop: &Stop) -> Result<Vec<u8>, ConvertError> {
        self.program().ok_or(ConvertError::Missing)?;
        self.convert(&in_memory(photo)?, limits, stop)
    }

    fn run(
        &self,
        program: &Path,
        input: Stdio,
        arguments: &[&str],
        limits: &Limits,
        run: &Run<'_>,
    ) -> Result<(Vec<u8>, String), ConvertError> {
        // Of its own, so that it finds nothing there; it holds two links and no bytes.
        let folder = tempfile::Builder::new().prefix("grata-").tempdir()?;
        let mut converter = Command::new(&self.launcher.program)
            .arg0("grata")
            .args(&self.launcher.arguments)
            .arg(limits.worker_bytes.to_string())
            .arg(program)
            .args(arguments)
            .env_clear()
            .current_dir(folder.path())
            .process_group(0)
            .stdin(input)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map(Ended)?;
        run.listen(&mut converter.0)
    }
}

/// A file that has no place on any disk, and that nobody can change any more.
#[cfg(target_os = "linux")]
fn in_memory(bytes: &[u8]) -> io::Result<File> {
    use rustix::fs::{MemfdFlags, SealFlags};
    let create = |flags| rustix::fs::memfd_create("photo", MemfdFlags::CLOEXEC | flags);
    // Some kernels want to hear that nothing in it is to be run; older ones do not know the word.
    let file = create(MemfdFlags::NOEXEC_SEAL).or_else(|_| create(MemfdFlags::ALLOW_SEALING))?;
    let mut file = File::from(file);
    file.write_all(bytes)?;
    rustix::fs::fcntl_add_seals(&file, SealFlags::WRITE | SealFlags::SHRINK | SealFlags::GROW)?;
    Ok(file)
}

/// No converter runs here.
#[cfg(not(target_os = "linux"))]
fn in_memory(_: &[u8]) -> io::Result<File> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Which formats the list of decoders names one for; releases that print no list have both.
fn introduction(program: &Path, words: &str) -> Introduction {
    let has = |format: &str| {
        let mut lines = words.lines().skip_while(|line| !line.starts_with(&format!("{format} decoders")));
        lines.next().is_some() && lines.next().is_some_and(|line| line.starts_with("- "))
    };
    let lists = words.contains("decoders:");
    Introduction { program: program.into(), heic: !lists || has("HEIC"), avif: !lists || has("AVIF") }
}

fn last_words(words: &str) -> String {
    match words.lines().map(str::trim).rfind(|line| !line.is_empty()) {
        Some(line) => harmless(line),
        None => "the converter does not say why".into(),
    }
}

/// A converter, which is not left behind, nor what it may have started.
struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        let group = i32::try_from(self.0.id()).ok().and_then(Pid::from_raw);
        // Gone already is as good. It was not waited for until here, so the number is still its own.
        let _ = group.map(|group| rustix::process::kill_process_group(group, Signal::KILL));
        let _ = self.0.wait();
    }
}

/// How long one run may take, and how many bytes it may give.
struct Run<'a> {
    most: u64,
    time: Duration,
    stop: &'a Stop,
}

impl Run<'_> {
    /// The picture and what was said besides, up to the end of the picture or of the converter.
    fn listen(&self, converter: &mut Child) -> Result<(Vec<u8>, String), ConvertError> {
        let (Some(mut pictures), Some(mut says)) = (converter.stdout.take(), converter.stderr.take()) else {
            return Err(io::Error::other("a converter without pipes").into());
        };
        let deadline = Instant::now() + self.time;
        let (mut png, mut words) = (Vec::new(), Vec::new());
        let mut chunk = vec![0; 64 << 10];
        let mut open = [true, true];
        while open != [false, false] && !png.ends_with(&PNG_END) {
            if self.stop.is_raised() {
                return Err(ConvertError::Stopped);
            }
            if Instant::now() > deadline {
                return Err(ConvertError::Timeout(self.time));
            }
            // What it has said by the time that it ended is in the pipes.
            let gone = has_ended(converter);
            let ready =
                readable([pictures.as_fd(), says.as_fd()], open, if gone { Duration::ZERO } else { TICK })?;
            if gone && ready == [false, false] {
                break;
            }
            if ready[0] {
                let length = pictures.read(&mut chunk)?;
                open[0] = length > 0;
                png.extend_from_slice(&chunk[..length]);
                if png.len() as u64 > self.most {
                    return Err(ConvertError::TooLarge(self.most));
                }
            }
            if ready[1] {
                let length = says.read(&mut chunk)?;
                open[1] = length > 0;
                words.extend_from_slice(&chunk[..length]);
                words.drain(..words.len().saturating_sub(MAX_WORDS));
            }
        }
        Ok((png, String::from_utf8_lossy(&words).into_owned()))
    }
}

fn has_ended(converter: &Child) -> bool {
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
    let state = rustix::process::waitid(WaitId::Pid(Pid::from_child(converter)), options);
    !matches!(state, Ok(None))
}

/// Which of the pipes that are `open` have something, or have come to their end.
fn readable(pipes: [BorrowedFd<'_>; 2], open: [bool; 2], time: Duration) -> io::Result<[bool; 2]> {
    let wanted = |open| if open { PollFlags::IN } else { PollFlags::empty() };
    let mut polled = [
        PollFd::from_borrowed_fd(pipes[0], wanted(open[0])),
        PollFd::from_borrowed_fd(pipes[1], wanted(open[1])),
    ];
    let time = Timespec { tv_sec: 0, tv_nsec: i64::from(time.subsec_nanos()) };
    match rustix::event::poll(&mut polled, Some(&time)) {
        Ok(_) => Ok([0, 1].map(|pipe| open[pipe] && !polled[pipe].revents().is_empty())),
        Err(rustix::io::Errno::INTR) => Ok([false, false]),
        Err(error) => Err(error.into()),
    }
}

/// The launcher's side: limits and locks this process, and becomes the converter.
///
/// `order`: the memory it may take, in bytes, its program file, and its arguments. What the converter
/// writes to [`PICTURE`] goes to standard output, what it says to standard error.
pub fn become_converter(order: impl Iterator<Item = OsString>) -> ExitCode {
    let Err(error) = try_to_become(order);
    // Nobody listening is no reason to do more.
    let _ = writeln!(io::stderr(), "it cannot be started: {error}");
    ExitCode::from(3)
}

fn try_to_become(mut order: impl Iterator<Item = OsString>) -> io::Result<std::convert::Infallible> {
    let nonsense = || io::Error::from(io::ErrorKind::InvalidInput);
    let memory_bytes = order.next().and_then(|bytes| bytes.to_str()?.parse().ok()).ok_or_else(nonsense)?;
    let program = PathBuf::from(order.next().ok_or_else(nonsense)?);
    // Stays open when this process becomes the converter.
    let pictures = rustix::io::dup(io::stdout())?;
    rustix::stdio::dup2_stdout(io::stderr())?;
    for name in [PICTURE, FIRST_PICTURE] {
        symlink(format!("/proc/self/fd/{}", pictures.as_raw_fd()), name)?;
    }
    confine::limit_resources(memory_bytes)?;
    confine::lock_to_converting(&program, io::stdin().as_fd())?;
    Err(Command::new(&program).args(order).env_clear().exec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_decoders_says_what_can_be_read() {
        let debian_12 = "HEIC decoders:\n- libde265 = HEVC\nAVIF decoders:\n- dav1d = v6\n- aom = v3\n";
        let debian_13_bare = "HEIC decoders:\nAVIF decoders:\n- dav1d = v1\nVVIC decoders:\n";
        let has = |words| {
            let Introduction { heic, avif, .. } = introduction(Path::new("/usr/bin/heif-dec"), words);
            (heic, avif)
        };
        assert_eq!(has(debian_12), (true, true));
        assert_eq!(has(debian_13_bare), (false, true));
        assert_eq!(has("usage: heif-convert in out"), (true, true));
    }
}
