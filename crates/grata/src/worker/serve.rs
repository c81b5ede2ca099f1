//! The worker's side of the conversation: get ready, lock itself in, answer photo by photo.
//!
//! Nothing is logged here and nothing is printed: a worker has no names to leak, and a panic ends it
//! in silence. The parent tells the user.

use std::fs::File;
use std::io::{self, Read};
use std::process::ExitCode;

use grata_core::taken::Taken;
use grata_vision::decode::{self, Format};
use zeroize::Zeroizing;

use super::confine;
use super::group::{GroupAnswer, GroupTask};
use super::measure::{MeasureTask, Measured};
use super::protocol::{
    self, Answer, Hello, Introduction, ProtocolError, Ready, Rect, Region, Request, RuntimeInUse, Task,
    Verdict,
};

/// What works on photos behind the worker's door.
pub trait PhotoEngine {
    /// What runs its model; `None` without a model.
    fn runtime(&self) -> Option<RuntimeInUse> {
        None
    }

    /// Works on one photo.
    ///
    /// # Errors
    /// Why not, in plain words. The engine can take the next photo.
    fn process(&mut self, photo: &[u8], task: &Task, limits: &decode::Limits) -> Result<Processed, String>;

    /// Takes a step of a measurement. An engine without a recognition model takes none.
    ///
    /// # Errors
    /// As [`PhotoEngine::process`].
    fn measure(
        &mut self,
        _photo: &[u8],
        _task: &MeasureTask,
        _limits: &decode::Limits,
    ) -> Result<Measured, String> {
        Err("this worker process compares no faces".into())
    }

    /// Takes a step for a closed group; with the numbers of whoever enrolled. An engine without a recognition
    /// model takes none.
    ///
    /// # Errors
    /// As [`PhotoEngine::process`].
    fn group(
        &mut self,
        _body: &[u8],
        _task: &GroupTask,
        _limits: &decode::Limits,
    ) -> Result<(GroupAnswer, Zeroizing<Vec<u8>>), String> {
        Err("this worker process compares no faces".into())
    }
}

/// What an engine made of a photo.
#[derive(Debug, Clone, PartialEq)]
pub struct Processed {
    /// Width and height of the upright picture.
    pub size: (u32, u32),
    /// What is hidden.
    pub regions: Vec<Region>,
    /// The finished file, if the task asked for one.
    pub finished: Option<(Format, Vec<u8>)>,
    /// Plain words for the report.
    pub notes: Vec<String>,
    /// SHA-256 of the upright pixels, if the task asked for it.
    pub digest: Option<[u8; 32]>,
    /// About when it was taken, if the task asked for that and the photo says it.
    pub taken: Option<Taken>,
}

/// Second half of getting ready: what no longer needs files.
pub type Start = Box<dyn FnOnce() -> Result<Box<dyn PhotoEngine>, String>>;

/// Runs a worker over standard input and output until the parent leaves.
///
/// `prepare` reads the files that it needs; it can neither write nor reach anybody. Then the worker
/// locks itself in, and the rest of the start happens inside: threads that it makes are locked in
/// with it.
pub fn serve(prepare: impl FnOnce(&Hello) -> Result<Start, String>) -> ExitCode {
    std::panic::set_hook(Box::new(|_| {}));
    match own_pipes()
        .map_err(ProtocolError::from)
        .and_then(|(input, output)| converse(prepare, input, output))
    {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::from(3),
    }
}

/// The two pipes, taken away from standard input and output: a library that prints cannot garble
/// the conversation.
fn own_pipes() -> io::Result<(File, File)> {
    let input = File::from(rustix::io::fcntl_dupfd_cloexec(io::stdin(), 3)?);
    let output = File::from(rustix::io::fcntl_dupfd_cloexec(io::stdout(), 3)?);
    let nothing = File::options().read(true).write(true).open("/dev/null")?;
    rustix::stdio::dup2_stdin(&nothing)?;
    rustix::stdio::dup2_stdout(&nothing)?;
    Ok((input, output))
}

