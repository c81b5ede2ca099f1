//! One worker process, seen from its parent: started, asked, listened to, killed.
//!
//! The parent never waits without a deadline and an eye on [`Stop`]: both pipes are polled, so a
//! worker that hangs, stops reading or drips its answer byte by byte costs its time and no more.

use std::ffi::OsString;
use std::io::{self, Read, Write};
use std::os::fd::AsFd;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use grata_vision::decode;
use rustix::event::{PollFd, PollFlags, Timespec};
use zeroize::Zeroizing;

use super::confine;
use super::protocol::{self, Answer, Checked, Hello, Introduction, ProtocolError, Ready, Request};
use crate::stop::Stop;
use crate::words::{count, harmless};

/// Longest time that a worker may take to load its model. A slow disk takes seconds.
pub const START_TIME: Duration = Duration::from_secs(60);

/// How often a waiting parent looks whether somebody ended the work.
const TICK: Duration = Duration::from_millis(100);

/// How much of a photo is in the parent's memory at once, in bytes.
const CHUNK: usize = 64 << 10;

/// The program that works on photos, with its arguments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkerCommand {
    /// The program file.
    pub program: PathBuf,
    /// Its arguments, without the program's name.
    pub arguments: Vec<OsString>,
}

impl WorkerCommand {
    /// This very program as `grata photo-worker`.
    pub fn this_program() -> Self {
        Self { program: this_program(), arguments: vec!["photo-worker".into()] }
    }
}

/// On Linux by the link that the kernel keeps, which still leads to this very program after an
/// update has replaced its file.
fn this_program() -> PathBuf {
    let link = PathBuf::from("/proc/self/exe");
    if cfg!(target_os = "linux") && link.exists() {
        return link;
    }
    std::env::current_exe().unwrap_or_else(|_| PathBuf::from("grata"))
}

/// Why a worker did not answer. After any of these it is to be dropped.
#[derive(Debug, thiserror::Error)]
pub enum WorkerError {
    /// It cannot be started, or refused to begin.
    #[error("{0}")]
    Start(String),
    /// It ended in the middle of its work.
    #[error("{}", crash_words(.0))]
    Crash(Option<ExitStatus>),
    /// It took too long and was killed.
    #[error(
        "it took longer than {} and was stopped (GRATA_LIMIT_PHOTO_SECONDS allows more)",
        count(.0.as_secs() as usize, "second")
    )]
    Timeout(Duration),
    /// Its answer made no sense, as if the photo had taken it over.
    #[error("the worker process gave an answer that makes no sense ({0}) and was stopped")]
    Nonsense(&'static str),
    /// Somebody ended the work.
    #[error("stopped before it was done")]
    Stopped,
    /// The photo's file could not be read to its end.
    #[error("the photo cannot be read: {0}")]
    Source(io::Error),
    /// The finished file could not be written to its end.
    #[error("the finished photo cannot be written: {0}")]
    Sink(io::Error),
}

fn crash_words(status: &Option<ExitStatus>) -> String {
    let signal = status.and_then(|status| status.signal());
    let how = match (signal, status.and_then(|status| status.code())) {
        (Some(6), _) => "signal 6: usually it needed more memory than one photo may take".into(),
        (Some(9), _) => "signal 9: usually the system ran out of memory".into(),
        (Some(signal), _) => format!("signal {signal}"),
        (None, Some(101)) => "a fault of grata".into(),
        (None, Some(code)) => format!("exit code {code}"),
        (None, None) => "for no known reason".into(),
    };
    format!("it made the worker process crash ({how})")
}

/// A running worker. Dropping it kills it.
#[derive(Debug)]
pub struct WorkerProcess {
    child: Child,
    input: Timed<ChildStdin>,
    output: Timed<ChildStdout>,
    introduction: Introduction,
    requests: u64,
}

