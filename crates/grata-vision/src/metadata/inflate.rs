//! Measuring zlib streams (RFC 1950) in constant memory.

use miniz_oxide::inflate::TINFLStatus;
use miniz_oxide::inflate::core::inflate_flags::{TINFL_FLAG_HAS_MORE_INPUT, TINFL_FLAG_PARSE_ZLIB_HEADER};
use miniz_oxide::inflate::core::{DecompressorOxide, decompress};

/// The largest window of deflate.
const WINDOW: usize = 1 << 15;

/// One zlib stream that may come in parts.
pub(super) struct Stream {
    state: Box<DecompressorOxide>,
    window: Vec<u8>,
    place: usize,
    length: u64,
    limit: u64,
    done: bool,
}

impl Stream {
    /// A stream of which at most `limit` bytes are inflated.
    pub(super) fn new(limit: u64) -> Self {
        Self { state: Box::default(), window: vec![0; WINDOW], place: 0, length: 0, limit, done: false }
    }

    /// Inflates the next part and hands what comes out to `sink`.
    ///
    /// # Errors
    /// Plain words for a damaged stream, one above the limit, or input behind its end.
    pub(super) fn feed(&mut self, mut input: &[u8], mut sink: impl FnMut(&[u8])) -> Result<(), &'static str> {
        const FLAGS: u32 = TINFL_FLAG_PARSE_ZLIB_HEADER | TINFL_FLAG_HAS_MORE_INPUT;
        while !input.is_empty() {
            if self.done {
                return Err("bytes behind compressed data");
            }
            let (status, read, written) =
                decompress(&mut self.state, input, &mut self.window, self.place, FLAGS);
            input = input.get(read..).unwrap_or_default();
            sink(self.window.get(self.place..self.place + written).unwrap_or_default());
            self.place = (self.place + written) % WINDOW;
            self.length += written as u64;
            match status {
                TINFLStatus::Done => self.done = true,
                TINFLStatus::HasMoreOutput => {}
                TINFLStatus::NeedsMoreInput if input.is_empty() => {}
                _ => return Err("compressed data that is damaged"),
            }
            if self.length > self.limit {
                return Err("more compressed data than the picture has pixels");
            }
        }
        Ok(())
    }

    /// Whether the stream has ended and `length` bytes came out.
    pub(super) fn is_whole(&self, length: u64) -> bool {
        self.done && self.length == length
    }
}

/// Whether `input` is exactly one zlib stream of `length` bytes.
pub(super) fn measures(input: &[u8], length: u64) -> bool {
    let mut stream = Stream::new(length);
    stream.feed(input, |_| {}).is_ok() && stream.is_whole(length)
}

/// What `input`, exactly one zlib stream, holds, if that is at most `limit` bytes.
pub(super) fn inflated(input: &[u8], limit: u64) -> Option<Vec<u8>> {
    let mut stream = Stream::new(limit);
    let mut output = Vec::new();
    stream.feed(input, |part| output.extend_from_slice(part)).ok()?;
    stream.is_whole(output.len() as u64).then_some(output)
}
