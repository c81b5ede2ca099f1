//! `grata` with workers that do as their photos tell them.
//!
//! A photo here is the signature of a format and a word of command, see [`Obedient::process`] and
//! [`disobey`].

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read, Write};
use std::net::{TcpStream, UdpSocket};
use std::process::{Command, ExitCode};
use std::sync::Arc;
use std::time::Duration;

use grata::config::Config;
use grata::cx::{Hands, SystemClock};
use grata::error::AppError;
use grata::stop::Stop;
use grata::worker::converter::Converters;
use grata::worker::process::WorkerCommand;
use grata::worker::protocol::{
    self, Answer, Hello, Introduction, MAX_HEADER_BYTES, ModelFiles, Ready, Rect, Region, Request, Task,
    Verdict,
};
use grata::worker::serve::{self, PhotoEngine, Processed, Start};
use grata_core::geometry::PixelRect;
use grata_vision::decode::{Format, Limits};

pub const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
pub const JPEG: &[u8] = b"\xFF\xD8\xFF\xE0\0\x10JFIF\0";
pub const HEIC: &[u8] = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic";

/// Size of every picture here.
pub const SIZE: (u32, u32) = (100, 80);

pub fn grata(worker: &str, arguments: impl Iterator<Item = OsString>) -> ExitCode {
    let this_as = |role: &str| WorkerCommand {
        program: std::env::current_exe().unwrap(),
        arguments: vec![role.into()],
    };
    let converter = std::env::current_dir().unwrap().join("converter");
    let converters = Converters { launcher: this_as("as-converter"), programs: vec![converter] };
    let hands = Hands { workers: this_as(worker), converters, detect_model, clock: Arc::new(SystemClock) };
    grata::run(std::iter::once("grata".into()).chain(arguments), hands)
}

fn detect_model(_config: &Config, _stop: &Stop, say: &mut dyn Write) -> Result<ModelFiles, AppError> {
    writeln!(say, "detect model wanted").unwrap();
    Ok(ModelFiles { model: "/nowhere/model.onnx".into(), onnxruntime: None })
}

/// A worker as grata's own, but for its engine.
pub fn worker() -> ExitCode {
    serve::serve(|_: &Hello| -> Result<Start, String> {
        let while_loading = peek();
        Ok(Box::new(|| Ok(Box::new(Obedient { while_loading }))))
    })
}

/// A worker whose model does not fit.
pub fn refusing_worker() -> ExitCode {
    serve::serve(|_: &Hello| -> Result<Start, String> { Err("the model cannot be loaded".into()) })
}

struct Obedient {
    while_loading: Vec<String>,
}

fn command(photo: &[u8]) -> &str {
    let body = [PNG, JPEG, HEIC].iter().find_map(|signature| photo.strip_prefix(*signature));
    let word = body.unwrap_or_default().split(u8::is_ascii_whitespace).next();
    word.and_then(|word| std::str::from_utf8(word).ok()).unwrap_or_default()
}

impl PhotoEngine for Obedient {
    fn process(&mut self, photo: &[u8], task: &Task, _: &Limits) -> Result<Processed, String> {
        let format = if photo.starts_with(PNG) { Format::Png } else { Format::Jpeg };
        let mut processed = done(task, format);
        match command(photo) {
            "OK" => {}
            "SLOW" => std::thread::sleep(Duration::from_millis(150)),
            "NOFACE" => processed.regions.clear(),
            "ASJPEG" => processed = done(task, Format::Jpeg),
            "LIE" => processed.finished = Some((Format::Png, b"<svg>".to_vec())),
            "BIG" => {
                let (_, bytes) = processed.finished.as_mut().unwrap();
                bytes.resize(900_000, 0);
            }
            "REFUSE" => return Err("damaged\u{1b}[31m file".into()),
            "CRASH" => std::process::abort(),
            "EXIT" => std::process::exit(7),
            "PANIC" => panic!("a fault"),
            "HANG" => std::thread::sleep(Duration::from_secs(3600)),
            "EAT" => eat(),
            "PEEK" => processed.notes = peek(),
            "PEEKED" => processed.notes = self.while_loading.clone(),
            other => return Err(format!("an unknown command: {other}")),
        }
        Ok(processed)
    }
}

fn done(task: &Task, format: Format) -> Processed {
    let given = task.given.iter().map(|rect| Region { rect: (*rect).into(), score: None });
    let found = task.min_face.map(|side| Region { rect: PixelRect::new(8, 8, side, side), score: Some(0.5) });
    let signature = if format == Format::Png { PNG } else { JPEG };
    let finished = task.obscure.map(|style| (format, [signature, format!("{style:?}").as_bytes()].concat()));
    Processed {
        size: SIZE,
        regions: found.into_iter().chain(given).collect(),
        finished,
        notes: Vec::new(),
        digest: task.digest.then_some([7; 32]),
        taken: None,
    }
}

