//! What a worker says, held against what it was asked.

use grata_core::geometry::{PixelRect, Size};
use grata_core::taken::Taken;
use grata_vision::decode::{self, Format};

use super::{
    Answer, Checked, Done, MAX_NOTES, MAX_REGIONS, ProtocolError, Rect, Region, Request, Verdict, format_name,
};
use crate::words::harmless;

impl Answer {
    /// Turns a worker's words into values that can be trusted to make sense: the right request, a
    /// picture within the limits, regions inside it, a file no longer than such a picture can need.
    ///
    /// # Errors
    /// `Nonsense` with what was wrong.
    pub fn check(
        self,
        request: &Request,
        source_bytes: u64,
        body_bytes: u64,
        limits: &decode::Limits,
    ) -> Result<Checked, ProtocolError> {
        if self.id != request.id {
            return Err(ProtocolError::Nonsense("an answer to another request"));
        }
        match self.verdict {
            Verdict::Group(answer) => match &request.task.group {
                Some(task) if answer.answers(task, body_bytes) => Ok(Checked::Group(answer, body_bytes)),
                _ => Err(ProtocolError::Nonsense("not what was asked for")),
            },
            Verdict::Measured(_) if body_bytes > 0 => {
                Err(ProtocolError::Nonsense("a picture that nobody asked for"))
            }
            Verdict::Measured(measured) => match &request.task.measure {
                Some(task) if measured.answers(task) => Ok(Checked::Measured(measured)),
                _ => Err(ProtocolError::Nonsense("not what was asked for")),
            },
            Verdict::Done { .. } if request.task.measure.is_some() || request.task.group.is_some() => {
                Err(ProtocolError::Nonsense("not what was asked for"))
            }
            Verdict::Refused { .. } if body_bytes > 0 => {
                Err(ProtocolError::Nonsense("a refusal with a picture"))
            }
            Verdict::Refused { reason } => Ok(Checked::Refused(harmless(&reason))),
            Verdict::Done { size: (width, height), regions, format, notes, digest, taken } => {
                if digest.is_some() != request.task.digest {
                    return Err(ProtocolError::Nonsense("not what was asked for"));
                }
                let size = checked_size(Size::new(width, height), limits)?;
                let format = checked_format(format.as_deref(), request)?;
                check_length(body_bytes, format, size, source_bytes)?;
                let regions = checked_regions(regions, size)?;
                if notes.len() > MAX_NOTES {
                    return Err(ProtocolError::Nonsense("too many notes"));
                }
                let notes = notes.iter().map(|note| harmless(note)).collect();
                let taken = checked_time(taken.as_deref(), request)?;
                Ok(Checked::Done(Done { size, regions, format, notes, body_bytes, digest, taken }))
            }
        }
    }
}

fn checked_size(size: Size, limits: &decode::Limits) -> Result<Size, ProtocolError> {
    let sensible = size.pixels() > 0 && size.pixels() <= limits.pixels;
    sensible.then_some(size).ok_or(ProtocolError::Nonsense("an impossible size"))
}

fn checked_format(format: Option<&str>, request: &Request) -> Result<Option<Format>, ProtocolError> {
    match (format, request.task.obscure) {
        (None, None) => Ok(None),
        (Some(name), Some(_)) => {
            format_named(name).map(Some).ok_or(ProtocolError::Nonsense("an unknown format"))
        }
        _ => Err(ProtocolError::Nonsense("not what was asked for")),
    }
}

/// A time that is no finer than what was asked for (PUB-9).
fn checked_time(taken: Option<&str>, request: &Request) -> Result<Option<Taken>, ProtocolError> {
    match (taken, request.task.taken) {
        (None, _) => Ok(None),
        (Some(text), Some(step)) => {
            let taken = text.parse::<Taken>().ok().filter(|taken| taken.coarser(step.into()) == *taken);
            taken.map(Some).ok_or(ProtocolError::Nonsense("an impossible time"))
        }
        (Some(_), None) => Err(ProtocolError::Nonsense("not what was asked for")),
    }
}

/// A finished file needs at most 4 bytes a pixel (none of the formats stores more than 3 and a
/// filter byte a row), or about what the source needed.
fn check_length(
    bytes: u64,
    format: Option<Format>,
    size: Size,
    source_bytes: u64,
) -> Result<(), ProtocolError> {
    let most = size.pixels().saturating_mul(4);
    let most = most.saturating_add(source_bytes.saturating_mul(2)).saturating_add(1 << 20);
    match format {
        None if bytes > 0 => Err(ProtocolError::Nonsense("a picture that nobody asked for")),
        Some(_) if bytes == 0 => Err(ProtocolError::Nonsense("no picture")),
        Some(_) if bytes > most => Err(ProtocolError::Nonsense("a picture that is too long")),
        _ => Ok(()),
    }
}

fn checked_regions(regions: Vec<(Rect, Option<f32>)>, picture: Size) -> Result<Vec<Region>, ProtocolError> {
    if regions.len() > MAX_REGIONS {
        return Err(ProtocolError::Nonsense("too many regions"));
    }
    regions.into_iter().map(|(rect, score)| checked_region(rect.into(), score, picture)).collect()
}

fn checked_region(rect: PixelRect, score: Option<f32>, picture: Size) -> Result<Region, ProtocolError> {
    let inside = !rect.is_empty() && rect.intersection(picture.rect()) == Some(rect);
    let sure = score.is_none_or(|score| (0.0..=1.0).contains(&score));
    if inside && sure {
        return Ok(Region { rect, score });
    }
    Err(ProtocolError::Nonsense("a region outside the picture"))
}

pub(super) fn format_named(name: &str) -> Option<Format> {
    use Format::{Avif, Bmp, Gif, Heic, Jpeg, Png, Tiff, WebP};
    [Jpeg, Png, WebP, Tiff, Bmp, Gif, Heic, Avif].into_iter().find(|format| format_name(*format) == name)
}
