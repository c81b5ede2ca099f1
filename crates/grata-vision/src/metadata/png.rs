//! PNG (W3C PNG Specification, third edition): chunk after chunk.

use super::findings::{Findings, Violation};
use super::inflate::{Stream, inflated};
use super::is_own_profile;
use super::reader::Reader;

/// The name that the `png` crate gives a profile, its end, and "deflate".
const PROFILE_HEADER: &[u8] = b"_\0\0";
/// More than any profile of ours.
const PROFILE_LIMIT: u64 = 1 << 16;

/// The chunk before, which says what may come next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum After {
    Header,
    Colours,
    Pixels,
}

pub(super) fn inspect(file: &[u8], findings: &mut Findings) -> Result<(), Violation> {
    let mut reader = Reader::new(file, 0);
    reader.expect(b"\x89PNG\r\n\x1A\n", "no start of a PNG file")?;
    let head = Chunk::read(&mut reader, findings)?;
    if head.name != *b"IHDR" {
        return Err(Violation::new(head.offset, "no header in first place"));
    }
    let pixels = pixel_bytes(&head, findings)?;
    let mut stream = Stream::new(pixels);
    let mut after = After::Header;
    loop {
        let chunk = Chunk::read(&mut reader, findings)?;
        let mut require = |holds, what| findings.require(holds, chunk.offset, what);
        match (&chunk.name, after) {
            (b"iCCP", After::Header) => {
                require(is_own_profile_chunk(chunk.content), "a profile that is not ours");
                after = After::Colours;
            }
            (b"sRGB", After::Header) => {
                require(matches!(chunk.content, [0..=3]), "an intent that does not exist");
                after = After::Colours;
            }
            (b"IDAT", _) => {
                stream.feed(chunk.content, |_| {}).map_err(|what| Violation::new(chunk.offset, what))?;
                after = After::Pixels;
            }
            (b"IEND", _) => {
                require(chunk.content.is_empty(), "an end with content");
                break;
            }
            _ => require(false, "a chunk that is not on the list, or not in its place"),
        }
    }
    findings.require(stream.is_whole(pixels), reader.offset(), "an end before all pixels");
    findings.require(reader.is_at_end(), reader.offset(), "bytes behind the end of the picture");
    Ok(())
}

struct Chunk<'a> {
    offset: usize,
    name: [u8; 4],
    content: &'a [u8],
}

impl<'a> Chunk<'a> {
    fn read(reader: &mut Reader<'a>, findings: &mut Findings) -> Result<Self, Violation> {
        let offset = reader.offset();
        let length = reader.be32()?;
        let name = reader.array()?;
        let content = reader.take(length as usize)?;
        let right = checksum(&[&name, content]) == reader.be32()?;
        findings.require(right, offset, "a chunk with a wrong checksum");
        Ok(Self { offset, name, content })
    }
}

/// How long the pixels are before compression, each row with its filter byte.
fn pixel_bytes(head: &Chunk, findings: &mut Findings) -> Result<u64, Violation> {
    let mut reader = Reader::new(head.content, head.offset + 8);
    let (width, height) = (reader.be32()?, reader.be32()?);
    let [depth, colours, compression, filter, interlacing] = reader.array()?;
    let mut require = |holds, what| findings.require(holds, head.offset, what);
    require(reader.is_at_end(), "bytes behind the content of the header");
    require(depth == 8, "samples of another depth than 8 bits");
    require(matches!(colours, 0 | 2), "alpha or a palette");
    require([compression, filter, interlacing] == [0; 3], "an unusual compression");
    let samples = if colours == 0 { 1 } else { 3 };
    Ok(u64::from(height).saturating_mul(1 + u64::from(width) * samples))
}

fn is_own_profile_chunk(content: &[u8]) -> bool {
    let compressed = content.strip_prefix(PROFILE_HEADER);
    compressed.and_then(|data| inflated(data, PROFILE_LIMIT)).is_some_and(|icc| is_own_profile(&icc))
}

/// CRC-32 of PNG, annex D.
pub(super) fn checksum(parts: &[&[u8]]) -> u32 {
    const TABLE: [u32; 256] = table();
    let step = |sum: u32, byte: &u8| TABLE[usize::from(sum as u8 ^ byte)] ^ sum >> 8;
    !parts.iter().copied().flatten().fold(u32::MAX, step)
}

const fn table() -> [u32; 256] {
    let mut table = [0; 256];
    let mut at = 0;
    while at < 256 {
        let mut value = at as u32;
        let mut bit = 0;
        while bit < 8 {
            value = if value & 1 == 1 { 0xEDB8_8320 ^ value >> 1 } else { value >> 1 };
            bit += 1;
        }
        table[at] = value;
        at += 1;
    }
    table
}
