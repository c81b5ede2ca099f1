//! The finished photos of a channel as a ZIP file, written while it is on its way.

use std::io::{self, Write};
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes};
use axum::extract::Path;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use grata_core::audit::entry::{Count, EventKind};
use tokio::sync::mpsc;

use crate::app::releases::folder::kept_bytes;
use crate::error::{AppError, ErrorKind};
use crate::web::error::Trouble;
use crate::web::site::{Site, tell};
use crate::work::releasing;

/// Pieces of a ZIP file on their way to a slow browser.
const PIECES_AHEAD: usize = 8;

/// `GET /desk/albums/{album}/zip/{channel}`: the finished photos that may be shown now.
///
/// # Errors
/// There is no such album or channel, or nothing was released.
pub async fn zip(site: Site, Path((id, channel)): Path<(String, String)>) -> Result<Response, Trouble> {
    let name = format!("attachment; filename=\"{channel}.zip\"");
    let photos = site
        .change(move |site| {
            let reader = site.store().read()?;
            let publish = super::publish(&reader, &id, &channel)?;
            let photos = releasing::showable(&reader, &publish, site.cx())?;
            drop(reader);
            if photos.is_empty() {
                return Err(AppError::new(ErrorKind::NotFound, "nothing was released here"));
            }
            // Who got what is on record before it leaves (RTS-14).
            let event = site.by().event(EventKind::Exported).in_album(publish.album);
            site.store().begin(site.now())?.commit(event.counting(Count::Renditions, photos.len() as u64))?;
            Ok(photos)
        })
        .await?;
    let (sender, receiver) = mpsc::channel(PIECES_AHEAD);
    drop(tokio::task::spawn_blocking(move || {
        let mut pipe = Pipe(sender);
        let written = (|| -> Result<(), AppError> {
            let failed =
                |error: &dyn std::fmt::Display| AppError::new(ErrorKind::Unavailable, error.to_string());
            let mut zip = zip::ZipWriter::new_stream(&mut pipe);
            // Finished photos are compressed already; all of them bear the same day.
            let options = zip::write::SimpleFileOptions::default()
                .compression_method(zip::CompressionMethod::Stored)
                .last_modified_time(zip::DateTime::default());
            for photo in &photos {
                let bytes = kept_bytes(site.store(), photo)?;
                zip.start_file(photo.file_name.as_str(), options).map_err(|error| failed(&error))?;
                zip.write_all(&bytes).map_err(|error| failed(&error))?;
            }
            zip.finish().map_err(|error| failed(&error))?;
            Ok(())
        })();
        if let Err(error) = written {
            tell(&format!("A ZIP file was broken off ({:?}).", error.kind()));
            // Half a file must not look like a whole one.
            let _ = pipe.0.blocking_send(Err(io::Error::other("broken off")));
        }
    }));
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/zip")),
        (
            header::CONTENT_DISPOSITION,
            HeaderValue::try_from(name).unwrap_or(HeaderValue::from_static("attachment")),
        ),
    ];
    Ok((headers, Body::new(Pieces(receiver))).into_response())
}

/// Writes into a body that is on its way.
struct Pipe(mpsc::Sender<io::Result<Bytes>>);

impl Write for Pipe {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        let sent = self.0.blocking_send(Ok(Bytes::copy_from_slice(piece)));
        sent.map(|()| piece.len()).map_err(|_| io::ErrorKind::BrokenPipe.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A body of pieces that a thread writes.
pub struct Pieces(mpsc::Receiver<io::Result<Bytes>>);

impl http_body::Body for Pieces {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<io::Result<http_body::Frame<Bytes>>>> {
        self.0.poll_recv(cx).map(|piece| piece.map(|piece| piece.map(http_body::Frame::data)))
    }
}
