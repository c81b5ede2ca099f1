//! The finder, as static files under the digests of their content (M2, BYS-11). Read once, when somebody
//! opens the first gallery in which it is on: in an installation without one, no recognition model is
//! opened, not even to be handed out (BYS-0).

use std::collections::BTreeMap;
use std::io::{self, Read as _, Write as _};
use std::sync::OnceLock;

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use flate2::Compression;
use flate2::write::GzEncoder;
use grata_core::digest::Digest;

use crate::app::finder::{self, DETECT, FIND, MODULE, WORKER};
use crate::config::Config;
use crate::error::{AppError, ErrorKind};

/// What the worker may do: run the module that it is handed, and nothing else. It can ask for nothing,
/// not even for a script of ours (BYS-12).
pub const WORKER_POLICY: &str =
    "default-src 'none'; script-src 'wasm-unsafe-eval'; connect-src 'none'; base-uri 'none'";

/// What the page of *Find me* may use besides: the camera, which starts when the person says so.
pub const PAGE_PERMISSIONS: &str = "camera=(self), microphone=(), geolocation=(), browsing-topics=()";

/// What is handed out, with addresses.
pub struct Finder {
    files: BTreeMap<&'static str, Kept>,
    /// What the model gives its numbers under.
    pub output: String,
    /// Thousandths; see [`finder::FinderFiles`].
    pub score: u32,
    /// Thousandths; see [`finder::FinderFiles`].
    pub lead: u32,
}

/// A file, compressed: the recogniser's weights were 8-bit numbers once, and take a third of their bytes.
struct Kept {
    digest: String,
    compressed: Vec<u8>,
}

/// The finder of this server, as soon as somebody wants it. What is missing now may be there later.
#[derive(Default)]
pub struct Shelf(OnceLock<Finder>);

impl Shelf {
    /// Reads it, unless that is done.
    ///
    /// # Errors
    /// What is missing, and how to get it.
    pub fn open(&self, config: &Config) -> Result<&Finder, AppError> {
        if let Some(finder) = self.0.get() {
            return Ok(finder);
        }
        let read = Finder::read(config)?;
        Ok(self.0.get_or_init(|| read))
    }

    /// A file that a page has named, by its digest and name.
    pub fn file(&self, digest: &str, name: &str, headers: &HeaderMap) -> Option<Response> {
        let (known, kept) = self.0.get()?.files.get_key_value(name)?;
        if kept.digest != digest {
            return None;
        }
        let accepted = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok());
        let unpacks = accepted.is_some_and(|all| all.split(',').any(|one| one.trim().starts_with("gzip")));
        if unpacks {
            let mut response = answer(known, kept.compressed.clone());
            response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            return Some(response);
        }
        let mut bytes = Vec::new();
        flate2::read::GzDecoder::new(&kept.compressed[..]).read_to_end(&mut bytes).ok()?;
        Some(answer(known, bytes))
    }
}

impl Finder {
    fn read(config: &Config) -> Result<Self, AppError> {
        let read = finder::open(config)?;
        let kept = |(name, bytes): (&'static str, Vec<u8>)| {
            let digest = Digest::of(&bytes).to_string();
            let mut packer = GzEncoder::new(Vec::new(), Compression::default());
            packer.write_all(&bytes)?;
            let digest = digest.get(..16).unwrap_or_default().to_string();
            Ok((name, Kept { digest, compressed: packer.finish()? }))
        };
        let files: io::Result<_> = read.files.into_iter().map(kept).collect();
        let failed = |error| AppError::new(ErrorKind::Internal, "the finder cannot be packed").because(error);
        Ok(Self { files: files.map_err(failed)?, output: read.output, score: read.score, lead: read.lead })
    }

    fn address(&self, name: &str) -> String {
        self.files.get(name).map(|kept| format!("/static/{}/{name}", kept.digest)).unwrap_or_default()
    }

    /// Where the worker is.
    pub fn worker(&self) -> String {
        self.address(WORKER)
    }

    /// Where the module is.
    pub fn module(&self) -> String {
        self.address(MODULE)
    }

    /// Where the model is that finds faces.
    pub fn detect(&self) -> String {
        self.address(DETECT)
    }

    /// Where the model is that compares them.
    pub fn find(&self) -> String {
        self.address(FIND)
    }
}

fn answer(name: &str, bytes: Vec<u8>) -> Response {
    let kind = match name {
        WORKER => "text/javascript; charset=utf-8",
        MODULE => "application/wasm",
        _ => "application/octet-stream",
    };
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    // The same for everybody, and about nobody.
    let kept = HeaderValue::from_static("public, max-age=31536000, immutable");
    headers.insert(header::CACHE_CONTROL, kept);
    if name == WORKER {
        let policy = HeaderName::from_static("content-security-policy");
        headers.insert(policy, HeaderValue::from_static(WORKER_POLICY));
    }
    response
}
