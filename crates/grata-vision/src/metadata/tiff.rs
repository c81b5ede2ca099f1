//! TIFF 6.0: one directory, every byte of the file accounted for.

use std::ops::Range;

use super::findings::{Findings, Violation};
use super::inflate::measures;
use super::is_own_profile;
use super::reader::{Reader, all_zero};

/// Room that a writer may leave to begin a part at a multiple of 4.
const ALIGNMENT: usize = 4;

pub(super) fn inspect(file: &[u8], findings: &mut Findings) -> Result<(), Violation> {
    let mut reader = Reader::new(file, 0);
    let order = match &reader.array()? {
        b"II*\0" => Order::Little,
        b"MM\0*" => Order::Big,
        _ => return Err(Violation::new(0, "no start of a TIFF file")),
    };
    let start = order.u32(reader.array()?) as usize;
    let header = 0..8;
    let mut tiff = Tiff { file, order, parts: vec![header] };
    let entries = tiff.directory(start, findings)?;
    for pair in entries.windows(2) {
        if let [one, other] = pair {
            findings.require(one.tag < other.tag, other.offset, "a tag that stands twice, or not in order");
        }
    }
    for entry in &entries {
        entry.check(findings);
    }
    let strips = tiff.strips(&entries, start, findings)?;
    tiff.account_for_all(findings)?;
    for strip in strips {
        findings.require(
            strip.is_whole(file),
            strip.range.start,
            "a strip that holds more or less than its rows",
        );
    }
    Ok(())
}

#[derive(Clone, Copy)]
enum Order {
    Little,
    Big,
}

impl Order {
    fn u16(self, bytes: [u8; 2]) -> u16 {
        match self {
            Self::Little => u16::from_le_bytes(bytes),
            Self::Big => u16::from_be_bytes(bytes),
        }
    }

    fn u32(self, bytes: [u8; 4]) -> u32 {
        match self {
            Self::Little => u32::from_le_bytes(bytes),
            Self::Big => u32::from_be_bytes(bytes),
        }
    }
}

/// A tag and its values.
struct Entry<'a> {
    offset: usize,
    tag: u16,
    /// As numbers, for SHORT, LONG and RATIONAL (numerator, denominator).
    numbers: Vec<u32>,
    bytes: &'a [u8],
}

impl Entry<'_> {
    /// What a tag may say.
    fn check(&self, findings: &mut Findings) {
        let all = |value: u32| !self.numbers.is_empty() && self.numbers.iter().all(|number| *number == value);
        let one_of = |values: &[u32]| matches!(self.numbers[..], [value] if values.contains(&value));
        let fine = match self.tag {
            // Width, length, rows per strip; strips, which are looked at later.
            256 | 257 | 278 => self.numbers.len() == 1,
            273 | 279 => !self.numbers.is_empty(),
            // Bits a sample.
            258 => all(8),
            // Compression: none or deflate.
            259 => one_of(&[1, 8]),
            // Grey or red, green, blue, and as many samples a pixel.
            262 => one_of(&[1, 2]),
            277 => one_of(&[1, 3]),
            // No resolution.
            282 | 283 => self.numbers == [1, 1],
            296 => one_of(&[1]),
            // Predictor, unsigned samples.
            317 => one_of(&[1, 2]),
            339 => all(1),
            34675 => is_own_profile(self.bytes),
            _ => return findings.push(Violation::new(self.offset, "a tag that is not on the list")),
        };
        findings.require(fine, self.offset, "a tag with an unusual value");
    }
}

struct Tiff<'a> {
    file: &'a [u8],
    order: Order,
    /// Bytes that belong to something.
    parts: Vec<Range<usize>>,
}

