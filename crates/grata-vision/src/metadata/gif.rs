//! GIF (version 89a): one screen, one palette, one picture that fills the screen.

use super::findings::{Findings, Violation};
use super::reader::{Reader, all_zero};

pub(super) fn inspect(file: &[u8], findings: &mut Findings) -> Result<(), Violation> {
    let mut reader = Reader::new(file, 0);
    let start = reader.array()?;
    if !matches!(&start, b"GIF87a" | b"GIF89a") {
        return Err(Violation::new(0, "no start of a GIF file"));
    }
    let screen = [reader.le16()?, reader.le16()?];
    let [flags, background, aspect] = reader.array()?;
    findings.require(background == 0 && aspect == 0, 11, "a background or an aspect");
    let place = reader.offset();
    let palette = if flags & 0x80 == 0 { &[][..] } else { reader.take(3 << (1 + (flags & 7)))? };
    let (mut pictures, mut controls) = (0, 0);
    loop {
        let offset = reader.offset();
        match reader.byte()? {
            0x2C if pictures == 0 => {
                pictures = 1;
                let used = picture(&mut reader, screen, offset, findings)?;
                findings.require(unused_are_zero(palette, &used), place, "a colour that no pixel has");
            }
            0x21 if controls == 0 && pictures == 0 && reader.rest().first() == Some(&0xF9) => {
                controls = 1;
                control(&mut reader, offset, findings)?;
            }
            0x21 => {
                findings.push(Violation::new(offset, "an extension that is not on the list"));
                reader.byte()?;
                blocks(&mut reader)?;
            }
            0x3B => break,
            0x2C => return Err(Violation::new(offset, "a second picture")),
            _ => return Err(Violation::new(offset, "a block that is not on the list")),
        }
    }
    findings.require(pictures == 1, reader.offset(), "no picture");
    findings.require(reader.is_at_end(), reader.offset(), "bytes behind the end of the picture");
    Ok(())
}

/// A graphic control extension that says nothing but how to dispose of the picture.
fn control(reader: &mut Reader, offset: usize, findings: &mut Findings) -> Result<(), Violation> {
    let [_label, length, flags, delay_0, delay_1, transparent, end] = reader.array()?;
    let plain = length == 4 && flags & !0x1C == 0 && [delay_0, delay_1, transparent, end] == [0; 4];
    findings.require(plain, offset, "transparency, a delay or more");
    Ok(())
}

/// Which colours the pixels have.
fn picture(
    reader: &mut Reader,
    screen: [u16; 2],
    offset: usize,
    findings: &mut Findings,
) -> Result<[bool; 256], Violation> {
    let (corner, size) = ([reader.le16()?, reader.le16()?], [reader.le16()?, reader.le16()?]);
    findings.require(corner == [0; 2] && size == screen, offset, "a picture that does not fill the screen");
    if reader.byte()? != 0 {
        return Err(Violation::new(offset, "a palette of its own, or interlaced rows"));
    }
    let root_bits = reader.byte()?;
    let data_offset = reader.offset();
    let data = blocks(reader)?;
    let pixels = u64::from(size[0]) * u64::from(size[1]);
    lzw_colours(&data, root_bits, pixels).map_err(|what| Violation::new(data_offset, what))
}

/// Sub-blocks up to the empty one, joined.
fn blocks(reader: &mut Reader) -> Result<Vec<u8>, Violation> {
    let mut joined = Vec::new();
    loop {
        match reader.byte()? {
            0 => return Ok(joined),
            length => joined.extend_from_slice(reader.take(usize::from(length))?),
        }
    }
}

fn unused_are_zero(palette: &[u8], used: &[bool; 256]) -> bool {
    palette.chunks(3).zip(used).all(|(colour, used)| *used || all_zero(colour))
}

/// The colours of an LZW stream that has to hold `pixels` pixels, end with its end code, and have
/// nothing behind that (GIF89a, appendix F).
///
/// Every string in the table begins and ends with what came out before, so the colours are the
/// codes below the clear code.
fn lzw_colours(data: &[u8], root_bits: u8, pixels: u64) -> Result<[bool; 256], &'static str> {
    if !(2..=8).contains(&root_bits) {
        return Err("a code size that does not exist");
    }
    let clear = 1u16 << root_bits;
    let mut codes = Codes { data, bit: 0, width: u32::from(root_bits) + 1 };
    let mut used = [false; 256];
    // Of the string of each code.
    let mut lengths = vec![1u32; usize::from(clear) + 2];
    let (mut previous, mut total) = (None::<u32>, 0u64);
    loop {
        let code = codes.next().ok_or("compressed pixels that end too early")?;
        if code == clear {
            (codes.width, previous) = (u32::from(root_bits) + 1, None);
            lengths.truncate(usize::from(clear) + 2);
            continue;
        }
        if code == clear + 1 {
            break;
        }
        if let Some(seen) = used.get_mut(usize::from(code)).filter(|_| code < clear) {
            *seen = true;
        }
        // The string that the code before announced: that one and one more pixel.
        if let Some(length) = previous.filter(|_| lengths.len() < 4096) {
            lengths.push(length.saturating_add(1));
        }
        let length = *lengths.get(usize::from(code)).ok_or("compressed pixels that are damaged")?;
        if lengths.len() == 1 << codes.width && codes.width < 12 {
            codes.width += 1;
        }
        total = total.saturating_add(u64::from(length));
        previous = Some(length);
    }
    if total != pixels {
        return Err("more or fewer pixels than the picture has");
    }
    if !codes.rest_is_empty() { Err("bytes behind compressed pixels") } else { Ok(used) }
}

/// Codes of growing width, lowest bit first.
struct Codes<'a> {
    data: &'a [u8],
    bit: usize,
    width: u32,
}

impl Codes<'_> {
    fn next(&mut self) -> Option<u16> {
        let byte = |at: usize| self.data.get(at).copied().map(u32::from);
        let (at, shift) = (self.bit / 8, self.bit % 8);
        if self.bit + self.width as usize > self.data.len() * 8 {
            return None;
        }
        let window = byte(at)? | byte(at + 1).unwrap_or(0) << 8 | byte(at + 2).unwrap_or(0) << 16;
        self.bit += self.width as usize;
        Some((window >> shift & ((1 << self.width) - 1)) as u16)
    }

    /// Whether nothing but zero bits up to the end of the byte is left.
    fn rest_is_empty(&self) -> bool {
        let whole = self.bit.div_ceil(8) == self.data.len();
        whole
            && (self.bit.is_multiple_of(8) || self.data.last().is_none_or(|byte| byte >> (self.bit % 8) == 0))
    }
}