impl WorkerProcess {
    /// Starts a worker and waits until it is ready.
    ///
    /// It gets no environment but [`confine::ENVIRONMENT`], no terminal, the root as its folder, and a process group of its own,
    /// so that Ctrl-C reaches the parent alone, which then ends its workers.
    ///
    /// # Errors
    /// [`WorkerError::Start`] with the reason, or how else it ended.
    pub fn start(command: &WorkerCommand, hello: &Hello, stop: &Stop) -> Result<Self, WorkerError> {
        let mut child = Command::new(&command.program)
            .arg0("grata")
            .args(&command.arguments)
            .env_clear()
            .envs(confine::ENVIRONMENT)
            .current_dir("/")
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| WorkerError::Start(format!("a worker process cannot be started: {error}")))?;
        let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(WorkerError::Start("a worker process without pipes".into()));
        };
        rustix::io::ioctl_fionbio(&input, true)
            .map_err(|error| WorkerError::Start(format!("a pipe cannot be set up: {error}")))?;
        let (input, output) = (Timed::new(input, stop), Timed::new(output, stop));
        let mut worker = Self { child, input, output, introduction: Introduction::default(), requests: 0 };
        worker.introduction = worker.greet(hello)?;
        Ok(worker)
    }

    fn greet(&mut self, hello: &Hello) -> Result<Introduction, WorkerError> {
        self.allow(START_TIME);
        let greeted = protocol::write_header(&mut self.input, hello, 0);
        greeted.map_err(|error| self.broken(error.into()))?;
        match protocol::read_header(&mut self.output).map_err(|error| self.broken(error))? {
            Some((Ready::Ready(introduction), 0)) => Ok(introduction.harmless()),
            Some((Ready::Refused { reason }, 0)) => Err(WorkerError::Start(harmless(&reason))),
            Some(_) => Err(WorkerError::Nonsense("a greeting with a picture")),
            None => Err(self.ended()),
        }
    }

    /// What the worker said of itself.
    pub fn introduction(&self) -> &Introduction {
        &self.introduction
    }

    /// Sends one photo, `photo_bytes` of `photo`, and waits for the verdict. If it promises a
    /// finished file, [`WorkerProcess::receive`] has to be called next.
    ///
    /// `time`: for the whole photo, the finished file included.
    ///
    /// # Errors
    /// [`WorkerError`]; a photo that the worker refuses in good order is no error.
    pub fn ask(
        &mut self,
        task: &protocol::Task,
        photo: &mut impl Read,
        photo_bytes: u64,
        limits: &decode::Limits,
        time: Duration,
    ) -> Result<Checked, WorkerError> {
        self.allow(time);
        self.requests += 1;
        let request = Request { id: self.requests, task: task.clone() };
        let asked = protocol::write_header(&mut self.input, &request, photo_bytes);
        asked.map_err(|error| self.broken(error.into()))?;
        self.send(photo, photo_bytes)?;
        let answer = protocol::read_header::<Answer>(&mut self.output).map_err(|error| self.broken(error))?;
        let (answer, body_bytes) = answer.ok_or_else(|| self.ended())?;
        answer.check(&request, photo_bytes, body_bytes, limits).map_err(|error| self.broken(error))
    }

    fn send(&mut self, photo: &mut impl Read, photo_bytes: u64) -> Result<(), WorkerError> {
        // What goes through here may be a template.
        let mut chunk = Zeroizing::new(vec![0; CHUNK]);
        let mut left = photo_bytes;
        while left > 0 {
            let wanted = chunk.len().min(usize::try_from(left).unwrap_or(usize::MAX));
            photo.read_exact(&mut chunk[..wanted]).map_err(WorkerError::Source)?;
            self.input.write_all(&chunk[..wanted]).map_err(|error| self.broken(error.into()))?;
            left -= wanted as u64;
        }
        Ok(())
    }

    /// Hands the finished file to `sink`, piece by piece.
    ///
    /// # Errors
    /// [`WorkerError::Sink`] with what `sink` said, or how else it broke off.
    pub fn receive(
        &mut self,
        body_bytes: u64,
        mut sink: impl FnMut(&[u8]) -> io::Result<()>,
    ) -> Result<(), WorkerError> {
        // What goes through here may be a template.
        let mut chunk = Zeroizing::new(vec![0; CHUNK]);
        let mut left = body_bytes;
        while left > 0 {
            let wanted = chunk.len().min(usize::try_from(left).unwrap_or(usize::MAX));
            let count = self.output.read(&mut chunk[..wanted]).map_err(|error| self.broken(error.into()))?;
            if count == 0 {
                return Err(self.ended());
            }
            sink(&chunk[..count]).map_err(WorkerError::Sink)?;
            left -= count as u64;
        }
        Ok(())
    }

    fn allow(&mut self, time: Duration) {
        self.input.allow(time);
        self.output.allow(time);
    }

    /// Why a conversation broke off.
    fn broken(&mut self, error: ProtocolError) -> WorkerError {
        match error {
            ProtocolError::Nonsense(what) => WorkerError::Nonsense(what),
            ProtocolError::Pipe(_) if self.output.stop.is_raised() => WorkerError::Stopped,
            ProtocolError::Pipe(error) if error.kind() == io::ErrorKind::TimedOut => {
                WorkerError::Timeout(self.output.time)
            }
            ProtocolError::Pipe(_) => self.ended(),
        }
    }

    /// How a worker ended that closed its pipes; it is given a moment to be gone.
    fn ended(&mut self) -> WorkerError {
        let until = Instant::now() + Duration::from_secs(2);
        while Instant::now() < until {
            match self.child.try_wait() {
                Ok(Some(status)) => return WorkerError::Crash(Some(status)),
                Ok(None) => std::thread::sleep(Duration::from_millis(5)),
                Err(_) => break,
            }
        }
        WorkerError::Crash(None)
    }
}

impl Drop for WorkerProcess {
    /// Nothing of a worker is worth waiting for: it holds no file.
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A pipe that waits until a deadline, and no longer than [`Stop`] allows.
#[derive(Debug)]
struct Timed<P> {
    pipe: P,
    stop: Stop,
    time: Duration,
    deadline: Instant,
}

impl<P: AsFd> Timed<P> {
    fn new(pipe: P, stop: &Stop) -> Self {
        Self { pipe, stop: stop.clone(), time: Duration::ZERO, deadline: Instant::now() }
    }

    fn allow(&mut self, time: Duration) {
        self.time = time;
        self.deadline = Instant::now() + time;
    }

    /// Waits until the pipe can be read or written, or is broken.
    fn wait(&self, what: PollFlags) -> io::Result<()> {
        loop {
            if self.stop.is_raised() {
                return Err(io::Error::other("stopped"));
            }
            let left = self.deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(io::ErrorKind::TimedOut.into());
            }
            let tick = left.min(TICK);
            let tick = Timespec { tv_sec: 0, tv_nsec: i64::from(tick.subsec_nanos().max(1_000_000)) };
            match rustix::event::poll(&mut [PollFd::new(&self.pipe, what)], Some(&tick)) {
                Ok(0) | Err(rustix::io::Errno::INTR) => {}
                Ok(_) => return Ok(()),
                Err(error) => return Err(error.into()),
            }
        }
    }
}

impl<P: Read + AsFd> Read for Timed<P> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.wait(PollFlags::IN)?;
        self.pipe.read(buffer)
    }
}

impl<P: Write + AsFd> Write for Timed<P> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        loop {
            self.wait(PollFlags::OUT)?;
            match self.pipe.write(bytes) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                done => return done,
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.pipe.flush()
    }
}
