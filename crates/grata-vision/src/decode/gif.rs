//! GIF: the first frame on a white canvas.

use std::io::Cursor;

use gif::{ColorOutput, DecodeOptions, MemoryLimit};
use grata_core::geometry::Size;

use super::stored::{FIRST_FRAME, FLATTENED, Pixels, Stored, over_white};
use super::{DecodeError, Limits, damaged};

pub(super) fn decode(bytes: &[u8], limits: &Limits) -> Result<Stored, DecodeError> {
    let mut options = DecodeOptions::new();
    options.set_color_output(ColorOutput::RGBA);
    options.set_memory_limit(MemoryLimit::Unlimited);
    options.allow_unknown_blocks(true);
    let mut decoder = options.read_info(Cursor::new(bytes)).map_err(damaged)?;
    let canvas = limits.size(decoder.width().into(), decoder.height().into())?;
    let frame = decoder.next_frame_info().map_err(damaged)?.ok_or_else(|| damaged("no picture in it"))?;
    let (left, top) = (usize::from(frame.left), usize::from(frame.top));
    let part = limits.size(frame.width.into(), frame.height.into())?;
    let mut rgba = vec![0; decoder.buffer_size()];
    decoder.read_into_buffer(&mut rgba).map_err(damaged)?;

    let (rgb, transparent) = on_white(&rgba, part, (left, top), canvas);
    let mut stored = Stored::plain(canvas, Pixels::Rgb(rgb));
    if transparent {
        stored.note(FLATTENED);
    }
    if matches!(decoder.next_frame_info(), Ok(Some(_))) {
        stored.note(FIRST_FRAME);
    }
    Ok(stored)
}

/// The part laid on a white canvas at (left, top), cut at its borders; whether any white shows.
fn on_white(rgba: &[u8], part: Size, (left, top): (usize, usize), canvas: Size) -> (Vec<u8>, bool) {
    let (width, height) = (canvas.width as usize, canvas.height as usize);
    let mut rgb = vec![255; width * height * 3];
    let mut transparent = part.width < canvas.width || part.height < canvas.height;
    for (y, row) in rgba.chunks_exact(part.width as usize * 4).enumerate().take(height.saturating_sub(top)) {
        for (x, pixel) in row.chunks_exact(4).enumerate().take(width.saturating_sub(left)) {
            let at = ((top + y) * width + left + x) * 3;
            transparent |= pixel[3] != 255;
            for (out, sample) in rgb[at..at + 3].iter_mut().zip(pixel) {
                *out = over_white(*sample, pixel[3]);
            }
        }
    }
    (rgb, transparent)
}