impl<'a> Tiff<'a> {
    fn directory(&mut self, start: usize, findings: &mut Findings) -> Result<Vec<Entry<'a>>, Violation> {
        let mut reader = Reader::new(self.file, 0);
        reader.take(start)?;
        let count = self.order.u16(reader.array()?);
        let mut entries = Vec::new();
        for _ in 0..count {
            entries.extend(self.entry(&mut reader, findings)?);
        }
        let next = reader.array::<4>()?;
        findings.require(next == [0; 4], reader.offset() - 4, "a second page");
        self.parts.push(start..reader.offset());
        Ok(entries)
    }

    fn entry(
        &mut self,
        reader: &mut Reader,
        findings: &mut Findings,
    ) -> Result<Option<Entry<'a>>, Violation> {
        let offset = reader.offset();
        let (tag, kind) = (self.order.u16(reader.array()?), self.order.u16(reader.array()?));
        let count = self.order.u32(reader.array()?) as usize;
        let size = match kind {
            1 | 7 => 1,
            3 => 2,
            4 => 4,
            5 => 8,
            _ => {
                findings.push(Violation::new(offset, "a tag of a type that is not on the list"));
                reader.take(4)?;
                return Ok(None);
            }
        };
        let too_long = Violation::new(offset, "a part that ends too early");
        let length = count.checked_mul(size).ok_or(too_long)?;
        let inline = reader.offset();
        let place = self.order.u32(reader.array()?) as usize;
        let range = if length <= 4 { inline..inline + length } else { place..place.saturating_add(length) };
        let bytes = self.file.get(range.clone()).ok_or(too_long)?;
        if length > 4 {
            self.parts.push(range);
        } else {
            let unused = self.file.get(inline + length..inline + 4).is_none_or(all_zero);
            findings.require(unused, offset, "a value with more behind it");
        }
        Ok(Some(Entry { offset, tag, numbers: self.numbers(bytes, kind), bytes }))
    }

    fn numbers(&self, bytes: &[u8], kind: u16) -> Vec<u32> {
        match kind {
            3 => bytes.as_chunks().0.iter().map(|pair| u32::from(self.order.u16(*pair))).collect(),
            4 | 5 => bytes.as_chunks().0.iter().map(|four| self.order.u32(*four)).collect(),
            _ => Vec::new(),
        }
    }

    /// Where the rows of the picture are.
    fn strips(
        &mut self,
        entries: &[Entry],
        start: usize,
        findings: &mut Findings,
    ) -> Result<Vec<Strip>, Violation> {
        let values = |tag| {
            let entry = entries.iter().find(|entry| entry.tag == tag);
            entry.map(|entry| &entry.numbers[..]).ok_or(Violation::new(start, "a tag that is missing"))
        };
        let value = |tag| values(tag).map(|values| u64::from(values.first().copied().unwrap_or(0)));
        let (width, height, samples) = (value(256)?, value(257)?, value(277)?);
        let rows_per_strip = value(278)?.clamp(1, height.max(1));
        let (offsets, lengths, depths) = (values(273)?, values(279)?, values(258)?);
        let compressed = value(259)? != 1;
        findings.require(samples == depths.len() as u64, start, "samples that do not add up");
        let count = height.div_ceil(rows_per_strip);
        let same = offsets.len() as u64 == count && lengths.len() as u64 == count;
        findings.require(same, start, "strips that do not add up to the picture");
        let mut strips = Vec::new();
        for (number, (offset, length)) in (0..count).zip(offsets.iter().zip(lengths)) {
            let rows = rows_per_strip.min(height - number * rows_per_strip);
            let range = *offset as usize..(*offset as usize).saturating_add(*length as usize);
            if self.file.get(range.clone()).is_none() {
                return Err(Violation::new(range.start, "a part that ends too early"));
            }
            self.parts.push(range.clone());
            strips.push(Strip {
                range,
                compressed,
                length: rows.saturating_mul(width.saturating_mul(samples)),
            });
        }
        Ok(strips)
    }

    /// Every byte belongs to exactly one part, save zeros for alignment.
    ///
    /// Parts that overlap end the walk: measuring the same bytes again and again would take too long.
    fn account_for_all(mut self, findings: &mut Findings) -> Result<(), Violation> {
        self.parts.retain(|part| !part.is_empty());
        self.parts.sort_unstable_by_key(|part| part.start);
        let mut end = 0;
        let file_end = self.file.len()..self.file.len();
        for part in self.parts.iter().chain([&file_end]) {
            if part.start < end {
                return Err(Violation::new(part.start, "parts that overlap"));
            }
            let gap = self.file.get(end..part.start).unwrap_or_default();
            let aligned = gap.len() < ALIGNMENT && all_zero(gap);
            findings.require(aligned, end, "bytes that belong to nothing");
            end = part.end;
        }
        Ok(())
    }
}

/// Some rows of the picture.
struct Strip {
    range: Range<usize>,
    compressed: bool,
    /// Bytes of its rows, uncompressed.
    length: u64,
}

impl Strip {
    fn is_whole(&self, file: &[u8]) -> bool {
        let bytes = file.get(self.range.clone()).unwrap_or_default();
        if self.compressed { measures(bytes, self.length) } else { bytes.len() as u64 == self.length }
    }
}