/// Takes memory until there is none.
fn eat() {
    let mut hoard = Vec::new();
    for piece in 0..1_000_000_u32 {
        hoard.push(vec![piece as u8 | 1; 1 << 20]);
    }
    std::hint::black_box(hoard);
}

/// What a worker can still do.
fn peek() -> Vec<String> {
    let can = |what: &str, result: io::Result<()>| {
        format!("{what}: {}", if result.is_ok() { "possible" } else { "impossible" })
    };
    vec![
        can("read", File::open("/etc/hostname").map(drop)),
        can("write", File::create("/tmp/grata-peek").map(drop)),
        can("list", std::fs::read_dir("/").map(drop)),
        can("tcp", tcp()),
        can("udp", UdpSocket::bind("127.0.0.1:0").map(drop)),
        can("run", Command::new("/bin/true").status().map(drop)),
        can("thread", std::thread::Builder::new().spawn(|| ()).map(|thread| thread.join().unwrap())),
        format!("variables: {:?}", std::env::vars().collect::<Vec<_>>()),
        format!(
            "folder: {}",
            std::env::current_dir().map(|path| path.display().to_string()).unwrap_or_default()
        ),
        format!("arguments: {:?}", std::env::args().collect::<Vec<_>>()),
        format!("core: {:?}", rustix::process::getrlimit(rustix::process::Resource::Core).current),
    ]
}

/// Whether a connection would be tried: one that is refused by the other side was.
fn tcp() -> io::Result<()> {
    match TcpStream::connect("127.0.0.1:9") {
        Err(error) if error.kind() != io::ErrorKind::ConnectionRefused => Err(error),
        _ => Ok(()),
    }
}

/// A worker that speaks for itself.
pub fn raw_worker() -> ExitCode {
    let (mut input, mut output) = (io::stdin().lock(), io::stdout());
    protocol::read_header::<Hello>(&mut input).unwrap().unwrap();
    protocol::write_header(&mut output, &Ready::Ready(Introduction::default()), 0).unwrap();
    output.flush().unwrap();
    while let Ok(Some((request, bytes))) = protocol::read_header::<Request>(&mut input) {
        let mut photo = Vec::new();
        (&mut input).take(bytes).read_to_end(&mut photo).unwrap();
        disobey(command(&photo), &request, &mut output);
        output.flush().unwrap();
    }
    ExitCode::SUCCESS
}

fn disobey(command: &str, request: &Request, output: &mut impl Write) {
    let honest = |regions| Verdict::Done {
        size: SIZE,
        regions,
        format: Some("png".into()),
        notes: vec![serde_json::to_string(request).unwrap()],
        digest: request.task.digest.then_some([7; 32]),
        taken: None,
    };
    let answer = |id, verdict| Answer { id, verdict };
    let mut start = Vec::new();
    match command {
        "OK" => {
            protocol::write_header(output, &answer(request.id, honest(vec![])), PNG.len() as u64).unwrap();
            output.write_all(PNG).unwrap();
        }
        "GARBAGE" => output.write_all(&[0xA5; 4096]).unwrap(),
        "HEADER" => {
            protocol::write_header(&mut start, &answer(request.id, honest(vec![])), 0).unwrap();
            start[4..8].copy_from_slice(&(MAX_HEADER_BYTES * 100).to_le_bytes());
            output.write_all(&start).unwrap();
        }
        "BODY" => {
            protocol::write_header(output, &answer(request.id, honest(vec![])), u64::MAX).unwrap();
            output.write_all(&[0; 4096]).unwrap();
        }
        "ID" => protocol::write_header(output, &answer(request.id + 1, honest(vec![])), 9).unwrap(),
        "REGION" => {
            let outside = vec![(Rect(90, 0, u32::MAX, 5), None)];
            protocol::write_header(output, &answer(request.id, honest(outside)), 9).unwrap();
        }
        "EMPTY" => protocol::write_header(output, &answer(request.id, honest(vec![])), 0).unwrap(),
        "SILENCE" => std::process::exit(0),
        "CUT" | "HALF" => {
            protocol::write_header(output, &answer(request.id, honest(vec![])), 40_000).unwrap();
            output.write_all(&[PNG, &[0; 20_000]].concat()).unwrap();
            output.flush().unwrap();
            let time = if command == "CUT" { 0 } else { 60 };
            std::thread::sleep(Duration::from_secs(time));
            std::process::exit(0);
        }
        "DRIP" => {
            protocol::write_header(output, &answer(request.id, honest(vec![])), 40_000).unwrap();
            for byte in PNG.iter().cycle() {
                if output.write_all(&[*byte]).and_then(|()| output.flush()).is_err() {
                    std::process::exit(0);
                }
                std::thread::sleep(Duration::from_millis(50));
            }
        }
        other => panic!("an unknown command: {other}"),
    }
}