fn converse(
    prepare: impl FnOnce(&Hello) -> Result<Start, String>,
    mut input: File,
    mut output: File,
) -> Result<(), ProtocolError> {
    let Some((hello, _)) = protocol::read_header::<Hello>(&mut input)? else { return Ok(()) };
    let (mut engine, introduction) = match get_ready(prepare, &hello) {
        Ok(ready) => ready,
        Err(reason) => {
            protocol::write_header(&mut output, &Ready::Refused { reason }, 0)?;
            return Ok(());
        }
    };
    protocol::write_header(&mut output, &Ready::Ready(introduction), 0)?;
    let limits = decode::Limits { file_bytes: hello.file_bytes, pixels: hello.pixels };
    while let Some((request, photo_bytes)) = protocol::read_header::<Request>(&mut input)? {
        let photo = read_photo(&mut input, photo_bytes)?;
        // Photos and numbers are wiped once they are done with.
        let photo = Zeroizing::new(photo);
        let (answer, finished) = answer(engine.as_mut(), &request, &photo, &limits);
        protocol::write_header(&mut output, &answer, finished.len() as u64)?;
        io::Write::write_all(&mut output, &finished)?;
    }
    Ok(())
}

fn get_ready(
    prepare: impl FnOnce(&Hello) -> Result<Start, String>,
    hello: &Hello,
) -> Result<(Box<dyn PhotoEngine>, Introduction), String> {
    let mut confinement = confine::limit_resources(hello.memory_bytes)
        .map_err(|error| format!("a worker process cannot limit itself: {error}"))?;
    confinement.extend(confine::lock_to_reading());
    let start = prepare(hello)?;
    confinement.extend(confine::lock_in());
    let engine = start()?;
    let introduction = Introduction { confinement, runtime: engine.runtime() };
    Ok((engine, introduction))
}

fn read_photo(input: &mut File, photo_bytes: u64) -> io::Result<Vec<u8>> {
    let length = usize::try_from(photo_bytes).map_err(io::Error::other)?;
    let mut photo = Vec::new();
    photo.try_reserve_exact(length).map_err(io::Error::other)?;
    input.take(photo_bytes).read_to_end(&mut photo)?;
    if photo.len() == length { Ok(photo) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
}

fn answer(
    engine: &mut dyn PhotoEngine,
    request: &Request,
    photo: &[u8],
    limits: &decode::Limits,
) -> (Answer, Zeroizing<Vec<u8>>) {
    if let Some(task) = &request.task.group {
        let (verdict, numbers) = match engine.group(photo, task, limits) {
            Ok((answer, numbers)) => (Verdict::Group(answer), numbers),
            Err(reason) => (Verdict::Refused { reason }, Zeroizing::default()),
        };
        return (Answer { id: request.id, verdict }, numbers);
    }
    if let Some(task) = &request.task.measure {
        let verdict = match engine.measure(photo, task, limits) {
            Ok(measured) => Verdict::Measured(Box::new(measured)),
            Err(reason) => Verdict::Refused { reason },
        };
        return (Answer { id: request.id, verdict }, Zeroizing::default());
    }
    let (verdict, finished) = match engine.process(photo, &request.task, limits) {
        Err(reason) => (Verdict::Refused { reason }, Vec::new()),
        Ok(Processed { size, regions, finished, notes, digest, taken }) => {
            let regions = regions.into_iter().map(wire_region).collect();
            let (format, bytes) = finished.map_or((None, Vec::new()), |(format, bytes)| {
                (Some(protocol::format_name(format).to_string()), bytes)
            });
            let taken = taken.map(|taken| taken.to_string());
            (Verdict::Done { size, regions, format, notes, digest, taken }, bytes)
        }
    };
    (Answer { id: request.id, verdict }, Zeroizing::new(finished))
}

fn wire_region(region: Region) -> (Rect, Option<f32>) {
    (region.rect.into(), region.score.map(|score| score.clamp(0.0, 1.0)))
}
