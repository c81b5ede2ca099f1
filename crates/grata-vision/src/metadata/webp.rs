//! WebP (RFC 9649): the simple file, or the extended one with a profile.

use super::findings::{Findings, Violation};
use super::is_own_profile;
use super::reader::Reader;

/// The flags of an extended file that has a profile and nothing else.
const ONLY_PROFILE: [u8; 4] = [0x20, 0, 0, 0];

pub(super) fn inspect(file: &[u8], findings: &mut Findings) -> Result<(), Violation> {
    let mut reader = Reader::new(file, 0);
    reader.expect(b"RIFF", "no start of a WebP file")?;
    let size = reader.le32()? as usize;
    findings.require(size == reader.rest().len(), 4, "a size that is not that of the file");
    reader.expect(b"WEBP", "no start of a WebP file")?;
    let mut chunk = Chunk::read(&mut reader, findings)?;
    let mut canvas = None;
    if chunk.name == *b"VP8X" {
        canvas = Some(extended_header(&chunk, findings)?);
        let profile = Chunk::read(&mut reader, findings)?;
        let own = profile.name == *b"ICCP" && is_own_profile(profile.content);
        findings.require(own, profile.offset, "no profile of ours where it should stand");
        chunk = Chunk::read(&mut reader, findings)?;
    }
    let size = picture(&chunk, findings)?;
    findings.require(canvas.is_none_or(|canvas| canvas == size), 0, "a canvas larger than its picture");
    while !reader.is_at_end() {
        let behind = Chunk::read(&mut reader, findings)?;
        findings.push(Violation::new(behind.offset, "a chunk that is not on the list"));
    }
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
        let name = reader.array()?;
        let length = reader.le32()? as usize;
        let content = reader.take(length)?;
        if length % 2 == 1 {
            findings.require(reader.byte()? == 0, offset, "padding that is not zero");
        }
        Ok(Self { offset, name, content })
    }
}

/// Width and height, each less one.
fn extended_header(chunk: &Chunk, findings: &mut Findings) -> Result<[u32; 2], Violation> {
    let mut reader = Reader::new(chunk.content, chunk.offset + 8);
    findings.require(
        reader.array()? == ONLY_PROFILE,
        chunk.offset,
        "a header that announces more than a profile",
    );
    let [w0, w1, w2, h0, h1, h2] = reader.array()?;
    findings.require(reader.is_at_end(), reader.offset(), "bytes behind the content of the header");
    Ok([u32::from_le_bytes([w0, w1, w2, 0]), u32::from_le_bytes([h0, h1, h2, 0])])
}

/// Width and height, each less one.
fn picture(chunk: &Chunk, findings: &mut Findings) -> Result<[u32; 2], Violation> {
    let mut reader = Reader::new(chunk.content, chunk.offset + 8);
    match &chunk.name {
        b"VP8L" => {
            reader.expect(&[0x2F], "no lossless picture")?;
            let head = reader.le32()?;
            findings.require(head >> 28 == 0, chunk.offset, "alpha");
            Ok([head & 0x3FFF, head >> 14 & 0x3FFF])
        }
        b"VP8 " => {
            let [tag, _, _] = reader.array()?;
            // Bit 0: not a key frame; bit 4: shown (RFC 6386, 9.1).
            findings.require(tag & 0x11 == 0x10, chunk.offset, "a frame that is not shown");
            reader.expect(&[0x9D, 0x01, 0x2A], "no lossy picture")?;
            let side = |side: u16| u32::from(side & 0x3FFF).wrapping_sub(1);
            Ok([side(reader.le16()?), side(reader.le16()?)])
        }
        _ => Err(Violation::new(chunk.offset, "a chunk that is not on the list")),
    }
}
